// What stops and people have tightened for an underlying, as it counts now: its own or the account's,
// whichever is tighter.
#pragma once

#include <algorithm>

#include "hedge/state.h"

namespace hw::hedge {

/// The higher of the underlying's and the account's.
inline StopLevel stop_level(const EngineState& state, const UnderlyingState& u) {
    return std::max(u.risk.stop.level, state.risk.stop.level);
}

/// The tightest of what is configured and what people set; zero: no limit.
inline double tightest(double configured, LimitKind kind, const EngineState& state,
                       const UnderlyingState& u) {
    double limit = configured;
    for (const Overrides* set : {&u.risk.overrides, &state.risk.overrides}) {
        const double value = set->limits[static_cast<std::size_t>(kind)];
        if (value > 0 && (!(limit > 0) || value < limit)) limit = value;
    }
    return limit;
}

}  // namespace hw::hedge
