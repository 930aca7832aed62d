// The channels of a Starbase feed: which datagrams are ours, on which of the two lines they came, which
// messages are missing, and which channel has fallen silent.
//
// A channel is an incremental group and a snapshot group, each on line A and, 16 higher, on line B. Only one
// line sends at a time and the same sequence goes on when the other takes over: so both feed one sequence,
// and a change of line is told and nothing else. What came behind a gap is held; what is missing may come
// late, by retransmission, or be given up.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "net/feed/starbase_books.h"
#include "net/feed/starbase_config.h"
#include "net/feed/starbase_decoder.h"
#include "net/feed/starbase_held.h"
#include "net/packet.h"

namespace hw::net::starbase {

/// What became of a datagram: each is counted under exactly one.
enum class Fate : std::uint8_t {
    other_destination = 0,  ///< UDP, but not the feed's
    malformed,              ///< see DecodeCounters for the reason; its sound messages are used all the same
    wrong_type,             ///< the packet's type is not what its channel carries
    heartbeat,
    applied,
    duplicate,  ///< nothing in it was new
    held,       ///< behind a gap: applied when that is closed
    snapshot,
    snapshot_duplicate,
    reject,        ///< of one of our retransmission requests
    stray_answer,  ///< from the retransmitter, but no answer
    count_
};
inline constexpr std::size_t kFates = static_cast<std::size_t>(Fate::count_);
std::string_view to_string(Fate);

struct ChannelCounters {
    std::array<std::uint64_t, kFates> fates{};
    std::uint64_t gaps = 0;
    std::uint64_t messages_missed = 0;  ///< when their gap was seen
    std::uint64_t messages_lost = 0;    ///< given up
    std::uint64_t resets = 0;
    std::uint64_t failovers = 0;
    std::uint64_t silences = 0;
    std::uint64_t hold_overflows = 0;
    std::uint64_t snapshot_gaps = 0;
    std::uint64_t snapshot_resets = 0;

    void count(Fate fate) { ++fates[static_cast<std::size_t>(fate)]; }
    std::uint64_t operator[](Fate fate) const { return fates[static_cast<std::size_t>(fate)]; }
    std::uint64_t datagrams() const;
};

enum class LineName : std::uint8_t { a = 0, b = 1 };

struct Channel {
    explicit Channel(std::size_t held_packets) : held(held_packets) {}

    StarbaseChannelConfig config;
    std::int32_t number = 0;  ///< channelId, once heard
    bool started = false;
    std::uint64_t next = 0;       ///< the message waited for
    std::uint64_t known_end = 0;  ///< messages up to here exist
    std::int64_t newest_ns = 0;   ///< sendingTime of the newest packet in order
    HeldPackets held;
    bool gap_told = false;  ///< a gap was told, the recovery not yet
    bool is_silent = false;
    LineName line = LineName::a;
    Nanos heard;                      ///< on any line
    std::array<Nanos, 2> line_heard;  ///< by line
    std::uint32_t old_in_a_row = 0;   ///< packets without anything new
    Nanos ahead_since;                ///< known_end is ahead by what other packets said
    // The snapshot channel.
    bool snapshot_started = false;
    std::uint64_t snapshot_next = 0;
    std::int64_t snapshot_newest_ns = 0;
    std::uint32_t snapshot_old_in_a_row = 0;

    bool missing() const { return started && next < known_end; }
    /// The end of the first hole.
    std::uint64_t hole_end() const { return held.empty() ? known_end : held.front().first; }
};

class StarbaseChannels {
  public:
    /// Numbers this far back are not late but of a sender that started again.
    static constexpr std::uint64_t kResetWindow = 65'536;
    /// And so is a lower number that was sent this much later.
    static constexpr std::int64_t kResetAfterNs = kNano;
    /// And so are so many old packets without a new one between them, whatever their times say.
    static constexpr std::uint32_t kResetRun = 256;
    /// The line that sent last must have been quiet for this long before another counts as taking over.
    static constexpr Nanos kLineQuiet = Nanos::from_ms(50);
    /// What a snapshot or a heartbeat shows to be missing may still be on its way.
    static constexpr Nanos kOnItsWay = Nanos::from_ms(20);

    StarbaseChannels(const StarbaseConfig& config, StarbaseBooks& books, EventSinkRef sink);

    enum class Kind : std::uint8_t { none, incremental, snapshot, answer };
    struct Source {
        Kind kind = Kind::none;
        ChannelIndex channel = kNoChannel;
        LineName line = LineName::a;
    };
    /// Whose datagram this is; `number` is its channelId, for captures' retransmissions.
    Source identify(const UdpDatagram&) const;

    /// How to go on with a packet of the incremental channel (or a retransmission of it).
    enum class Verdict : std::uint8_t { apply, hold, drop };
    Verdict admit(ChannelIndex, const PacketCheck&, bool is_retransmission, Nanos now);
    /// Messages up to `end` exist: shown by a snapshot or a heartbeat.
    void exists(ChannelIndex, std::uint64_t end, Nanos now);
    /// The gap in front cannot be filled: it is skipped, and the books concerned need snapshots.
    void give_up(ChannelIndex);
    /// To be called when messages were applied: tells when nothing is missing, and when all is recovered.
    void settle(ChannelIndex);

    /// False: it was here before.
    bool admit_snapshot(ChannelIndex, const PacketCheck&, bool& interrupted);

    /// Line and silence.
    void heard(ChannelIndex, LineName, Nanos now);
    void on_time(Nanos now);

    Channel& channel(ChannelIndex at) { return channels_[at]; }
    std::size_t size() const { return channels_.size(); }
    ChannelCounters& counters() { return counters_; }
    const ChannelCounters& counters() const { return counters_; }

  private:
    void start(Channel&, const PacketCheck&, std::uint64_t end);
    bool began_anew(const Channel&, const PacketCheck&, bool is_retransmission) const;
    void open_gap(ChannelIndex, std::uint64_t hole_end);
    void send_state(const Channel&, LineStatus, std::uint64_t lost);
    ChannelIndex index_of(const Channel& c) const { return static_cast<ChannelIndex>(&c - channels_.data()); }

    std::vector<Channel> channels_;
    StarbaseBooks& books_;
    EventSinkRef sink_;
    Nanos silent_after_;
    bool any_retransmitter_;
    Nanos next_check_;
    ChannelCounters counters_;
};

}  // namespace hw::net::starbase
