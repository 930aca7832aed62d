// Market regime of an underlying: calm, fast, extreme or dislocated.
//
// Read from its hedge instrument: volatility realised over the last seconds, the move within the present
// bucket, spread, depth at the touch, and how many messages its book gets. A worse regime begins at once,
// with the tick that shows it; a better one only after all that made the present one has been away for a
// while. What a regime changes (band, slippage, slice, order size) is `RegimeConfig::rules`. Without
// thresholds the regime is always calm.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// The hedge instrument's book changed (a whole message), `u.reference` is up to date.
void watch_market(Context&, UnderlyingId);
/// Time passed: closes the bucket when it is over, and lets a regime end.
void watch_time(Context&, UnderlyingId);

/// What the present regime changes.
inline const RegimeRules& regime_rules(const UnderlyingConfig& rules, const UnderlyingState& u) {
    return rules.regimes.rules[static_cast<std::size_t>(u.risk.regime.regime)];
}

}  // namespace hw::hedge
