// Which Greeks beyond their hard limit an option order would take further out.
//
// The planner says which limits are broken (RiskFigures::hard), and the sign of the totals. Bought options
// add gamma and vega and cost theta, sold ones the other way round. An order in an expiry outside a broken
// bucket does not touch it. Inside one the sign is not known here: an overlay's order, which the planner
// made from the bucket's own figures, may pass, any other is refused.
#pragma once

#include "hedge/context.h"
#include "hedge/proposal.h"

namespace hw::hedge {

/// Bit set of `limit_bit`; zero: none.
std::uint32_t greeks_hurt(const Context&, const UnderlyingState&, const Proposal&);

}  // namespace hw::hedge
