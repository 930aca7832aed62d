#include "hedge/explain.h"

#include <cmath>

#include "core/pricing/black76.h"
#include "core/pricing/math.h"
#include "core/pricing/settlement.h"
#include "hedge/context.h"
#include "hedge/exposure.h"
#include "hedge/valuation.h"

namespace hw::hedge {

namespace {

/// Between fills and surfaces, no step is longer.
constexpr Nanos kStep = Nanos::from_ms(500);
constexpr double kFundingYears = 8.0 / (365 * 24);

std::size_t at(Cause c) { return static_cast<std::size_t>(c); }

/// Forward and volatility that an option is priced with now; zeros when there is no surface.
struct Priced {
    double forward = 0;
    double vol = 0;
};

Priced priced_at(const EngineState& state, const UnderlyingState& u, const Instrument& i) {
    (void)state;
    for (std::uint32_t n = 0; n < u.slice_count; ++n) {
        const SmileSlice& s = u.slices[n];
        if (s.expiry != i.expiry || (i.is_option() && s.settlement != i.settlement)) continue;
        Priced p{u.reference * s.forward_ratio, 0};
        if (!i.is_option()) return p;
        p.vol = vol_at(s, pricing::log(i.strike.to_double() / (u.surface_reference * s.forward_ratio)));
        return p;
    }
    return {u.reference, 0};
}

double worth_of(const Instrument& i, Qty qty, double mark) {
    const auto price = Price::from_double(mark);
    return price ? contract_value(i, qty, *price).to_double() : 0;
}

Cash rounded(double amount) { return Cash::from_double(amount).value_or(Cash{}); }

}  // namespace

std::string_view to_string(Cause c) {
    constexpr std::string_view kNames[] = {
        "delta", "gamma",        "theta",         "vega",     "vanna", "volga",      "funding",
        "basis", "trading_fees", "delivery_fees", "slippage", "edge",  "unexplained"};
    return c < Cause::count_ ? kNames[at(c)] : "invalid";
}

void Explainer::begin(const EngineState& state) {
    static const EngineConfig defaults;
    holdings_.clear();
    explanations_ = {};
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        if (!state.positions[n].qty.is_zero()) restart(state, defaults, InstrumentId{n});
    }
}

/// From here on the position counts; what it was worth before is not a profit.
void Explainer::restart(const EngineState& state, const EngineConfig&, InstrumentId id) {
    const Instrument& i = state.instruments[id];
    if (i.underlying == kNoUnderlying) return;
    const UnderlyingState& u = state.underlyings[index(i.underlying)];
    const PositionLine& line = state.positions[index(id)];
    const Priced p = priced_at(state, u, i);
    Holding h;
    h.qty = line.qty;
    h.fees = line.fees;
    h.mark = mark_price(state, id);
    h.forward = p.forward;
    h.vol = p.vol;
    h.reference = u.reference;
    h.time = state.now;
    h.worth = line.cash - line.fees + rounded(worth_of(i, line.qty, h.mark));
    holdings_[index(id)] = h;
}

/// Parts are rounded one by one; what rounding and the model leave is unexplained.
void Explainer::book(const Instrument& i, const Parts& parts, Cash total) {
    Explanation& e = explanations_[index(i.underlying)];
    ExplainLine* lines[2] = {i.is_inverse() ? &e.coin : &e.quote, nullptr};
    if (!i.is_option()) lines[1] = i.is_inverse() ? &e.hedges_coin : &e.hedges_quote;
    const Cash funding = rounded(parts[at(Cause::funding)]);
    Cash left = total;
    for (std::size_t c = 0; c < kCauses; ++c) {
        const Cash part = rounded(parts[c]);
        if (c != at(Cause::funding) && c != at(Cause::unexplained)) left -= part;
        for (ExplainLine* line : lines) {
            if (line != nullptr && c != at(Cause::unexplained)) line->parts[c] += part;
        }
    }
    for (ExplainLine* line : lines) {
        if (line == nullptr) continue;
        (*line)[Cause::unexplained] += left;
        line->total += total + funding;
    }
}

