#include "hedge/envelope.h"

namespace hw::hedge {

Envelope envelope_of(const EngineState& state, UnderlyingId underlying, double net_delta) {
    Envelope e{net_delta, net_delta, 0};
    for (const OrderState& o : state.orders) {
        if (!o.open() || o.underlying != underlying) continue;
        ++e.open_orders;
        const double coins = o.leaves().to_double() * o.delta_per_contract;
        // A put's delta is negative: whoever buys it sells.
        const double move = o.side == Side::buy ? coins : -coins;
        if (o.leaves() > Qty{}) (move > 0 ? e.high : e.low) += move;
    }
    return e;
}

}  // namespace hw::hedge
