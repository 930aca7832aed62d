// Rate credits: what they let through, what they hold back, and that hedging goes on by itself. And the day's
// fills.
#include "hedge/credits.h"

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Credits : public EngineTest {
  protected:
    /// Ours: four credits, one a second, one of them kept for cancels.
    void limited() {
        config.credits.capacity = 8;
        config.credits.refill_per_s = 2;
        config.credits.per_order = 1;
        config.credits.per_cancel = 1;
        config.credits.per_request = 1;
        config.credits.cancel_reserve = 1;
        start();
    }
    double left() { return credits_left(memory.state(), config); }
    /// An order that is filled; how many were sent.
    std::size_t hedge() {
        gain_delta(3);
        const auto orders = orders_in(last);
        if (!orders.empty()) fill(orders.front());
        gain_delta(-0.5);  // back in the middle
        return orders.size();
    }
};

TEST_F(Credits, NoneAreCountedUnlessConfigured) {
    start();
    for (int n = 0; n < 8; ++n) EXPECT_EQ(hedge(), 1u);
    EXPECT_EQ(memory.state().credits.time, Nanos{});
}

TEST_F(Credits, OursIsWhatTheQuotingEngineLeaves) {
    limited();
    EXPECT_EQ(left(), 4);
    config.credits.quoting_share = 0.75;
    configure();
    EXPECT_EQ(left(), 2);
}

TEST_F(Credits, OrdersLeaveTheReserveAndHedgingResumesByItself) {
    limited();
    for (const double headroom : {3.0, 2.0, 1.0}) {
        gain_delta(3);
        EXPECT_EQ(one_order().why.headroom_credits, headroom);
        fill(one_order());
        gain_delta(-0.5);
    }
    gain_delta(3);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_EQ(alerts(AlertCode::credits_low), 1u);
    EXPECT_EQ(btc().blocked_by, AlertCode::credits_low);
    EXPECT_EQ(left(), 1);
    EXPECT_EQ(alerts(tick(), AlertCode::credits_low), 0u) << "said once";
    now = now + Nanos::from_ms(900);
    quote(kPerpetual, kReference);
    EXPECT_TRUE(timer(Nanos{}).empty());
    timer(Nanos::from_ms(100));
    EXPECT_EQ(alerts(AlertCode::credits_back), 1u);
    EXPECT_EQ(alerts(AlertCode::hedging_resumed), 1u);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(btc().blocked_by, AlertCode::none);
}

