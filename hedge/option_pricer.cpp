#include "hedge/option_pricer.h"

#include <cmath>

namespace hw::hedge {

namespace {

constexpr double kNear = 0.01;  ///< a forward further away than this is no forward but a broken price
constexpr int kMostSteps = 16;

}  // namespace

OptionPricer::OptionPricer(const Instrument& i, const UnderlyingConfig& rules, Nanos time,
                           std::optional<pricing::WindowState> average, bool delivered)
    : inverse_(i.is_inverse()), average_(average) {
    plain_.settlement = averaged_.settlement = i.settlement;
    plain_.type = averaged_.type = i.option_type;
    plain_.strike = averaged_.strike = i.strike.to_double();
    plain_.years = delivered ? 0 : pricing::variance_years(i.expiry, time, rules.settlement_window);
    averaged_.window = rules.settlement_window;
    if (delivered || rules.settlement_window <= Nanos{}) average_.reset();
}

double OptionPricer::settled_at(double forward) const {
    return average_ ? average_->elapsed * average_->average + (1 - average_->elapsed) * forward : forward;
}

pricing::WindowGreeks OptionPricer::greeks(double forward, double vol) const {
    if (average_) {
        pricing::WindowTerms terms = averaged_;
        terms.forward = forward;
        terms.vol = vol;
        return pricing::window_greeks(terms, *average_);
    }
    pricing::OptionTerms terms = plain_;
    terms.forward = forward;
    terms.vol = vol;
    const pricing::Greeks g = pricing::black76(terms);
    return {g.price, g.delta, g.net_delta, g.gamma, g.vega, g.theta};
}

OptionPricer::Slopes OptionPricer::slopes(double forward, double vol) const {
    const pricing::WindowGreeks g = greeks(forward, vol);
    return {g.price, inverse_ ? g.net_delta / forward : g.delta,
            100 * (inverse_ ? g.vega / settled_at(forward) : g.vega)};
}

/// Inside the window it is (1 - u) options on the rest of the average, struck at what is left of the strike.
std::optional<double> OptionPricer::implied_vol(double forward, double price) const {
    const double value = inverse_ ? price * settled_at(forward) : price;
    if (!average_) return pricing::implied_vol(plain_.type, forward, plain_.strike, plain_.years, value);
    const double rest = 1 - average_->elapsed;
    if (!(rest > 0)) return std::nullopt;
    const double strike = (averaged_.strike - average_->elapsed * average_->average) / rest;
    return pricing::implied_vol(averaged_.type, forward, strike, rest * averaged_.window.to_years() / 3,
                                value / rest);
}

std::optional<double> OptionPricer::implied_forward(double near, double vol, double price) const {
    double forward = near;
    for (int n = 0; n < kMostSteps; ++n) {
        const Slopes s = slopes(forward, vol);
        const double step = (price - s.price) / s.forward;
        forward += step;
        if (!(std::abs(forward - near) <= kNear * near)) return std::nullopt;
        if (std::abs(step) <= 1e-12 * forward) return forward;
    }
    return std::nullopt;
}

}  // namespace hw::hedge
