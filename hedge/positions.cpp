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

namespace {

/// Four billion units: figures within it cannot overflow when the next one is added.
constexpr Int128 kMostNanos = static_cast<Int128>(4'000'000'000) * kNano;
constexpr bool fits(Int128 nanos) { return nanos >= -kMostNanos && nanos <= kMostNanos; }
constexpr bool sum_fits(std::int64_t a, std::int64_t b) { return fits(static_cast<Int128>(a) + b); }

/// Can so many contracts at that price be valued at all?
bool can_be_valued(const Instrument& i, Qty contracts, Price price) {
    if (!fits(contracts.nanos()) || price < Price{} || !fits(price.nanos())) return false;
    if (!fits(static_cast<Int128>(contracts.nanos()) * i.contract_size.nanos() / kNano)) return false;
    const bool needs_price = i.is_inverse() && !i.is_option();
    return !(needs_price && price.is_zero()) && fits(contract_value(i, contracts, price).nanos());
}

Cash fee_of(const Context& c, const Instrument& i, const Execution& e) {
    if (e.fee_known) return e.fee;
    const double price =
        i.underlying == kNoUnderlying ? 0 : c.state.underlyings[index(i.underlying)].reference;
    return definition_fee(i, e.last_qty, e.last_price, price, true);
}

}  // namespace

bool book_fill(Context& c, InstrumentId id, const Execution& e) {
    const Instrument& i = c.state.instruments[id];
    if (e.last_qty <= Qty{} || e.side > Side::sell || !can_be_valued(i, e.last_qty, e.last_price))
        return false;
    PositionLine& line = c.state.positions[index(id)];
    const Qty contracts = signed_qty(e.side, e.last_qty);
    const Cash value = contract_value(i, contracts, e.last_price);
    const Cash fee = fee_of(c, i, e);
    if (!sum_fits(line.qty.nanos(), contracts.nanos()) || !sum_fits(line.cash.nanos(), -value.nanos()) ||
        !sum_fits(line.traded.nanos(), e.last_qty.nanos()) || !sum_fits(line.fees.nanos(), fee.nanos())) {
        return false;
    }
    line.qty += contracts;
    line.cash -= value;
    line.traded += e.last_qty;
    line.fees += fee;
    position_changed(c, id);
    return true;
}

void on_position(Context& c, InstrumentId id, const Position& p) {
    if (!c.state.instruments.contains(id)) {
        c.alert(AlertCode::position_refused, kNoUnderlying, id, p.qty.to_double());
        return;
    }
    const Instrument& i = c.state.instruments[id];
    if (i.kind == Kind::combo || !can_be_valued(i, p.qty, p.average_price)) {
        // A book with a hole in it is not to be hedged.
        c.kill(AlertCode::position_refused, i.underlying, id, p.qty.to_double(), p.average_price.to_double());
        return;
    }
    PositionLine& line = c.state.positions[index(id)];
    line = {};
    line.qty = p.qty;
    line.cash = -contract_value(i, p.qty, p.average_price);
    position_changed(c, id);
}

void settle_position(Context& c, InstrumentId id, Price delivery) {
    PositionLine& line = c.state.positions[index(id)];
    if (line.qty.is_zero()) return;
    const Qty contracts = line.qty;
    const Instrument& i = c.state.instruments[id];
    const Cash value = settlement_value(i, contracts, delivery);
    if (!can_be_valued(i, contracts, delivery) || !sum_fits(line.cash.nanos(), value.nanos())) {
        c.kill(AlertCode::position_refused, i.underlying, id, contracts.to_double(), delivery.to_double());
        return;
    }
    line.cash += value;
    line.qty = {};
    position_changed(c, id);
    c.alert(AlertCode::settled, i.underlying, id, contracts.to_double(), delivery.to_double());
}

}  // namespace hw::hedge