TEST_F(Credits, TheBucketIsFullAndNoFuller) {
    limited();
    EXPECT_EQ(hedge(), 1u);
    EXPECT_EQ(left(), 3);
    now = now + Nanos::from_seconds(3'600);
    timer();
    EXPECT_EQ(left(), 4);
}

TEST_F(Credits, AKillsMassCancelAlwaysGoes) {
    limited();
    while (hedge() != 0) {
    }
    for (int n = 1; n <= 20; ++n) {
        command(CommandKind::kill);
        EXPECT_EQ(count(last, ActionType::mass_cancel), 1u) << n;
    }
    EXPECT_EQ(left(), -4) << "what was overdrawn is paid back in the time that the bucket takes to fill";
    command(CommandKind::reset);
    now = now + Nanos::from_ms(5'999);
    quote(kPerpetual, kReference);
    EXPECT_TRUE(orders_in(timer(Nanos{})).empty());
    timer(Nanos::from_ms(1));
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Credits, AnOrderlyStopCancelsWhateverIsLeft) {
    limited();
    while (hedge() != 0) {
    }
    command(CommandKind::kill);
    step(make(EventType::run_stopping));
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
}

TEST_F(Credits, CancelsMayUseTheReserve) {
    limited();
    while (hedge() != 0) {
    }
    ASSERT_EQ(left(), 1);
    const auto orphaned = [&] {
        snapshot(SnapshotPhase::begin);
        venue_order(OrderId::make(9, 9, 9));
        return count(snapshot(SnapshotPhase::end), ActionType::cancel_order);
    };
    config.credits.per_request = 0;
    configure();
    EXPECT_EQ(orphaned(), 0u);
    EXPECT_EQ(orphaned(), 1u) << "from the reserve";
    EXPECT_EQ(orphaned(), 0u) << "there is nothing left";
    now = now + Nanos::from_seconds(1);
    EXPECT_EQ(orphaned(), 1u) << "later, then";
}

TEST_F(Credits, AQuestionThatCannotBePaidIsAskedLater) {
    limited();
    gain_delta(3);
    const OrderId order = one_order().order;
    config.credits.per_request = 100;
    configure();
    EXPECT_EQ(count(update(order, OrderStatus::unknown), ActionType::settle_orders), 0u);
    config.credits.per_request = 1;
    configure();
    EXPECT_EQ(count(timer(), ActionType::settle_orders), 1u);
    EXPECT_LT(left(), 2.1);
}

TEST_F(Credits, WhatTheSecondSessionAsksIsCharged) {
    limited();
    whole_snapshot({});
    EXPECT_NEAR(left(), 3, 0.01);
}

TEST_F(Credits, ARestartGoesOnWithWhatWasLeft) {
    limited();
    EXPECT_EQ(hedge(), 1u);
    EXPECT_EQ(hedge(), 1u);
    run_started(2);
    EXPECT_EQ(left(), 2) << "the venue has not forgotten either";
}

// The day's fills.

class DailyFills : public EngineTest {
  protected:
    void three_coins() {
        gain_delta(3);
        fill(one_order());  // 2.5 coins
        gain_delta(-0.5);
    }
};

TEST_F(DailyFills, TheGateStopsAtTheLimit) {
    config.gate.max_daily_fill_coins = 5.01;
    start();
    three_coins();
    gain_delta(-3);
    fill(one_order());  // bought: both sides count
    gain_delta(0.5);
    EXPECT_FALSE(killed()) << "at the limit";
    EXPECT_NEAR(btc().filled_today, 5, 1e-3);
    gain_delta(1.2);
    EXPECT_EQ(alerts(AlertCode::gate_daily_fill), 1u);
    EXPECT_TRUE(orders_in(last).empty());
}

TEST_F(DailyFills, WhatGoesBeyondTheLimitAllTheSameKills) {
    config.gate.max_daily_fill_coins = 4;
    start();
    gain_delta(3);  // sells 2.5 coins' worth of contracts
    step(execution(kPerpetual, Side::sell, 12'500, 25'000, one_order().order));  // at half the price
    EXPECT_NEAR(btc().filled_today, 5, 1e-9);
    EXPECT_EQ(alerts(AlertCode::daily_fill_limit), 1u);
    EXPECT_TRUE(killed());
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
}

TEST_F(DailyFills, MidnightUtcBeginsAnew) {
    config.gate.max_daily_fill_coins = 4;
    start();
    three_coins();
    const std::int64_t day = 86'400 * kNano;
    now = Nanos::from_ns((now.ns() / day + 1) * day - 1);
    timer(Nanos{});
    EXPECT_NEAR(btc().filled_today, 2.5, 2e-3);
    now = now + Nanos::from_ns(1);
    quote(kPerpetual, kReference);
    three_coins();
    EXPECT_FALSE(killed());
    EXPECT_NEAR(btc().filled_today, 2.5, 2e-3);
}

TEST_F(DailyFills, OnlyOurOwnOrdersCountAndZeroIsNoLimit) {
    config.gate.max_daily_fill_coins = 1;
    start();
    gain_delta(100);
    gain_delta(-100);
    EXPECT_EQ(btc().filled_today, 0) << "the quoting engine's";
    config.gate.max_daily_fill_coins = 0;
    configure();
    EXPECT_FALSE(killed());
    for (int n = 0; n < 10; ++n) {
        gain_delta(n % 2 == 0 ? 200 : -200);
        for (const NewOrder& o : orders_in(last)) fill(o);
    }
    EXPECT_FALSE(killed());
}

}  // namespace
}  // namespace hw::hedge::test
