// How much of the port's traffic is held in memory, to be looked at when something was odd.
#pragma once

#include <cstdint>

namespace hw::net {

struct CaptureConfig {
    std::uint32_t seconds = 10;  ///< the last of both directions; 0: nothing is held
    std::uint32_t mib = 64;      ///< of memory; when that is too little the oldest frames go earlier
};

}  // namespace hw::net