namespace {

/// Taking an option's change apart by repricing; amounts for one coin of the contract, settlement currency.
void explain_option(const Instrument& i, const Priced& from, const Priced& to, double moved_forward,
                    double years0, double years1, double coins, std::array<double, kCauses>& parts) {
    const auto terms = [&](double forward, double vol, double years) {
        return pricing::OptionTerms{i.settlement, i.option_type, forward, i.strike.to_double(),
                                    years,        vol,           0};
    };
    const auto value = [&](double f, double v, double t) { return pricing::black76(terms(f, v, t)).price; };
    const pricing::Greeks g = pricing::black76(terms(from.forward, from.vol, years0));
    const bool inverse = i.settlement == Settlement::inverse;
    const double slope = inverse ? g.net_delta / from.forward : g.delta;
    const double vega = 100 * (inverse ? g.vega / from.forward : g.vega);
    const double base = g.price;
    const double by_forward = value(moved_forward, from.vol, years0) - base;
    const double by_vol = value(from.forward, to.vol, years0) - base;
    const double both = value(moved_forward, to.vol, years0) - base;
    parts[at(Cause::delta)] += coins * slope * (moved_forward - from.forward);
    parts[at(Cause::gamma)] += coins * (by_forward - slope * (moved_forward - from.forward));
    parts[at(Cause::vega)] += coins * vega * (to.vol - from.vol);
    parts[at(Cause::volga)] += coins * (by_vol - vega * (to.vol - from.vol));
    parts[at(Cause::vanna)] += coins * (both - by_forward - by_vol);
    const double later = value(moved_forward, to.vol, years1);
    parts[at(Cause::theta)] += coins * (later - base - both);
    parts[at(Cause::basis)] += coins * (value(to.forward, to.vol, years1) - later);
}

}  // namespace

void Explainer::step_one(const EngineState& state, const EngineConfig& config, InstrumentId id, Holding& h) {
    const Instrument& i = state.instruments[id];
    const UnderlyingState& u = state.underlyings[index(i.underlying)];
    const double known = mark_price(state, id);
    const double mark = known > 0 ? known : h.mark;
    const Priced to = priced_at(state, u, i);
    Parts parts{};
    const double coins = h.qty.to_double() * i.contract_size.to_double();
    const double moved = h.reference > 0 && u.reference > 0 ? u.reference / h.reference : 1;
    if (i.is_option()) {
        const Nanos window = rules_of(config, u).settlement_window;
        const double years0 = pricing::variance_years(i.expiry, h.time, window);
        const double years1 = pricing::variance_years(i.expiry, state.now, window);
        if (h.vol > 0 && to.vol > 0 && h.forward > 0)
            explain_option(i, {h.forward, h.vol}, to, h.forward * moved, years0, years1, coins, parts);
    } else if (h.mark > 0 && mark > 0) {
        const double with_reference = h.mark * moved;
        const double whole = worth_of(i, h.qty, with_reference) - worth_of(i, h.qty, h.mark);
        const double slope = i.is_inverse() ? coins / (h.mark * h.mark) : coins;
        parts[at(Cause::delta)] = slope * (with_reference - h.mark);
        parts[at(Cause::gamma)] = whole - parts[at(Cause::delta)];
        parts[at(Cause::basis)] = worth_of(i, h.qty, mark) - worth_of(i, h.qty, with_reference);
        const auto rate = funding_.find(index(id));
        if (rate != funding_.end()) {
            const double notional = i.is_inverse() ? coins / mark : coins * mark;
            parts[at(Cause::funding)] =
                -notional * rate->second * (state.now - h.time).to_years() / kFundingYears;
        }
    }
    const Cash before = h.worth;
    h.worth = before - rounded(worth_of(i, h.qty, h.mark)) + rounded(worth_of(i, h.qty, mark));
    h.mark = mark;
    h.forward = to.forward;
    h.vol = to.vol;
    h.reference = u.reference;
    h.time = state.now;
    book(i, parts, h.worth - before);
}

