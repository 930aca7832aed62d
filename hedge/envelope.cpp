#include "hedge/envelope.h"

#include "hedge/open_orders.h"

namespace hw::hedge {

Envelope envelope_of(const EngineState& state, UnderlyingId underlying, double net_delta,
                     InstrumentId counted) {
    Envelope e{net_delta, net_delta, 0, counted, {}, {}};
    for_each_open(state, [&](const OrderState& o) {
        if (o.underlying != underlying) return;
        ++e.open_orders;
        const Qty leaves = o.leaves();
        if (leaves <= Qty{}) return;
        // A put's delta is negative: whoever buys it sells.
        const bool buys = o.side == Side::buy;
        const double coins = (buys ? leaves : -leaves).to_double() * o.delta_per_contract;
        (coins > 0 ? e.high : e.low) += coins;
        if (o.instrument == counted) (buys ? e.buying : e.selling) += leaves;
    });
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
