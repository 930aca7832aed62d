// The option overlay of one underlying as an Event: which Greeks are beyond their soft limits (hard ones
// where there is no soft one), which listed options could be traded now, and what of them is to be traded.
//
// An option is a candidate when its book is trusted, two-sided and fresh, its expiry not too near and the
// surface prices it; no more of it than stands at the touch, at a price of the touch. A contract costs half
// the spread and the taker's fee. The delta that the options bring is the policy's to hedge.
#pragma once

#include <optional>

#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

/// Nothing when there is nothing to say: the mode is off, the Greeks are not known, or all are inside and no
/// advice stands. An overlay without legs takes back advice that no longer holds.
std::optional<Overlay> plan_overlay(const EngineState&, const EngineConfig&, UnderlyingId,
                                    Nanos quote_stale_after);

}  // namespace hw::hedge
