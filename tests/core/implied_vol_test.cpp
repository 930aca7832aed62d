#include "core/pricing/implied_vol.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/pricing/black76.h"

namespace hw::pricing {
namespace {

VolQuery query(double forward, double strike, double years, double vol, double guess) {
    const OptionType type = strike >= forward ? OptionType::call : OptionType::put;
    return {forward, strike, years, undiscounted_price(type, forward, strike, vol * std::sqrt(years)), guess};
}

TEST(ImpliedVols, WarmOnesComeBackToTheLastPlaces) {
    std::mt19937_64 random(4);
    std::uniform_real_distribution<double> u(0, 1);
    std::vector<VolQuery> queries;
    std::vector<double> wanted;
    for (int n = 0; n < 20'000; ++n) {
        const double years = 0.01 + u(random), vol = 0.1 + 1.5 * u(random),
                     forward = 1'000 + 99'000 * u(random);
        const double strike = forward * std::exp((4 * u(random) - 2) * vol * std::sqrt(years));
        queries.push_back(query(forward, strike, years, vol, vol * (0.95 + 0.1 * u(random))));
        wanted.push_back(vol);
    }
    std::vector<double> vols(queries.size());
    const VolCounters c = implied_vols(best_simd_level(), queries, vols);
    EXPECT_GT(c.warm, queries.size() * 99 / 100);
    EXPECT_EQ(c.none, 0u);
    double worst = 0;
    for (std::size_t n = 0; n < vols.size(); ++n) worst = std::max(worst, std::abs(vols[n] / wanted[n] - 1));
    EXPECT_LT(worst, 2e-12);
    std::printf("largest relative error %.2e, %llu of %zu from the guess\n", worst,
                static_cast<unsigned long long>(c.warm), queries.size());
}

TEST(ImpliedVols, ColdFarAndWrongGuessesAreSolvedSafely) {
    const std::vector<VolQuery> queries{query(100, 100, 1, 0.5, 0),      // cold
                                        query(100, 400, 0.1, 0.5, 0.5),  // 8.8 standard deviations away
                                        query(100, 110, 1, 0.5, 3.0),    // a guess that is far off
                                        query(100, 110, 1, 0.5, 1e-9),
                                        query(100, 110, 1, 0.5, std::numeric_limits<double>::quiet_NaN())};
    std::vector<double> vols(queries.size());
    implied_vols(best_simd_level(), queries, vols);
    for (const double vol : vols) EXPECT_NEAR(vol, 0.5, 1e-10);
}

TEST(ImpliedVols, PricesOutsideTheirBoundsHaveNone) {
    std::vector<VolQuery> queries{{100, 120, 1, 0, 0.5}, {100, 120, 1, -1, 0.5}, {100, 120, 1, 100, 0.5},
                                  {100, 80, 1, 80, 0.5}, {0, 120, 1, 5, 0.5},    {100, 0, 1, 5, 0.5},
                                  {100, 120, 0, 5, 0.5}, {100, 120, -1, 5, 0.5}};
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        for (int field = 0; field < 4; ++field) {
            VolQuery q{100, 120, 1, 5, 0.5};
            (field == 0 ? q.forward : field == 1 ? q.strike : field == 2 ? q.years : q.price) = bad;
            queries.push_back(q);
        }
    }
    std::vector<double> vols(queries.size(), -1);
    const VolCounters c = implied_vols(best_simd_level(), queries, vols);
    EXPECT_EQ(c.none, queries.size());
    for (const double vol : vols) EXPECT_EQ(vol, 0);
}

// Whatever comes in: an answer that prices back, or none; the same bits at every level.
TEST(ImpliedVols, FuzzAnswersPriceBackAndAreEqualAtEveryLevel) {
    const std::uint64_t seed = std::getenv("HW_FUZZ_SEED")
                                   ? std::strtoull(std::getenv("HW_FUZZ_SEED"), nullptr, 10)
                                   : std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    const char* wanted = std::getenv("HW_FUZZ_ITERATIONS");
    const int iterations = wanted ? std::atoi(wanted) : 20'000;
    std::mt19937_64 random(seed);
    const auto figure = [&] {
        switch (random() % 8) {
            case 0: {
                double any;
                const std::uint64_t bits = random();
                std::memcpy(&any, &bits, sizeof any);
                return any;
            }
            case 1:
                return 0.0;
            default:
                return std::exp(std::uniform_real_distribution<double>(-8, 8)(random));
        }
    };
    std::vector<VolQuery> queries;
    for (int n = 0; n < iterations; ++n)
        queries.push_back({figure(), figure(), figure(), figure(), figure()});
    std::vector<double> scalar(queries.size()), other(queries.size());
    implied_vols(SimdLevel::scalar, queries, scalar);
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
        if (!is_supported(level)) continue;
        implied_vols(level, queries, other);
        EXPECT_EQ(std::memcmp(scalar.data(), other.data(), scalar.size() * sizeof(double)), 0)
            << to_string(level);
    }
    for (std::size_t n = 0; n < queries.size(); ++n) {
        const VolQuery& q = queries[n];
        ASSERT_GE(scalar[n], 0);
        ASSERT_LE(scalar[n], 10.0001);
        if (scalar[n] == 0) continue;
        const OptionType type = q.strike >= q.forward ? OptionType::call : OptionType::put;
        const double back = undiscounted_price(type, q.forward, q.strike, scalar[n] * std::sqrt(q.years));
        EXPECT_NEAR(back, q.price, 1e-9 * q.price + 1e-14 * std::max(q.forward, q.strike)) << n;
    }
}

}  // namespace
}  // namespace hw::pricing
