// The cost-aware policies' bands, worked out ahead of the tick: what a trade costs now, what gamma the book
// has at which expiries, and from these where the net delta may stand. Off the hot thread, on the follower's
// state; the result goes to the engine as an Event.
#pragma once

#include <optional>

#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

/// Cost of trading one coin's worth of the hedge instrument, as a fraction of its price: the taker's fee,
/// half the spread, and what the configuration adds.
double trading_cost(const EngineState&, const UnderlyingState&, const UnderlyingConfig&);

/// Nothing for an underlying whose policy needs none, or while its price or surface is not known. Each expiry
/// counts with its own time and volatility, weighted by its part of the gamma; size and sign of gamma are the
/// net book's.
std::optional<Thresholds> plan_thresholds(const EngineState&, const EngineConfig&, UnderlyingId);

}  // namespace hw::hedge
