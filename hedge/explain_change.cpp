#include "hedge/explain_change.h"

#include <algorithm>
#include <cmath>

#include "core/pricing/math.h"
#include "hedge/exposure.h"
#include "hedge/option_pricer.h"
#include "hedge/valuation.h"
#include "hedge/volatility.h"

namespace hw::hedge {

std::string_view to_string(Cause c) {
    constexpr std::string_view kNames[] = {
        "delta", "gamma",        "theta",         "vega",     "vanna", "volga",      "funding",
        "basis", "trading_fees", "delivery_fees", "slippage", "edge",  "unexplained"};
    return c < Cause::count_ ? kNames[static_cast<std::size_t>(c)] : "invalid";
}

namespace {

const SmileSlice* slice_of(const UnderlyingState& u, const Instrument& i) {
    for (std::uint32_t n = 0; n < u.slice_count; ++n) {
        const SmileSlice& s = u.slices[n];
        if (s.expiry == i.expiry && (!i.is_option() || s.settlement == i.settlement)) return &s;
    }
    return nullptr;
}

/// As the engine attaches it to a node, moved on by the surface rule.
double vol_of(const EngineState& state, const UnderlyingConfig& rules, const UnderlyingState& u,
              const SmileSlice& s, double strike) {
    const double forward = u.surface_reference * s.forward_ratio;
    if (!(forward > 0) || !(vol_at(s, pricing::log(strike / forward)) > 0)) return 0;
    pricing::KernelBlock block{};
    pricing::RiskBlock risk{};
    risk.strike[0] = strike;
    const pricing::BlockRef ref{0, 0};
    kernel_of(state).attach(&block, &risk, {&ref, 1}, attach_terms(rules, u.min_variance, s, forward));
    const double move = pricing::log1p((u.reference - u.surface_reference) / u.surface_reference);
    const double vol = std::max(block.vol[0] + block.drift[0] * move, pricing::kLeastVolLeft * block.vol[0]);
    return vol > 0 ? vol : 0;
}

}  // namespace

double fitted_vol(const EngineState& state, const UnderlyingConfig& rules, InstrumentId id) {
    const Instrument& i = state.instruments[id];
    const UnderlyingState& u = state.underlyings[index(i.underlying)];
    const SmileSlice* s = slice_of(u, i);
    if (s == nullptr || !i.is_option() || !(u.reference > 0)) return 0;
    return vol_of(state, rules, u, *s, i.strike.to_double());
}

PricePoint point_of(const EngineState& state, InstrumentId id, double forward) {
    const Instrument& i = state.instruments[id];
    const UnderlyingState& u = state.underlyings[index(i.underlying)];
    const SmileSlice* s = slice_of(u, i);
    PricePoint p;
    p.mark = mark_price(state, id);
    p.reference = p.forward = u.reference;
    p.time = state.now;
    if (s != nullptr) p.forward = u.reference * s->forward_ratio;
    if (forward > 0) p.forward = forward;
    for (const SettlementWindow& w : u.windows) {
        if (i.expiry.is_zero() || w.average.expiry() != i.expiry || w.settlement != i.settlement) continue;
        const auto average = w.average.at(state.now);
        if (average && average->elapsed > 0) p.average = average;
    }
    return p;
}

namespace {

double moved(const PricePoint& from, const PricePoint& to) {
    return from.reference > 0 && to.reference > 0 ? to.reference / from.reference : 1;
}

OptionPricer pricer_of(const Instrument& i, const UnderlyingConfig& rules, const PricePoint& p) {
    return {i, rules, p.time, p.average, p.delivered};
}

/// What a vol point does to a price, over what the forward does, below which the price says more of the
/// forward: a tenth of a basis point of it.
constexpr double kTellsForward = 1e-5;

/// Deep in the money or about to expire, a basis point in the forward is as much as any volatility.
bool tells_forward(const Instrument& i, const OptionPricer& pricer, const PricePoint& p, double vol) {
    const double strike = i.strike.to_double();
    const bool in_the_money = (i.option_type == OptionType::call) == (p.forward > strike);
    if (!in_the_money || !(vol > 0)) return false;
    const OptionPricer::Slopes s = pricer.slopes(p.forward, vol);
    return 0.01 * s.vol < kTellsForward * std::abs(s.forward) * p.forward;
}

}  // namespace

void read_mark(const Instrument& i, const UnderlyingConfig& rules, double last_vol, PricePoint& p) {
    if (!i.is_option() || p.delivered || !(p.mark > 0 && p.forward > 0)) return;
    const OptionPricer pricer = pricer_of(i, rules, p);
    p.vol = last_vol;
    if (!tells_forward(i, pricer, p, last_vol)) {
        if (const auto vol = pricer.implied_vol(p.forward, p.mark)) {
            p.vol = *vol;
            return;
        }
    }
    if (!(last_vol > 0)) return;
    if (const auto forward = pricer.implied_forward(p.forward, last_vol, p.mark)) p.forward = *forward;
}

namespace {

void explain_option(const Instrument& i, const UnderlyingConfig& rules, double coins, const PricePoint& from,
                    const PricePoint& to, ExplainParts& parts) {
    if (!(from.vol > 0 && to.vol > 0 && from.forward > 0 && to.forward > 0)) return;
    const OptionPricer before = pricer_of(i, rules, from), after = pricer_of(i, rules, to);
    const double forward = from.forward * moved(from, to);
    const double step = forward - from.forward;
    const double vols = to.vol - from.vol;
    const OptionPricer::Slopes slopes = before.slopes(from.forward, from.vol);
    const double by_forward = before.price(forward, from.vol) - slopes.price;
    const double by_vol = before.price(from.forward, to.vol) - slopes.price;
    const double by_both = before.price(forward, to.vol) - slopes.price;
    // Time passes up to the average so far; what the delivery price is away from it is the basis.
    const bool fixed = to.delivered && from.average;
    const double settled =
        fixed ? from.average->elapsed * from.average->average + (1 - from.average->elapsed) * forward
              : forward;
    const double later = after.price(settled, to.vol);
    parts[Cause::delta] = coins * slopes.forward * step;
    parts[Cause::gamma] = coins * (by_forward - slopes.forward * step);
    parts[Cause::vega] = coins * slopes.vol * vols;
    parts[Cause::volga] = coins * (by_vol - slopes.vol * vols);
    parts[Cause::vanna] = coins * (by_both - by_forward - by_vol);
    parts[Cause::theta] = coins * (later - slopes.price - by_both);
    parts[Cause::basis] = coins * (after.price(to.forward, to.vol) - later);
}

/// In doubles: a mark without a price that could be written is worth nothing.
double value(const Instrument& i, Qty contracts, double mark) {
    const auto price = Price::from_double(mark);
    return price ? contract_value(i, contracts, *price).to_double() : 0;
}

void explain_delta_one(const Instrument& i, const UnderlyingConfig& rules, Qty contracts,
                       const PricePoint& from, const PricePoint& to, ExplainParts& parts) {
    if (!(from.mark > 0 && to.mark > 0)) return;
    const double fixed =
        i.expiry.is_zero() ? 0 : pricing::window_elapsed(i.expiry, from.time, rules.settlement_window);
    const double with_reference = from.mark * (1 + (1 - fixed) * (moved(from, to) - 1));
    const double coins = contracts.to_double() * i.contract_size.to_double();
    const double slope = i.is_inverse() ? coins / (from.mark * from.mark) : coins;
    const double whole = value(i, contracts, with_reference) - value(i, contracts, from.mark);
    parts[Cause::delta] = slope * (with_reference - from.mark);
    parts[Cause::gamma] = whole - parts[Cause::delta];
    parts[Cause::basis] = value(i, contracts, to.mark) - value(i, contracts, with_reference);
}

}  // namespace

PricePoint moved_to(const PricePoint& p, double reference) {
    PricePoint market = p;
    market.reference = reference;
    const double ratio = moved(p, market);
    market.forward *= ratio;
    market.mark *= ratio;
    return market;
}

ExplainParts parts_of(const Instrument& i, const UnderlyingConfig& rules, Qty contracts,
                      const PricePoint& from, const PricePoint& to) {
    ExplainParts parts;
    if (i.is_option()) {
        const double coins = contracts.to_double() * i.contract_size.to_double();
        explain_option(i, rules, coins, from, to, parts);
    } else {
        explain_delta_one(i, rules, contracts, from, to, parts);
    }
    return parts;
}

}  // namespace hw::hedge
