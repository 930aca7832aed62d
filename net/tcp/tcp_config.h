// How the TCP stack on the bypass port presents itself: its address, its way to others, and its pace.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/types.h"
#include "net/packet.h"

namespace hw::net {

/// An address whose MAC is known beforehand: never asked for on the wire, never forgotten.
struct StaticArp {
    std::uint32_t ip = 0;
    MacAddress mac{};
};

/// Addresses in host byte order.
struct TcpConfig {
    std::uint32_t address = 0;
    std::uint16_t prefix_length = 24;  ///< at most 32
    std::uint32_t gateway = 0;  ///< next hop of what is outside the subnet; 0: there is none
    std::vector<StaticArp> static_arp;
    std::uint16_t mss = 1'460;      ///< largest segment, sent and asked for; at most 1460
    std::uint32_t window = 65'535;  ///< bytes a peer may send ahead of us; from 2 segments to 65535

    /// The stack's clock, once per interval: a lost last segment is sent again after 6 to 12 of them.
    /// Everything that the stack counts in intervals comes along: TIME_WAIT takes 480 of them.
    Nanos timer_interval = Nanos::from_ms(2);

    bool keep_alive = true;
    Nanos keep_alive_idle = Nanos::from_seconds(5);
    Nanos keep_alive_interval = Nanos::from_seconds(1);
    std::uint32_t keep_alive_probes = 5;  ///< unanswered, after which the connection is given up

    /// The first sequence number of connections that we open, where it has to be known; else it cannot be
    /// guessed.
    std::optional<std::uint32_t> first_sequence;
};

}  // namespace hw::net
