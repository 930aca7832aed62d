// The channels of a feed: which datagrams are ours, in what order they must come, which are missing, and
// which channel has fallen silent.
//
// `admit` is called for every datagram before it is decoded. It finds the channel's line, checks the
// sequence, and on a loss tells the recovery which family of books is concerned and the receiver (line_state)
// what happened. What is to be decoded it hands to `take`, in the order of the sequence: usually the datagram
// itself; where a channel has two lines (line_pair.h) it may be none, or several that were held. Lines appear
// as their channels are first heard: memory is taken then, not later. A channel is known by the number in the
// frame; the snapshot channel of family N is N + 100 (it is recognised by its UDP port).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/event.h"
#include "net/feed/deribit_wire.h"
#include "net/feed/feed_config.h"
#include "net/feed/line_pair.h"
#include "net/feed/recovery.h"
#include "net/feed/sequence.h"
#include "net/feed/snapshot_assembler.h"
#include "net/packet.h"

namespace hw::net {

struct LineCounters {
    std::uint64_t datagrams = 0;          ///< admitted
    std::uint64_t other_destination = 0;  ///< UDP, but not the feed's
    std::uint64_t short_frames = 0;       ///< the feed's, but too short for a frame header
    std::uint64_t channel_conflicts = 0;  ///< a channel number on two groups: the second is dropped
    std::uint64_t too_many_channels = 0;
    std::uint64_t gaps = 0;
    std::uint64_t packets_lost = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t late = 0;
    std::uint64_t resets = 0;
    std::uint64_t silences = 0;
    // Of channels with two lines. A copy of what the other line brought is no duplicate.
    std::uint64_t copies = 0;
    std::uint64_t strays = 0;        ///< from before the sender started again
    std::uint64_t held = 0;          ///< had to wait for a missing packet
    std::uint64_t held_dropped = 0;  ///< of them: the sender started again meanwhile
    std::array<SideCounters, kSides> sides{};
};

struct Line {
    std::uint16_t channel = 0;
    FamilyId family = kNoFamily;
    /// Where it is heard: line A, and line B if that has an address of its own.
    struct Address {
        std::uint32_t group_ip = 0;
        std::uint16_t port = 0;
        friend bool operator==(const Address&, const Address&) = default;
    };
    Address a;
    Address b;
    bool is_snapshot = false;
    bool is_silent = false;
    bool gap_open = false;    ///< a gap was told, the recovery not yet
    bool cycle_open = false;  ///< a snapshot cycle has begun and nothing of it was lost
    std::uint32_t whole_cycles = 0;
    Nanos heard;
    SequenceTracker sequence;
    SnapshotAssembler assembler;
    std::unique_ptr<LinePair> pair;  ///< null: there is one line
};

class LineArbiter {
  public:
    static constexpr std::size_t kMaxLines = 254;

    LineArbiter(const FeedConfig& config, BookRecovery& recovery, EventSinkRef sink);

    /// `from`: the port it came on, which tells the lines apart where their addresses do not. Calls
    /// `take(line, payload, after_loss)` for each packet to be decoded; after_loss: what came right before it
    /// was not seen.
    template <class Take>
    void admit(const UdpDatagram& datagram, LineSide from, Nanos now, Take&& take) {
        Line* const line = line_of(datagram, from);
        if (line == nullptr) return;
        const auto sequence = deribit::load<std::uint32_t>(datagram.payload.data() + 4);
        if (line->pair != nullptr) return admit_pair(*line, from, sequence, datagram.payload, now, take);
        const Step step = advance(*line, sequence, now);
        if (step.usable) take(*line, datagram.payload, step.after_loss);
    }
    /// The frame on this line turned out to be damaged: what it should have held is lost.
    void damaged(Line&, Nanos now);
    /// To be called after a frame has been decoded: tells when its family has been recovered.
    void settle(Line& line) {
        Line* const events = line.is_snapshot ? find(line.family) : &line;
        if (events != nullptr && events->gap_open && !recovery_.family_recovering(events->family)) {
            close_gap(*events);
        }
    }

    void snapshot_started(Line& line) { line.cycle_open = true; }
    void snapshot_ended(Line& line);
    /// True once every channel's definitions have been seen whole: with configured channels, each of their
    /// snapshot channels has been through a cycle; without, every one heard has, and one has been through two
    /// (they cycle at one pace, so by then all have been heard).
    bool definitions_seen() const;

    /// Gives up what has been missing for too long and takes what waited for it; finds channels that have
    /// been silent for too long, and lines that are dead. Cheap enough for every turn of the hot loop.
    template <class Take>
    void on_time(Nanos now, Take&& take) {
        if (waiting_ > 0) release_overdue(now, take);
        if (now >= next_check_) check_silence(now);
    }

    LineCounters counters() const;
    std::uint64_t snapshots_abandoned() const;

  private:
    struct Expected {
        ChannelConfig config;
        bool snapshot_seen = false;
        bool event_line_known = false;
        bool told_silent = false;
    };

