#include "hedge/positions.h"

#include "hedge/exposure.h"

namespace hw::hedge {

namespace {

void hold(Context& c, UnderlyingState& u, UnderlyingId underlying, InstrumentId id) {
    for (std::size_t n = 0; n < u.held_count; ++n) {
        if (u.held[n].instrument == id) return;
    }
    if (u.held_count == kMaxHeld) {
        // A position that the delta does not see is worse than no hedging at all.
        c.kill(AlertCode::table_full, underlying, id, kMaxHeld, kMaxHeld);
        return;
    }
    Held& held = u.held[u.held_count++];
    held = {};
    held.instrument = id;
    attach_volatility(c.state, u, held);
}

void release(UnderlyingState& u, InstrumentId id) {
    for (std::size_t n = 0; n < u.held_count; ++n) {
        if (u.held[n].instrument != id) continue;
        u.held[n] = u.held[--u.held_count];
        u.held[u.held_count] = {};
        return;
    }
}

/// Keeps the list of held instruments in step with a position that has just changed.
void position_changed(Context& c, InstrumentId id) {
    const UnderlyingId underlying = c.state.instruments[id].underlying;
    if (underlying == kNoUnderlying) return;
    UnderlyingState& u = c.underlying(underlying);
    if (c.state.positions[index(id)].qty.is_zero()) {
        release(u, id);
    } else {
        hold(c, u, underlying, id);
    }
    c.mark_dirty(underlying);
}

}  // namespace

void book_fill(Context& c, InstrumentId id, const Execution& e) {
    const Instrument& i = c.state.instruments[id];
    PositionLine& line = c.state.positions[index(id)];
    const Qty contracts = signed_qty(e.side, e.last_qty);
    line.qty += contracts;
    line.cash -= contract_value(i, contracts, e.last_price);
    line.traded += e.last_qty;
    if (e.fee_known) {
        line.fees += e.fee;
    } else {
        const double price = i.underlying == kNoUnderlying ? 0 : c.underlying(i.underlying).reference;
        line.fees += definition_fee(i, e.last_qty, e.last_price, price, true);
    }
    position_changed(c, id);
}

void on_position(Context& c, InstrumentId id, const Position& p) {
    if (!c.state.instruments.contains(id)) {
        c.alert(AlertCode::position_refused, kNoUnderlying, id, p.qty.to_double());
        return;
    }
    PositionLine& line = c.state.positions[index(id)];
    line = {};
    line.qty = p.qty;
    line.cash = -contract_value(c.state.instruments[id], p.qty, p.average_price);
    position_changed(c, id);
}

void settle_position(Context& c, InstrumentId id, Price delivery) {
    PositionLine& line = c.state.positions[index(id)];
    if (line.qty.is_zero()) return;
    const Qty contracts = line.qty;
    line.cash += settlement_value(c.state.instruments[id], contracts, delivery);
    line.qty = {};
    position_changed(c, id);
    c.alert(AlertCode::settled, c.state.instruments[id].underlying, id, contracts.to_double(),
            delivery.to_double());
}

}  // namespace hw::hedge
