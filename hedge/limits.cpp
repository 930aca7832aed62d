#include "hedge/limits.h"

#include "hedge/context.h"

namespace hw::hedge {

namespace {

double configured_limit(const EngineConfig& config, const UnderlyingState& u, LimitKind kind) {
    const GateConfig& gate = config.gate;
    switch (kind) {
        case LimitKind::max_order:
            return gate.max_order_coins;
        case LimitKind::max_position:
            return gate.max_position_coins;
        case LimitKind::max_delta:
            return rules_of(config, u).max_delta_coins;
        case LimitKind::max_notional:
            return gate.max_order_notional;
        case LimitKind::orders_per_second:
            return gate.max_orders_per_second;
        case LimitKind::daily_fill:
            return gate.max_daily_fill_coins;
        case LimitKind::count_:
            break;
    }
    return 0;
}

}  // namespace

double limit_of(const EngineState& state, const EngineConfig& config, const UnderlyingState& u,
                LimitKind kind) {
    const auto place = static_cast<std::size_t>(kind);
    return tighter(u.risk.overrides.limits[place],
                   tighter(state.risk.overrides.limits[place], configured_limit(config, u, kind)));
}

}  // namespace hw::hedge
