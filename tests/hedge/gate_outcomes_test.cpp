// The risk gate, what an order may lead to: each reason binds, and what is allowed passes.
#include "hedge/open_orders.h"
#include "tests/hedge/risk_fixture.h"

namespace hw::hedge::test {
namespace {

using GateOutcomes = RiskTest;

constexpr double kCoin = 5'000;  // contracts

TEST_F(GateOutcomes, PositionLimitAndTheWayBack) {
    config.gate.max_position_coins = 5;
    start();
    gain_delta(5.4);
    fill(one_order());  // 4.9 coins short
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_position), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    position(kPerpetual, -50'000, kReference);  // ten coins short: far over the limit
    EXPECT_EQ(one_order().side, Side::buy) << "an order that brings it down may leave";
    EXPECT_LT(one_order().why.headroom_position, 5);
}

TEST_F(GateOutcomes, PositionCountsWhatIsInFlightOnTheSameSide) {
    config.gate.max_position_coins = 5;
    start();
    gain_delta(3.5);  // 3 coins being sold
    EXPECT_EQ(gate(proposal(Side::sell, 2 * kCoin)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 2 * kCoin + 1)), AlertCode::gate_position);
    EXPECT_EQ(gate(proposal(Side::buy, 5 * kCoin)), AlertCode::none) << "the sale may not fill";
    EXPECT_EQ(gate(proposal(Side::buy, 5 * kCoin + 1)), AlertCode::gate_position);
    Proposal linear = proposal(Side::buy, 1'500);
    linear.instrument = kLinear;
    linear.delta_per_contract = 0.001;
    EXPECT_EQ(gate(linear), AlertCode::none) << "3.5 coins held and nothing in flight there";
    linear.qty = qty(1'501);
    EXPECT_EQ(gate(linear), AlertCode::gate_position);
    tighten(LimitKind::max_position, 4);
    EXPECT_EQ(gate(proposal(Side::sell, 2 * kCoin)), AlertCode::gate_position);
}

TEST_F(GateOutcomes, ADifferentEnvelopeIsCountedAnew) {
    config.gate.max_position_coins = 5;
    start();
    gain_delta(3.5);
    ActionList actions;
    const Context c{memory.state(), config, actions};
    const Proposal p = proposal(Side::sell, 2 * kCoin + 1);
    const Envelope elsewhere = envelope_of(memory.state(), kBtc, 3.5, kFuture);
    EXPECT_EQ(pass_gate(c, p, 0, elsewhere).refused_by, AlertCode::gate_position);
}

TEST_F(GateOutcomes, NoOutcomeLeavesTheHardLimitOfTheDelta) {
    config.underlyings[0].max_delta_coins = 4;
    start();
    gain_delta(3.5);  // 3 coins being sold: 0.5 to 3.5
    EXPECT_NEAR(one_order().why.headroom_delta, 0.5, 1e-9);
    EXPECT_EQ(gate(proposal(Side::buy, 0.5 * kCoin)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::buy, 0.5 * kCoin + 1)), AlertCode::gate_delta) << "the sale may not fill";
    EXPECT_EQ(gate(proposal(Side::sell, 4.5 * kCoin)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 4.5 * kCoin + 1)), AlertCode::gate_delta);
    EXPECT_EQ(verdict_on(proposal(Side::sell, 4.5 * kCoin + 1), -0.5).refused_by, AlertCode::none)
        << "it is the distance from the target";
    tighten(LimitKind::max_delta, 3);
    EXPECT_EQ(gate(proposal(Side::sell, 3.5 * kCoin + 1)), AlertCode::gate_delta);
}

TEST_F(GateOutcomes, BeyondTheHardLimitTheWayBackIsOpen) {
    config.underlyings[0].max_delta_coins = 2;
    start();
    gain_delta(10);
    EXPECT_EQ(one_order().side, Side::sell);
    EXPECT_LT(one_order().why.headroom_delta, 0) << "it may not fill";
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::gate_delta);
}

