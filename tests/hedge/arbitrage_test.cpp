// Smiles without butterflies and calendars, and what two surfaces teach.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "core/pricing/black76.h"
#include "hedge/planner/arbitrage.h"
#include "hedge/planner/svi_fit.h"
#include "hedge/planner/vol_moves.h"

namespace hw::hedge {
namespace {

SmileSlice flat(double vol, double years) {
    SmileSlice s;
    s.expiry = Nanos::from_seconds(1'800'000'000);
    s.years = years;
    s.a = vol * vol * years;
    s.quoted_low = s.k_low = -3, s.quoted_high = s.k_high = 3;
    s.source = VolSource::own_fit;
    return s;
}

// Gatheral and Jacquier 2014, after Vogt: looks like a smile, has a butterfly.
SmileSlice vogt() {
    SmileSlice s = flat(1, 1);
    s.a = -0.0410, s.b = 0.1331, s.rho = 0.3060, s.m = 0.3586, s.sigma = 0.4153;
    s.quoted_low = s.k_low = -1.5, s.quoted_high = s.k_high = 1.5;
    return s;
}

TEST(Arbitrage, TheVogtSmileHasAButterfly) {
    EXPECT_FALSE(free_of_butterflies(vogt()));
    EXPECT_TRUE(free_of_butterflies(flat(0.6, 1)));
}

TEST(Arbitrage, FitsToItsQuotesHaveNone) {
    std::vector<SmilePoint> points;
    for (double k = -1.5; k <= 1.5; k += 0.1) points.push_back({k, vol_at(vogt(), k), 1});
    SmileSlice fitted;
    fitted.years = 1;
    ASSERT_TRUE(fit_svi(points, fitted));
    EXPECT_TRUE(free_of_butterflies(fitted));
    EXPECT_LT(fitted.rms_vol, 0.02);
}

/// Worth of the butterfly around a strike, 10 USD wide on either side, per unit of its highest payment.
double butterfly(const SmileSlice& s, double k) {
    const double forward = 50'000, strike = forward * std::exp(k);
    const auto call = [&](double at) {
        const double vol = vol_at(s, std::log(at / forward));
        return pricing::black76({Settlement::linear, OptionType::call, forward, at, s.years, vol, 0}).price;
    };
    return (call(strike - 10) - 2 * call(strike) + call(strike + 10)) / 10;
}

SmileSlice fitted_smile(double half_range) {
    SmileSlice smile = flat(1, 7.0 / 365), fitted;
    smile.a = 0.003, smile.b = 0.05, smile.rho = -0.1, smile.m = 0, smile.sigma = 0.06;
    std::vector<SmilePoint> points;
    for (int n = -6; n <= 6; ++n)
        points.push_back({half_range * n / 6, vol_at(smile, half_range * n / 6), 1});
    fitted.years = smile.years;
    EXPECT_TRUE(fit_svi(points, fitted));
    fitted.source = VolSource::own_fit;
    return fitted;
}

// What is priced with is the smile clamped at its edges: clamped where the quotes end, the kink alone is
// worth less than nothing.
TEST(Arbitrage, TheEdgesOfASmileAreNoButterflies) {
    SmileSlice s = fitted_smile(0.15);
    EXPECT_NEAR(s.quoted_high, 0.15, 1e-12);
    EXPECT_GT(s.k_high, 0.3);
    EXPECT_LT(s.k_low, -0.3);
    EXPECT_TRUE(free_of_butterflies(s));
    for (double k = s.k_low - 0.1; k < s.k_high + 0.1; k += 0.002) EXPECT_GT(butterfly(s, k), -2e-6) << k;
    EXPECT_GT(butterfly(s, s.k_low), -2e-6);
    EXPECT_GT(butterfly(s, s.k_high), -2e-6);
    s.k_low = s.quoted_low, s.k_high = s.quoted_high;
    EXPECT_LT(butterfly(s, s.k_high), -0.01);
    EXPECT_FALSE(free_of_butterflies(s));
}

TEST(Arbitrage, WingsAreFollowedOnlyAsFarAsTheyAreBelieved) {
    SmileSlice steep = flat(1, 7.0 / 365);
    steep.a = 0.005, steep.b = 0.13, steep.rho = 0, steep.m = 0, steep.sigma = 0.02;
    steep.quoted_low = -0.06, steep.quoted_high = 0.06;
    follow_wings(steep);
    const double quoted = vol_at(steep, 0.06);
    EXPECT_GT(vol_at(steep, 9), 2 * quoted);
    EXPECT_LE(vol_at(steep, 9), 3.001 * quoted);
    EXPECT_FALSE(free_of_butterflies(steep));  // and it is said
    SmileSlice level = flat(0.6, 0.1);
    follow_wings(level);
    EXPECT_EQ(level.k_high, level.quoted_high);
}

TEST(Arbitrage, ALaterExpiryIsFittedAboveTheEarlierOne) {
    const SmileSlice earlier = flat(0.6, 0.25);
    std::vector<SmilePoint> points;  // too low: 0.4243 at least
    for (double k = -0.3; k <= 0.3; k += 0.05) points.push_back({k, 0.39 + 0.2 * k * k, 1});
    SmileSlice later;
    later.years = 0.5;
    ASSERT_TRUE(fit_svi(points, later));
    EXPECT_FALSE(free_of_calendars(earlier, later));
    SmileSlice above;
    above.years = 0.5;
    ASSERT_TRUE(fit_svi(points, above, &earlier));
    EXPECT_TRUE(free_of_calendars(earlier, above));
    EXPECT_LT(above.rms_vol, 0.06);
}

// A moment later the search begins at the last smile: it ends as well as one from scratch, and finds a market
// that has gone to another shape altogether.
TEST(Fit, FromTheLastSmileIsAsGoodAsFromScratch) {
    std::mt19937_64 random(17);
    std::uniform_real_distribution<double> u(0, 1);
    for (int n = 0; n < 300; ++n) {
        SmileSlice smile = flat(0, 0.02 + u(random));
        smile.a = smile.years * (0.02 + 0.2 * u(random)), smile.b = 0.02 + 0.2 * u(random) * smile.years;
        smile.rho = u(random) - 0.7, smile.m = 0.2 * u(random) - 0.1, smile.sigma = 0.05 + 0.2 * u(random);
        std::vector<SmilePoint> points;
        for (double k = -0.4; k <= 0.4; k += 0.05)
            points.push_back({k, vol_at(smile, k) + 0.004 * (u(random) - 0.5), 0.5 + u(random)});
        SmileSlice cold, warm, far_off;
        cold.years = warm.years = far_off.years = smile.years;
        ASSERT_TRUE(fit_svi(points, cold));
        SmileSlice last = cold;
        last.m += 0.01, last.sigma *= 1.1;
        ASSERT_TRUE(fit_svi(points, warm, nullptr, &last));
        EXPECT_LT(warm.rms_vol, 1.05 * cold.rms_vol + 1e-4) << "case " << n;
        last.m = n % 2 ? 3 : -3, last.sigma = n % 3 ? 5 : 1e-3;
        ASSERT_TRUE(fit_svi(points, far_off, nullptr, &last));
        EXPECT_LT(far_off.rms_vol, 1.2 * cold.rms_vol + 5e-4) << "case " << n;
    }
}

// Whatever points come in: a smile that can be priced with, without butterflies and above the expiry before,
// or none.
TEST(Fit, FuzzGivesSmilesWithoutArbitrageOrNone) {
    const std::uint64_t seed = std::getenv("HW_FUZZ_SEED")
                                   ? std::strtoull(std::getenv("HW_FUZZ_SEED"), nullptr, 10)
                                   : std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    const char* wanted = std::getenv("HW_FUZZ_ITERATIONS");
    const int iterations = wanted ? std::atoi(wanted) : 1'000;
    std::mt19937_64 random(seed);
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    const auto figure = [&](double low, double high) {
        if (random() % 16 != 0) return uniform(low, high);
        return std::bit_cast<double>(static_cast<std::uint64_t>(random()));
    };
    int fitted = 0;
    for (int n = 0; n < iterations; ++n) {
        std::vector<SmilePoint> points(random() % 40);
        for (SmilePoint& p : points) p = {figure(-1.5, 1.5), figure(0.01, 3), figure(0.001, 5)};
        SmileSlice slice, earlier = flat(uniform(0.05, 2), uniform(0.001, 1)), last = flat(0.5, 0.5);
        slice.years = random() % 16 == 0 ? figure(-1, 1) : uniform(1e-6, 2);
        last.b = figure(0, 1), last.m = figure(-1, 1), last.sigma = figure(0, 2);
        const bool above = random() % 2 == 0;
        const bool warm = random() % 2 == 0;
        if (!fit_svi(points, slice, above ? &earlier : nullptr, warm ? &last : nullptr)) continue;
        ++fitted;
        slice.source = VolSource::own_fit;
        ASSERT_GT(slice.quotes, 0u);
        for (const double k : {-5.0, -1.0, 0.0, 0.3, 5.0}) {
            ASSERT_GT(vol_at(slice, k), 0) << "case " << n;
            ASSERT_LT(vol_at(slice, k), 1e6) << "case " << n;
        }
        ASSERT_TRUE(priceable(slice)) << "case " << n;
        if (slice.b == 0) continue;  // a level: what is left of fewer than three strikes
        ASSERT_TRUE(positive_density(slice, slice.quoted_low, slice.quoted_high)) << "case " << n;
        ASSERT_TRUE(!above || free_of_calendars(earlier, slice)) << "case " << n;
    }
    EXPECT_GT(fitted, iterations / 4);
}

TEST(VolMoves, AreTheChangesAtAStrike) {
    const std::vector before{flat(0.6, 0.25)}, after{flat(0.58, 0.25)};
    const auto moves = vol_moves(before, 50'000, after, 51'000, 5e-4);
    ASSERT_EQ(moves.size(), 9u);
    for (const VolMove& m : moves) {
        EXPECT_NEAR(m.d_vol, -0.02, 1e-12);
        EXPECT_NEAR(m.d_log_forward, std::log(1.02), 1e-12);
    }
    EXPECT_TRUE(vol_moves(before, 0, after, 51'000, 5e-4).empty());
    EXPECT_TRUE(vol_moves(before, 50'000, after, 50'000, 0).empty());     // stood still
    EXPECT_TRUE(vol_moves(before, 50'000, after, 50'020, 5e-4).empty());  // by less than is looked at
    auto narrow = before;
    narrow[0].quoted_low = -0.1, narrow[0].quoted_high = 0.1;
    EXPECT_EQ(vol_moves(narrow, 50'000, after, 51'000, 5e-4).size(), 2u);  // strikes that were quoted
}

}  // namespace
}  // namespace hw::hedge
