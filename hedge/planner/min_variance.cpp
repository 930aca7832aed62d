#include "hedge/planner/min_variance.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/pricing/math.h"

namespace hw::hedge {

namespace {

constexpr double kLargest = 100;  ///< no market's coefficient is near it
/// A seed counts as an hour of moves of ten basis points.
constexpr double kSeedMove = 0.001, kSeedMoves = 60;
constexpr double kMostVega = 0.4;  ///< at the money, over the root of the years

bool believable(const VolMove& m) {
    return m.delta >= 0 && m.delta <= 1 && m.years > 1e-6 && m.years < 100 && m.vega > 0 && m.vega < 100 &&
           std::abs(m.d_log_forward) < 1 && std::abs(m.d_vol) < 1;
}

/// What multiplies a, b and c in the expected change of the volatility.
std::array<double, 3> row_of(const VolMove& m) {
    const double x = m.d_log_forward / std::sqrt(m.years);
    return {x, x * m.delta, x * m.delta * m.delta};
}

}  // namespace

void MinVariance::forget(Nanos elapsed, Nanos halflife) {
    const double lives = std::clamp(elapsed.to_seconds() / halflife.to_seconds(), 0.0, 60.0);
    const double kept = pricing::exp(-lives * 0.69314718055994530942);
    for (auto& row : matrix_)
        for (double& v : row) v *= kept;
    for (double& v : right_) v *= kept;
    plain_errors_ *= kept;
    errors_ *= kept;
}

void MinVariance::score(std::span<const VolMove> moves) {
    if (!known_) return;
    for (const VolMove& m : moves) {
        if (!believable(m)) continue;
        const auto row = row_of(m);
        const double expected =
            row[0] * coefficients_[0] + row[1] * coefficients_[1] + row[2] * coefficients_[2];
        const double plain = m.vega * m.d_vol, left = m.vega * (m.d_vol - expected);
        plain_errors_ += plain * plain;
        errors_ += left * left;
    }
}

void MinVariance::learn(const VolMove& m) {
    const auto row = row_of(m);
    const double weight = m.vega * m.vega;
    for (std::size_t i = 0; i < 3; ++i) {
        right_[i] += weight * row[i] * m.d_vol;
        for (std::size_t j = 0; j < 3; ++j) matrix_[i][j] += weight * row[i] * row[j];
    }
    ++samples_;
}

void MinVariance::solve(const MinVarianceOptions& options) {
    known_ = false;
    coefficients_ = {};
    if (!seeded_ && (samples_ < options.least_samples || moves_ < options.least_moves)) return;
    auto t = matrix_;
    auto x = right_;
    // Options of one delta determine no curve: then the smallest coefficients that explain them.
    const double ridge = 1e-9 * (t[0][0] + t[1][1] + t[2][2]);
    for (std::size_t i = 0; i < 3; ++i) t[i][i] += ridge;
    for (std::size_t i = 0; i < 3; ++i) {  // positive definite: no pivoting
        if (!(t[i][i] > 0)) return;
        for (std::size_t r = i + 1; r < 3; ++r) {
            const double factor = t[r][i] / t[i][i];
            for (std::size_t col = i; col < 3; ++col) t[r][col] -= factor * t[i][col];
            x[r] -= factor * x[i];
        }
    }
    for (std::size_t i = 3; i-- > 0;) {
        for (std::size_t j = i + 1; j < 3; ++j) x[i] -= t[i][j] * x[j];
        x[i] /= t[i][i];
        if (!(std::abs(x[i]) < kLargest)) return;
    }
    coefficients_ = x;
    known_ = true;
}

void MinVariance::seed(const MinVarianceFit& f, Nanos age, const MinVarianceOptions& options) {
    if (f.samples < options.least_samples || !(f.a != 0 || f.b != 0 || f.c != 0)) return;
    if (age > options.halflife + options.halflife) return;
    *this = {};
    const double x = kSeedMove * std::sqrt(kSeedMoves);
    double explained = 0;
    for (int n = 1; n < 10; ++n) {
        const double d = 0.1 * n;
        const double answer = (f.a + f.b * d + f.c * d * d) * x;
        const double vega = 4 * d * (1 - d) * kMostVega;
        learn({d, 1, vega, x, answer});
        explained += vega * vega * answer * answer;
    }
    // What was explained is the gain's part of all there was to explain.
    if (f.gain > 0.01 && f.gain < 1) {
        plain_errors_ = explained / f.gain;
        errors_ = plain_errors_ - explained;
    }
    coefficients_ = {f.a, f.b, f.c};
    samples_ = f.samples;
    known_ = seeded_ = true;
    forget(age, options.halflife);
}

void MinVariance::add(std::span<const VolMove> moves, Nanos elapsed, const MinVarianceOptions& options) {
    if (!(options.halflife > Nanos{})) return;
    forget(elapsed, options.halflife);
    score(moves);
    const std::uint64_t before = samples_;
    for (const VolMove& m : moves)
        if (believable(m)) learn(m);
    if (samples_ == before) return;
    ++moves_;
    solve(options);
}

MinVarianceFit MinVariance::fit() const {
    MinVarianceFit f{coefficients_[0], coefficients_[1], coefficients_[2], 0, samples_};
    if (plain_errors_ > 1e-30) f.gain = std::max(1 - errors_ / plain_errors_, -1e6);
    return f;
}

}  // namespace hw::hedge
