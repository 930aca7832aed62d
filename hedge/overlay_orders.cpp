#include "hedge/overlay_orders.h"

#include <algorithm>
#include <cmath>

#include "hedge/decision.h"
#include "hedge/departure.h"
#include "hedge/envelope.h"
#include "hedge/exposure.h"
#include "hedge/gate.h"
#include "hedge/groups.h"
#include "hedge/option_terms.h"
#include "hedge/volatility.h"

namespace hw::hedge {

namespace {

bool is_leg(const Context& c, UnderlyingId underlying, InstrumentId id, const Overlay::Leg& leg) {
    if (!c.state.instruments.contains(id)) return false;
    const Instrument& i = c.state.instruments[id];
    return i.is_option() && i.underlying == underlying && !leg.qty.is_zero() &&
           truncate_to_lot(leg.qty, i.lot) == leg.qty && leg.limit > Price{} &&
           round_down_to_tick(leg.limit, i.tick_at(leg.limit)) == leg.limit;
}

bool usable(const Context& c, const Overlay& o) {
    const bool known = index(o.underlying) < c.state.underlying_count && o.count <= kMaxOverlayLegs &&
                       o.position_sequence <= c.state.last_sequence;
    if (!known || !c.state.underlyings[index(o.underlying)].configured) return false;
    for (std::size_t n = 0; n < o.count; ++n) {
        if (!is_leg(c, o.underlying, o.instruments[n], o.legs[n])) return false;
    }
    return true;
}

std::uint64_t newest_option_change(const LadderState& l) {
    return l.change_count == 0 ? 0 : l.changes[(l.change_count - 1) % l.changes.size()].sequence;
}

/// Prices move all the time; other options or amounts are other advice.
bool same_advice(const Overlay& a, const Overlay& b) {
    if (a.count != b.count) return false;
    for (std::size_t n = 0; n < a.count; ++n) {
        if (a.instruments[n] != b.instruments[n] || a.legs[n].qty != b.legs[n].qty) return false;
    }
    return true;
}

/// The net delta as it is now, where legs may be sent at all.
bool may_send(Context& c, UnderlyingId id) {
    UnderlyingState& u = c.underlying(id);
    if (reason_not_to_hedge(c, id) != AlertCode::none) return false;
    if (evaluate(c.state, c.config, id, u.exposure) != AlertCode::none) return false;
    if (surface_reason(c.state, c.config, id) != AlertCode::none) return false;
    if (u.breaks != 0 || c.state.now < u.backoff_until || legs_missing(c.state, id)) return false;
    return envelope_of(c.state, id, u.exposure.net_delta).open_orders == 0;
}

/// Quantity zero when the option cannot be bought or sold now.
Proposal leg_order(const Context& c, const Overlay& o, std::size_t n) {
    const InstrumentId id = o.instruments[n];
    const Instrument& i = c.state.instruments[id];
    const auto greeks = option_greeks(c.state, c.rules(c.state.underlyings[index(o.underlying)]), i);
    Proposal p;
    p.underlying = o.underlying;
    p.instrument = id;
    p.purpose = OrderPurpose::overlay;
    p.side = o.legs[n].qty > Qty{} ? Side::buy : Side::sell;
    p.limit = o.legs[n].limit;
    p.mid = mid_price(c.state, id);
    if (i.state != TradingState::open || !(p.mid > 0) || !greeks) return p;
    p.delta_per_contract = i.contract_size.to_double() * greeks->net_delta;
    p.wanted = o.legs[n].qty.abs();
    p.qty = cut_to_max_order(c, p, p.wanted);
    return p;
}

void send_legs(Context& c, const Overlay& o) {
    UnderlyingState& u = c.underlying(o.underlying);
    const Corridor corridor = corridor_at(c, o.underlying);
    for (std::size_t n = 0; n < o.count; ++n) {
        const Proposal p = leg_order(c, o, n);
        if (p.qty.is_zero()) continue;
        // With the legs before it on their way.
        const Departure d = leave(c, p, corridor, envelope_of(c.state, o.underlying, u.exposure.net_delta));
        if (d.refused_by != AlertCode::none && !d.said)
            c.alert(d.refused_by, o.underlying, p.instrument, d.value, d.limit);
    }
}

}  // namespace

void on_overlay(Context& c, const Overlay& o) {
    if (!usable(c, o)) return c.alert(AlertCode::command_refused, o.underlying, kNoInstrument, o.count);
    UnderlyingState& u = c.underlying(o.underlying);
    if (o.position_sequence < newest_option_change(u.ladder)) return;
    const bool is_new = !same_advice(o, u.risk.overlay);
    u.risk.overlay = o;
    u.risk.overlay_time = c.state.now;
    if (o.count == 0) return;
    if (is_new)
        c.alert(AlertCode::overlay_advised, o.underlying, o.instruments[0], o.legs[0].qty.to_double(),
                o.count);
    if (o.to_send != 0 && may_send(c, o.underlying)) send_legs(c, o);
}

}  // namespace hw::hedge
