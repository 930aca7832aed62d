// Which multicast channels carry the market, and when silence means trouble.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/types.h"

namespace hw::net {

/// One family of instruments: its incremental channel and the snapshot channel beside it.
struct ChannelConfig {
    std::string name;                    ///< for people, e.g. "btc"
    std::uint32_t group_ip = 0;          ///< IPv4 group, host byte order
    std::uint16_t event_port = 6100;     ///< UDP port of incremental messages
    std::uint16_t snapshot_port = 6101;  ///< UDP port of snapshots and definitions; 0: it has none (indices)
    // Line B, when the venue sends every packet twice; zero: there is none, or its port is line A's.
    std::uint32_t group_ip_b = 0;
    std::uint16_t event_port_b = 0;
    std::uint16_t snapshot_port_b = 0;
};

struct FeedConfig {
    std::vector<ChannelConfig> channels;  ///< empty: every group on the two default ports is taken
    Nanos silent_after =
        Nanos::from_ms(2000);              ///< an incremental channel without packets this long is silent
    std::uint32_t recovery_buffer = 4096;  ///< updates (of four levels each) kept for all books in recovery
    bool two_ports = false;  ///< the same groups come on two ports of ours: the second one is line B
    // With two lines: how long a packet may be missing before it is lost, see line_pair.h.
    std::uint32_t gap_wait_us = 2000;
    std::uint32_t gap_packets = 32;  ///< at most LinePair::kMostPackets
};

}  // namespace hw::net
