// Policies in the engine: where the net delta may stand, and when one that goes by time or price has its
// turn.
#include "hedge/policy/corridor.h"

#include "hedge/planner/threshold_plan.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Policies : public EngineTest {
  protected:
    UnderlyingConfig& rules() { return config.underlyings[0]; }
    Corridor corridor() { return corridor_of(rules(), btc(), now); }
    void tell(double half_width, double shift = 0) {
        Event e = make(EventType::thresholds);
        e.payload.thresholds.underlying = kBtc;
        e.payload.thresholds.half_width = half_width;
        e.payload.thresholds.target_shift = shift;
        step(e);
    }
    /// The market goes on meanwhile.
    const std::vector<Action>& after(Nanos time) {
        now = now + time;
        trust(kPerpetual, true, false);
        return timer(Nanos::from_us(1));
    }
};

TEST_F(Policies, APlannedBandIsUsedWhileItIsFresh) {
    rules().policy.kind = PolicyKind::zakamouline;
    start();
    EXPECT_DOUBLE_EQ(corridor().half_width, 1.0) << "none yet: the configured one";
    tell(0.25, 0.1);
    EXPECT_DOUBLE_EQ(corridor().half_width, 0.25);
    EXPECT_DOUBLE_EQ(corridor().target, 0.1);
    gain_delta(0.5);
    EXPECT_NEAR(one_order().qty.to_double() * 0.0002, 0.5 - 0.1 - 0.125, 0.0002);
    EXPECT_DOUBLE_EQ(one_order().why.band, 0.25);
    EXPECT_EQ(one_order().why.policy, static_cast<std::uint8_t>(PolicyKind::zakamouline));
    now = now + Nanos::from_seconds(11);
    EXPECT_DOUBLE_EQ(corridor().half_width, 1.0);
}

TEST_F(Policies, NoBandIsWiderThanTheHardLimit) {
    rules().policy.kind = PolicyKind::zakamouline;
    rules().target_delta = 3;
    start();
    tell(146, 0.5);  // H0 minutes before an expiry
    EXPECT_DOUBLE_EQ(corridor().target, 3);
    EXPECT_DOUBLE_EQ(corridor().half_width, 1);
    tell(0.25, 5);
    EXPECT_DOUBLE_EQ(corridor().target, 4);
    EXPECT_DOUBLE_EQ(corridor().half_width, 0);
}

TEST_F(Policies, ThresholdsThatAreNoneAreRefused) {
    start();
    tell(-1);
    EXPECT_EQ(alerts(AlertCode::thresholds_refused), 1u);
    tell(std::nan(""));
    EXPECT_EQ(alerts(AlertCode::thresholds_refused), 1u);
    EXPECT_TRUE(btc().thresholds_time.is_zero());
}

TEST_F(Policies, AFixedIntervalHedgesAllTheWayWhenItIsDue) {
    rules().policy = {.kind = PolicyKind::interval, .interval = Nanos::from_seconds(1)};
    start();
    after(Nanos::from_ms(10));
    gain_delta(0.6);
    for (int n = 0; n < 9; ++n) EXPECT_TRUE(orders_in(after(Nanos::from_ms(100))).empty()) << n;
    after(Nanos::from_ms(150));
    EXPECT_NEAR(one_order().qty.to_double() * 0.0002, 0.6, 1e-9);
    fill(one_order());
    gain_delta(1.5);
    EXPECT_EQ(orders_in(last).size(), 1u) << "beyond the hard limit nothing waits";
}

TEST_F(Policies, APriceMoveIsTheSameByPrice) {
    rules().policy = {.kind = PolicyKind::price_move, .move_bp = 20};
    start();
    after(Nanos::from_ms(10));
    gain_delta(0.6);
    quote(kPerpetual, kReference * 1.001);
    EXPECT_TRUE(orders_in(last).empty());
    quote(kPerpetual, kReference * 1.0021);
    EXPECT_NEAR(one_order().why.net_delta, 0.6, 1e-3);
    EXPECT_DOUBLE_EQ(one_order().why.band, 0);
}

TEST_F(Policies, TowardDeltaGoesAPartOfTheWay) {
    rules().policy = {.kind = PolicyKind::toward_delta, .interval = Nanos::from_seconds(1), .part = 0.25};
    start();
    after(Nanos::from_ms(10));
    gain_delta(0.8);
    after(Nanos::from_seconds(1));
    EXPECT_NEAR(one_order().qty.to_double() * 0.0002, 0.2, 1e-9);
    fill(one_order());
    EXPECT_TRUE(orders_in(after(Nanos::from_ms(500))).empty());
    after(Nanos::from_ms(600));
    EXPECT_NEAR(one_order().qty.to_double() * 0.0002, 0.15, 1e-9);
}

TEST_F(Policies, ATurnThatCouldNotBeTakenIsNotLost) {
    rules().policy = {.kind = PolicyKind::interval, .interval = Nanos::from_seconds(1)};
    start();
    after(Nanos::from_ms(10));
    gain_delta(0.6);
    config.gate.collar_bp = 1;  // of 5 bp slippage
    configure();
    EXPECT_TRUE(orders_in(after(Nanos::from_ms(1'100))).empty());
    config.gate.collar_bp = 50;
    configure();
    EXPECT_EQ(orders_in(after(Nanos::from_ms(1))).size(), 1u);
}

TEST_F(Policies, APersonsBandIsTheTighter) {
    start();
    btc().risk.overrides.band = 0.4;
    EXPECT_DOUBLE_EQ(corridor().half_width, 0.4);
    btc().risk.overrides.band = 4;
    EXPECT_DOUBLE_EQ(corridor().half_width, 1);
}

TEST_F(Policies, APartOfTheOptionsDeltaMayStayUnhedged) {
    rules().target_of_options = 0.5;
    start();
    fill(kCall, Side::buy, 10, 0.05);
    const NewOrder order = one_order();
    const double options = order.why.net_delta;
    EXPECT_NEAR(order.why.target, options / 2, 1e-9);
    fill(order);
    EXPECT_NEAR(net_delta() - options / 2, 0.5, 0.01) << "half the band above the target";
}

TEST_F(Policies, ThePlannerWorksTheBandOutOfTheNetBook) {
    rules().policy = {.kind = PolicyKind::whalley_wilmott, .risk_aversion = 1e-4};
    start();
    fill(kCall, Side::buy, 10, 0.05);
    const auto alone = plan_thresholds(memory.state(), config, kBtc);
    ASSERT_TRUE(alone);
    EXPECT_GT(alone->half_width, 0);
    fill(kCall, Side::sell, 9, 0.05);
    const auto net = plan_thresholds(memory.state(), config, kBtc);
    ASSERT_TRUE(net);
    EXPECT_NEAR(net->half_width / alone->half_width, std::cbrt(0.01), 0.02) << "by gamma squared";
    EXPECT_NEAR(net->cost, 0.5 / kReference, 1e-9) << "half the spread; no fee in this market";
    rules().policy.kind = PolicyKind::fixed_band;
    EXPECT_FALSE(plan_thresholds(memory.state(), config, kBtc));
}

}  // namespace
}  // namespace hw::hedge::test
