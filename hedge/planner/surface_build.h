// Makes the surface of one underlying from what the engine's state knows: option quotes where they are
// two-sided and tight enough, the venue's marks where they are not, the nearest expiry where there is
// neither. Off the hot thread, on the follower's state; the result goes to the engine as an Event.
#pragma once

#include <vector>

#include "core/surface.h"
#include "hedge/state.h"

namespace hw::hedge {

struct SurfaceDraft {
    double reference = 0;  ///< of the hedge instrument, at which it was made; zero: none could be made
    std::vector<SmileSlice> slices;
};

/// What the planner may believe.
struct PlannerOptions {
    Nanos quote_stale_after = Nanos::from_seconds(10);  ///< books not heard of for longer make no volatility
    Nanos basis_halflife = Nanos::from_seconds(5);  ///< of the smoothed forward ratios; zero: not smoothed
    Nanos settlement_window = Nanos{};              ///< of the underlying
    double stickiness = 1;  ///< of the underlying's surface rule: 1 sticky strike, 0 sticky moneyness
};

/// Expiries are fitted on all threads of the planner's arena; the result does not depend on how many.
SurfaceDraft build_surface(const EngineState&, UnderlyingId, const PlannerOptions& = {});

}  // namespace hw::hedge
