// Market regimes: what begins them, what ends them, and what they change.
#include "hedge/regime.h"

#include "hedge/policy/corridor.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class RegimeTest : public EngineTest {
  protected:
    RegimeTest() {
        RegimeConfig& r = rules().regimes;
        r.thresholds[1].jump_bp = 20;
        r.thresholds[2].jump_bp = 100;
        r.thresholds[3].spread_bp = 50;
        r.rules[1] = {0.5, 2.0, 0.5, 0.5};
        r.rules[2] = {0.25, 3.0, 0.25, 0.1};
        r.bucket = Nanos::from_ms(100);
        r.half_life = Nanos::from_seconds(10);
        r.calm_after = Nanos::from_seconds(1);
    }
    UnderlyingConfig& rules() { return config.underlyings[0]; }
    Regime regime() { return btc().risk.regime.regime; }
    void pass(Nanos time) {
        for (Nanos t; t < time; t = t + Nanos::from_ms(50)) {
            now = now + Nanos::from_ms(50);
            quote(kPerpetual, mid_);
            timer(Nanos::from_us(1));
        }
    }
    void move_to(double mid) { mid_ = mid, quote(kPerpetual, mid); }
    double mid_ = kReference;
};

TEST_F(RegimeTest, AJumpIsSeenWithTheTickThatMakesIt) {
    start();
    pass(Nanos::from_ms(300));
    EXPECT_EQ(regime(), Regime::calm);
    move_to(kReference * 1.0025);
    EXPECT_EQ(regime(), Regime::fast);
    EXPECT_EQ(alerts(all, AlertCode::regime_fast), 1u);
    move_to(kReference * 1.02);
    EXPECT_EQ(regime(), Regime::extreme);
    EXPECT_EQ(alerts(all, AlertCode::regime_extreme), 1u);
}

TEST_F(RegimeTest, ItEndsOnlyAfterAWhileBelow) {
    start();
    pass(Nanos::from_ms(300));
    move_to(kReference * 1.0025);
    pass(Nanos::from_ms(900));
    EXPECT_EQ(regime(), Regime::fast);
    pass(Nanos::from_ms(600));
    EXPECT_EQ(regime(), Regime::calm);
    EXPECT_EQ(alerts(all, AlertCode::regime_calm), 1u);
}

TEST_F(RegimeTest, AWideOrOneSidedBookIsDislocated) {
    start();
    pass(Nanos::from_ms(200));
    quote(kPerpetual, kReference, 200);  // 80 bp
    EXPECT_EQ(regime(), Regime::dislocated);
    pass(Nanos::from_seconds(2));
    EXPECT_EQ(regime(), Regime::calm);
    level(kPerpetual, Side::sell, kReference + 0.5, 0);
    EXPECT_EQ(regime(), Regime::dislocated);
}

TEST_F(RegimeTest, RealisedVolatilityIsThatOfTheMovesSeen) {
    rules().regimes.thresholds[1] = {.vol = 5.0};
    rules().regimes.thresholds[2] = {};
    start();
    // 1 bp up and down in each 100 ms: sqrt(1e-8 / 0.1 s * 31.5e6 s) = 1.78 a year.
    for (int n = 0; n < 1'000; ++n) {
        now = now + Nanos::from_ms(100);
        move_to(kReference * (n % 2 == 0 ? 1.0 : 1.0001));
        timer(Nanos::from_ns(1));
    }
    const double vol = std::sqrt(btc().risk.regime.variance * 365 * 86'400);
    EXPECT_NEAR(vol, 1.776, 0.05);
    EXPECT_EQ(regime(), Regime::calm);
    for (int n = 0; n < 100; ++n) {
        now = now + Nanos::from_ms(100);
        move_to(kReference * (n % 2 == 0 ? 1.0 : 1.001));
        timer(Nanos::from_ns(1));
    }
    EXPECT_EQ(regime(), Regime::fast);
}

TEST_F(RegimeTest, AThinBookAndManyMessagesCountToo) {
    rules().regimes.thresholds[1] = {.depth_coins = 100};
    rules().regimes.thresholds[2] = {.messages_per_s = 1'000};
    start();
    EXPECT_EQ(regime(), Regime::calm);
    level(kPerpetual, Side::sell, kReference + 0.5, 100'000);  // 20 coins at the touch
    EXPECT_EQ(regime(), Regime::fast);
    for (int n = 0; n < 3; ++n) {
        for (int k = 0; k < 150; ++k) level(kPerpetual, Side::sell, kReference + 1, 1'000 + k);
        timer(Nanos::from_ms(101));
    }
    EXPECT_EQ(regime(), Regime::extreme);
}

TEST_F(RegimeTest, BandSlippageAndOrderSizeFollowIt) {
    config.gate.max_order_coins = 10;
    start();
    pass(Nanos::from_ms(300));
    gain_delta(0.8);
    EXPECT_TRUE(orders_in(last).empty()) << "inside the band of 1";
    move_to(kReference * 1.0025);
    const auto orders = orders_in(all);
    ASSERT_EQ(orders.size(), 1u) << "outside half of it";
    EXPECT_DOUBLE_EQ(orders[0].why.band, 0.5);
    EXPECT_EQ(orders[0].why.regime, 1);
    const double touch = kReference * 1.0025 - 0.5;
    EXPECT_NEAR(orders[0].limit.to_double(), touch * (1 - 10e-4), 0.5);
    fill(orders[0]);
    gain_delta(20);
    EXPECT_NEAR(one_order().qty.to_double() * one_order().why.delta_per_contract, 5.0, 0.001)
        << "half of the largest order";
}

TEST_F(RegimeTest, WithoutThresholdsItIsAlwaysCalm) {
    rules().regimes = {};
    start();
    move_to(kReference * 2);
    timer(Nanos::from_seconds(1));
    EXPECT_EQ(regime(), Regime::calm);
}

}  // namespace
}  // namespace hw::hedge::test
