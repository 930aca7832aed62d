// Where the net delta may stand at this moment, as the underlying's policy has it: what the tick compares
// with.
//
// A policy is a type that says so from what is known already: from the configuration, from the planner's last
// thresholds, from when and where it last had its turn. Nothing is worked out here that could be known ahead.
// Every corridor lies inside the configured band, the hard limit of the delta.
#pragma once

#include <concepts>

#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

struct Corridor {
    double target = 0;      ///< coins
    double half_width = 0;  ///< coins; inside it nothing is done
    double part = 1;        ///< of the way back that is traded at once
    bool is_turn = false;   ///< a policy of time or price has its turn now: see `take_turn`
};

/// Thresholds older than this are not believed: the configured band is what is left.
inline constexpr Nanos kThresholdsLast = Nanos::from_seconds(10);

/// A policy: `static Corridor corridor(const UnderlyingConfig&, const UnderlyingState&, Nanos now)`, whose
/// target is the shift from the configured one.
template <class P>
concept HedgePolicy = requires(const UnderlyingConfig& rules, const UnderlyingState& u, Nanos now) {
    { P::corridor(rules, u, now) } -> std::same_as<Corridor>;
};

Corridor corridor_of(const UnderlyingConfig&, const UnderlyingState&, Nanos now);

/// The hard limit of |net delta - target|: the configured band, in this regime, or what a person made it.
double widest_band(const UnderlyingConfig&, const UnderlyingState&);

/// What the accuracy of a delta is measured by: the band as configured, or the planner's where that is
/// narrower.
double narrowest_band(const UnderlyingConfig&, const UnderlyingState&);

/// The policy has had its turn, whether it came to a trade or not.
void take_turn(UnderlyingState&, Nanos now);

}  // namespace hw::hedge
