#include "hedge/positions.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "hedge/exposure.h"
#include "hedge/ladder_use.h"
#include "hedge/unfenced.h"
#include "hedge/valuation.h"
#include "hedge/volatility.h"

namespace hw::hedge {

namespace {

bool hold(Context& c, UnderlyingState& u, InstrumentId id) {
    for (std::size_t n = 0; n < u.held_count; ++n) {
        if (u.held[n].instrument == id) return true;
    }
    if (u.held_count == kMaxHeld) return false;
    Held& held = u.held[u.held_count++];
    held = {id, 0};
    attach_slice(c.state, u, held);
    return true;
}

void release(UnderlyingState& u, InstrumentId id) {
    for (std::size_t n = 0; n < u.held_count; ++n) {
        if (u.held[n].instrument != id) continue;
        u.held[n] = u.held[--u.held_count];
        u.held[u.held_count] = {};
        return;
    }
}

/// The ladder in use is corrected by what the book itself gained: a position may have been left out of both.
bool hold_option(Context& c, UnderlyingId underlying, InstrumentId id, Qty contracts) {
    const Instrument& i = c.state.instruments[id];
    const double before = c.state.inventory.coins(id);
    const double coins = contracts.to_double() * i.contract_size.to_double();
    const Inventory::Place place = c.state.inventory.set(underlying, id, i, coins);
    if (place.added) attach_node(c, underlying, place);
    option_changed(c, underlying, id, c.state.inventory.coins(id) - before);
    return place.ok;
}

/// Puts a position where the Greeks are taken of it; false: there is no room.
bool enter(Context& c, UnderlyingId underlying, InstrumentId id) {
    const Qty contracts = c.state.positions[index(id)].qty;
    if (c.state.instruments[id].is_option()) return hold_option(c, underlying, id, contracts);
    UnderlyingState& u = c.underlying(underlying);
    if (!contracts.is_zero()) return hold(c, u, id);
    release(u, id);
    return true;
}

bool entered(const EngineState& state, const UnderlyingState& u, InstrumentId id) {
    if (state.instruments[id].is_option()) return state.inventory.holds(id);
    return std::any_of(u.held.begin(), u.held.begin() + u.held_count,
                       [id](const Held& h) { return h.instrument == id; });
}

/// Something has changed in a book that does not hold all: counts what is left out, and takes in what there
/// is room for now.
void enter_left_out(Context& c, UnderlyingId underlying) {
    UnderlyingState& u = c.underlying(underlying);
    u.left_out = 0;
    for (std::uint32_t n = 0; n < c.state.instruments.size(); ++n) {
        const InstrumentId id{n};
        if (c.state.instruments[id].underlying != underlying || c.state.positions[n].qty.is_zero()) continue;
        if (entered(c.state, u, id)) continue;
        if (!enter(c, underlying, id)) ++u.left_out;
    }
}

/// A place that one underlying gives up may be another's.
void enter_all_left_out(Context& c) {
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n) {
        if (c.state.underlyings[n].left_out != 0) enter_left_out(c, UnderlyingId{n});
    }
}

/// Keeps count of the currencies that quote-settled positions settle in.
void count_settlement(Context& c, UnderlyingState& u, const Instrument& i, InstrumentId id, bool opened) {
    QuoteSettled* place = nullptr;
    for (QuoteSettled& q : u.quote_settled) {
        const bool ours = q.positions != 0 && q.currency == i.settle;
        if (ours || (q.positions == 0 && place == nullptr)) place = &q;
        if (ours) break;
    }
    if (place == nullptr) {
        c.kill(AlertCode::table_full, i.underlying, id, kMaxQuoteCurrencies, kMaxQuoteCurrencies);
    } else if (opened) {
        *place = {i.settle, place->positions + 1};
    } else if (place->positions != 0 && --place->positions == 0) {
        *place = {};
    }
}

/// Keeps what the Greeks are taken of in step with a position that has just changed from `before`.
void position_changed(Context& c, InstrumentId id, Qty before) {
    const Instrument& i = c.state.instruments[id];
    c.state.venue_positions[index(id)].moved = c.state.last_sequence;
    note_move(c, id, before);
    if (i.underlying == kNoUnderlying) return;
    UnderlyingState& u = c.underlying(i.underlying);
    const Qty now = c.state.positions[index(id)].qty;
    u.positions_held += now.is_zero() ? 0 : 1;
    u.positions_held -= before.is_zero() ? 0 : 1;
    const bool fits = enter(c, i.underlying, id);
    // A position that the delta does not see is worse than no hedging at all: there is none, kill reset or
    // not, until everything has found its place.
    if (!fits) c.kill(AlertCode::table_full, i.underlying, id, c.state.inventory.nodes(), kMaxNodes);
    if (!fits) u.left_out = 1;
    enter_all_left_out(c);
    if (!i.is_inverse() && before.is_zero() != now.is_zero()) count_settlement(c, u, i, id, before.is_zero());
    u.full_due = 1;
    c.mark_dirty(i.underlying);
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

namespace {
/// The venue's charge on delivery, by the configuration: no report carries it.
Cash delivery_fee(const Context& c, const Instrument& i, Qty contracts, Price delivery, Cash value) {
    if (i.underlying == kNoUnderlying) return {};
    const UnderlyingConfig& rules = c.rules(c.state.underlyings[index(i.underlying)]);
    Instrument charged = i;
    charged.taker_fee_nanos = static_cast<std::int32_t>(
        (i.is_option() ? rules.delivery_fee_option_bp : rules.delivery_fee_future_bp) * 1e5);
    if (!i.is_option()) return definition_fee(charged, contracts, delivery, delivery.to_double(), true);
    // An option's is capped by what it pays: its value per contract stands in for the price.
    const double amount = std::abs(contracts.to_double() * i.contract_size.to_double());
    const auto price = Price::from_double(amount > 0 ? std::abs(value.to_double()) / amount : 0);
    return price ? definition_fee(charged, contracts, *price, delivery.to_double(), true) : Cash{};
}
}  // namespace

namespace {

/// What trades do to a line.
struct LineChange {
    Qty contracts;
    Cash value;
    Cash fee;
    Qty traded;
};

bool move_line(Context& c, InstrumentId id, const LineChange& d) {
    PositionLine& line = c.state.positions[index(id)];
    if (!sum_fits(line.qty.nanos(), d.contracts.nanos()) || !sum_fits(line.cash.nanos(), -d.value.nanos()) ||
        !sum_fits(line.traded.nanos(), d.traded.nanos()) || !sum_fits(line.fees.nanos(), d.fee.nanos())) {
        return false;
    }
    const Qty before = line.qty;
    line.qty += d.contracts;
    line.cash -= d.value;
    line.traded += d.traded;
    line.fees += d.fee;
    position_changed(c, id, before);
    return true;
}

/// The fill as it is going to be booked; nothing when it cannot be right.
std::optional<BookedFill> valued(const Context& c, InstrumentId id, const Execution& e) {
    const Instrument& i = c.state.instruments[id];
    if (e.last_qty <= Qty{} || e.side > Side::sell || !can_be_valued(i, e.last_qty, e.last_price))
        return std::nullopt;
    BookedFill f{};
    f.qty = e.last_qty;
    f.price = e.last_price;
    f.value = contract_value(i, signed_qty(e.side, e.last_qty), e.last_price);
    f.fee = fee_of(c, i, e);
    f.side = e.side;
    if (!fits(f.fee.nanos())) return std::nullopt;
    return f;
}

void remember(BookedFill& f, InstrumentId id, const BookedFill& booked) {
    f.qty = booked.qty;
    f.price = booked.price;
    f.value = booked.value;
    f.fee = booked.fee;
    f.side = booked.side;
    f.instrument = id;
    f.what = Booked::fill;
}

}  // namespace

bool book_fill(Context& c, InstrumentId id, const Execution& e, BookedFill& f) {
    const auto booked = valued(c, id, e);
    if (!booked || !move_line(c, id, {booked->contracts(), booked->value, booked->fee, booked->qty}))
        return false;
    remember(f, id, *booked);
    return true;
}

bool take_back(Context& c, const BookedFill& f) {
    return move_line(c, f.instrument, {-f.contracts(), -f.value, -f.fee, -f.qty});
}

bool correct_fill(Context& c, BookedFill& f, const Execution& e) {
    const InstrumentId id = f.instrument;
    const auto booked = valued(c, id, e);
    if (!booked) return false;
    const LineChange difference{booked->contracts() - f.contracts(), booked->value - f.value,
                                booked->fee - f.fee, booked->qty - f.qty};
    if (!move_line(c, id, difference)) return false;
    remember(f, id, *booked);
    return true;
}

bool can_be_held(const Instrument& i, Qty contracts, Price price) {
    return i.kind != Kind::combo && can_be_valued(i, contracts, price);
}

void adopt_position(Context& c, InstrumentId id, Qty contracts, Price average) {
    const Instrument& i = c.state.instruments[id];
    PositionLine& line = c.state.positions[index(id)];
    const Qty change = contracts - line.qty;
    const auto mark = Price::from_double(mark_price(c.state, id));
    const Price at = average > Price{} ? average : mark.value_or(Price{});
    const Qty before = line.qty;
    if (at.is_zero() && contracts.is_zero()) {
        line = {};  // nobody can say what it was given away for
        position_changed(c, id, before);
        return;
    }
    if (!can_be_valued(i, change, at) || !move_line(c, id, {change, contract_value(i, change, at), {}, {}}))
        c.kill(AlertCode::position_refused, i.underlying, id, contracts.to_double(), at.to_double());
}

bool change_position(Context& c, InstrumentId id, Qty change) {
    const Instrument& i = c.state.instruments[id];
    const auto mark = Price::from_double(mark_price(c.state, id));
    const Price at = mark.value_or(Price{});
    if (at <= Price{} || i.kind == Kind::combo || !can_be_valued(i, change, at)) return false;
    return move_line(c, id, {change, contract_value(i, change, at), {}, {}});
}

void on_position(Context& c, InstrumentId id, const Position& p) {
    if (!c.state.instruments.contains(id)) {
        c.alert(AlertCode::position_refused, kNoUnderlying, id, p.qty.to_double());
        return;
    }
    const Instrument& i = c.state.instruments[id];
    if (!can_be_held(i, p.qty, p.average_price)) {
        // A book with a hole in it is not to be hedged.
        c.kill(AlertCode::position_refused, i.underlying, id, p.qty.to_double(), p.average_price.to_double());
        return;
    }
    PositionLine& line = c.state.positions[index(id)];
    const Qty before = line.qty;
    line = {};
    line.qty = p.qty;
    line.cash = -contract_value(i, p.qty, p.average_price);
    position_changed(c, id, before);
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
    line.fees += delivery_fee(c, i, contracts, delivery, value);
    line.qty = {};
    position_changed(c, id, contracts);
    c.alert(AlertCode::settled, i.underlying, id, contracts.to_double(), delivery.to_double());
}

}  // namespace hw::hedge
