// What two surfaces, one after the other, teach about how volatilities go with the underlying: nine strikes
// of every expiry that was fitted to its own quotes both times.
#pragma once

#include <span>
#include <vector>

#include "core/surface.h"
#include "hedge/planner/min_variance.h"

namespace hw::hedge {

/// Strikes that were within what was quoted both times. Empty when no expiry's forward went by at least
/// `least_move` (relative), or a reference is not known.
std::vector<VolMove> vol_moves(std::span<const SmileSlice> before, double reference_before,
                               std::span<const SmileSlice> after, double reference_after, double least_move);

}  // namespace hw::hedge
