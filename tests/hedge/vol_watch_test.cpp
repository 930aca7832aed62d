// What quotes that come late, and a mid that bounces, must not teach; and what a market must.
#include "hedge/planner/vol_watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "core/pricing/black76.h"
#include "core/pricing/implied_vol.h"
#include "hedge/planner/svi_fit.h"

namespace hw::hedge {
namespace {

constexpr double kYears = 7.0 / 365, kVol = 0.6;

/// Options quoted at one forward and looked at from another: the volatilities come out of prices.
struct Market {
    double followed = 1;  ///< part of the last second's move that the quotes have made
    double bounce = 0;    ///< of the underlying's mid, relative
    double response = 0;  ///< d vol / d ln F of every strike
    double seconds = 8'000;

    SmileSlice surface(double quoted_at, double seen, double vol) const {
        std::vector<pricing::VolQuery> queries;
        std::vector<SmilePoint> points;
        for (int n = -8; n <= 8; ++n) {
            const double strike = 50'000 * std::exp(0.02 * n);
            const auto type = strike >= seen ? OptionType::call : OptionType::put;
            const double price =
                pricing::black76({Settlement::linear, type, quoted_at, strike, kYears, vol, 0}).price;
            queries.push_back({seen, strike, kYears, price, vol});
            points.push_back({std::log(strike / seen), 0, 1});
        }
        std::vector<double> vols(queries.size());
        pricing::implied_vols(pricing::SimdLevel::scalar, queries, vols);
        for (std::size_t n = 0; n < vols.size(); ++n) points[n].vol = vols[n];
        SmileSlice s;
        s.expiry = Nanos::from_seconds(1'800'000'000);
        s.years = kYears;
        EXPECT_TRUE(fit_svi(points, s));
        s.source = VolSource::own_fit;
        return s;
    }

    MinVarianceFit learned(std::uint64_t seed, const VolWatchOptions& options = {}) const {
        std::mt19937_64 random(seed);
        std::normal_distribution<double> normal(0, 1);
        VolWatch watch;
        double forward = 50'000, before = forward;
        for (int second = 0; second < seconds; ++second) {
            before = forward;
            forward *= std::exp(kVol / std::sqrt(365 * 86'400.0) * normal(random));
            // A look takes a fit: only those that VolWatch may use are made.
            if (second % (options.horizon.ns() / 1'000'000'000) != 0) continue;
            const double seen = forward * (1 + bounce * (random() % 2 ? 1 : -1));
            const double quoted_at = before * std::pow(forward / before, followed);
            const double vol = kVol + response * std::log(quoted_at / 50'000);
            watch.observe({seen, {surface(quoted_at, seen, vol)}}, Nanos::from_seconds(1'000 + second),
                          bounce, options);
        }
        EXPECT_GT(watch.fit().samples, 300u);
        return watch.fit();
    }
};

/// The delta of a 7-day option as the fit corrects it: N(d1) + vega d vol / d ln F.
double corrected(const MinVarianceFit& f, double delta) {
    const double quantile = delta == 0.2 ? -0.8416 : delta == 0.8 ? 0.8416 : 0;
    const double density = 0.3989423 * std::exp(-quantile * quantile / 2);
    return delta + density * (f.a + f.b * delta + f.c * delta * delta);
}

void expect_nothing(const MinVarianceFit& f) {
    for (const double delta : {0.2, 0.5, 0.8}) EXPECT_NEAR(corrected(f, delta), delta, 0.005) << delta;
    EXPECT_LT(f.gain, 0.03);
}

TEST(VolWatch, LateQuotesAreNoResponse) {
    Market market;
    market.followed = 0.8;
    expect_nothing(market.learned(601));
    market.followed = 0.5;
    expect_nothing(market.learned(602));
}

TEST(VolWatch, ABouncingMidIsNoResponse) {
    Market market;
    market.bounce = 0.3e-4;
    expect_nothing(market.learned(603));
}

// The same market looked at every second, as far as it moves at all: this is what horizon and size are for.
TEST(VolWatch, LookedAtEverySecondTheyWouldBeOne) {
    Market market;
    market.followed = 0.5;
    market.seconds = 400;
    VolWatchOptions hasty;
    hasty.horizon = Nanos::from_seconds(1);
    hasty.least_move = 1e-6;
    EXPECT_LT(corrected(market.learned(602, hasty), 0.2), 0.18);
}

TEST(VolWatch, AMarketThatAnswersIsLearned) {
    Market market;
    market.followed = 0.8;
    market.bounce = 0.1e-4;
    market.response = -1.5;
    const MinVarianceFit f = market.learned(604);
    const double root = std::sqrt(kYears);
    for (const double d : {0.2, 0.5, 0.8}) EXPECT_NEAR((f.a + f.b * d + f.c * d * d) / root, -1.5, 0.15) << d;
    EXPECT_GT(f.gain, 0.8);
}

TEST(VolWatch, MovesNoLargerThanTheNoiseAreLeftOut) {
    VolWatch watch;
    SmileSlice s = Market{}.surface(50'000, 50'000, kVol);
    Nanos now = Nanos::from_seconds(1'000);
    for (int n = 0; n < 200; ++n, now = now + Nanos::from_seconds(60))
        watch.observe({50'000.0 + 50 * (n % 2), {s}}, now, 1e-3);
    EXPECT_EQ(watch.fit().samples, 0u);
    for (int n = 0; n < 200; ++n, now = now + Nanos::from_seconds(60))
        watch.observe({50'000.0 + 50 * (n % 2), {s}}, now, 1e-5);
    EXPECT_GT(watch.fit().samples, 0u);
}

TEST(VolWatch, GoesOnFromAnEarlierRun) {
    VolWatch watch;
    const MinVarianceFit then{-0.2, 0.1, 0, 0.3, 4'000};
    watch.seed(then, Nanos::from_seconds(60));
    EXPECT_EQ(watch.fit().a, then.a);
    watch.observe({50'000, {}}, Nanos::from_seconds(1), 0);
    watch.seed({0.5, 0, 0, 0, 4'000}, Nanos{});  // too late
    EXPECT_EQ(watch.fit().a, then.a);
}

}  // namespace
}  // namespace hw::hedge
