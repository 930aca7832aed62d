#include "hedge/missing_fills.h"

#include <algorithm>

#include "hedge/order_transitions.h"

namespace hw::hedge {

namespace {

bool may_come(const Context& c) { return c.config.drop_copy && !c.state.account.both_up_since.is_zero(); }

void forget(OrderState& o) {
    o.missing_since = {};
    o.missing_cum = {};
    if (is_over(o.missing_end) && o.open()) o.status = o.missing_end;
    o.missing_end = OrderStatus::pending_new;
}

void give_up(Context& c, OrderState& o) {
    c.kill(AlertCode::quantity_missed, o.underlying, o.instrument, o.cum.to_double(),
           o.missing_cum.to_double(), o.id);
    forget(o);
    c.mark_dirty(o.underlying);
}

}  // namespace

bool knows_of_more(const OrderState& o, Qty cum) { return cum > o.cum + o.busted; }

void fills_missing(Context& c, OrderState& o, Qty cum, OrderStatus end) {
    if (!o.missing()) o.missing_since = c.state.now;
    o.missing_cum = std::max(o.missing_cum, cum);
    if (!is_over(o.missing_end)) o.missing_end = end;
    if (!may_come(c)) return give_up(c, o);
    if (o.open()) o.status = OrderStatus::unknown;
    c.mark_dirty(o.underlying);
}

void fills_told(Context& c, OrderState& o) {
    if (!o.missing() || knows_of_more(o, o.missing_cum)) return;
    forget(o);
    if (o.open()) c.ask_settlement();
    c.mark_dirty(o.underlying);
}

void check_missing(Context& c) {
    for (OrderState& o : c.state.orders) {
        if (!o.missing()) continue;
        if (!may_come(c) || c.state.now - o.missing_since >= c.config.unmatched_after) give_up(c, o);
    }
}

}  // namespace hw::hedge
