#include "hedge/explain.h"

#include <cmath>

#include "hedge/context.h"
#include "hedge/valuation.h"

namespace hw::hedge {

namespace {

/// Between fills and surfaces, no step is longer.
constexpr Nanos kStep = Nanos::from_ms(500);
constexpr double kFundingYears = 8.0 / (365 * 24);

Cash rounded(double amount) { return Cash::from_double(amount).value_or(Cash{}); }

/// Exact; nothing without a mark.
Cash worth_at(const Instrument& i, Qty contracts, double mark) {
    const auto price = Price::from_double(mark);
    return price && mark > 0 ? contract_value(i, contracts, *price) : Cash{};
}

Cause away_from_mark(const Instrument& i) { return i.is_option() ? Cause::edge : Cause::slippage; }

const UnderlyingConfig& rules_for(const EngineState& state, const EngineConfig& config, const Instrument& i) {
    return rules_of(config, state.underlyings[index(i.underlying)]);
}

}  // namespace

void Explainer::begin(const EngineState& state) {
    // The run's configuration comes with its first Event: until then nothing passes that it could change.
    static const UnderlyingConfig rules;
    holdings_.clear();
    explanations_ = {};
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const PositionLine& line = state.positions[n];
        const bool used = !line.qty.is_zero() || !line.cash.is_zero() || !line.fees.is_zero();
        if (used) restart(state, rules, InstrumentId{n});
    }
}

/// From here on, or from the first mark on, the position counts.
void Explainer::restart(const EngineState& state, const UnderlyingConfig& rules, InstrumentId id) {
    const Instrument& i = state.instruments[id];
    if (i.underlying == kNoUnderlying) return;
    const PositionLine& line = state.positions[index(id)];
    Holding h;
    h.qty = line.qty;
    h.cash = line.cash;
    h.fees = line.fees;
    h.point = point_of(state, rules, id);
    h.open = line.qty.is_zero() || h.point.mark > 0;
    h.worth = line.cash - line.fees + worth_at(i, line.qty, h.point.mark);
    holdings_[index(id)] = h;
}

/// Parts are rounded one by one; what rounding and the model leave is unexplained.
void Explainer::book(const Instrument& i, ExplainParts parts, Cash total) {
    Explanation& e = explanations_[index(i.underlying)];
    ExplainLine* lines[2] = {i.is_inverse() ? &e.coin : &e.quote, nullptr};
    if (!i.is_option()) lines[1] = i.is_inverse() ? &e.hedges_coin : &e.hedges_quote;
    const Cash funding = rounded(parts[Cause::funding]);
    Cash left = total;
    for (std::size_t n = 0; n < kCauses; ++n) {
        const auto c = static_cast<Cause>(n);
        if (c == Cause::unexplained) continue;
        const Cash part = rounded(parts[c]);
        if (c != Cause::funding) left -= part;
        for (ExplainLine* line : lines) {
            if (line != nullptr) (*line)[c] += part;
        }
    }
    for (ExplainLine* line : lines) {
        if (line == nullptr) continue;
        (*line)[Cause::unexplained] += left;
        line->total += total + funding;
    }
}

double Explainer::funding_since(const Instrument& i, InstrumentId id, const Holding& h,
                                const PricePoint& now) const {
    const auto rate = funding_.find(index(id));
    if (rate == funding_.end() || !(now.mark > 0)) return 0;
    const double amount = h.qty.to_double() * i.contract_size.to_double();
    const double notional = i.is_inverse() ? amount / now.mark : amount * now.mark;
    return -notional * rate->second * (now.time - h.point.time).to_years() / kFundingYears;
}

/// The position as it was explained last, up to now; then the fills that waited for a mark.
void Explainer::step_one(const EngineState& state, const EngineConfig& config, InstrumentId id, Holding& h) {
    if (h.open && h.qty.is_zero()) return;
    const Instrument& i = state.instruments[id];
    const UnderlyingConfig& rules = rules_for(state, config, i);
    PricePoint now = point_of(state, rules, id);
    if (h.open) {
        if (!(now.mark > 0)) now.mark = h.point.mark;
        carry_volatility(h.point, now);
        ExplainParts parts = parts_of(i, rules, h.qty, h.point, now);
        parts[Cause::funding] = funding_since(i, id, h, now);
        const Cash worth = h.cash - h.fees + worth_at(i, h.qty, now.mark);
        book(i, parts, worth - h.worth);
        h.worth = worth;
        h.point = now;
    } else if (now.mark > 0) {
        h.open = true;
        h.worth = h.cash - h.fees + worth_at(i, h.qty, now.mark);
        h.point = now;
        take_fills(i, state.positions[index(id)], h);
    }
}

