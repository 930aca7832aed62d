#include "hedge/market.h"

#include <algorithm>

#include "hedge/exposure.h"
#include "hedge/hedge_choice.h"
#include "hedge/margin_watch.h"
#include "hedge/positions.h"
#include "hedge/regime.h"
#include "hedge/settling.h"
#include "hedge/working_hedge.h"

namespace hw::hedge {

namespace {

UnderlyingId find_underlying(const EngineState& state, const Currency& base) {
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        if (state.underlyings[i].name == base) return UnderlyingId{i};
    }
    return kNoUnderlying;
}

void attach_hedge(Context& c, UnderlyingState& u) {
    u.has_hedge = 0;
    if (!u.configured) return;
    const InstrumentId id = c.state.instruments.find_symbol(c.rules(u).hedge_instrument);
    if (id == kNoInstrument) return attach_alternatives(c, u);
    // Anything else would be sold by the delta of something it is not.
    const Instrument& i = c.state.instruments[id];
    if (!i.is_delta_one() || i.base != u.name) {
        c.alert(AlertCode::definition_refused, i.underlying, id);
        return;
    }
    u.hedge = id;
    u.has_hedge = 1;
    attach_alternatives(c, u);
}

bool is_named_hedge(const UnderlyingConfig& rules, std::string_view symbol) {
    if (symbol == rules.hedge_instrument) return true;
    for (const HedgeAlternative& other : rules.alternatives) {
        if (symbol == other.instrument) return true;
    }
    return false;
}

/// Four billion units: beyond it sums of two could overflow, and no venue has such a price or size.
constexpr std::int64_t kMostNanos = 4'000'000'000 * kNano;

bool believable(const BookLevel& level) {
    return level.price.nanos() >= -kMostNanos && level.price.nanos() <= kMostNanos && level.qty >= Qty{} &&
           level.qty.nanos() <= kMostNanos;
}

/// A price band's edge; zero when there is none.
Price edge_of_band(Price p) { return p > Price{} && p.nanos() <= kMostNanos ? p : Price{}; }

bool is_hedge(const UnderlyingState& u, InstrumentId id) { return u.has_hedge && u.hedge == id; }

/// A change of what the delta is taken at, or of an instrument held: decide again.
void market_moved(Context& c, InstrumentId id) {
    const UnderlyingId underlying = c.state.instruments[id].underlying;
    if (underlying == kNoUnderlying) return;
    UnderlyingState& u = c.underlying(underlying);
    if (!is_hedge(u, id)) return;
    if (c.state.books.slot(id).partial == 0) {
        const double mid = mid_without_ours(c.state, u);
        if (mid > 0) u.reference = mid;
        watch_market(c, underlying);
    }
    c.mark_dirty(underlying);
}

/// What a position was opened in does not change while it is held.
void keep_settlement(Context& c, InstrumentId id, const Currency& settle) {
    Instrument& i = c.state.instruments[id];
    if (i.is_inverse() || i.settle == settle || c.state.positions[index(id)].qty.is_zero()) return;
    i.settle = settle;
    c.alert(AlertCode::definition_refused, i.underlying, id);
}

}  // namespace

UnderlyingId underlying_of(Context& c, const Currency& base) {
    const UnderlyingId known = find_underlying(c.state, base);
    if (known != kNoUnderlying || c.state.underlying_count == kMaxUnderlyings) return known;
    const UnderlyingId added{c.state.underlying_count++};
    UnderlyingState& u = c.underlying(added);
    u.name = base;
    u.permit_withdrawn = c.state.account.start_due;
    u.reconciled = !c.state.account.start_due;
    return added;
}

void attach_configuration(Context& c) {
    for (std::uint16_t i = 0; i < c.state.underlying_count; ++i) c.state.underlyings[i].configured = 0;
    for (std::size_t i = 0; i < c.config.underlyings.size(); ++i) {
        const auto name = Currency::from(c.config.underlyings[i].name);
        const UnderlyingId id = name ? underlying_of(c, *name) : kNoUnderlying;
        if (id == kNoUnderlying) {
            c.alert(AlertCode::table_full, kNoUnderlying, kNoInstrument, static_cast<double>(i));
            continue;
        }
        c.underlying(id).configured = 1;
        c.underlying(id).config_index = static_cast<std::uint16_t>(i);
    }
    for (std::uint16_t i = 0; i < c.state.underlying_count; ++i) attach_hedge(c, c.state.underlyings[i]);
}

