// The rule against runaways: hedges that make things worse are stopped within three; others' doings are not
// theirs.
#include "hedge/runaway.h"

#include "tests/hedge/risk_fixture.h"

namespace hw::hedge::test {
namespace {

class Runaway : public RiskTest {
  protected:
    /// What the engine believes of a contract's size is wrong from here on, as no definition could make it:
    /// what fills is not what was ordered. What is held keeps its delta.
    void redefine(double size) {
        Qty& was = memory.state().instruments[kPerpetual].contract_size;
        Qty& held = memory.state().positions[index(kPerpetual)].qty;
        held = qty(held.to_double() * was.to_double() / size);
        was = qty(size);
    }
    void allow_anything() {
        config.gate.max_order_coins = 1e8;
        config.gate.max_position_coins = 1e9;
        config.gate.max_daily_fill_coins = 0;
    }
};

TEST_F(Runaway, ThreeHedgesThatWorsenAreTheLast) {
    allow_anything();
    start();
    gain_delta(3);
    double size = 10;
    for (int n = 1; n <= 3; ++n) {
        const NewOrder o = orders_in(all).back();
        ASSERT_EQ(orders_in(all).size(), static_cast<std::size_t>(n));
        redefine(size *= 20);
        fill(o);
        EXPECT_EQ(killed(), n == 3) << n;
    }
    EXPECT_EQ(alerts(AlertCode::runaway), 1u);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
    EXPECT_EQ(orders_in(all).size(), 3u) << "stopped within three orders";
    command(CommandKind::reset);
    EXPECT_EQ(btc().risk.guard.worse_in_a_row, 0) << "a person has looked at it";
}

TEST_F(Runaway, AnotherNumberOrNone) {
    config.gate.runaway_orders = 1;
    allow_anything();
    start();
    gain_delta(3);
    const NewOrder o = one_order();
    redefine(1'000);
    fill(o);
    EXPECT_TRUE(killed());
    command(CommandKind::reset);
    config.gate.runaway_orders = 0;
    configure();
    redefine(1e5);
    tick();
    for (const NewOrder& next : orders_in(last)) fill(next);
    EXPECT_FALSE(killed());
}

TEST_F(Runaway, WhatOthersTradeMeanwhileIsNotTheHedgesFault) {
    start();
    for (int n = 0; n < 8; ++n) {
        gain_delta(3);  // sells
        const NewOrder o = one_order();
        step(execution(kLinear, Side::sell, 6'000, kReference), false);  // six coins, by somebody else
        step(execution(kPerpetual, o.side, o.qty.to_double(), o.limit.to_double(), o.order), false);
        tick();
        for (const NewOrder& back : orders_in(last)) fill(back);
        ASSERT_EQ(btc().risk.guard.worse_in_a_row, 0) << n;
    }
    EXPECT_FALSE(killed());
}

TEST_F(Runaway, NorIsTheMarket) {
    start();
    fill(kCall, Side::sell, 40, 0.05);
    for (int n = 0; n < 8; ++n) {
        const NewOrder o = orders_in(all).back();
        quote(kPerpetual, kReference + 400 * (n + 1));  // short gamma, and the market runs
        fill(o);
        tick();
        ASSERT_EQ(btc().risk.guard.worse_in_a_row, 0) << n;
    }
    EXPECT_FALSE(killed());
}

TEST_F(Runaway, NorAreHedgesOfWhatOthersTradeMeanwhile) {
    start();
    for (int n = 0; n < 4; ++n) {
        gain_delta(2.5);  // sells
        const NewOrder slow = one_order();
        gain_delta(10);
        fill(one_order());
        // By hedges alone the slow order's exposure is hedged five times over.
        fill(slow);
        EXPECT_LE(std::abs(net_delta()), 1);
        ASSERT_EQ(btc().risk.guard.worse_in_a_row, 0) << n;
    }
    EXPECT_FALSE(killed());
}

TEST_F(Runaway, PartialFillsCountOnce) {
    allow_anything();
    start();
    gain_delta(3);
    const NewOrder o = one_order();
    redefine(1'000);
    for (int n = 0; n < 5; ++n) fill(o, qty(1'000));
    EXPECT_EQ(btc().risk.guard.worse_in_a_row, 1);
    EXPECT_FALSE(killed());
}

TEST_F(Runaway, AnOrderGivenUpForLostThatFillsAfterItsReplacementCounts) {
    start();
    gain_delta(3);
    const NewOrder lost = one_order();
    timer(config.order_timeout);
    quote(kPerpetual, kReference);
    settle_complete();  // the venue does not know it
    const NewOrder second = one_order();
    fill(second);
    EXPECT_EQ(btc().risk.guard.worse_in_a_row, 0);
    fill(lost);  // two for one exposure
    EXPECT_EQ(btc().risk.guard.worse_in_a_row, 1);
    const NewOrder back = one_order();
    EXPECT_EQ(back.side, Side::buy);
    fill(back);
    EXPECT_EQ(btc().risk.guard.worse_in_a_row, 0) << "a good one ends the row";
}

TEST_F(Runaway, APersonsOrderIsNotJudged) {
    start();
    gain_delta(3);
    OrderState& o = memory.state().orders[0];
    ASSERT_EQ(o.id, one_order().order);
    o.purpose = OrderPurpose::manual;
    ActionList actions;
    Context c{memory.state(), config, actions};
    gain_delta(10);
    for (int n = 0; n < 5; ++n) judge_fill(c, o, 10);
    EXPECT_EQ(btc().risk.guard.worse_in_a_row, 0);
    o.purpose = OrderPurpose::flatten;
    judge_fill(c, o, 10);
    EXPECT_EQ(btc().risk.guard.worse_in_a_row, 1);
}

}  // namespace
}  // namespace hw::hedge::test
