// How far the wall clock is from the monotonic one: constant but for the host stepping its clock.
#pragma once

#include <cstdint>

namespace hw {

/// CLOCK_REALTIME less CLOCK_MONOTONIC, nanoseconds, as well as two clocks can be read at one moment. Cold.
std::int64_t measured_wall_offset_ns();

}  // namespace hw
