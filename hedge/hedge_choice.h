// Which instrument an underlying is hedged in at this moment: the cheapest of those it may use.
//
// The cost of trading so many coins now: the taker's fee, what the book takes beyond its mid (half the spread
// and the way through the levels), what the price may do while the venue holds aggressive orders back, and
// for an alternative the configured risk of its basis. The one in use stays until another saves more than a
// configured amount. What cannot be traded (not open, not trusted, one-sided, crossed, stale, its touch
// outside the venue's price band) is not chosen. The delta itself is always taken at `hedge_instrument`.
#pragma once

#include <optional>

#include "hedge/context.h"

namespace hw::hedge {

/// Looks the configured instruments up; after each definition.
void attach_alternatives(Context&, UnderlyingState&);

/// Fraction of the price that trading `coins` (positive) costs; nothing when it cannot be traded.
std::optional<double> trading_cost_of(const Context&, const UnderlyingState&, std::size_t place, Side,
                                      double coins);

/// Place in `HedgeChoice::instruments`; the one in use when none can be traded.
std::size_t choose_hedge(const Context&, const UnderlyingState&, Side, double coins);

/// The touch that an order of this side would take lies outside the venue's price band.
bool is_limit_locked(const Context&, InstrumentId, Side);

}  // namespace hw::hedge