TEST_F(GateOutcomes, ATighterHardLimitNarrowsTheBand) {
    config.underlyings[0].max_delta_coins = 2;
    start();
    gain_delta(0.9);
    EXPECT_TRUE(orders_in(last).empty());
    tighten(LimitKind::max_delta, 0.5);
    EXPECT_EQ(orders_in(tick()).size(), 1u);
    EXPECT_EQ(one_order().why.band, 0.5);
}

TEST_F(GateOutcomes, AnOptionInFlightMayTakeTheDeltaEitherWay) {
    start();
    OrderState& o = memory.state().orders[9];
    o.id = OrderId{77};
    o.instrument = kPut;
    o.qty = qty(4);
    o.delta_per_contract = -0.5;
    note_open(memory.state(), o);
    const Envelope bought = envelope_of(memory.state(), kBtc, 1, kPut);
    EXPECT_EQ(bought.low, -1) << "a put that is bought";
    EXPECT_EQ(bought.high, 1);
    o.side = Side::sell;
    EXPECT_EQ(envelope_of(memory.state(), kBtc, 1).high, 3);
    EXPECT_EQ(bought.buying, qty(4));
    o.cum = qty(5);
    EXPECT_EQ(envelope_of(memory.state(), kBtc, 1).high, 1) << "nothing is to come of it";
}

TEST_F(GateOutcomes, DailyFillCountsWhatIsFilledAndWhatMayBe) {
    config.gate.max_daily_fill_coins = 6;
    start();
    gain_delta(2.5);
    EXPECT_NEAR(one_order().why.headroom_daily_fill, 4, 1e-9);
    fill(one_order());  // 2 filled
    gain_delta(2);      // 2 being sold
    EXPECT_NEAR(one_order().why.headroom_daily_fill, 2, 2e-3);
    EXPECT_EQ(gate(proposal(Side::sell, 1.99 * kCoin)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 2.01 * kCoin)), AlertCode::gate_daily_fill);
    EXPECT_EQ(gate(proposal(Side::buy, 2.01 * kCoin)), AlertCode::gate_daily_fill) << "both sides count";
    fill(one_order());
    gain_delta(5);
    EXPECT_EQ(alerts(AlertCode::gate_daily_fill), 1u);
    EXPECT_FALSE(killed());
    tighten(LimitKind::daily_fill, 5);
    EXPECT_EQ(gate(proposal(Side::sell, 1.01 * kCoin)), AlertCode::gate_daily_fill);
    now = Nanos::from_seconds((now.ns() / kNano / 86'400 + 1) * 86'400);
    tighten(LimitKind::daily_fill, 0);
    quote(kPerpetual, kReference);
    EXPECT_EQ(orders_in(last).size(), 1u) << "another day";
}

TEST_F(GateOutcomes, AHedgeThatWorsensEveryOutcomeNeverLeaves) {
    start();
    gain_delta(2.5);  // 2 being sold: 0.5 to 2.5
    const auto hedge = [&](Side side, double coins) {
        return gate(proposal(side, coins * kCoin, kReference, OrderPurpose::hedge));
    };
    EXPECT_EQ(hedge(Side::buy, 0.1), AlertCode::gate_worsens);
    EXPECT_EQ(hedge(Side::sell, 4.9), AlertCode::none) << "2.5 to -2.4";
    EXPECT_EQ(hedge(Side::sell, 5.1), AlertCode::gate_worsens);
    EXPECT_EQ(gate(proposal(Side::buy, 0.1 * kCoin, kReference, OrderPurpose::flatten)),
              AlertCode::gate_worsens);
    EXPECT_EQ(gate(proposal(Side::buy, 0.1 * kCoin)), AlertCode::none) << "a person may";
    EXPECT_EQ(verdict_on(proposal(Side::buy, 0.1 * kCoin, kReference, OrderPurpose::hedge), 5).refused_by,
              AlertCode::none);
}

