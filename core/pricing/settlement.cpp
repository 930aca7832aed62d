#include "core/pricing/settlement.h"

#include <algorithm>
#include <cmath>

#include "core/pricing/math.h"

namespace hw::pricing {

namespace {

constexpr double kNanosPerYear = 365.0 * 86'400e9;

double sign_of(OptionType type) { return type == OptionType::call ? 1.0 : -1.0; }

/// The settlement price's forward.
double settlement_forward(const WindowTerms& t, const WindowState& s) {
    return s.elapsed > 0 ? s.elapsed * s.average + (1 - s.elapsed) * t.forward : t.forward;
}

/// Prices in coin, and what the hedge needs, from V and dV/dF.
void settle_in_coin(const WindowTerms& t, const WindowState& s, WindowGreeks& g) {
    const double forward = settlement_forward(t, s);
    g.price /= forward;
    g.net_delta = t.forward / forward * (g.delta - (1 - s.elapsed) * g.price);
}

/// Exercise no longer depends on what is to come, or nothing is to come.
WindowGreeks decided(const WindowTerms& t, const WindowState& s) {
    WindowGreeks g;
    const double exercise = sign_of(t.type) * (settlement_forward(t, s) - t.strike);
    if (!(exercise > 0)) return g;
    g.price = exercise;
    g.delta = g.net_delta = sign_of(t.type) * (1 - s.elapsed);
    if (t.settlement == Settlement::inverse) settle_in_coin(t, s, g);
    return g;
}

}  // namespace

double variance_years(Nanos expiry, Nanos now, Nanos window) {
    const std::int64_t left = (expiry - now).ns();
    if (left <= 0) return 0;
    // Thirds of a nanosecond, so that nothing is rounded before the one conversion.
    const std::int64_t w = std::max<std::int64_t>(window.ns(), 0);
    const std::int64_t thirds = left >= w ? 3 * (left - w) + w : left;
    return static_cast<double>(thirds) / (3 * kNanosPerYear);
}

double window_elapsed(Nanos expiry, Nanos now, Nanos window) {
    const std::int64_t left = (expiry - now).ns();
    if (left <= 0) return 1;
    if (left >= window.ns()) return 0;
    return static_cast<double>(window.ns() - left) / static_cast<double>(window.ns());
}

WindowGreeks window_greeks(const WindowTerms& t, const WindowState& s) {
    const double rest = 1 - s.elapsed;
    if (!(rest > 0)) return decided(t, s);
    const double fixed = s.elapsed > 0 ? s.elapsed * s.average : 0;
    const double strike = (t.strike - fixed) / rest;
    const double window = t.window.to_years();
    const double root_years = std::sqrt(rest * window / 3);
    const double v = t.vol * root_years;
    if (!(strike > 0 && v > 0)) return decided(t, s);

    const double sign = sign_of(t.type);
    const double d1 = log(t.forward / strike) / v + 0.5 * v;
    const double n1 = sign * normal_cdf(sign * d1);
    const double n2 = sign * normal_cdf(sign * (d1 - v));
    const double density = normal_pdf(d1);
    WindowGreeks g;
    g.price = rest * std::max(t.forward * n1 - strike * n2, 0.0);
    g.delta = g.net_delta = rest * n1;
    g.gamma = rest * density / (t.forward * v);
    g.vega = rest * t.forward * density * root_years * 0.01;
    // dV/du with d(uA)/du = F: the strike on the rest moves with the average, and the variance shrinks.
    g.theta = -t.forward * (n1 - n2 + 0.5 * density * v) / window / 365.0;
    if (t.settlement == Settlement::inverse) settle_in_coin(t, s, g);
    return g;
}

WindowGreeks linear_convention(const WindowTerms& t, const WindowState& s) {
    const double rest = std::max(1 - s.elapsed, 0.0);
    OptionTerms plain;
    plain.settlement = t.settlement;
    plain.type = t.type;
    plain.forward = t.forward;
    plain.strike = t.strike;
    plain.years = rest * t.window.to_years();
    plain.vol = t.vol;
    const Greeks g = black76(plain);
    return {g.price, rest * g.delta, rest * g.net_delta, rest * g.gamma, rest * g.vega, rest * g.theta};
}

void WindowAverage::begin(Nanos expiry, Nanos window, Nanos hole) {
    if (expiry == expiry_ && window == window_ && hole == hole_) return;
    *this = {};
    expiry_ = expiry;
    window_ = window;
    hole_ = hole;
}

/// The last sample holds from its time to `time`.
Int128 WindowAverage::sum_to(Nanos time) const {
    return sum_ + static_cast<Int128>(price_.nanos()) * (time - time_).ns();
}

void WindowAverage::add(Nanos time, Price index) {
    if (expiry_.is_zero() || time >= expiry_ || index <= Price{}) return;
    const bool first = price_.is_zero();
    if (!first && time <= heard_) return;
    if (time > start()) {
        // Up to a first sample inside the window, its own price stands for what was not seen.
        const Nanos known_to = first ? start() : std::max(heard_, start());
        if (time - known_to > hole_) broken_ = 1;
        if (first) price_ = index, time_ = start();
        sum_ = sum_to(time);
    }
    time_ = std::max(time, start());
    heard_ = time;
    price_ = index;
}

void WindowAverage::take_venue(Nanos time, Price average, Price index) {
    if (expiry_.is_zero() || time <= start() || time >= expiry_) return;
    if (average <= Price{} || index <= Price{} || (!price_.is_zero() && time < heard_)) return;
    sum_ = static_cast<Int128>(average.nanos()) * (time - start()).ns();
    time_ = heard_ = time;
    price_ = index;
    broken_ = 0;
}

std::optional<WindowState> WindowAverage::at(Nanos now) const {
    if (expiry_.is_zero()) return std::nullopt;
    if (now <= start()) return WindowState{};
    const Nanos end = std::min(now, expiry_);
    if (price_.is_zero() || broken_ != 0 || end < time_ || end - std::max(heard_, start()) > hole_)
        return std::nullopt;
    const Nanos over = end - start();
    const double average = static_cast<double>(sum_to(end)) / static_cast<double>(over.ns()) * 1e-9;
    return WindowState{static_cast<double>(over.ns()) / static_cast<double>(window_.ns()), average};
}

}  // namespace hw::pricing
