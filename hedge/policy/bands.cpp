#include "hedge/policy/bands.h"

#include <cmath>
#include <numbers>

namespace hw::hedge {

namespace {

bool usable(const BandInputs& in) {
    return in.price > 0 && in.years > 0 && in.vol > 0 && in.cost > 0 && in.risk_aversion > 0;
}

}  // namespace

Band whalley_wilmott(const BandInputs& in) {
    if (!usable(in)) return {};
    const double discount = std::exp(-in.rate * in.years);
    return {std::cbrt(1.5 * discount * in.cost * in.price * in.gamma * in.gamma / in.risk_aversion), 1.0};
}

Band zakamouline(const BandInputs& in) {
    if (!usable(in)) return {};
    const double gamma = std::abs(in.gamma);
    const double discount_over_vol = std::pow(std::exp(-in.rate * in.years) / in.vol, 0.25);
    const double h0 = in.cost / (in.risk_aversion * in.price * in.vol * in.vol * in.years);
    const double h1 = 1.12 * std::pow(in.cost, 0.31) * std::pow(in.years, 0.05) * discount_over_vol *
                      std::sqrt(gamma / in.risk_aversion);
    const double k = -4.76 * std::pow(in.cost, 0.78) * std::pow(in.years, -0.02) * discount_over_vol *
                     std::pow(in.risk_aversion * in.price * in.price * gamma, 0.15);
    const double variance_ratio = in.gamma < 0 ? 1 - k : 1 + k;
    // A long gamma with costs beyond all it could earn: nothing is worth hedging at a lower volatility still.
    return {h0 + h1, std::sqrt(std::fmax(variance_ratio, 0.0))};
}

double leland_vol_ratio(const BandInputs& in, double interval_years) {
    if (!usable(in) || !(interval_years > 0)) return 1;
    const double a = std::sqrt(8 / std::numbers::pi) * in.cost / (in.vol * std::sqrt(interval_years));
    return std::sqrt(std::fmax(in.gamma < 0 ? 1 + a : 1 - a, 0.0));
}

double part_to_trade(double interval_s, double half_life_s) {
    if (!(half_life_s > 0)) return 1;
    return interval_s > 0 ? -std::expm1(-std::numbers::ln2 * interval_s / half_life_s) : 0;
}

}  // namespace hw::hedge
