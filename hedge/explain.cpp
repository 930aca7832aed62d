#include "hedge/explain.h"

#include <cmath>
#include <numeric>

#include "hedge/context.h"
#include "hedge/valuation.h"

namespace hw::hedge {

namespace {

/// Between fills, no step is longer.
constexpr Nanos kStep = Nanos::from_ms(100);
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
    holdings_.clear();
    points_.clear();
    forwards_.clear();
    explanations_ = {};
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const PositionLine& line = state.positions[n];
        const bool used = !line.qty.is_zero() || !line.cash.is_zero() || !line.fees.is_zero();
        if (used) restart(state, InstrumentId{n});
    }
}

/// From here on, or from the first mark on, the position counts.
void Explainer::restart(const EngineState& state, InstrumentId id) {
    const Instrument& i = state.instruments[id];
    if (i.underlying == kNoUnderlying) return;
    const PositionLine& line = state.positions[index(id)];
    Holding h;
    h.qty = line.qty;
    h.cash = line.cash;
    h.fees = line.fees;
    h.point = latest(state, id);
    h.funded = state.now;
    h.open = line.qty.is_zero() || h.point.mark > 0;
    h.worth = line.cash - line.fees + worth_at(i, line.qty, h.point.mark);
    holdings_[index(id)] = h;
}

/// Positions that begin as the venue has them: the only change of a line that no execution tells of.
void Explainer::take_adopted(const EngineState& state) {
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const PositionLine& line = state.positions[n];
        const auto found = holdings_.find(n);
        const bool same = found == holdings_.end()
                              ? line.qty.is_zero() && line.cash.is_zero()
                              : found->second.qty == line.qty && found->second.cash == line.cash;
        if (!same && state.venue_positions[n].adopted == state.last_sequence) restart(state, InstrumentId{n});
    }
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

/// Of the last mark, whose time is its own; or of the market now.
PricePoint Explainer::latest(const EngineState& state, InstrumentId id) const {
    const TickerState& ticker = state.tickers[index(id)];
    const bool marked = index(id) < points_.size() && ticker.mark > Price{};
    if (marked && points_[index(id)].mark == ticker.mark.to_double()) return points_[index(id)];
    return point_of(state, id);
}

double Explainer::funding_since(const Instrument& i, InstrumentId id, const Holding& h, double mark,
                                Nanos now) const {
    const auto rate = funding_.find(index(id));
    if (rate == funding_.end() || !(mark > 0)) return 0;
    const double amount = h.qty.to_double() * i.contract_size.to_double();
    const double notional = i.is_inverse() ? amount / mark : amount * mark;
    return -notional * rate->second * (now - h.funded).to_years() / kFundingYears;
}

/// Of the holding's point: worked out when it is needed, by the rules of then.
void Explainer::know_volatility(const EngineState& state, const UnderlyingConfig& rules, InstrumentId id,
                                Holding& h) const {
    if (!(h.point.vol > 0)) read_mark(state.instruments[id], rules, fitted_vol(state, rules, id), h.point);
}

/// From the last point to this one, by what the marks say at both.
ExplainParts Explainer::change(const EngineState& state, const UnderlyingConfig& rules, InstrumentId id,
                               Holding& h, PricePoint& now) const {
    const Instrument& i = state.instruments[id];
    know_volatility(state, rules, id, h);
    if (now.delivered) now.vol = h.point.vol;
    read_mark(i, rules, h.point.vol, now);
    return parts_of(i, rules, h.qty, h.point, now);
}

