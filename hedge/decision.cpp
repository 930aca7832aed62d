#include "hedge/decision.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "hedge/blind_watch.h"
#include "hedge/departure.h"
#include "hedge/envelope.h"
#include "hedge/exposure.h"
#include "hedge/gate.h"
#include "hedge/groups.h"
#include "hedge/host_watch.h"
#include "hedge/manual_hedge.h"
#include "hedge/orders.h"
#include "hedge/permit.h"
#include "hedge/policy/corridor.h"
#include "hedge/proposal.h"
#include "hedge/reconcile.h"
#include "hedge/stops.h"
#include "hedge/volatility.h"
#include "hedge/working_hedge.h"

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
    if (known_too_late(c.state, u.hedge)) return AlertCode::core_late;
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

/// How far the net delta is from where the policy wants it, and since when it has been outside.
void note_distance(Context& c, UnderlyingState& u, const Corridor& corridor) {
    const double away = std::abs(u.exposure.net_delta - corridor.target);
    if (away <= corridor.half_width) {
        u.trigger_sequence = 0;
    } else if (u.trigger_sequence == 0) {
        u.trigger_sequence = c.state.last_sequence;
    }
}

void note_switch(Context& c, UnderlyingId id, UnderlyingState& u, InstrumentId instrument) {
    HedgeChoice& hedges = u.risk.hedges;
    for (std::uint8_t n = 0; n < kMaxHedges; ++n) {
        if ((hedges.known >> n & 1) == 0 || hedges.instruments[n] != instrument) continue;
        hedges.chosen = n;
        hedges.since = c.state.now;
        c.alert(AlertCode::instrument_switched, id, instrument);
        return;
    }
}

void hedge_underlying(Context& c, UnderlyingId id, UnderlyingState& u) {
    const Corridor corridor = corridor_at(c, id);
    note_distance(c, u, corridor);
    if (!u.risk.working.resting.is_none() || !u.risk.working.begun.is_zero()) [[unlikely]]
        tend_resting(c, id, corridor);
    Envelope e = envelope_of(c.state, id, u.exposure.net_delta, u.hedge);
    note_flattened(c, u, corridor, e);
    if (send_manual_hedge(c, id, corridor, e)) return note_reason(c, id, u, AlertCode::none);
    if (u.breaks != 0 && !both_views_agree(c, id, corridor, e)) [[unlikely]] {
        note_reason(c, id, u, AlertCode::position_break);
        return;
    }
    Proposal p = propose(c, id, u, corridor, e);
    if (is_flattening(c.state, u)) p.purpose = OrderPurpose::flatten;
    if (p.qty.is_zero()) {
        if (corridor.is_turn) take_turn(u, c.state.now);
        note_reason(c, id, u, AlertCode::none);
        return;
    }
    if (c.state.now < u.backoff_until) {
        note_reason(c, id, u, AlertCode::backing_off);
        return;
    }
    const Departure departure = leave(c, p, corridor, e);
    if (departure.refused_by != AlertCode::none) {
        if (u.blocked_by != departure.refused_by && !departure.said)
            c.alert(departure.refused_by, id, p.instrument, departure.value, departure.limit);
        u.blocked_by = departure.refused_by;
        return;
    }
    if (corridor.is_turn) take_turn(u, c.state.now);
    if (p.instrument != u.risk.hedges.instruments[u.risk.hedges.chosen]) note_switch(c, id, u, p.instrument);
    note_reason(c, id, u, AlertCode::none);
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
    review_permit(c, id, reason);
    watch_blind(c, id, reason, unknown == AlertCode::none);
    if (reason != AlertCode::none) {
        expire_manual_hedge(c, id);
        note_reason(c, id, u, reason);
        return;
    }
    if (legs_missing(c.state, id) || c.state.books.slot(u.hedge).partial)
        return;  // half a message is no market
    hedge_underlying(c, id, u);
}

}  // namespace

Corridor corridor_at(const Context& c, UnderlyingId id) {
    const UnderlyingState& u = c.state.underlyings[index(id)];
    const UnderlyingConfig& rules = c.rules(u);
    Corridor corridor = corridor_of(rules, u, c.state.now);
    if (rules.target_of_options != 0)
        corridor.target += rules.target_of_options * options_delta(c.state, rules, id, u.exposure);
    return stopped_corridor(c, u, corridor);
}

AlertCode reason_not_to_hedge(Context& c, UnderlyingId id) {
    const UnderlyingState& u = c.underlying(id);
    if (c.state.killed) return AlertCode::killed;
    if (u.paused) return AlertCode::paused;
    if (u.contract_mismatch) return AlertCode::contract_mismatch;
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
        const Corridor corridor = corridor_at(c, UnderlyingId{n});
        const double shadow_delta = corridor.target + 2 * c.rules(u).band;
        const Envelope e = envelope_of(c.state, UnderlyingId{n}, shadow_delta, u.hedge);
        const Verdict v = pass_gate(c, propose(c, UnderlyingId{n}, u, corridor, e), corridor.target, e);
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
