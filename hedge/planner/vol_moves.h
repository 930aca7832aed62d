// What two surfaces, one after the other, teach about how volatilities go with the underlying: nine strikes
// of every expiry that was fitted to its own quotes both times.
#pragma once

#include <span>
#include <vector>

#include "core/surface.h"
#include "hedge/planner/min_variance.h"

namespace hw::hedge {

/// Empty when the market stood still or a reference is not known.
std::vector<VolMove> vol_moves(std::span<const SmileSlice> before, double reference_before,
                               std::span<const SmileSlice> after, double reference_after);

}  // namespace hw::hedge