TEST_F(GateOutcomes, CapitalLetsOnlyWhatReduces) {
    config.gate.capital = 1'000'000;
    start();
    RiskFigures f = figures();
    f.worst_loss = 900'000;
    EXPECT_EQ(alerts(risk(f), AlertCode::scenario_loss), 0u);
    gain_delta(2.5);
    EXPECT_EQ(one_order().why.headroom_capital, 100'000);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none);
    f.worst_loss = 1'100'000;
    EXPECT_EQ(alerts(risk(f), AlertCode::scenario_loss), 1u);
    EXPECT_EQ(alerts(risk(f), AlertCode::scenario_loss), 0u) << "said once";
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::gate_capital);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::none) << "reduces";
    EXPECT_EQ(gate(proposal(Side::sell, 3.1 * kCoin)), AlertCode::gate_capital) << "2.5 to -2.6";
    f.worst_loss = 900'000;
    risk(f);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none);
}

TEST_F(GateOutcomes, TheDaysLossLetsOnlyWhatReduces) {
    config.gate.max_daily_loss = 1'000;
    start();
    timer();
    profit(-1'000);
    gain_delta(0.9);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none);
    profit(-1'001);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::gate_daily_loss);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::none);
    RiskFigures unknown = figures(-5'000);
    unknown.profit_known = 0;
    risk(unknown);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none) << "nobody knows it";
    profit(-5'000, kBtc);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none) << "it is the account's";
}

class GateGreeks : public RiskTest {
  protected:
    GateGreeks() { config.underlyings[0].buckets = {{7, {}}, {60, {}}}; }
    void broken(LimitedGreek greek, unsigned bucket, double total, UnderlyingId underlying = kBtc) {
        RiskFigures f = figures(0, underlying);
        f.gamma = f.vega = f.theta = total;
        f.hard = limit_bit(greek, bucket);
        risk(f);
    }
    AlertCode buy(OrderPurpose purpose) { return gate(option_order(Side::buy, 1, purpose)); }
    AlertCode sell(OrderPurpose purpose) { return gate(option_order(Side::sell, 1, purpose)); }
};

TEST_F(GateGreeks, WhatWorsensABrokenTotalIsRefused) {
    start();
    EXPECT_EQ(buy(OrderPurpose::manual), AlertCode::none);
    for (const OrderPurpose purpose : {OrderPurpose::manual, OrderPurpose::overlay}) {
        for (const LimitedGreek greek : {LimitedGreek::gamma, LimitedGreek::vega}) {
            broken(greek, kExpiryBuckets, -5);
            EXPECT_EQ(buy(purpose), AlertCode::none);
            EXPECT_EQ(sell(purpose), AlertCode::gate_greeks);
            broken(greek, kExpiryBuckets, 5);
            EXPECT_EQ(buy(purpose), AlertCode::gate_greeks);
            EXPECT_EQ(sell(purpose), AlertCode::none);
        }
        broken(LimitedGreek::theta, kExpiryBuckets, -5);
        EXPECT_EQ(buy(purpose), AlertCode::gate_greeks) << "options that are bought cost theta";
        EXPECT_EQ(sell(purpose), AlertCode::none);
    }
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none) << "a perpetual has none";
}

TEST_F(GateGreeks, TheAccountsTotalsCountToo) {
    start();
    broken(LimitedGreek::vega, kExpiryBuckets, 5, kNoUnderlying);
    EXPECT_EQ(buy(OrderPurpose::overlay), AlertCode::gate_greeks);
    EXPECT_EQ(sell(OrderPurpose::overlay), AlertCode::none);
}

TEST_F(GateGreeks, InABrokenBucketOnlyTheOverlayTrades) {
    start();
    broken(LimitedGreek::gamma, 1, 5);  // 30 days are in the second bucket
    EXPECT_EQ(buy(OrderPurpose::manual), AlertCode::gate_greeks);
    EXPECT_EQ(sell(OrderPurpose::manual), AlertCode::gate_greeks);
    EXPECT_EQ(buy(OrderPurpose::overlay), AlertCode::none);
    broken(LimitedGreek::gamma, 0, 5);
    EXPECT_EQ(buy(OrderPurpose::manual), AlertCode::none) << "another bucket";
}

}  // namespace
}  // namespace hw::hedge::test
