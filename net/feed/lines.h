// The channels of a feed: which datagrams are ours, in what order they must come, which are missing, and
// which channel has fallen silent.
//
// `admit` is called for every datagram before it is decoded. It finds the channel's line, checks the
// sequence, and on a loss tells the recovery which family of books is concerned and the receiver (line_state)
// what happened. Lines appear as their channels are first heard: memory is taken then, not later. A channel
// is known by the number in the frame; the snapshot channel of family N is N + 100 (it is recognised by its
// UDP port).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/event.h"
#include "net/feed/deribit_wire.h"
#include "net/feed/feed_config.h"
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
};

struct Line {
    std::uint16_t channel = 0;
    FamilyId family = kNoFamily;
    std::uint32_t group_ip = 0;
    std::uint16_t port = 0;
    bool is_snapshot = false;
    bool is_silent = false;
    bool gap_open = false;    ///< a gap was told, the recovery not yet
    bool cycle_open = false;  ///< a snapshot cycle has begun and nothing of it was lost
    std::uint32_t whole_cycles = 0;
    Nanos heard;
    SequenceTracker sequence;
    SnapshotAssembler assembler;
};

class LineArbiter {
  public:
    static constexpr std::size_t kMaxLines = 254;

    LineArbiter(const FeedConfig& config, BookRecovery& recovery, EventSinkRef sink);

    struct Admission {
        Line* line = nullptr;     ///< null: not to be decoded, and counted
        bool after_loss = false;  ///< what came right before this packet was not seen
    };
    Admission admit(const UdpDatagram& datagram, Nanos now);
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

    /// Finds channels that have been silent for too long. Cheap enough for every turn of the hot loop.
    void on_time(Nanos now);

    const LineCounters& counters() const { return counters_; }
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
    bool is_ours(const UdpDatagram&) const;
    bool is_snapshot_port(const UdpDatagram&) const;
    Line* open_line(const UdpDatagram&, std::uint16_t channel);
    void heard(Line&, Nanos now);
    void lost(Line&, std::uint32_t packets, TrustReason, Nanos now);
    void started_again(Line&, Nanos now);
    void close_gap(Line&);
    void check_unheard(Nanos now);
    void send_state(std::uint32_t channel, LineStatus, std::uint64_t lost);

    Nanos silent_after_;
    std::vector<Expected> expected_;
    BookRecovery& recovery_;
    EventSinkRef sink_;
    std::vector<std::unique_ptr<Line>> lines_;
    std::vector<std::uint8_t> by_channel_;  ///< line + 1; zero: none
    Nanos first_time_;
    Nanos next_check_;
    LineCounters counters_;
};

}  // namespace hw::net
