#include "hedge/envelope.h"

#include <algorithm>
#include <array>

#include "hedge/open_orders.h"

namespace hw::hedge {

Envelope envelope_of(const EngineState& state, UnderlyingId underlying, double net_delta,
                     InstrumentId counted) {
    Envelope e{net_delta, net_delta, 0, counted, {}, {}};
    // Side and status are as good as random: nothing here branches on them.
    double up = 0, down = 0;
    std::array<std::int64_t, 2> contracts{};  // by side
    std::uint32_t open = 0;
    for_each_maybe_open(state, [&](const OrderState& o) {
        const bool counts = o.open() & (o.underlying == underlying);
        open += counts;
        const std::int64_t leaves = counts ? std::max<std::int64_t>(o.leaves().nanos(), 0) : 0;
        const std::int64_t sells = o.side == Side::sell;
        contracts[sells] += o.instrument == counted ? leaves : 0;
        // A put's delta is negative: whoever buys it sells.
        const double coins = static_cast<double>(leaves * (1 - 2 * sells)) * 1e-9 * o.delta_per_contract;
        up += std::max(coins, 0.0);
        down += std::min(coins, 0.0);
    });
    e.high += up;
    e.low += down;
    e.open_orders = open;
    e.buying = Qty::from_nanos(contracts[0]);
    e.selling = Qty::from_nanos(contracts[1]);
    return e;
}

Qty in_flight(const EngineState& state, const Envelope& e, InstrumentId id, Side side) {
    if (e.counted == id) return side == Side::buy ? e.buying : e.selling;
    Qty sum;
    for_each_open(state, [&](const OrderState& o) {
        if (o.instrument == id && o.side == side && o.leaves() > Qty{}) sum += o.leaves();
    });
    return sum;
}

}  // namespace hw::hedge