void Explainer::step(const EngineState& state, const EngineConfig& config, UnderlyingId id) {
    for (auto& [instrument, holding] : holdings_) {
        if (state.instruments[InstrumentId{instrument}].underlying == id)
            step_one(state, config, InstrumentId{instrument}, holding);
    }
    stepped_[index(id)] = state.now;
}

void Explainer::take_fees(const Instrument& i, const PositionLine& line, Holding& h) {
    const Cash fees = line.fees - h.fees;
    ExplainParts parts;
    parts[Cause::trading_fees] = -fees.to_double();
    book(i, parts, -fees);
    h.worth -= fees;
    h.fees = line.fees;
}

/// What was traded since the holding was explained last, against the mark.
void Explainer::take_fills(const Instrument& i, const PositionLine& line, Holding& h) {
    const Cash worth = line.cash - h.fees + worth_at(i, line.qty, h.point.mark);
    ExplainParts parts;
    parts[away_from_mark(i)] = (worth - h.worth).to_double();
    book(i, parts, worth - h.worth);
    h.worth = worth;
    h.qty = line.qty;
    h.cash = line.cash;
}

void Explainer::fill(const EngineState& state, const EngineConfig& config, InstrumentId id) {
    const Instrument& i = state.instruments[id];
    if (i.underlying == kNoUnderlying) return;
    const PositionLine& line = state.positions[index(id)];
    Holding& h = holdings_[index(id)];
    // Reported twice: the books have not moved.
    if (h.qty == line.qty && h.cash == line.cash && h.fees == line.fees) return;
    // What was flat has no mark to go on from.
    if (h.qty.is_zero()) h.open = false;
    step_one(state, config, id, h);
    take_fees(i, line, h);
    if (h.open) {
        take_fills(i, line, h);
    } else if (h.qty == line.qty) {
        // Opened and closed again: no mark could change what that brought.
        ExplainParts parts;
        parts[away_from_mark(i)] = (line.cash - h.cash).to_double();
        book(i, parts, line.cash - h.cash);
        h.cash = line.cash;
    }
}

/// The last step, to the delivery price; a position that never had a mark begins and ends with it.
void Explainer::settle(const EngineState& state, const EngineConfig& config, InstrumentId id,
                       Price delivery) {
    const auto found = holdings_.find(index(id));
    const PositionLine& line = state.positions[index(id)];
    if (found == holdings_.end() || !line.qty.is_zero() || delivery <= Price{}) return;
    Holding& h = found->second;
    const Instrument& i = state.instruments[id];
    const UnderlyingConfig& rules = rules_for(state, config, i);
    PricePoint now = point_of(state, rules, id);
    now.mark = now.forward = delivery.to_double();
    now.vol = h.point.vol;
    now.delivered = true;
    const Cash fees = line.fees - h.fees;
    const Cash worth = line.cash - line.fees;
    ExplainParts parts;
    if (h.open) {
        parts = parts_of(i, rules, h.qty, h.point, now);
    } else {
        h.worth = h.cash - h.fees + settlement_value(i, h.qty, delivery);
        parts[away_from_mark(i)] = (worth - h.worth + fees).to_double();
    }
    parts[Cause::delivery_fees] = -fees.to_double();
    book(i, parts, worth - h.worth);
    h = {{}, line.cash, line.fees, true, worth, now};
}

void Explainer::observe_ticker(const Ticker& t, const EngineState& state, const EngineConfig& config,
                               InstrumentId id) {
    if (state.instruments[id].kind == Kind::perpetual && std::abs(t.funding_8h) < 1)
        funding_[index(id)] = t.funding_8h;
    if (t.state == TradingState::settled) settle(state, config, id, t.delivery);
    const auto found = holdings_.find(index(id));
    if (found != holdings_.end() && !found->second.open) step_one(state, config, id, found->second);
}

void Explainer::observe(const Event& event, const EngineState& state, const EngineConfig& config) {
    const InstrumentId id = event.header.instrument;
    const bool known = state.instruments.contains(id);
    switch (event.header.type) {
        case EventType::execution:
            if (known) fill(state, config, id);
            break;
        case EventType::position:
            if (known && state.instruments[id].underlying != kNoUnderlying)
                restart(state, rules_for(state, config, state.instruments[id]), id);
            break;
        case EventType::ticker:
            if (known) observe_ticker(event.payload.ticker, state, config, id);
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
