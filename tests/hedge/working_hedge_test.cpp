// Hedges that rest and hedges in slices: never twice for one exposure, never for ever.
#include "hedge/working_hedge.h"

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Passive : public EngineTest {
  protected:
    Passive() {
        ExecutionConfig& e = config.underlyings[0].execution;
        e.style = ExecutionStyle::passive;
        e.deadline = Nanos::from_ms(500);
        e.reprice = Nanos::from_ms(100);
    }
    NewOrder rest(double coins = 3) {
        start();
        gain_delta(coins);
        const NewOrder order = one_order();
        update(order.order, OrderStatus::live);
        return order;
    }
    /// The order of the venue's book, seen by us.
    void show(const NewOrder& o) { level(kPerpetual, o.side, o.limit.to_double(), o.qty.to_double()); }
    std::size_t cancels() const { return count(last, ActionType::cancel_order); }
    const std::vector<Action>& later(Nanos by) {
        now = now + by - Nanos::from_us(1);
        quote_again();
        return timer(Nanos::from_us(1));
    }
    void quote_again() { trust(kPerpetual, true, false); }
};

TEST_F(Passive, RestsAtTheTouchOfItsOwnSideAndIsNotSentTwice) {
    const NewOrder order = rest();
    EXPECT_EQ(order.side, Side::sell);
    EXPECT_EQ(order.time_in_force, TimeInForce::gtc);
    EXPECT_EQ(order.post_only, 1);
    EXPECT_EQ(order.limit, price(kReference + 0.5));
    for (int n = 0; n < 20; ++n) {
        EXPECT_TRUE(orders_in(later(Nanos::from_ms(10))).empty());
        EXPECT_EQ(cancels(), 0u);
    }
    fill(order);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_NEAR(net_delta(), 0.5, 0.01);
    timer();
    EXPECT_TRUE(btc().risk.working.begun.is_zero()) << "the next one begins anew";
}

TEST_F(Passive, FollowsTheTouchButNotEveryTick) {
    const NewOrder order = rest();
    quote(kPerpetual, kReference - 10);
    EXPECT_EQ(cancels(), 0u) << "not within 100 ms";
    later(Nanos::from_ms(101));
    ASSERT_EQ(cancels(), 1u);
    later(Nanos::from_ms(5));
    EXPECT_EQ(cancels(), 0u) << "asked once";
    EXPECT_TRUE(orders_in(last).empty()) << "it may still fill";
    update(order.order, OrderStatus::canceled);
    EXPECT_EQ(one_order().limit, price(kReference - 9.5));
    EXPECT_EQ(btc().backoff_until, Nanos{}) << "no refusal of anybody's";
}

TEST_F(Passive, OurOwnOrderDoesNotMoveTheTouchThatItFollows) {
    const NewOrder order = rest();
    quote(kPerpetual, kReference + 20, 20.5);  // its side is free between the others' 40.5
    show(order);
    EXPECT_DOUBLE_EQ(btc().reference, kReference + 20) << "the mid of the others";
    later(Nanos::from_ms(101));
    EXPECT_EQ(cancels(), 1u) << "the others' best offer is at 50,040.5";
}