/// The position as it was explained last, up to now; then the fills that waited for a mark. Without a new
/// mark its worth has not changed.
void Explainer::step_one(const EngineState& state, const EngineConfig& config, InstrumentId id, Holding& h) {
    if (h.open && h.qty.is_zero()) return;
    const Instrument& i = state.instruments[id];
    PricePoint now = latest(state, id);
    if (h.open) {
        const bool news = now.mark > 0 && (now.mark != h.point.mark || now.time != h.point.time);
        ExplainParts parts;
        if (news) parts = change(state, rules_for(state, config, i), id, h, now);
        const PricePoint& point = news ? now : h.point;
        parts[Cause::funding] = funding_since(i, id, h, point.mark, state.now);
        const Cash worth = h.cash - h.fees + worth_at(i, h.qty, point.mark);
        book(i, parts, worth - h.worth);
        h.worth = worth;
        if (news) h.point = now;
    } else if (now.mark > 0) {
        h.open = true;
        h.worth = h.cash - h.fees + worth_at(i, h.qty, now.mark);
        h.point = now;
        take_fills(state, config, id, h);
    }
    h.funded = state.now;
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

/// What was traded since the holding was explained last. The mark's way to the market of the fill will be
/// explained for the whole new position when the mark comes after it: here it is taken off again for what was
/// traded, which was not held on that way.
void Explainer::take_fills(const EngineState& state, const EngineConfig& config, InstrumentId id,
                           Holding& h) {
    const Instrument& i = state.instruments[id];
    const UnderlyingConfig& rules = rules_for(state, config, i);
    const PositionLine& line = state.positions[index(id)];
    know_volatility(state, rules, id, h);
    const PricePoint market = moved_to(h.point, state.underlyings[index(i.underlying)].reference);
    ExplainParts parts = parts_of(i, rules, line.qty - h.qty, market, h.point);
    const Cash worth = line.cash - h.fees + worth_at(i, line.qty, h.point.mark);
    const double left_behind = std::accumulate(parts.amounts.begin(), parts.amounts.end(), 0.0);
    parts[away_from_mark(i)] = (worth - h.worth).to_double() - left_behind;
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
        take_fills(state, config, id, h);
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
    PricePoint now = point_of(state, id);
    now.mark = now.forward = delivery.to_double();
    now.delivered = true;
    const Cash fees = line.fees - h.fees;
    const Cash worth = line.cash - line.fees;
    ExplainParts parts;
    if (h.open) {
        parts = change(state, rules_for(state, config, i), id, h, now);
    } else {
        h.worth = h.cash - h.fees + settlement_value(i, h.qty, delivery);
        parts[away_from_mark(i)] = (worth - h.worth + fees).to_double();
    }
    parts[Cause::delivery_fees] = -fees.to_double();
    book(i, parts, worth - h.worth);
    h = {{}, line.cash, line.fees, true, worth, now, state.now};
}

/// With what the mark was made: its own index, and the hedge instrument's price of that moment.
void Explainer::take_mark(const Ticker& t, const EngineState& state, const EngineConfig& config,
                          InstrumentId id) {
    const Instrument& i = state.instruments[id];
    if (i.underlying == kNoUnderlying || t.mark == kNoPrice) return;
    forwards_.observe(i, t, state.now, rules_for(state, config, i).settlement_window);
    if (points_.size() <= index(id)) points_.resize(index(id) + 1);
    points_[index(id)] = point_of(state, id, i.is_option() ? forwards_.forward(i, t.index, state.now) : 0);
}

void Explainer::observe_ticker(const Ticker& t, const EngineState& state, const EngineConfig& config,
                               InstrumentId id) {
    take_mark(t, state, config, id);
    if (state.instruments[id].kind == Kind::perpetual && std::abs(t.funding_8h) < 1)
        funding_[index(id)] = t.funding_8h;
    if (t.state == TradingState::settled) settle(state, config, id, t.delivery);
    const auto found = holdings_.find(index(id));
    if (found != holdings_.end() && !found->second.open) step_one(state, config, id, found->second);
}

/// A position that a person told is a trade at the mark, without a fee.
void Explainer::take_command(const Command& command, const EngineState& state, const EngineConfig& config) {
    if (command.kind == CommandKind::external_position && state.instruments.contains(command.instrument))
        fill(state, config, command.instrument);
}

void Explainer::observe(const Event& event, const EngineState& state, const EngineConfig& config) {
    const InstrumentId id = event.header.instrument;
    const bool known = state.instruments.contains(id);
    switch (event.header.type) {
        case EventType::execution:
            if (known) fill(state, config, id);
            break;
        case EventType::position:
            if (known) restart(state, id);
            break;
        case EventType::ticker:
            if (known) observe_ticker(event.payload.ticker, state, config, id);
            break;
        case EventType::account_snapshot:
            take_adopted(state);
            break;
        case EventType::command:
            take_command(event.payload.command, state, config);
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
