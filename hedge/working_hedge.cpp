#include "hedge/working_hedge.h"

#include <algorithm>
#include <cmath>

#include "hedge/credits.h"
#include "hedge/exposure.h"
#include "hedge/gate.h"
#include "hedge/hedge_choice.h"
#include "hedge/orders.h"
#include "hedge/regime.h"

namespace hw::hedge {

namespace {

/// Best price of a side without our own order there; nothing when the side is empty but for it.
std::optional<Price> best_of_others(const EngineState& state, InstrumentId id, Side side,
                                    const OrderState* ours) {
    const auto levels = state.books.levels(id, side);
    for (std::size_t n = levels.size(); n-- > 0;) {
        const Level& level = levels[n];
        const bool is_ours = ours != nullptr && ours->side == side && ours->instrument == id &&
                             level.price == ours->limit && level.qty <= ours->leaves();
        if (!is_ours) return level.price;
    }
    return std::nullopt;
}

const OrderState* resting_order(const EngineState& state, const UnderlyingState& u) {
    if (u.risk.working.resting.is_none()) return nullptr;
    for (const OrderState& o : state.orders) {
        if (o.id == u.risk.working.resting) return o.open() ? &o : nullptr;
    }
    return nullptr;
}

bool cancel(Context& c, UnderlyingState& u, OrderState& o) {
    if (!c.state.session_up || !pay_for_cancel(c)) return false;
    Action* const action = c.act(ActionType::cancel_order, o.underlying, o.instrument);
    if (action == nullptr) return false;
    CancelOrder& cancel = action->payload.cancel_order;
    cancel.order = c.identity_of(*action);
    cancel.original = o.id;
    cancel.qty = o.qty;
    cancel.side = o.side;
    o.status = OrderStatus::pending_cancel;
    o.heard = c.state.now;
    u.risk.working.canceling = 1;
    return true;
}

/// The touch of its own side went away from it, the better or the worse way.
bool touch_moved(const Context& c, const OrderState& o) {
    const auto best = best_of_others(c.state, o.instrument, o.side, &o);
    return best && *best != o.limit && !is_limit_locked(c, o.instrument, o.side);
}

bool is_inside(const UnderlyingState& u, const Corridor& corridor) {
    return std::abs(u.exposure.net_delta - corridor.target) <= corridor.half_width;
}

void rest(const Context& c, Proposal& p, Price at, bool post_only) {
    const Instrument& i = c.state.instruments[p.instrument];
    p.time_in_force = TimeInForce::gtc;
    p.post_only = post_only;
    p.limit =
        p.side == Side::buy ? round_down_to_tick(at, i.tick_at(at)) : round_up_to_tick(at, i.tick_at(at));
}

void cut_to_slice(const Context& c, const UnderlyingState& u, Proposal& p) {
    const ExecutionConfig& style = c.rules(u).execution;
    if (c.state.now - u.risk.working.last_slice < style.slice_interval) {
        p.qty = p.wanted = {};
        return;
    }
    const Instrument& i = c.state.instruments[p.instrument];
    const BookSet::Touch touch = c.state.books.touch(p.instrument);
    const Qty standing = p.side == Side::buy ? touch.ask_qty : touch.bid_qty;
    double most = standing.to_double() * style.participation;
    if (style.slice_coins > 0)
        most = std::min(most, style.slice_coins * regime_rules(c.rules(u), u).slice / p.delta_per_contract);
    const auto slice = Qty::from_double(most);
    if (!slice || *slice >= p.qty) return;
    p.qty = p.wanted = std::max(truncate_to_lot(*slice, i.lot), i.lot);
}

}  // namespace

void tend_resting(Context& c, UnderlyingId id, const Corridor& corridor) {
    UnderlyingState& u = c.underlying(id);
    WorkingHedge& w = u.risk.working;
    OrderState* const o = w.resting.is_none() ? nullptr : find_order(c.state, w.resting);
    if (o == nullptr || !o->open()) {
        w.resting = {};
        w.canceling = 0;
        if (is_inside(u, corridor)) w.begun = {}, w.taking = 0;
        return;
    }
    if (w.canceling != 0 || o->status == OrderStatus::unknown || o->status == OrderStatus::pending_new)
        return;
    const ExecutionConfig& style = c.rules(u).execution;
    if (is_inside(u, corridor)) {
        cancel(c, u, *o);
    } else if (c.state.now - w.begun >= style.deadline && !is_limit_locked(c, o->instrument, o->side)) {
        if (!cancel(c, u, *o)) return;
        w.taking = 1;
        c.alert(AlertCode::resting_deadline, id, o->instrument, (c.state.now - w.begun).to_seconds(),
                style.deadline.to_seconds(), o->id);
    } else if (c.state.now - w.repriced >= style.reprice && touch_moved(c, *o)) {
        if (cancel(c, u, *o)) c.alert(AlertCode::resting_repriced, id, o->instrument, 0, 0, o->id);
    }
}

void apply_style(const Context& c, const UnderlyingState& u, Proposal& p) {
    const ExecutionConfig& style = c.rules(u).execution;
    if (is_limit_locked(c, p.instrument, p.side)) {
        const TickerState& ticker = c.state.tickers[index(p.instrument)];
        if (u.risk.working.resting.is_none())
            return rest(c, p, p.side == Side::buy ? ticker.max_buy : ticker.min_sell, false);
        p.qty = p.wanted = {};  // one resting order is all
        return;
    }
    if (style.style == ExecutionStyle::sliced) return cut_to_slice(c, u, p);
    if (style.style != ExecutionStyle::passive || u.risk.working.taking != 0) return;
    const auto best = best_of_others(c.state, p.instrument, p.side, resting_order(c.state, u));
    // What goes beyond a resting order is urgent.
    if (!best || !u.risk.working.resting.is_none()) return;
    rest(c, p, *best, true);
}

void note_departure(Context& c, const Proposal& p, OrderId order) {
    WorkingHedge& w = c.underlying(p.underlying).risk.working;
    if (p.purpose != OrderPurpose::hedge && p.purpose != OrderPurpose::flatten) return;
    if (p.time_in_force == TimeInForce::ioc) {
        w.last_slice = c.state.now;
        return;
    }
    w.resting = order;
    w.canceling = 0;
    w.repriced = c.state.now;
    if (w.begun.is_zero()) w.begun = c.state.now;
}

double mid_without_ours(const EngineState& state, const UnderlyingState& u) {
    const OrderState* const ours = resting_order(state, u);
    if (ours == nullptr || ours->instrument != u.hedge) return mid_price(state, u.hedge);
    if (mid_price(state, u.hedge) == 0) return 0;
    const auto bid = best_of_others(state, u.hedge, Side::buy, ours);
    const auto ask = best_of_others(state, u.hedge, Side::sell, ours);
    return bid && ask ? (bid->to_double() + ask->to_double()) / 2 : 0;
}

}  // namespace hw::hedge