void on_definition(Context& c, InstrumentId announced, const Instrument& definition) {
    if (!definition_error(definition).empty()) {
        c.alert(AlertCode::definition_refused, kNoUnderlying, announced);
        return;
    }
    const InstrumentId before = c.state.instruments.find_symbol(definition.symbol.view());
    const Currency settle = before == kNoInstrument ? Currency{} : c.state.instruments[before].settle;
    InstrumentId id = kNoInstrument;
    const auto result = c.state.instruments.add(definition, &id);
    if (result == InstrumentTable::AddResult::full || result == InstrumentTable::AddResult::conflict) {
        const bool full = result == InstrumentTable::AddResult::full;
        c.alert(full ? AlertCode::table_full : AlertCode::definition_refused, kNoUnderlying, announced,
                static_cast<double>(c.state.instruments.size()), InstrumentTable::kCapacity);
        return;
    }
    if (result == InstrumentTable::AddResult::replaced) {
        keep_settlement(c, id, settle);
        return;
    }
    const UnderlyingId underlying = underlying_of(c, definition.base);
    c.state.instruments[id].underlying = underlying;
    if (!c.state.books.open(id, definition.kind)) {
        c.alert(AlertCode::table_full, underlying, id, 0, BookSet::kLevels);
    }
    if (underlying == kNoUnderlying) {
        c.alert(AlertCode::table_full, kNoUnderlying, id, kMaxUnderlyings, kMaxUnderlyings);
        return;
    }
    UnderlyingState& u = c.underlying(underlying);
    if (u.configured && is_named_hedge(c.rules(u), definition.symbol.view())) {
        attach_hedge(c, u);
        c.mark_dirty(underlying);
    }
}

void on_book_clear(Context& c, InstrumentId id) {
    if (!c.state.instruments.contains(id)) return;
    c.state.books.clear(id);
    c.state.books.slot(id).trusted = 0;
}

void on_book_level(Context& c, InstrumentId id, const BookLevel& level) {
    if (!c.state.instruments.contains(id) || c.state.books.slot(id).depth == 0) return;
    if (!believable(level) || !c.state.books.apply(id, level, c.state.now))
        c.state.books.slot(id).trusted = 0;
    market_moved(c, id);
}

void on_book_trust(Context& c, InstrumentId id, const BookTrust& trust) {
    if (!c.state.instruments.contains(id)) return;
    c.state.books.slot(id).trusted = trust.trusted;
    c.state.books.slot(id).heard = c.state.now;
    market_moved(c, id);
}

void on_ticker(Context& c, InstrumentId id, const Ticker& t) {
    if (!c.state.instruments.contains(id)) return;
    Instrument& i = c.state.instruments[id];
    TickerState& ticker = c.state.tickers[index(id)];
    if (t.mark != kNoPrice) ticker.mark = t.mark;
    if (t.index != kNoPrice) ticker.index = t.index;
    ticker.min_sell = edge_of_band(t.min_sell);
    ticker.max_buy = edge_of_band(t.max_buy);
    ticker.time = c.state.now;
    sample_index(c, id, t);
    // A ticker is word of the instrument too: a quiet book is not a stale one while tickers come.
    c.state.books.slot(id).heard = c.state.now;
    const bool changed = i.state != t.state;
    i.state = t.state;
    if (t.state == TradingState::settled && t.delivery > Price{}) settle_position(c, id, t.delivery);
    if (changed) c.mark_dirty(i.underlying);
}

void on_line_state(Context& c, const LineState& line) {
    const auto channel = static_cast<double>(line.channel);
    // One of two lines: the market is known as well as before.
    if (line.status == LineStatus::side_down || line.status == LineStatus::side_up) {
        const AlertCode down = line.side == 0 ? AlertCode::feed_line_a_down : AlertCode::feed_line_b_down;
        const AlertCode code = line.status == LineStatus::side_down ? down : AlertCode::feed_line_up;
        return c.alert(code, kNoUnderlying, kNoInstrument, channel);
    }
    if (line.status == LineStatus::gap) {
        c.alert(AlertCode::feed_gap, kNoUnderlying, kNoInstrument, static_cast<double>(line.lost));
    } else if (line.status == LineStatus::silent) {
        c.alert(AlertCode::feed_silent, kNoUnderlying, kNoInstrument, channel);
    } else if (line.status == LineStatus::switched) {
        c.alert(AlertCode::feed_switched, kNoUnderlying, kNoInstrument, channel);
    }
    c.mark_all_dirty();
}

void on_port_state(Context& c, const PortState& port) {
    const auto code = [&] {
        switch (port.condition) {
            case PortCondition::link_down:
                return AlertCode::port_link_down;
            case PortCondition::link_up:
                return AlertCode::port_link_up;
            case PortCondition::missed:
                return AlertCode::port_missed;
            case PortCondition::no_buffers:
                return AlertCode::port_no_buffers;
        }
        return AlertCode::none;
    }();
    if (code != AlertCode::none) c.alert(code, kNoUnderlying, kNoInstrument, static_cast<double>(port.count));
}

void on_equity(Context& c, const Equity& equity) {
    for (Wallet& w : c.state.wallets) {
        if (!w.currency.empty() && !(w.currency == equity.currency)) continue;
        w.currency = equity.currency;
        w.amount = equity.amount;
        w.time = c.state.now;
        watch_margin(c, w, equity);
        c.mark_all_dirty();
        return;
    }
    c.alert(AlertCode::table_full, kNoUnderlying, kNoInstrument, kMaxWallets, kMaxWallets);
}

}  // namespace hw::hedge