TEST_F(Passive, TakesWhatIsLeftAtTheDeadline) {
    const NewOrder order = rest();
    fill(order, qty(2'500));  // 0.5 of 2.5 coins
    later(Nanos::from_ms(501));
    ASSERT_EQ(cancels(), 1u);
    EXPECT_EQ(alerts(AlertCode::resting_deadline), 1u);
    update(order.order, OrderStatus::canceled, qty(2'500));
    const NewOrder taking = one_order();
    EXPECT_EQ(taking.time_in_force, TimeInForce::ioc);
    EXPECT_EQ(taking.post_only, 0);
    EXPECT_EQ(taking.qty, qty(10'000));
    fill(taking);
    timer();
    gain_delta(3);
    EXPECT_EQ(one_order().time_in_force, TimeInForce::gtc) << "the next excursion is patient again";
}

TEST_F(Passive, WhatIsNoLongerWantedIsCancelled) {
    const NewOrder order = rest();
    gain_delta(-2.5);
    EXPECT_EQ(cancels(), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    fill(order);  // the race is lost: 0.5 - 2.5
    EXPECT_EQ(one_order().side, Side::buy);
}

TEST_F(Passive, WhatGoesBeyondAnOrderThatRestsIsTakenAtOnce) {
    rest();
    gain_delta(4);
    const NewOrder more = one_order();
    EXPECT_EQ(more.time_in_force, TimeInForce::ioc);
    EXPECT_NEAR(more.qty.to_double() * 0.0002, 4, 1e-9) << "sure to be outside whatever the other does";
}

TEST_F(Passive, AfterALostSessionItIsInDoubtLikeAnyOther) {
    const NewOrder order = rest();
    session(false);
    session(true);
    later(Nanos::from_ms(600));
    EXPECT_EQ(cancels(), 0u);
    EXPECT_TRUE(orders_in(all).size() == 1);
    update(order.order, OrderStatus::live, {}, true);
    settle_complete();
    later(Nanos::from_ms(2));
    EXPECT_EQ(count(all, ActionType::cancel_order), 1u) << "still ours, and past its deadline";
}

TEST_F(Passive, AnOrderThatTheVenueNeverAnswersIsSettled) {
    start();
    gain_delta(3);
    later(Nanos::from_ms(2'001));
    EXPECT_EQ(alerts(AlertCode::order_timeout), 1u);
}

class Sliced : public EngineTest {
  protected:
    Sliced() {
        ExecutionConfig& e = config.underlyings[0].execution;
        e.style = ExecutionStyle::sliced;
        e.slice_coins = 1;
        e.slice_interval = Nanos::from_ms(200);
        e.participation = 0.5;
    }
};

TEST_F(Sliced, GoesInSlicesWithAPause) {
    start();
    gain_delta(3.2);
    NewOrder order = one_order();
    EXPECT_EQ(order.qty, qty(5'000));
    EXPECT_EQ(order.time_in_force, TimeInForce::ioc);
    fill(order);
    for (int n = 0; n < 50; ++n) EXPECT_TRUE(orders_in(timer()).empty());
    timer(Nanos::from_ms(101));
    order = one_order();
    EXPECT_EQ(order.qty, qty(5'000));
    fill(order);
    timer(Nanos::from_ms(201));
    order = one_order();
    EXPECT_EQ(order.qty, qty(3'500)) << "what is left to half the band";
    fill(order);
    EXPECT_TRUE(orders_in(timer(Nanos::from_ms(201))).empty());
}

TEST_F(Sliced, TakesItsShareOfTheTouchOnly) {
    start();
    level(kPerpetual, Side::buy, kReference - 0.5, 2'000);
    gain_delta(3);
    EXPECT_EQ(one_order().qty, qty(1'000));
}

class Locked : public EngineTest {
  protected:
    void band(double min_sell) {
        Event e = make(EventType::ticker, kPerpetual);
        e.payload.ticker.state = TradingState::open;
        e.payload.ticker.mark = kNoPrice, e.payload.ticker.index = kNoPrice;
        e.payload.ticker.min_sell = price(min_sell);
        step(e);
    }
};

TEST_F(Locked, OneOrderRestsAtTheEdgeOfTheVenuesBand) {
    start();
    band(kReference + 20);
    gain_delta(3);
    const NewOrder order = one_order();
    EXPECT_EQ(order.limit, price(kReference + 20));
    EXPECT_EQ(order.time_in_force, TimeInForce::gtc);
    update(order.order, OrderStatus::live);
    for (int n = 0; n < 3'000; ++n) {
        trust(kPerpetual, true);
        EXPECT_TRUE(orders_in(timer()).empty());
        EXPECT_EQ(count(last, ActionType::cancel_order), 0u);
    }
    band(kReference - 100);
    timer();
    EXPECT_EQ(count(all, ActionType::cancel_order), 1u) << "it can be taken again";
    update(order.order, OrderStatus::canceled);
    EXPECT_EQ(one_order().time_in_force, TimeInForce::ioc);
}

}  // namespace
}  // namespace hw::hedge::test
