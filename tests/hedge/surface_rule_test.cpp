// How volatilities follow the forward between surfaces, and how far.
#include <cmath>

#include "core/pricing/black76.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class SurfaceRuleTest : public EngineTest {
  protected:
    /// A day before the expiry, with a skew of some 8 vol points for every per cent of the strike.
    void start_with_steep_smile(SurfaceRule rule) {
        config.underlyings[0].surface_rule = rule;
        config.underlyings[0].band = 1e6;
        start();
        now = kExpiry - Nanos::from_seconds(86'400);
        quote(kPerpetual, kReference);
        SmileSlice s = flat_slice(kExpiry, Settlement::inverse, 0.7);
        s.years = 1.0 / 365;
        s.a = 0.49 * s.years - 0.0008, s.b = 0.02, s.rho = -0.7, s.sigma = 0.04;
        surface({s});
        position(kCall, 1, 0.01);
    }
    double delta_at(double price, double vol) const {
        pricing::OptionTerms t{Settlement::inverse, OptionType::call, price, 50'000, 1.0 / 365, vol, 0};
        return pricing::black76(t).net_delta;
    }
    double vol_of(double k) { return vol_at(btc().slices[0], k); }
};

TEST_F(SurfaceRuleTest, VolatilityNeverRunsThroughZero) {
    start_with_steep_smile(SurfaceRule::sticky_moneyness);
    const double reach = memory.state().inventory.groups(kBtc)[0].reach;
    ASSERT_GT(reach, 0.01);
    ASSERT_LT(reach, 0.3) << "the smile is not steep enough to test anything";
    // Far beyond the reach the volatility stays at half of what it was.
    const double vol = vol_of(0);
    const double side = memory.state().inventory.blocks()[0].drift[0] < 0 ? 1 : -1;
    for (const double times : {1.5, 3.0}) {
        const double price = std::round(kReference * std::exp(side * times * reach));
        quote(kPerpetual, price);
        EXPECT_NEAR(net_delta(), delta_at(price, 0.5 * vol), 2e-3) << times;
    }
}

TEST_F(SurfaceRuleTest, WithinTheReachTheRuleIsFollowed) {
    start_with_steep_smile(SurfaceRule::sticky_moneyness);
    const double h = 1e-4;
    const double slope = (vol_of(h) - vol_of(-h)) / (2 * h);
    const double price = kReference * 1.002;
    quote(kPerpetual, price);
    const double vol = vol_of(0) - slope * std::log(price / kReference);
    EXPECT_NEAR(net_delta(), delta_at(price, vol), 1e-4);
}

TEST_F(SurfaceRuleTest, WithoutARuleThereIsNoLimit) {
    start_with_steep_smile(SurfaceRule::sticky_strike);
    EXPECT_EQ(memory.state().inventory.groups(kBtc)[0].reach, pricing::kFarthestReach);
}

}  // namespace
}  // namespace hw::hedge::test
