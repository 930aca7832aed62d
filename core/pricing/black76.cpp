#include "core/pricing/black76.h"

#include <algorithm>
#include <cmath>

#include "core/pricing/math.h"

namespace hw::pricing {

namespace {

Greeks intrinsic(const OptionTerms& o, double s) {
    Greeks g;
    const double exercise = s * (o.forward - o.strike);
    const bool inverse = o.settlement == Settlement::inverse;
    // Without volatility a linear option is still paid at the expiry only.
    const double discount = inverse || o.rate == 0 || !(o.years > 0) ? 1.0 : exp(-o.rate * o.years);
    if (exercise > 0) {
        g.price = inverse ? exercise / o.forward : discount * exercise;
        g.delta = discount * s;
        if (!inverse && o.years > 0) g.theta = o.rate * g.price / 365.0;
    }
    g.net_delta = o.settlement == Settlement::inverse ? g.delta - g.price : g.delta;
    return g;
}

}  // namespace

double undiscounted_price(OptionType type, double forward, double strike, double total_vol) {
    const double s = type == OptionType::call ? 1.0 : -1.0;
    if (!(total_vol > 0)) return std::max(s * (forward - strike), 0.0);
    const double d1 = log1p((forward - strike) / strike) / total_vol + 0.5 * total_vol;
    const double value = s * (forward * normal_cdf(s * d1) - strike * normal_cdf(s * (d1 - total_vol)));
    return std::max(value, 0.0);
}

Greeks black76(const OptionTerms& o) {
    const double s = o.type == OptionType::call ? 1.0 : -1.0;
    const double root_years = std::sqrt(std::max(o.years, 0.0));
    const double total_vol = o.vol * root_years;
    if (!(total_vol > 0)) return intrinsic(o, s);

    const bool inverse = o.settlement == Settlement::inverse;
    const double discount = inverse || o.rate == 0 ? 1.0 : exp(-o.rate * o.years);
    const double d1 = log1p((o.forward - o.strike) / o.strike) / total_vol + 0.5 * total_vol;
    const double d2 = d1 - total_vol;
    const double n1 = normal_cdf(s * d1);
    const double n2 = normal_cdf(s * d2);
    const double density = normal_pdf(d1);
    const double value = std::max(s * (o.forward * n1 - o.strike * n2), 0.0);  // undiscounted, quote currency

    Greeks g;
    g.delta = discount * s * n1;
    g.gamma = discount * density / (o.forward * total_vol);
    g.vega = discount * o.forward * density * root_years * 0.01;
    const double decay = -discount * o.forward * density * o.vol / (2.0 * root_years);
    if (inverse) {
        g.price = value / o.forward;
        g.net_delta = s * (o.strike / o.forward) * n2;
        g.theta = decay / 365.0;
    } else {
        g.price = discount * value;
        g.net_delta = g.delta;
        g.theta = (decay + o.rate * g.price) / 365.0;
    }
    return g;
}

std::optional<double> implied_vol(OptionType type, double forward, double strike, double years,
                                  double price) {
    if (!(forward > 0 && strike > 0 && years > 0)) return std::nullopt;
    // Work out of the money: there the whole price is time value.
    const double s = type == OptionType::call ? 1.0 : -1.0;
    const double value = price - std::max(s * (forward - strike), 0.0);
    const double bound = std::min(forward, strike);
    if (!(value > 0 && value < bound)) return std::nullopt;
    const OptionType otm = forward > strike ? OptionType::put : OptionType::call;

    double low = 0.0;
    double high = 10.0 * std::sqrt(years);
    if (undiscounted_price(otm, forward, strike, high) < value) return std::nullopt;
    // Newton on ln(price), which is nearly straight in the wings, kept inside a shrinking bracket.
    double v =
        std::clamp(std::sqrt(2.0 * std::abs(log1p((forward - strike) / strike))), 1e-4 * high, 0.5 * high);
    for (int i = 0; i < 128; ++i) {
        const double trial = undiscounted_price(otm, forward, strike, v);
        (trial < value ? low : high) = v;
        const double slope = forward * normal_pdf(log1p((forward - strike) / strike) / v + 0.5 * v);
        double next = v;
        if (trial > 0 && slope > 0) next = v + log(value / trial) * trial / slope;
        if (!(next > low && next < high)) next = 0.5 * (low + high);
        if (std::abs(next - v) <= 1e-15 * v || high - low <= 1e-15 * high) return next / std::sqrt(years);
        v = next;
    }
    return v / std::sqrt(years);
}

}  // namespace hw::pricing
