#include "hedge/orders.h"

#include <algorithm>

#include "hedge/drop_copy_watch.h"
#include "hedge/missing_fills.h"
#include "hedge/open_orders.h"
#include "hedge/order_transitions.h"
#include "hedge/reconcile.h"
#include "hedge/stops.h"

namespace hw::hedge {

OrderState* find_order(EngineState& state, OrderId id) {
    if (id.is_none()) return nullptr;
    for (OrderState& o : state.orders) {
        if (o.id == id) return &o;
    }
    return nullptr;
}

namespace {

/// Waits before the next order, twice as long for each refusal in a row (64 times at most).
void back_off(Context& c, UnderlyingState& u) {
    const std::uint32_t doublings = u.refusals < 6 ? u.refusals : 6;
    const Nanos pause = std::clamp(c.config.reject_backoff, Nanos{}, Nanos::from_seconds(3600));
    u.backoff_until = c.state.now + Nanos::from_ns(pause.ns() << doublings);
    if (u.refusals < 1000) ++u.refusals;
}

void rejected(Context& c, const OrderState& o, const OrderUpdate& update) {
    UnderlyingState& u = c.underlying(o.underlying);
    ++u.orders_rejected;
    back_off(c, u);
    c.alert(AlertCode::order_rejected, o.underlying, o.instrument, update.reject_code, 0, o.id);
}

/// Two IOCs in a row that took nothing: the market is not where we see it.
void ended_unfilled(Context& c, const OrderState& o) {
    UnderlyingState& u = c.underlying(o.underlying);
    ++u.orders_unfilled;
    if (++u.empty_iocs < 2) return;
    u.empty_iocs = 0;
    back_off(c, u);
}

/// The venue says the order is over. Its fills came before on the same session; if they do not add up, one is
/// lost.
void end_order(Context& c, OrderState& o, const OrderUpdate& update) {
    if (knows_of_more(o, update.cum_qty)) fills_missing(c, o, update.cum_qty, update.status);
    if (o.missing()) return;
    if (update.cum_qty < o.cum) {
        c.kill(AlertCode::quantity_missed, o.underlying, o.instrument, o.cum.to_double(),
               update.cum_qty.to_double(), o.id);
    }
    o.status = update.status;
    if (update.status == OrderStatus::rejected) {
        rejected(c, o, update);
    } else if (o.cum.is_zero() && o.time_in_force == TimeInForce::ioc) {
        ended_unfilled(c, o);
    }
    c.mark_dirty(o.underlying);
}

void check_filled(Context& c, const OrderState& o) {
    if (o.leaves() < Qty{})
        c.kill(AlertCode::over_fill, o.underlying, o.instrument, o.cum.to_double(), o.qty.to_double(), o.id);
}

}  // namespace

void fill_order(Context& c, OrderState& o, const Execution& e) {
    o.cum += e.last_qty;
    o.heard = c.state.now;
    UnderlyingState& u = c.underlying(o.underlying);
    ++u.hedge_fills;
    u.refusals = 0;
    u.empty_iocs = 0;
    check_filled(c, o);
    // The venue calls it done, and not all of it reached us: no later report would show that. (What one
    // session has told, the other one may be about to.)
    o.status = status_after_fill(o.status, o.leaves() <= Qty{});
    if (e.source == SessionRole::order && e.leaves_qty.is_zero() && knows_of_more(o, e.cum_qty))
        fills_missing(c, o, e.cum_qty, OrderStatus::unknown);
    fills_told(c, o);
}

void change_filled(Context& c, OrderId id, Qty change) {
    OrderState* o = find_order(c.state, id);
    if (o == nullptr) return;
    o->cum += change;
    if (change < Qty{}) o->busted -= change;
    check_filled(c, *o);
    fills_told(c, *o);
    c.mark_dirty(o->underlying);
}

OrderState* new_order_slot(Context& c) {
    forget_finished(c.state);
    for (std::size_t i = 0; i < kMaxOrders; ++i) {
        OrderState& o = c.state.orders[c.state.order_cursor];
        c.state.order_cursor = (c.state.order_cursor + 1) % kMaxOrders;
        if (!o.open() && !o.missing()) return &o;
    }
    return nullptr;
}

bool has_unknown_order(const EngineState& state, UnderlyingId underlying) {
    bool found = false;
    for_each_open(state, [&](const OrderState& o) {
        found |= o.underlying == underlying && o.status == OrderStatus::unknown;
    });
    return found;
}

void on_order_update(Context& c, const OrderUpdate& update) {
    OrderState* o = find_order(c.state, update.order);
    if (o == nullptr || !o->open()) return;
    o->heard = c.state.now;
    if (is_over(update.status)) return end_order(c, *o, update);
    if (o->missing()) return;  // in doubt until that has come
    const bool answer = update.from_status_request != 0;
    const OrderStatus before = o->status;
    o->status = next_status(before, update.status, answer, !o->cum.is_zero());
    if (update.status >= OrderStatus::unknown) {
        // News that it is in doubt; as an answer it only says that the venue has no such order.
        if (o->status != before) c.mark_dirty(o->underlying);
        if (update.status == OrderStatus::unknown && !answer) c.ask_settlement();
        return;
    }
    if (answer) {
        o->settle_seen = 1;
        if (knows_of_more(*o, update.cum_qty)) fills_missing(c, *o, update.cum_qty, OrderStatus::unknown);
    }
    c.mark_dirty(o->underlying);
}

void on_cancel_reject(Context& c, const CancelReject& reject) {
    OrderState* o = find_order(c.state, reject.order);
    const UnderlyingId underlying = o != nullptr ? o->underlying : kNoUnderlying;
    c.alert(AlertCode::cancel_rejected, underlying, kNoInstrument, reject.reason, 0, reject.order);
    if (o != nullptr && o->open() && o->status == OrderStatus::pending_cancel) {
        o->status = OrderStatus::unknown;  // it may have been filled meanwhile
        c.ask_settlement();
    }
}

void on_order_unsent(Context& c, const OrderUnsent& unsent) {
    OrderState* o = find_order(c.state, unsent.order);
    if (o == nullptr) {
        // Of requests only the mass cancel matters when it did not leave: it goes out when the session is
        // back.
        if (c.state.killed || any_halt(c.state)) c.state.mass_cancel_due = 1;
        return;
    }
    if (!o->open()) return;
    o->status = OrderStatus::canceled;
    if (o->cum.is_zero()) ++c.underlying(o->underlying).orders_unfilled;
    // Whatever kept it from leaving is likely to keep the next one.
    back_off(c, c.underlying(o->underlying));
    c.mark_dirty(o->underlying);
}

void forget_order_states(Context& c) {
    for (OrderState& o : c.state.orders) {
        if (o.open()) o.status = OrderStatus::unknown;
    }
    c.state.settling = 0;
    c.mark_all_dirty();
}

namespace {
bool any_unknown(const EngineState& state) {
    for (const OrderState& o : state.orders) {
        if (o.open() && o.status == OrderStatus::unknown && !o.missing()) return true;
    }
    return false;
}
}  // namespace

namespace {

void order_session(Context& c, bool up) {
    const bool was_up = c.state.session_up != 0;
    c.state.session_up = up;
    if (!up) {
        order_session_lost(c);
        if (was_up) forget_order_states(c);
        return;
    }
    if (c.state.mass_cancel_due)
        c.mass_cancel(any_halt(c.state) && !c.state.killed ? AlertCode::stop_halt : c.state.killed_by);
    if (any_unknown(c.state)) c.ask_settlement();
    c.mark_all_dirty();
}

}  // namespace

void on_session_state(Context& c, const SessionState& session) {
    switch (session.role) {
        case SessionRole::order:
            order_session(c, session.up != 0);
            break;
        case SessionRole::account:
            account_session(c, session.up != 0);
            break;
    }
    sessions_changed(c);
}

void on_settle_complete(Context& c) {
    if (!c.state.settling) return;
    c.state.settling = 0;
    for (OrderState& o : c.state.orders) {
        // The venue named all it still has, and all fills before that have been booked: this one is over.
        if (!o.open() || o.status != OrderStatus::unknown || o.settle_seen || o.missing()) continue;
        o.status = OrderStatus::expired;
        if (o.cum.is_zero()) ++c.underlying(o.underlying).orders_unfilled;
    }
    c.mark_all_dirty();
}

void check_timeouts(Context& c) {
    bool doubtful = false;
    for (OrderState& o : c.state.orders) {
        if (!o.open() || o.status == OrderStatus::unknown) continue;
        const bool rests = o.time_in_force != TimeInForce::ioc &&
                           (o.status == OrderStatus::live || o.status == OrderStatus::partially_filled);
        if (rests || c.state.now - o.heard < c.config.order_timeout) continue;
        c.alert(AlertCode::order_timeout, o.underlying, o.instrument, (c.state.now - o.heard).to_seconds(),
                c.config.order_timeout.to_seconds(), o.id);
        o.status = OrderStatus::unknown;
        c.mark_dirty(o.underlying);
        doubtful = true;
    }
    const bool lately = c.state.now - c.state.settle_asked <= c.config.order_timeout;
    if (lately && (c.state.settling || !doubtful)) return;
    // As long as an order is in doubt nothing is hedged: a question that was lost, or answered without a word
    // of it, is asked again.
    c.state.settling = 0;
    if (any_unknown(c.state)) c.ask_settlement();
}

}  // namespace hw::hedge
