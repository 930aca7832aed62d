// What one option is priced with now, outside the tick's sums: forward, time and volatility on the surface
// that the engine has. For planners, and for orders in options, held or not. Only arithmetic of core: what an
// order leaves with replays to the bit.
#pragma once

#include <optional>

#include "core/instrument.h"
#include "core/pricing/black76.h"
#include "core/pricing/settlement.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

/// The surface's slice of an option's expiry and settlement; null when it has none.
const SmileSlice* slice_of(const UnderlyingState&, const Instrument&);

/// Without regard to a settlement average that has begun. The volatility has followed the underlying since
/// the surface was made by the surface rule. Nothing without a reference price, slice, volatility or time
/// left.
std::optional<pricing::OptionTerms> option_terms(const EngineState&, const UnderlyingConfig&,
                                                 const Instrument&);

/// Of one coin; inside the settlement window with the average so far. Nothing as above, or when that average
/// is not known.
std::optional<pricing::WindowGreeks> option_greeks(const EngineState&, const UnderlyingConfig&,
                                                   const Instrument&);

}  // namespace hw::hedge
