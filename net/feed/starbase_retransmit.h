// Asks the venue for messages that were lost.
//
// One request a channel at a time, for at most 255 messages, and never two requests of all channels closer
// together than the pace (the venue limits them by source address). An answer may hold less than was asked:
// the rest is asked for at once. An answer that does not come is asked for again; a reject says what to do:
// come back later, slow down, or give up because the messages are gone. Giving up means that the channel's
// books need snapshots. Time comes in as an argument; requests leave through a UdpSender.
#pragma once

#include <cstdint>
#include <vector>

#include "core/types.h"
#include "net/feed/starbase_config.h"
#include "net/feed/starbase_wire.h"

namespace hw::net::starbase {

struct RetransmitCounters {
    std::uint64_t requests = 0;
    std::uint64_t unsent = 0;    ///< the sender did not take them
    std::uint64_t timeouts = 0;  ///< no answer in time
    std::uint64_t answers = 0;   ///< packets that brought something missing
    std::uint64_t rejects_too_low = 0;
    std::uint64_t rejects_too_high = 0;
    std::uint64_t rejects_rate = 0;
    std::uint64_t rejects_other = 0;
    std::uint64_t stale_rejects = 0;  ///< of no request that is open
    std::uint64_t given_up = 0;
};

class Retransmitter {
  public:
    /// A longer gap is not asked for: a snapshot is there sooner.
    static constexpr std::uint64_t kMostMessages = 16'384;
    /// How long a gap that cannot be asked for may still close by itself (packets that come late).
    static constexpr Nanos kPatience = Nanos::from_ms(5);
    /// The venue may ask us to wait longer: then a snapshot is there sooner.
    static constexpr Nanos kLongestDelay = Nanos::from_ms(1'000);
    static constexpr std::size_t kRequestBytes = PacketHeader::kSize + 25;

    explicit Retransmitter(const StarbaseConfig& config);
    void connect(UdpSender sender) { sender_ = sender; }

    enum class Step : std::uint8_t { wait, give_up };
    /// Messages `begin` to `end` of the channel are missing. To be called again and again while they are.
    Step pursue(std::size_t channel, std::int32_t number, std::uint64_t begin, std::uint64_t end, Nanos now);
    /// A retransmitted packet brought something that was missing.
    void answered(std::size_t channel);
    /// False: it answers no request of ours that is open.
    bool rejected(std::size_t channel, std::int64_t correlation, const RetransmitReject&, Nanos now);
    /// The channel misses nothing any more, or has given up.
    void close(std::size_t channel) {
        if (states_[channel].pursuing) states_[channel] = {};
    }

    const RetransmitCounters& counters() const { return counters_; }

  private:
    struct State {
        bool pursuing = false;
        bool open = false;  ///< a request is out
        bool hopeless = false;
        std::uint32_t attempts = 0;  ///< since the last progress
        std::int64_t correlation = 0;
        std::uint64_t begin = 0;
        Nanos since;
        Nanos sent;
        Nanos not_before;
    };

    bool can_ask(std::size_t channel) const { return sender_.connected() && !endpoints_[channel].is_none(); }
    Step give_up(State&);
    void send(std::size_t channel, std::int32_t number, std::uint64_t begin, std::uint64_t end, Nanos now);
    void back_off(State&, Nanos delay, Nanos now);

    std::vector<UdpEndpoint> endpoints_;
    Nanos interval_;
    Nanos timeout_;
    std::uint32_t most_attempts_;
    UdpSender sender_;
    std::vector<State> states_;
    Nanos next_request_;
    std::int64_t next_correlation_ = 1;
    RetransmitCounters counters_;
};

}  // namespace hw::net::starbase
