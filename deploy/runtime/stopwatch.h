// The two clocks of the runtime, both read without a system call (vDSO): wall time for what leaves the
// machine and for Events, monotonic time for how long things took.
#pragma once

#include <time.h>

#include <cstdint>

#include "core/types.h"

namespace hw::deploy {

inline std::int64_t monotonic_ns() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * kNano + t.tv_nsec;
}

inline Nanos wall_time() {
    timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return Nanos::from_ns(t.tv_sec * kNano + t.tv_nsec);
}

}  // namespace hw::deploy
