// The two clocks of the runtime, both read without a system call (vDSO): wall time for what leaves the
// machine, monotonic time for how long things took.
#pragma once

#include <time.h>

#include <algorithm>
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

/// The engine's time: wall time as it was at the start, and from there on steady. A step of the host's clock
/// must not stop timers and staleness checks, nor jump them; nor may a journal whose last Event lies in the
/// future.
class SteadyClock {
  public:
    /// Begins at the wall's time, or right after `latest` if that is later.
    explicit SteadyClock(Nanos latest)
        : base_(std::max(wall_time(), latest + Nanos::from_ns(1))), began_ns_(monotonic_ns()) {}
    Nanos now() const { return base_ + Nanos::from_ns(monotonic_ns() - began_ns_); }

  private:
    Nanos base_;
    std::int64_t began_ns_;
};

}  // namespace hw::deploy
