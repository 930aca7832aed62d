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

struct PortConfig {
    std::vector<std::string> eal;  ///< DPDK EAL arguments without the program name
    std::string device;            ///< ethdev name, e.g. "net_memif0" or a PCI address; empty: the first port
    std::uint32_t rx_ring = 1024;  ///< descriptors
    std::uint32_t tx_ring = 1024;
    std::uint32_t mbufs = 8191;    ///< packet buffers in the pool
    IdlePolicy idle = IdlePolicy::spin;
    std::uint32_t idle_sleep_us = 50;  ///< backoff only: length of one sleep
    std::uint32_t gap_threshold_us = 10;  ///< the hot thread kept from polling for longer: a gap
};

}  // namespace hw::net
