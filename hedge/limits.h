// The limits that hold at this moment: as configured, or as a person has tightened them while it runs, for
// one underlying or for all.
#pragma once

#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

/// The smaller of two limits; zero is none.
constexpr double tighter(double a, double b) { return a > 0 && !(b > 0 && b <= a) ? a : b; }

/// As configured, for one underlying or (null) for the account; zero: none.
double configured_limit(const EngineConfig&, const UnderlyingConfig*, LimitKind);
/// In the units of LimitKind; zero: no limit.
double limit_of(const EngineState&, const EngineConfig&, const UnderlyingState&, LimitKind);

}  // namespace hw::hedge
