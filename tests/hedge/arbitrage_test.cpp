// Smiles without butterflies and calendars, and what two surfaces teach.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hedge/planner/svi_fit.h"
#include "hedge/planner/vol_moves.h"

namespace hw::hedge {
namespace {

SmileSlice flat(double vol, double years) {
    SmileSlice s;
    s.expiry = Nanos::from_seconds(1'800'000'000);
    s.years = years;
    s.a = vol * vol * years;
    s.k_low = -3, s.k_high = 3;
    s.source = VolSource::own_fit;
    return s;
}

// Gatheral and Jacquier 2014, after Vogt: looks like a smile, has a butterfly.
SmileSlice vogt() {
    SmileSlice s = flat(1, 1);
    s.a = -0.0410, s.b = 0.1331, s.rho = 0.3060, s.m = 0.3586, s.sigma = 0.4153;
    s.k_low = -1.5, s.k_high = 1.5;
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

TEST(VolMoves, AreTheChangesAtAStrike) {
    const std::vector before{flat(0.6, 0.25)}, after{flat(0.58, 0.25)};
    const auto moves = vol_moves(before, 50'000, after, 51'000);
    ASSERT_EQ(moves.size(), 9u);
    for (const VolMove& m : moves) {
        EXPECT_NEAR(m.d_vol, -0.02, 1e-12);
        EXPECT_NEAR(m.d_log_forward, std::log(1.02), 1e-12);
    }
    EXPECT_TRUE(vol_moves(before, 0, after, 51'000).empty());
    EXPECT_TRUE(vol_moves(before, 50'000, after, 50'000).empty());  // stood still
}

}  // namespace
}  // namespace hw::hedge
