// The clocks of the runtime, all of them readings of the process clock (core/clock.h): wall time for what
// leaves the machine, monotonic time for how long things took, steady time for the engine.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/clock.h"
#include "core/types.h"

namespace hw::deploy {

inline std::int64_t monotonic_ns() { return process_clock.steady_ns(); }

inline Nanos wall_time() { return process_clock.wall(); }

/// The engine's time: wall time as it was at the start, and from there on at the pace of the host's
/// disciplined clock. A step of the host's clock must not stop timers and staleness checks, nor jump them;
/// nor may a journal whose last Event lies in the future. EventWriter lets no Event have an earlier time than
/// the one before it.
class SteadyClock {
  public:
    /// Begins at the wall's time, or right after `latest` if that is later.
    explicit SteadyClock(Nanos latest)
        : base_(std::max(wall_time(), latest + Nanos::from_ns(1))), began_ns_(process_clock.paced_ns()) {}
    Nanos now() const { return base_ + Nanos::from_ns(process_clock.paced_ns() - began_ns_); }

  private:
    Nanos base_;
    std::int64_t began_ns_;
};

}  // namespace hw::deploy
