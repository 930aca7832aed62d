// Which Ethernet port the hedger lives on, and how it is polled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hw::net {

enum class IdlePolicy : std::uint8_t {
    spin,     ///< poll without pause: the production default, needs a core of its own
    backoff   ///< sleep some tens of microseconds when nothing comes: for shared cores and demos
};

/// Packets that are to come in a receive queue of their own; zero: any. See flow_rules.h.
struct FlowMatch {
    bool is_tcp = false;  ///< otherwise UDP
    std::uint32_t dst_ip = 0;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint16_t queue = 0;
};
/// The queues, if the device has rules; queue 0 is for all the rest.
inline constexpr std::uint16_t kFeedQueue = 1;
inline constexpr std::uint16_t kOrderQueue = 2;
inline constexpr std::uint16_t kSteeredQueues = 3;

struct PortConfig {
    std::vector<std::string> eal;  ///< DPDK EAL arguments without the program name
    std::string device;            ///< ethdev name, e.g. "net_memif0" or a PCI address; empty: the first port
    std::string device_b;          ///< a second port, on which line B of the feed comes; empty: none
    std::uint32_t rx_ring = 1024;  ///< descriptors
    std::uint32_t tx_ring = 1024;
    std::uint32_t mbufs = 8191;    ///< packet buffers in the pool
    std::vector<FlowMatch> flows;  ///< to be steered, where the device can
    IdlePolicy idle = IdlePolicy::spin;
    std::uint32_t idle_sleep_us = 50;  ///< backoff only: length of one sleep
    std::uint32_t gap_threshold_us = 10;  ///< the hot thread kept from polling for longer: a gap
};

}  // namespace hw::net
