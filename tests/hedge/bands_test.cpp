// The cost-aware bands: published figures to their last digit, signs and limits.
#include "hedge/policy/bands.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hw::hedge {
namespace {

BandInputs golden() {
    BandInputs in;
    in.price = 5'000;
    in.gamma = 0.02;
    in.years = 0.25;
    in.vol = 0.2;
    in.cost = 0.0005;
    in.risk_aversion = 1;
    return in;
}

TEST(Bands, WhalleyWilmottsGoldenUnit) {
    EXPECT_NEAR(whalley_wilmott(golden()).half_width, 0.114471, 0.5e-6);
    EXPECT_EQ(whalley_wilmott(golden()).vol_ratio, 1);
}

TEST(Bands, ZakamoulinesGoldenUnit) { EXPECT_NEAR(zakamouline(golden()).half_width, 0.0209537, 0.5e-7); }

TEST(Bands, WidthsDependOnTheSizeOfGammaAlone) {
    BandInputs in = golden();
    const Band ww = whalley_wilmott(in), z = zakamouline(in);
    in.gamma = -in.gamma;
    EXPECT_EQ(whalley_wilmott(in).half_width, ww.half_width);
    EXPECT_EQ(zakamouline(in).half_width, z.half_width);
}

// Whoever is short gamma pays for hedging and hedges as if the market moved more; the long one less.
TEST(Bands, TheSideOfGammaDecidesWhetherVolatilityGoesUpOrDown) {
    BandInputs in = golden();
    EXPECT_LT(zakamouline(in).vol_ratio, 1);
    EXPECT_LT(leland_vol_ratio(in, 1.0 / 250), 1);
    in.gamma = -in.gamma;
    EXPECT_GT(zakamouline(in).vol_ratio, 1);
    EXPECT_GT(leland_vol_ratio(in, 1.0 / 250), 1);
}

TEST(Bands, ZakamoulinesGrowsWithoutBoundNearExpiry) {
    BandInputs in = golden();
    in.risk_aversion = 1e-4;
    in.years = 5.0 / (365 * 24 * 60);
    EXPECT_GT(zakamouline(in).half_width, 1.0) << "which is why every band is capped by the hard limit";
}

TEST(Bands, CostsThatEatAllDoNotMakeVolatilityImaginary) {
    BandInputs in = golden();
    in.cost = 0.5;
    EXPECT_EQ(zakamouline(in).vol_ratio, 0);
    EXPECT_EQ(leland_vol_ratio(in, 1e-6), 0);
}

TEST(Bands, WithoutCostsThereIsNoBand) {
    BandInputs in = golden();
    in.cost = 0;
    EXPECT_EQ(whalley_wilmott(in).half_width, 0);
    EXPECT_EQ(zakamouline(in).half_width, 0);
    EXPECT_EQ(zakamouline(in).vol_ratio, 1);
    EXPECT_EQ(leland_vol_ratio(in, 0.01), 1);
}

TEST(Bands, WhalleyWilmottScales) {
    BandInputs in = golden();
    const double before = whalley_wilmott(in).half_width;
    in.cost *= 8;
    EXPECT_NEAR(whalley_wilmott(in).half_width / before, 2, 1e-12);
    in.risk_aversion *= 8;
    EXPECT_NEAR(whalley_wilmott(in).half_width / before, 1, 1e-12);
    in.gamma *= 8;
    EXPECT_NEAR(whalley_wilmott(in).half_width / before, 4, 1e-12);
}

TEST(Bands, TradingTowardDelta) {
    EXPECT_NEAR(part_to_trade(10, 10), 0.5, 1e-15);
    EXPECT_NEAR(part_to_trade(20, 10), 0.75, 1e-15);
    EXPECT_EQ(part_to_trade(0, 10), 0);
    EXPECT_EQ(part_to_trade(1, 0), 1) << "no half-life: all at once";
}

}  // namespace
}  // namespace hw::hedge
