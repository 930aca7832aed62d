// The limits that hold at this moment: as configured, or as a person has tightened them while it runs, for
// one underlying or for all.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// The smaller of two limits; zero is none.
constexpr double tighter(double a, double b) { return a > 0 && !(b > 0 && b <= a) ? a : b; }

/// As configured, for one underlying or (null) for the account; zero: none.
constexpr double configured_limit(const EngineConfig& config, const UnderlyingConfig* rules, LimitKind kind) {
    switch (kind) {
        case LimitKind::max_order:
            return config.gate.max_order_coins;
        case LimitKind::max_position:
            return config.gate.max_position_coins;
        case LimitKind::max_delta:
            return rules != nullptr ? rules->max_delta_coins : 0;
        case LimitKind::max_notional:
            return config.gate.max_order_notional;
        case LimitKind::orders_per_second:
            return config.gate.max_orders_per_second;
        case LimitKind::daily_fill:
            return config.gate.max_daily_fill_coins;
        case LimitKind::count_:
            break;
    }
    return 0;
}

/// In the units of LimitKind; zero: no limit.
inline double limit_of(const EngineState& state, const EngineConfig& config, const UnderlyingState& u,
                       LimitKind kind) {
    const auto place = static_cast<std::size_t>(kind);
    const double configured = configured_limit(config, &rules_of(config, u), kind);
    return tighter(u.risk.overrides.limits[place], tighter(state.risk.overrides.limits[place], configured));
}

}  // namespace hw::hedge
