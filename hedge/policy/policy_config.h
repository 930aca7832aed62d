// Which rule says when an underlying is hedged, and what the rule is given.
#pragma once

#include <cstdint>

#include "core/types.h"

namespace hw::hedge {

enum class PolicyKind : std::uint8_t {
    fixed_band = 0,   ///< outside target +- band
    whalley_wilmott,  ///< outside a band worked out from cost, gamma and risk aversion
    zakamouline,      ///< likewise, around the delta at a volatility that allows for the costs
    interval,         ///< every so often, whatever the delta is
    price_move,       ///< whenever the underlying has moved so far
    toward_delta,     ///< a part of the way every so often: trading speed proportional to the mis-hedge
};

/// With every kind, `UnderlyingConfig::band` is the widest that is ever allowed: outside it is hedged at
/// once.
struct PolicyConfig {
    PolicyKind kind = PolicyKind::fixed_band;
    double risk_aversion = 0;  ///< gamma_a of the two cost-aware bands, 1 / quote currency
    double extra_cost_bp = 0;  ///< one-way, over the taker's fee and half the spread
    Nanos interval = Nanos{};  ///< of `interval` and `toward_delta`
    double move_bp = 0;        ///< of `price_move`; basis points
    double part = 1;           ///< of `toward_delta`: of the mis-hedge, traded each time; (0, 1]
};

}  // namespace hw::hedge
