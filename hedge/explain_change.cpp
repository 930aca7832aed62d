#include "hedge/explain_change.h"

#include <algorithm>

#include "core/pricing/black76.h"
#include "core/pricing/math.h"
#include "hedge/exposure.h"
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

PricePoint point_of(const EngineState& state, const UnderlyingConfig& rules, InstrumentId id) {
    const Instrument& i = state.instruments[id];
    const UnderlyingState& u = state.underlyings[index(i.underlying)];
    const SmileSlice* s = slice_of(u, i);
    PricePoint p;
    p.mark = mark_price(state, id);
    p.reference = p.forward = u.reference;
    p.time = state.now;
    if (s != nullptr) p.forward = u.reference * s->forward_ratio;
    if (s != nullptr && i.is_option() && u.reference > 0)
        p.vol = vol_of(state, rules, u, *s, i.strike.to_double());
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
}  // namespace

void carry_volatility(const PricePoint& from, PricePoint& to) {
    if (to.vol > 0 || !(from.vol > 0)) return;
    to.vol = from.vol;
    to.forward = from.forward * moved(from, to);
}

namespace {

/// An option at one moment, as a function of forward and volatility; amounts for one coin.
class Pricer {
  public:
    Pricer(const Instrument& i, const UnderlyingConfig& rules, const PricePoint& p)
        : inverse_(i.is_inverse()), average_(p.average) {
        plain_.settlement = averaged_.settlement = i.settlement;
        plain_.type = averaged_.type = i.option_type;
        plain_.strike = averaged_.strike = i.strike.to_double();
        plain_.years = pricing::variance_years(i.expiry, p.time, rules.settlement_window);
        averaged_.window = rules.settlement_window;
        if (p.delivered) plain_.years = 0;
        if (p.delivered || rules.settlement_window <= Nanos{}) average_.reset();
    }

    double price(double forward, double vol) { return greeks(forward, vol).price; }
    /// The price's change with the forward and with the volatility (1 is 100 %).
    struct Slopes {
        double price, forward, vol;
    };
    Slopes slopes(double forward, double vol) {
        const pricing::WindowGreeks g = greeks(forward, vol);
        const double coin =
            average_ ? average_->elapsed * average_->average + (1 - average_->elapsed) * forward : forward;
        return {g.price, inverse_ ? g.net_delta / forward : g.delta,
                100 * (inverse_ ? g.vega / coin : g.vega)};
    }

  private:
    pricing::WindowGreeks greeks(double forward, double vol) {
        if (average_) {
            averaged_.forward = forward;
            averaged_.vol = vol;
            return pricing::window_greeks(averaged_, *average_);
        }
        plain_.forward = forward;
        plain_.vol = vol;
        const pricing::Greeks g = pricing::black76(plain_);
        return {g.price, g.delta, g.net_delta, g.gamma, g.vega, g.theta};
    }

    bool inverse_;
    std::optional<pricing::WindowState> average_;
    pricing::OptionTerms plain_;
    pricing::WindowTerms averaged_;
};

void explain_option(const Instrument& i, const UnderlyingConfig& rules, double coins, const PricePoint& from,
                    const PricePoint& to, ExplainParts& parts) {
    if (!(from.vol > 0 && to.vol > 0 && from.forward > 0 && to.forward > 0)) return;
    Pricer before(i, rules, from), after(i, rules, to);
    const double forward = from.forward * moved(from, to);
    const double step = forward - from.forward;
    const double vols = to.vol - from.vol;
    const Pricer::Slopes slopes = before.slopes(from.forward, from.vol);
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
