// Net Greeks of one underlying's book, and the prices they are taken at.
//
// `evaluate` is the tick path: net delta and gamma of everything held, at this instant, in the numeraire of
// the hedge group. `complete_greeks` is what follows after the send.
#pragma once

#include "core/event.h"
#include "core/pricing/kernel.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

/// Mid of a trusted, two-sided, uncrossed book; zero when there is none.
double mid_price(const EngineState&, InstrumentId);

/// Coins of delta that one contract of a future, perpetual or spot pair carries at `price`.
double delta_per_contract(const Instrument&, double price);

/// The forward of a future without a book of its own: the reference moved by its expiry's forward ratio.
double forward_of(const UnderlyingState&, const Held&);

/// Years of variance to an expiry, exact to the nanosecond; the settlement average counted as it is due.
double years_of(Nanos expiry, Nanos now, const UnderlyingConfig&);

/// The kernels that the run began with, or the best the machine has: all give the same bits.
const pricing::Kernel& kernel_of(const EngineState&);

/// Why the delta is not known, none when it is. `sum` has net delta, gamma and the equity's part; the other
/// figures are left as they are.
AlertCode evaluate(const EngineState&, const EngineConfig&, UnderlyingId, Exposure& sum);

/// What the options held contribute to a net delta that was evaluated.
double options_delta(const EngineState&, const UnderlyingConfig&, UnderlyingId, const Exposure&);

/// Vega, theta and the higher Greeks.
void complete_greeks(const EngineState&, const EngineConfig&, UnderlyingId, Exposure& sum);

}  // namespace hw::hedge
