#include "hedge/gate.h"

#include <algorithm>
#include <cmath>

namespace hw::hedge {

namespace {

std::uint32_t orders_in_last_second(const EngineState& state) {
    std::uint32_t count = 0;
    const std::uint64_t known = std::min<std::uint64_t>(state.rate_cursor, kMaxOrderRate);
    for (std::uint64_t i = 1; i <= known; ++i) {
        if (state.now - state.order_times[(state.rate_cursor - i) % kMaxOrderRate] >= Nanos::from_seconds(1))
            break;
        ++count;
    }
    return count;
}

/// Position in the hedge instrument if this order and all open ones on its side fill, in coins.
double worst_position(const Context& c, const Proposal& p) {
    double contracts = c.state.positions[index(p.instrument)].qty.to_double();
    const double sign = p.side == Side::buy ? 1 : -1;
    for (const OrderState& o : c.state.orders) {
        if (o.open() && o.instrument == p.instrument && o.side == p.side)
            contracts += sign * o.leaves().to_double();
    }
    return (contracts + sign * p.qty.to_double()) * p.delta_per_contract;
}

}  // namespace

Qty cut_to_max_order(const Context& c, Qty qty, double delta_per_contract, Qty lot) {
    const auto most = Qty::from_double(c.config.gate.max_order_coins / delta_per_contract);
    if (!most || qty.abs() <= *most) return qty;
    const Qty cut = truncate_to_lot(*most, lot);
    if (cut.is_zero()) return qty;
    return qty < Qty{} ? -cut : cut;
}

Verdict pass_gate(const Context& c, const Proposal& p, const Envelope& e) {
    const GateConfig& g = c.config.gate;
    Verdict v;
    const std::uint32_t rate = orders_in_last_second(c.state);
    const double position = worst_position(c, p);
    v.headroom_position = g.max_position_coins - std::abs(position);
    v.headroom_rate = static_cast<double>(g.max_orders_per_second) - rate;
    const auto refuse = [&v](AlertCode code, double value, double limit) {
        v.refused_by = code;
        v.value = value;
        v.limit = limit;
        return v;
    };
    if (c.state.killed) return refuse(AlertCode::gate_killed, 1, 0);
    const double away_bp = std::abs(p.limit.to_double() / p.mid - 1.0) * 1e4;
    if (!(away_bp <= g.collar_bp)) return refuse(AlertCode::gate_collar, away_bp, g.collar_bp);
    const double coins = p.qty.to_double() * p.delta_per_contract;
    // The cut was made in whole nano-contracts; back in coins it may be off in the last bits.
    if (!(coins <= g.max_order_coins * (1 + 1e-12)))
        return refuse(AlertCode::gate_max_qty, coins, g.max_order_coins);
    if (e.open_orders >= g.max_open_orders)
        return refuse(AlertCode::gate_open_orders, e.open_orders, g.max_open_orders);
    if (rate >= g.max_orders_per_second)
        return refuse(AlertCode::gate_order_rate, rate, g.max_orders_per_second);
    if (!(v.headroom_position >= 0)) {
        // Over the limit an order may still leave if it brings the position down.
        const double now = c.state.positions[index(p.instrument)].qty.to_double() * p.delta_per_contract;
        if (!(std::abs(position) < std::abs(now))) {
            return refuse(AlertCode::gate_position, std::abs(position), g.max_position_coins);
        }
    }
    return v;
}

void count_order(Context& c) {
    c.state.order_times[c.state.rate_cursor % kMaxOrderRate] = c.state.now;
    ++c.state.rate_cursor;
}

}  // namespace hw::hedge
