// Where an expiry's forward is, from what is quoted now: a future of the same expiry, or put-call parity over
// its strikes. A quote that is old or wide says only that somebody once wanted to be far away; it is no
// forward.
#pragma once

#include <optional>
#include <span>

#include "hedge/state.h"

namespace hw::hedge {

/// Mid of the narrowest future of this expiry whose book was heard of within `stale_after` and is at most
/// half a percent wide; one that settles as the options do comes before the others.
std::optional<double> future_forward(const EngineState&, UnderlyingId, Nanos expiry, Settlement,
                                     Nanos stale_after);

/// The weighted median over strikes with a call and a put. Fresh, two-sided books count, the narrower the
/// more, if there are three strikes of them; else the venue's marks, and mids where there is no mark.
std::optional<double> parity_forward(const EngineState&, std::span<const InstrumentId> options,
                                     Nanos stale_after);

}  // namespace hw::hedge
