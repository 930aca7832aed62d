#include "hedge/decision.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "hedge/credits.h"
#include "hedge/envelope.h"
#include "hedge/exposure.h"
#include "hedge/gate.h"
#include "hedge/groups.h"
#include "hedge/orders.h"
#include "hedge/policy/wanted_trade.h"
#include "hedge/reconcile.h"
#include "hedge/volatility.h"

namespace hw::hedge {

namespace {

/// Vega, theta and the rest steer nothing within a millisecond.
constexpr Nanos kFullInterval = Nanos::from_ms(1);

AlertCode market_reason(const Context& c, const UnderlyingState& u) {
    if (!u.has_hedge) return AlertCode::definitions_incomplete;
    const Instrument& hedge = c.state.instruments[u.hedge];
    if (hedge.state != TradingState::open) return AlertCode::instrument_not_open;
    const BookSlot& slot = c.state.books.slot(u.hedge);
    if (!slot.trusted) return AlertCode::underlying_untrusted;
    const BookSet::Touch touch = c.state.books.touch(u.hedge);
    if (!touch.has_bid || !touch.has_ask) return AlertCode::underlying_one_sided;
    if (touch.bid >= touch.ask) return AlertCode::underlying_crossed;
    if (c.state.now - slot.heard > c.rules(u).stale_after) return AlertCode::underlying_stale;
    return AlertCode::none;
}

/// Says so once when the reason not to hedge changes.
void note_reason(Context& c, UnderlyingId id, UnderlyingState& u, AlertCode reason) {
    if (u.blocked_by == reason) return;
    u.blocked_by = reason;
    c.alert(reason == AlertCode::none ? AlertCode::hedging_resumed : reason, id,
            u.has_hedge ? u.hedge : kNoInstrument);
}

/// Touch plus the slippage cap, on the tick grid and inside the venue's price band.
Price limit_price(const Context& c, const UnderlyingState& u, Side side, const BookSet::Touch& touch) {
    const Instrument& hedge = c.state.instruments[u.hedge];
    const TickerState& ticker = c.state.tickers[index(u.hedge)];
    const double cap = c.rules(u).slippage_cap_bp * 1e-4;
    if (side == Side::buy) {
        const auto room = static_cast<std::int64_t>(touch.ask.to_double() * cap * 1e9);
        Price limit = touch.ask + Price::from_nanos(room);
        if (ticker.max_buy > Price{}) limit = std::min(limit, ticker.max_buy);
        return round_down_to_tick(limit, hedge.tick_at(limit));
    }
    const auto room = static_cast<std::int64_t>(touch.bid.to_double() * cap * 1e9);
    Price limit = touch.bid - Price::from_nanos(room);
    if (ticker.min_sell > Price{}) limit = std::max(limit, ticker.min_sell);
    return round_up_to_tick(limit, hedge.tick_at(limit));
}

void send(Context& c, UnderlyingId id, UnderlyingState& u, const Proposal& p, const Envelope& e,
          const Verdict& v, OrderState* slot) {
    Action* action = c.act(ActionType::new_order, id, p.instrument);
    if (action == nullptr) return;
    const UnderlyingConfig& rules = c.rules(u);
    NewOrder& order = action->payload.new_order;
    order.order = c.identity_of(*action);
    order.qty = p.qty;
    order.limit = p.limit;
    order.side = p.side;
    order.time_in_force = TimeInForce::ioc;
    order.why = {u.exposure.net_delta,
                 e.low,
                 e.high,
                 rules.target_delta,
                 rules.band,
                 u.reference,
                 p.delta_per_contract,
                 v.headroom_position,
                 v.headroom_rate,
                 credits_above_reserve(c.state, c.config),
                 u.trigger_sequence};
    *slot = {};
    slot->id = order.order;
    slot->qty = p.qty;
    slot->limit = p.limit;
    slot->sent = c.state.now;
    slot->heard = c.state.now;
    slot->delta_per_contract = p.delta_per_contract;
    slot->instrument = p.instrument;
    slot->underlying = id;
    slot->side = p.side;
    slot->time_in_force = TimeInForce::ioc;
    slot->status = OrderStatus::pending_new;
    ++u.orders_sent;
    u.max_delta_outside = std::max(u.max_delta_outside, std::abs(u.exposure.net_delta - rules.target_delta));
    count_order(c);
    pay_for_order(c);
}

/// The order that would bring the envelope back; quantity zero when there is none to send.
Proposal propose(const Context& c, UnderlyingId id, const UnderlyingState& u, const Envelope& e) {
    const UnderlyingConfig& rules = c.rules(u);
    const Instrument& hedge = c.state.instruments[u.hedge];
    Proposal p;
    p.underlying = id;
    p.instrument = u.hedge;
    p.mid = u.reference;
    p.delta_per_contract = delta_per_contract(hedge, u.reference);
    const double coins = wanted_trade(rules, e);
    const double above = rules.target_delta + rules.band;
    const double below = rules.target_delta - rules.band;
    const double near_edge = coins < 0 ? e.low - above : below - e.high;
    const double far_edge = coins < 0 ? e.low - below : above - e.high;
    Qty qty = lots_for(coins, p.delta_per_contract, hedge.lot, near_edge, far_edge);
    p.wanted = qty.abs();
    qty = cut_to_max_order(c, qty, p.delta_per_contract, hedge.lot);
    p.side = qty < Qty{} ? Side::sell : Side::buy;
    p.qty = qty.abs();
    if (!p.qty.is_zero()) p.limit = limit_price(c, u, p.side, c.state.books.touch(u.hedge));
    return p;
}

void hedge_underlying(Context& c, UnderlyingId id, UnderlyingState& u) {
    const UnderlyingConfig& rules = c.rules(u);
    const double away = std::abs(u.exposure.net_delta - rules.target_delta);
    if (away <= rules.band) {
        u.trigger_sequence = 0;
    } else if (u.trigger_sequence == 0) {
        u.trigger_sequence = c.state.last_sequence;
    }
    Envelope e = envelope_of(c.state, id, u.exposure.net_delta);
    if (u.breaks != 0 && !both_views_agree(c, id, e)) [[unlikely]] {
        note_reason(c, id, u, AlertCode::position_break);
        return;
    }
    const Proposal p = propose(c, id, u, e);
    if (p.qty.is_zero()) {
        note_reason(c, id, u, AlertCode::none);
        return;
    }
    if (c.state.now < u.backoff_until) {
        note_reason(c, id, u, AlertCode::backing_off);
        return;
    }
    const Verdict v = pass_gate(c, p, e);
    if (v.refused_by != AlertCode::none) {
        if (u.blocked_by != v.refused_by) c.alert(v.refused_by, id, p.instrument, v.value, v.limit);
        u.blocked_by = v.refused_by;
        return;
    }
    if (!credits_for_order(c)) {
        u.blocked_by = AlertCode::credits_low;  // said once for all of them
        return;
    }
    OrderState* slot = new_order_slot(c);
    if (slot == nullptr) {
        note_reason(c, id, u, AlertCode::orders_full);
        return;
    }
    note_reason(c, id, u, AlertCode::none);
    if (p.wanted != p.qty) {
        c.alert(AlertCode::gate_max_qty, id, p.instrument, p.wanted.to_double() * p.delta_per_contract,
                c.config.gate.max_order_coins);
    }
    send(c, id, u, p, e, v, slot);
}

void decide_one(Context& c, UnderlyingId id) {
    UnderlyingState& u = c.underlying(id);
    const AlertCode unknown = evaluate(c.state, c.config, id, u.exposure);
    u.ladder_ticks += u.exposure.looked_up;
    c.state.decided |= 1ULL << index(id);
    u.exposure_time = c.state.now;
    if (!u.configured) {
        note_reason(c, id, u, u.positions_held > 0 ? AlertCode::unhedged_underlying : AlertCode::none);
        return;
    }
    ++c.state.decisions;
    AlertCode reason = reason_not_to_hedge(c, id);
    if (reason == AlertCode::none) reason = unknown;
    if (reason == AlertCode::none) reason = surface_reason(c.state, c.config, id);
    if (reason != AlertCode::none) {
        note_reason(c, id, u, reason);
        return;
    }
    if (legs_missing(c.state, id) || c.state.books.slot(u.hedge).partial)
        return;  // half a message is no market
    hedge_underlying(c, id, u);
}

}  // namespace

AlertCode reason_not_to_hedge(Context& c, UnderlyingId id) {
    const UnderlyingState& u = c.underlying(id);
    if (c.state.killed) return AlertCode::killed;
    if (u.paused) return AlertCode::paused;
    if (!c.state.definitions_complete) return AlertCode::definitions_incomplete;
    if (!c.state.session_up) return AlertCode::session_down;
    if (!u.reconciled) return AlertCode::unreconciled;
    if (has_unknown_order(c.state, id)) return AlertCode::order_unknown;
    return market_reason(c, u);
}

double rehearse(const Context& c) {
    double sum = 0;
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n) {
        const UnderlyingState& u = c.state.underlyings[n];
        if (!u.configured || !u.has_hedge || !(u.reference > 0)) continue;
        Exposure shadow;
        evaluate(c.state, c.config, UnderlyingId{n}, shadow);
        const UnderlyingConfig& rules = c.rules(u);
        const Envelope e = envelope_of(c.state, UnderlyingId{n}, rules.target_delta + 2 * rules.band);
        const Verdict v = pass_gate(c, propose(c, UnderlyingId{n}, u, e), e);
        sum += shadow.net_delta + v.headroom_position;
    }
    return sum;
}

void complete(Context& c) {
    std::uint64_t decided = c.state.decided;
    c.state.decided = 0;
    for (; decided != 0; decided &= decided - 1) {
        const UnderlyingId id{static_cast<std::uint16_t>(std::countr_zero(decided))};
        UnderlyingState& u = c.underlying(id);
        if (!u.full_due && c.state.now - u.full_time < kFullInterval) continue;
        complete_greeks(c.state, c.config, id, u.exposure);
        u.full_time = c.state.now;
        u.full_due = 0;
    }
}

void decide(Context& c) {
    std::uint64_t dirty = c.state.dirty;
    c.state.dirty = 0;
    for (; dirty != 0; dirty &= dirty - 1) {
        decide_one(c, UnderlyingId{static_cast<std::uint16_t>(std::countr_zero(dirty))});
    }
}

}  // namespace hw::hedge
