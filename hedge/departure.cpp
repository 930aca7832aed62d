#include "hedge/departure.h"

#include <algorithm>
#include <cmath>

#include "hedge/credits.h"
#include "hedge/gate.h"
#include "hedge/orders.h"
#include "hedge/working_hedge.h"

namespace hw::hedge {

namespace {

WhyRecord why_of(const Context& c, const UnderlyingState& u, const Proposal& p, const Corridor& corridor,
                 const Envelope& e, const Verdict& v) {
    WhyRecord why{};
    why.net_delta = u.exposure.net_delta;
    why.envelope_low = e.low;
    why.envelope_high = e.high;
    why.target = corridor.target;
    why.band = corridor.half_width;
    why.reference_price = u.reference;
    why.delta_per_contract = p.delta_per_contract;
    why.headroom_position = v.headroom_position;
    why.headroom_rate = v.headroom_rate;
    why.headroom_credits = credits_above_reserve(c.state, c.config);
    why.trigger_sequence = u.trigger_sequence;
    why.policy = static_cast<std::uint8_t>(c.rules(u).policy.kind);
    why.regime = static_cast<std::uint8_t>(u.risk.regime.regime);
    why.purpose = p.purpose;
    return why;
}

void remember(OrderState& slot, const NewOrder& order, const Proposal& p, Nanos now) {
    slot = {};
    slot.id = order.order;
    slot.qty = p.qty;
    slot.limit = p.limit;
    slot.sent = now;
    slot.heard = now;
    slot.delta_per_contract = p.delta_per_contract;
    slot.instrument = p.instrument;
    slot.underlying = p.underlying;
    slot.side = p.side;
    slot.time_in_force = p.time_in_force;
    slot.status = OrderStatus::pending_new;
}

void describe(NewOrder& order, OrderId id, const Proposal& p, const WhyRecord& why) {
    order.order = id;
    order.qty = p.qty;
    order.limit = p.limit;
    order.side = p.side;
    order.time_in_force = p.time_in_force;
    order.post_only = p.post_only;
    order.why = why;
}

/// Nothing leaves and nothing is used up by what only would have left. A person's hedge is always shown.
constexpr Nanos kShadowInterval = Nanos::from_seconds(1);
void show_shadow(Context& c, UnderlyingState& u, const Proposal& p, const WhyRecord& why) {
    if (c.state.now < u.risk.shadow_until && p.purpose != OrderPurpose::manual) return;
    Action* action = c.act(ActionType::shadow_order, p.underlying, p.instrument);
    if (action == nullptr) return;
    describe(action->payload.new_order, c.identity_of(*action), p, why);
    const OrderId id = action->payload.new_order.order;
    if (c.state.now >= u.risk.shadow_until)
        c.alert(AlertCode::shadow_order, p.underlying, p.instrument, signed_qty(p.side, p.qty).to_double(),
                p.limit.to_double(), id);
    u.risk.shadow_until = c.state.now + kShadowInterval;
}

bool send(Context& c, UnderlyingState& u, const Proposal& p, const WhyRecord& why, OrderState& slot) {
    Action* action = c.act(ActionType::new_order, p.underlying, p.instrument);
    if (action == nullptr) return false;
    NewOrder& order = action->payload.new_order;
    describe(order, c.identity_of(*action), p, why);
    remember(slot, order, p, c.state.now);
    note_departure(c, p, order.order);
    ++u.orders_sent;
    u.max_delta_outside = std::max(u.max_delta_outside, std::abs(u.exposure.net_delta - why.target));
    count_order(c);
    pay_for_order(c);
    return true;
}

}  // namespace

Departure leave(Context& c, const Proposal& p, const Corridor& corridor, const Envelope& e) {
    UnderlyingState& u = c.underlying(p.underlying);
    const Verdict v = pass_gate(c, p, e);
    if (v.refused_by != AlertCode::none) return {v.refused_by, v.value, v.limit, false};
    if (c.config.shadow) [[unlikely]] {
        show_shadow(c, u, p, why_of(c, u, p, corridor, e, v));
        return {};
    }
    if (!credits_for_order(c)) return {AlertCode::credits_low, 0, 0, true};  // said once for all of them
    OrderState* const slot = new_order_slot(c);
    if (slot == nullptr) return {AlertCode::orders_full, kMaxOrders, kMaxOrders, false};
    if (p.wanted != p.qty) {
        c.alert(AlertCode::gate_max_qty, p.underlying, p.instrument,
                p.wanted.to_double() * p.delta_per_contract, c.config.gate.max_order_coins);
    }
    if (!send(c, u, p, why_of(c, u, p, corridor, e, v), *slot)) return {AlertCode::orders_full, 0, 0, true};
    return {};
}

}  // namespace hw::hedge