    Line* find(std::uint16_t channel) {
        const std::uint8_t at = by_channel_[channel];
        return at == 0 ? nullptr : lines_[at - 1].get();
    }
    /// What the feed's configuration says of a datagram's destination.
    struct Place {
        Expected* channel = nullptr;
        bool ours = false;
        bool is_snapshot = false;
    };
    struct Step {
        bool usable = false;
        bool after_loss = false;
    };

    /// The line of a datagram, opened if it is new; null: not to be decoded, and counted. `from` becomes the
    /// line that its address says, when it says.
    Line* line_of(const UdpDatagram& d, LineSide& from) {
        const Line::Address to{d.dst_ip, d.dst_port};
        if (d.payload.size() < deribit::FrameHeader::kSize) [[unlikely]]
            return no_line(to);
        const auto channel = deribit::load<std::uint16_t>(d.payload.data() + 2);
        Line* line = find(channel);
        if (line == nullptr || (line->a != to && line->b != to)) [[unlikely]]
            line = unusual_line(to, channel);
        if (line != nullptr && line->a != line->b) from = line->b == to ? LineSide::b : LineSide::a;
        return line;
    }
    // By value, so that the usual datagram need not be in memory.
    Line* no_line(Line::Address);
    Line* unusual_line(Line::Address, std::uint16_t channel);
    Place place_of(Line::Address);
    Line* open_line(const Place&, Line::Address, std::uint16_t channel);
    Step advance(Line& line, std::uint32_t sequence, Nanos now) {
        const bool first = !line.sequence.started();
        const SequenceTracker::Result result = line.sequence.check(sequence);
        const bool usual = result.verdict == SequenceVerdict::next && !first && !line.is_silent;
        if (!usual) [[unlikely]]
            return advance(line, result, first, now);
        ++counters_.datagrams;
        line.heard = now;
        return {true, false};
    }
    Step advance(Line&, SequenceTracker::Result, bool first, Nanos now);

    template <class Take>
    void admit_pair(Line& line, LineSide from, std::uint32_t sequence, std::span<const std::byte> payload,
                    Nanos now, Take&& take) {
        const auto fate = line.pair->judge(from, sequence, payload.size(), line.sequence, now);
        if (line.pair->revived(from)) side_changed(line, from, LineStatus::side_up);
        switch (fate) {
            case LinePair::Fate::force:
                release(line, now, &sequence, take);
                [[fallthrough]];
            case LinePair::Fate::begin:
            case LinePair::Fate::take: {
                if (fate == LinePair::Fate::begin) forget_held(line);
                const Step step = advance(line, sequence, now);
                if (step.usable) take(line, payload, step.after_loss);
                break;
            }
            case LinePair::Fate::hold:
                hold(line, sequence, payload, now);
                break;
            case LinePair::Fate::copy:
            case LinePair::Fate::duplicate:
            case LinePair::Fate::stray:
                count_dropped(line, fate, sequence);
                break;
        }
        release(line, now, nullptr, take);
    }

    /// Takes what is due of the held packets; `before`: every one before that number, whatever is missing.
    template <class Take>
    void release(Line& line, Nanos now, const std::uint32_t* before, Take&& take) {
        for (LinePair::Held held; line.pair->due(line.sequence, now, before != nullptr, held);) {
            if (before != nullptr && static_cast<std::int32_t>(held.sequence - *before) > 0) return;
            const Step step = advance(line, held.sequence, now);
            if (step.usable) take(line, held.payload, step.after_loss);
            line.pair->drop(held.sequence, now);
            if (!line.pair->holds()) --waiting_;
        }
    }
    template <class Take>
    void release_overdue(Nanos now, Take&& take) {
        for (std::size_t i = 0; i < lines_.size() && waiting_ > 0; ++i) {
            Line& line = *lines_[i];
            if (line.pair != nullptr && line.pair->holds()) release(line, now, nullptr, take);
        }
    }
    void hold(Line&, std::uint32_t sequence, std::span<const std::byte> payload, Nanos now);
    void forget_held(Line&);
    void count_dropped(Line&, LinePair::Fate, std::uint32_t sequence);
    void side_changed(Line&, LineSide, LineStatus);
    void check_sides(Line&);
    void check_silence(Nanos now);
    void heard(Line&, Nanos now);
    void lost(Line&, std::uint32_t packets, TrustReason, Nanos now);
    void started_again(Line&, Nanos now);
    void close_gap(Line&);
    void check_unheard(Nanos now);
    LineState& send_state(std::uint32_t channel, LineStatus, std::uint64_t lost);

    FeedConfig config_;
    std::vector<Expected> expected_;
    BookRecovery& recovery_;
    EventSinkRef sink_;
    std::vector<std::unique_ptr<Line>> lines_;
    std::vector<std::uint8_t> by_channel_;  ///< line + 1; zero: none
    Nanos first_time_;
    Nanos next_check_;
    std::size_t waiting_ = 0;  ///< lines that hold packets
    LineCounters counters_;
};

}  // namespace hw::net
