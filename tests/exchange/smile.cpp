#include "tests/exchange/smile.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hw::exchange {

namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

}  // namespace

double Smile::vol(double strike, double forward, double years) const {
    // Below a day the smile stops steepening: minutes before expiry z would run away.
    const double root = std::sqrt(std::max(years, 1.0 / 365.0));
    const double z = std::clamp(std::log(strike / forward) / root, -3.0, 3.0);
    return std::sqrt(base + wings * (tilt * z + std::sqrt(z * z + width * width)));
}

double black_76(OptionType type, double forward, double strike, double years, double vol) {
    const double sign = type == OptionType::call ? 1.0 : -1.0;
    const double deviation = vol * std::sqrt(std::max(years, 0.0));
    if (deviation <= 0.0) return std::max(0.0, sign * (forward - strike));
    const double d1 = std::log(forward / strike) / deviation + 0.5 * deviation;
    const double d2 = d1 - deviation;
    return sign * (forward * normal_cdf(sign * d1) - strike * normal_cdf(sign * d2));
}

}  // namespace hw::exchange
