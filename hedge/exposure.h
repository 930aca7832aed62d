// Net Greeks of one underlying's book, and the prices they are taken at.
#pragma once

#include "core/event.h"
#include "hedge/state.h"

namespace hw::hedge {

/// Mid of a trusted, two-sided, uncrossed book; zero when there is none.
double mid_price(const EngineState&, InstrumentId);

/// Coins of delta that one contract of a future, perpetual or spot pair carries at `price`.
double delta_per_contract(const Instrument&, double price);

/// The forward that an instrument's payoff refers to: the reference moved by its slice's forward ratio.
double forward_of(const UnderlyingState&, const Held&);

/// Gives `held` the slice of its expiry and settlement, and its volatility from it; zero when there is none.
void attach_volatility(const EngineState&, const UnderlyingState&, Held& held);

/// Sums the whole book at the underlying's reference and the state's time. False: a held option has no
/// volatility (or the underlying no reference), and the sum is not to be hedged on.
bool evaluate(const EngineState&, const UnderlyingState&, Exposure& sum);

}  // namespace hw::hedge