void Explainer::step(const EngineState& state, const EngineConfig& config, UnderlyingId id) {
    for (auto& [instrument, holding] : holdings_) {
        if (state.instruments[InstrumentId{instrument}].underlying == id)
            step_one(state, config, InstrumentId{instrument}, holding);
    }
    stepped_[index(id)] = state.now;
}

/// The old position up to now, then the fill itself against the mark.
void Explainer::fill(const EngineState& state, const EngineConfig& config, InstrumentId id,
                     const Execution& e) {
    const Instrument& i = state.instruments[id];
    if (i.underlying == kNoUnderlying) return;
    const PositionLine& line = state.positions[index(id)];
    Holding& h = holdings_[index(id)];
    const bool booked = !(h.qty == line.qty) || !(h.fees == line.fees);
    if (!booked) return;  // reported twice
    if (h.qty.is_zero()) {
        const double mark = mark_price(state, id);
        const UnderlyingState& u = state.underlyings[index(i.underlying)];
        const Priced p = priced_at(state, u, i);
        h.mark = mark > 0 ? mark : e.last_price.to_double();
        h.forward = p.forward, h.vol = p.vol, h.reference = u.reference, h.time = state.now;
    } else {
        step_one(state, config, id, h);
    }
    const Qty traded = signed_qty(e.side, e.last_qty);
    const Cash fee = line.fees - h.fees;
    const Cash worth = line.cash - line.fees + rounded(worth_of(i, line.qty, h.mark));
    // An instrument seen for the first time may have had cash of an earlier life: only the fill counts.
    const Cash before = h.qty.is_zero() && h.worth == Cash{}
                            ? line.cash + contract_value(i, traded, e.last_price) - h.fees
                            : h.worth;
    Parts parts{};
    const double away = worth_of(i, traded, h.mark) - contract_value(i, traded, e.last_price).to_double();
    parts[at(i.is_option() ? Cause::edge : Cause::slippage)] = away;
    parts[at(Cause::trading_fees)] = -fee.to_double();
    book(i, parts, worth - before);
    h.worth = worth;
    h.qty = line.qty;
    h.fees = line.fees;
}

/// The position has gone at its delivery price: what that was away from the mark nothing here explains.
void Explainer::settle(const EngineState& state, InstrumentId id) {
    const auto found = holdings_.find(index(id));
    const PositionLine& line = state.positions[index(id)];
    if (found == holdings_.end() || found->second.qty.is_zero() || !line.qty.is_zero()) return;
    Holding& h = found->second;
    Parts parts{};
    parts[at(Cause::delivery_fees)] = -(line.fees - h.fees).to_double();
    const Cash worth = line.cash - line.fees;
    book(state.instruments[id], parts, worth - h.worth);
    h.worth = worth;
    h.qty = {};
    h.fees = line.fees;
}

void Explainer::observe(const Event& event, const EngineState& state, const EngineConfig& config) {
    const InstrumentId id = event.header.instrument;
    const bool known = state.instruments.contains(id);
    switch (event.header.type) {
        case EventType::execution:
            if (known) fill(state, config, id, event.payload.execution);
            break;
        case EventType::position:
            if (known) restart(state, config, id);
            break;
        case EventType::ticker:
            if (!known) break;
            if (state.instruments[id].kind == Kind::perpetual &&
                std::abs(event.payload.ticker.funding_8h) < 1)
                funding_[index(id)] = event.payload.ticker.funding_8h;
            if (event.payload.ticker.state == TradingState::settled) settle(state, id);
            break;
        case EventType::surface:
            if (index(event.payload.surface.underlying) < state.underlying_count)
                step(state, config, event.payload.surface.underlying);
            break;
        case EventType::timer:
            for (std::uint16_t u = 0; u < state.underlying_count; ++u) {
                if (state.now - stepped_[u] >= kStep) step(state, config, UnderlyingId{u});
            }
            break;
        default:
            break;
    }
}

void Explainer::finish(const EngineState& state, const EngineConfig& config) {
    for (std::uint16_t u = 0; u < state.underlying_count; ++u) step(state, config, UnderlyingId{u});
}

}  // namespace hw::hedge
