// Which Starbase channels carry the market, where lost packets are asked for, and how much is kept meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/types.h"
#include "net/feed/udp_sender.h"

namespace hw::net {

/// Line B's groups are this much higher than line A's.
inline constexpr std::uint32_t kStarbaseLineOffset = 16;
inline constexpr std::uint16_t kStarbaseEventPort = 4220;
inline constexpr std::uint16_t kStarbaseSnapshotPort = 4230;

/// One incremental channel and its snapshot channel, as line A has them.
struct StarbaseChannelConfig {
    std::string name;               ///< for people, e.g. "btc futures"
    std::uint32_t event_group = 0;  ///< IPv4 groups, host byte order
    std::uint32_t snapshot_group = 0;
    std::uint16_t event_port = kStarbaseEventPort;
    std::uint16_t snapshot_port = kStarbaseSnapshotPort;
    UdpEndpoint retransmit;  ///< none: what is lost comes back by snapshots only
};

struct StarbaseConfig {
    std::vector<StarbaseChannelConfig> channels;  ///< empty: the venue's four
    Nanos silent_after = Nanos::from_ms(11'000);  ///< two heartbeats and a little
    std::uint32_t max_orders = 524'288;           ///< standing in all books together
    std::uint32_t recovery_buffer = 262'144;      ///< order messages kept for books that wait for a snapshot
    std::uint32_t held_packets = 1'024;           ///< a channel; what came behind a gap
    Nanos retransmit_interval =
        Nanos::from_ms(1);  ///< between any two requests: the venue limits them by address
    Nanos retransmit_timeout = Nanos::from_ms(10);  ///< no answer this long: ask again
    std::uint32_t retransmit_attempts = 5;          ///< without any progress; then a snapshot has to do
    bool verify_snapshots = false;   ///< compare books that are believed with every snapshot of theirs
    bool any_retransmitter = false;  ///< take retransmitted packets from any address, for captures
};

/// BTC and ETH, futures and options: 224.0.12.193 and so on, ports 4220 and 4230, without retransmission.
std::vector<StarbaseChannelConfig> default_starbase_channels();

}  // namespace hw::net
