#include "hedge/planner/arbitrage.h"

#include <algorithm>
#include <cmath>

#include "core/pricing/math.h"

namespace hw::hedge {

namespace {

constexpr int kCheckPoints = 64;
constexpr double kNegligible = 1e-6;  ///< probability that a kink may take: 10 USD wide, 0.00001 USD
constexpr double kHighestGrowth = 3;  ///< of the volatility along a wing, over the highest quoted
constexpr double kHighestVol = 10;
constexpr double kWingStep = 0.25;  ///< standard deviations
constexpr int kWingSteps = 80;
constexpr int kStepParts = 4;  // looked at in each step

double point_of(double low, double high, int n) { return low + (high - low) * n / (kCheckPoints - 1); }

double least_believed(const SmileSlice& s) { return kLeastVol * kLeastVol * s.years; }

bool positive_at(const SmileSlice& s, double k) {
    const double x = k - s.m;
    const double root = std::sqrt(x * x + s.sigma * s.sigma);
    const double w = s.a + s.b * (s.rho * x + root);
    if (!(w >= least_believed(s))) return false;
    const double first = root > 0 ? s.b * (s.rho + x / root) : 0;
    const double second = root > 0 ? s.b * s.sigma * s.sigma / (root * root * root) : 0;
    const double term = 1 - k * first / (2 * w);
    return term * term - first * first / 4 * (1 / w + 0.25) + second / 2 >= 0;
}

/// The density of strikes is d(dC/dK), and dC/dK = -N(d2) + phi(d2) d sqrt(w)/dk. Where a wing that rises
/// outwards is held flat from `k` on, that takes phi(d2) times its slope.
double taken_by_kink(const SmileSlice& s, double k, double outwards) {
    const double x = k - s.m;
    const double root = std::sqrt(x * x + s.sigma * s.sigma);
    const double v = std::sqrt(std::max(raw_variance(s, k), least_believed(s)));
    const double slope = root > 0 ? s.b * (s.rho + x / root) / (2 * v) : 0;
    return pricing::normal_pdf(-k / v - v / 2) * std::max(outwards * slope, 0.0);
}

void follow_wing(const SmileSlice& s, double highest_variance, double outwards, double& edge) {
    for (int n = 0; n < kWingSteps && taken_by_kink(s, edge, outwards) > kNegligible; ++n) {
        const double next = edge + outwards * kWingStep * std::sqrt(raw_variance(s, edge));
        if (!(raw_variance(s, next) <= highest_variance)) return;
        for (int part = 1; part <= kStepParts; ++part)
            if (!positive_at(s, edge + (next - edge) * part / kStepParts)) return;
        edge = next;
    }
}

}  // namespace

double raw_variance(const SmileSlice& s, double k) {
    const double x = k - s.m;
    return s.a + s.b * (s.rho * x + std::sqrt(x * x + s.sigma * s.sigma));
}

bool positive_density(const SmileSlice& s, double low, double high) {
    for (int n = 0; n < kCheckPoints; ++n)
        if (!positive_at(s, point_of(low, high, n))) return false;
    return true;
}

void follow_wings(SmileSlice& s) {
    s.k_low = s.quoted_low;
    s.k_high = s.quoted_high;
    const double quoted = std::max(raw_variance(s, s.k_low), raw_variance(s, s.k_high));  // it is convex
    const double highest =
        std::min(kHighestGrowth * kHighestGrowth * quoted, kHighestVol * kHighestVol * s.years);
    follow_wing(s, highest, -1, s.k_low);
    follow_wing(s, highest, +1, s.k_high);
}

bool free_of_butterflies(const SmileSlice& s) {
    const double low = std::clamp(s.quoted_low, s.k_low, s.k_high);
    const double high = std::clamp(s.quoted_high, s.k_low, s.k_high);
    return positive_density(s, s.k_low, low) && positive_density(s, low, high) &&
           positive_density(s, high, s.k_high) && taken_by_kink(s, s.k_low, -1) <= kNegligible &&
           taken_by_kink(s, s.k_high, +1) <= kNegligible;
}

bool free_of_calendars(const SmileSlice& earlier, const SmileSlice& later) {
    const double low = std::max(earlier.quoted_low, later.quoted_low);
    const double high = std::min(earlier.quoted_high, later.quoted_high);
    if (!(low <= high)) return true;
    for (int n = 0; n < kCheckPoints; ++n) {
        const double k = point_of(low, high, n);
        const double before = raw_variance(earlier, k), after = raw_variance(later, k);
        const double noise = 2 * std::sqrt(std::max(after, 0.0) * later.years) * 1e-4;
        if (after + noise < before) return false;
    }
    return true;
}

double calendar_shortfall(const SmileSlice& earlier, const SmileSlice& later) {
    const double low = std::max(earlier.quoted_low, later.quoted_low);
    const double high = std::min(earlier.quoted_high, later.quoted_high);
    double most = 0;
    for (int n = 0; n < kCheckPoints; ++n) {
        const double k = point_of(low, high, n);
        most = std::max(most, raw_variance(earlier, k) - raw_variance(later, k));
    }
    return most;
}

}  // namespace hw::hedge
