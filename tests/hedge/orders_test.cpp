// Orders from send to end: fills, rejects, doubt, and everything that must stop the engine.
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Orders : public EngineTest {
  protected:
    /// A market in which three coins too many are being sold: 12,500 contracts.
    NewOrder sold() {
        start();
        gain_delta(3);
        return one_order();
    }
    const OrderState* state_of(OrderId id) {
        for (const OrderState& o : memory.state().orders)
            if (o.id == id) return &o;
        return nullptr;
    }
};

TEST_F(Orders, TheRestOfAPartFilledIocIsHedgedAgain) {
    const NewOrder o = sold();
    EXPECT_TRUE(fill(o, qty(5'000)).empty());
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::partially_filled);
    update(o.order, OrderStatus::canceled, qty(5'000));
    EXPECT_EQ(one_order().qty, qty(7'500));
    EXPECT_EQ(btc().orders_unfilled, 0u);
}

TEST_F(Orders, RejectsWaitTwiceAsLongEachTime) {
    NewOrder o = sold();
    std::int64_t wait_ms = 250;
    for (int n = 0; n < 10; ++n) {
        update(o.order, OrderStatus::rejected);
        EXPECT_EQ(alerts(AlertCode::order_rejected), 1u);
        EXPECT_EQ(alerts(AlertCode::backing_off), 1u);
        now = now + Nanos::from_ms(wait_ms - 1);
        quote(kPerpetual, kReference);
        EXPECT_TRUE(orders_in(last).empty()) << n;
        now = now + Nanos::from_ms(1);
        quote(kPerpetual, kReference);
        ASSERT_EQ(orders_in(last).size(), 1u) << n;
        o = one_order();
        wait_ms = std::min<std::int64_t>(wait_ms * 2, 250 * 64);
    }
    EXPECT_EQ(btc().orders_rejected, 10u);
    fill(o);
    gain_delta(3);
    update(one_order().order, OrderStatus::rejected);
    now = now + Nanos::from_ms(250);
    quote(kPerpetual, kReference);
    EXPECT_EQ(orders_in(last).size(), 1u) << "a fill ends the series";
}

TEST_F(Orders, AHugeBackoffDoesNotOverflow) {
    config.reject_backoff = Nanos::from_ns(INT64_MAX);
    const NewOrder o = sold();
    update(o.order, OrderStatus::rejected);
    EXPECT_GT(btc().backoff_until, now);
}

TEST_F(Orders, TwoEmptyIocsInARowWait) {
    const NewOrder first = sold();
    update(first.order, OrderStatus::canceled);
    const NewOrder second = one_order();
    update(second.order, OrderStatus::canceled);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_EQ(alerts(AlertCode::backing_off), 1u);
    now = now + Nanos::from_ms(250);
    quote(kPerpetual, kReference);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(btc().orders_unfilled, 2u);
}

TEST_F(Orders, AnExecutionCountsOnce) {
    const NewOrder o = sold();
    const Event e = execution(kPerpetual, o.side, 5'000, 49'999.5, o.order);
    step(e);
    const Qty held = line(kPerpetual).qty;
    EXPECT_EQ(held, qty(-5'000));
    EXPECT_EQ(alerts(step(e), AlertCode::execution_duplicate), 1u);
    EXPECT_EQ(line(kPerpetual).qty, held);
    EXPECT_EQ(state_of(o.order)->cum, qty(5'000));
    EXPECT_EQ(memory.state().duplicates, 1u);
    EXPECT_EQ(memory.state().executions, 2u);
}

TEST_F(Orders, AnOverFillKillsAndCancelsEverything) {
    const NewOrder o = sold();
    fill(o, qty(12'000));
    fill(o, qty(501));
    EXPECT_EQ(alerts(AlertCode::over_fill), 1u);
    EXPECT_EQ(alerts(AlertCode::killed), 2u) << "of the kill, and why the underlying is not hedged";
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
    EXPECT_TRUE(killed());
    EXPECT_EQ(line(kPerpetual).qty, qty(-12'501)) << "booked all the same";
}

TEST_F(Orders, AFillInAnUnknownInstrumentKills) {
    start();
    fill(InstrumentId{99}, Side::buy, 1, 1);
    EXPECT_EQ(alerts(AlertCode::execution_unknown_instrument), 1u);
    EXPECT_TRUE(killed());
    EXPECT_TRUE(orders_in(gain_delta(5)).empty());
}

TEST_F(Orders, FillsThatCannotBeRightKillAndAreNotBooked) {
    start();
    const auto refused = [&](auto change) {
        memory.state().killed = 0;
        Event e = execution(kPerpetual, Side::buy, 10, kReference);
        change(e.payload.execution);
        step(e);
        return alerts(AlertCode::execution_refused) == 1 && killed();
    };
    EXPECT_TRUE(refused([](Execution& x) { x.key = {}; })) << "no key";
    EXPECT_TRUE(refused([](Execution& x) { x.last_qty = {}; }));
    EXPECT_TRUE(refused([](Execution& x) { x.last_qty = qty(-10); }));
    EXPECT_TRUE(refused([](Execution& x) { x.last_price = {}; })) << "an inverse contract at nothing";
    EXPECT_TRUE(refused([](Execution& x) { x.last_price = price(-1); }));
    EXPECT_TRUE(refused([](Execution& x) { x.side = Side{7}; }));
    EXPECT_TRUE(refused([](Execution& x) { x.last_qty = Qty::from_nanos(INT64_MAX); }));
    EXPECT_TRUE(refused([](Execution& x) { x.fee_known = 1, x.fee = Cash::from_nanos(INT64_MIN); }));
    EXPECT_TRUE(line(kPerpetual).qty.is_zero());
    EXPECT_TRUE(line(kPerpetual).cash.is_zero());
}

TEST_F(Orders, AFillOfOurOrderInAnotherInstrumentOrSideKills) {
    NewOrder o = sold();
    step(execution(kPerpetual, Side::buy, 10, kReference, o.order));
    EXPECT_EQ(alerts(AlertCode::execution_refused), 1u);
    EXPECT_TRUE(killed());
    memory.state().killed = 0;
    step(execution(kLinear, Side::sell, 10, kReference, o.order));
    EXPECT_EQ(alerts(AlertCode::execution_refused), 1u);
    EXPECT_TRUE(killed());
}

TEST_F(Orders, AFillOfAnOrderThatWeDoNotKnowIsBookedAndSaid) {
    start();
    step(execution(kPerpetual, Side::buy, 10, kReference, OrderId::make(9, 9, 9)));
    EXPECT_EQ(alerts(AlertCode::execution_unknown_order), 1u);
    EXPECT_EQ(line(kPerpetual).qty, qty(10));
    EXPECT_FALSE(killed());
}

TEST_F(Orders, AnEndThatDoesNotAddUpKills) {
    const NewOrder o = sold();
    fill(o, qty(100));
    update(o.order, OrderStatus::canceled, qty(150));
    EXPECT_EQ(alerts(AlertCode::quantity_missed), 1u);
    EXPECT_TRUE(killed());
}

TEST_F(Orders, ALastFillWithEarlierOnesMissingKills) {
    const NewOrder o = sold();
    Event e = execution(kPerpetual, o.side, 2'500, 49'999.5, o.order);
    e.payload.execution.cum_qty = qty(12'500);
    step(e);
    EXPECT_EQ(alerts(AlertCode::quantity_missed), 1u);
    EXPECT_TRUE(killed());
}

TEST_F(Orders, AfterALostSessionOrdersAreInDoubtUntilSettled) {
    const NewOrder o = sold();
    session(false);
    EXPECT_EQ(alerts(AlertCode::session_down), 1u);
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::unknown);
    session(true);
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u);
    EXPECT_EQ(alerts(AlertCode::order_unknown), 1u);
    gain_delta(5);
    EXPECT_TRUE(last.empty());
    fill(o, qty(500));  // sent again by the venue, before it answers
    settle_complete();
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::expired);
    EXPECT_EQ(one_order().qty, qty((8 - 0.1 - 0.5) / 0.0002));
}

TEST_F(Orders, AnOrderThatTheVenueStillHasGoesOnBeingCounted) {
    const NewOrder o = sold();
    session(false);
    session(true);
    update(o.order, OrderStatus::live, {}, true);
    settle_complete();
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::live);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_EQ(alerts(all, AlertCode::hedging_resumed), 2u);
    fill(o);
    EXPECT_NEAR(net_delta(), 0.5, 1e-9);
}

TEST_F(Orders, ALateNewDoesNotLeaveADoubtForEver) {
    const NewOrder o = sold();
    session(false);
    session(true);
    update(o.order, OrderStatus::live);  // not an answer: it says nothing about now
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::unknown);
    settle_complete();
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::expired);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Orders, ADoubtThatTheSessionReportsIsSettled) {
    const NewOrder o = sold();
    update(o.order, OrderStatus::unknown);
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u);
    EXPECT_EQ(alerts(AlertCode::order_unknown), 1u);
    update(o.order, OrderStatus::unknown, {}, true);  // no such order
    settle_complete();
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Orders, AStatusThatKnowsOfMoreFillsThanWeKills) {
    const NewOrder o = sold();
    session(false);
    session(true);
    update(o.order, OrderStatus::partially_filled, qty(5'000), true);
    EXPECT_EQ(alerts(AlertCode::quantity_missed), 1u);
    EXPECT_TRUE(killed());
}

TEST_F(Orders, SilenceAsksForSettlementAndAsksAgain) {
    const NewOrder o = sold();
    timer(Nanos::from_ms(1'999));
    EXPECT_EQ(alerts(AlertCode::order_timeout), 0u);
    timer(Nanos::from_ms(1));
    EXPECT_EQ(alerts(AlertCode::order_timeout), 1u);
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u);
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::unknown);
    all.clear();
    for (int n = 0; n < 999; ++n) timer();
    EXPECT_EQ(count(all, ActionType::settle_orders), 0u) << "not more often than the timeout";
    timer(Nanos::from_ms(5));
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u);
    quote(kPerpetual, kReference);
    settle_complete();
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Orders, AnOrderThatNeverLeftIsForgottenAfterAPause) {
    for (const UnsentReason reason : {UnsentReason::no_slot, UnsentReason::session_down,
                                      UnsentReason::transport_refused, UnsentReason::replaced_by_gap_fill}) {
        memory.clear();
        sequence = 0;
        const NewOrder o = sold();
        Event e = make(EventType::order_unsent);
        e.payload.order_unsent.order = o.order;
        e.payload.order_unsent.reason = reason;
        EXPECT_TRUE(orders_in(step(e)).empty()) << "an order that does not leave must not be sent in a loop";
        now = now + Nanos::from_ms(250);
        quote(kPerpetual, kReference);
        EXPECT_EQ(one_order().qty, o.qty);
    }
}

TEST_F(Orders, UpdatesOfFinishedOrUnknownOrdersChangeNothing) {
    const NewOrder o = sold();
    fill(o);
    const std::uint64_t before = btc().orders_rejected;
    EXPECT_TRUE(update(o.order, OrderStatus::rejected).empty());
    EXPECT_TRUE(update(OrderId::make(8, 8, 8), OrderStatus::rejected).empty());
    EXPECT_TRUE(update(OrderId{}, OrderStatus::rejected).empty());
    EXPECT_EQ(btc().orders_rejected, before);
}

TEST_F(Orders, ARestartDoubtsEveryOpenOrder) {
    const NewOrder o = sold();
    run_started(2);
    EXPECT_EQ(state_of(o.order)->status, OrderStatus::unknown);
    EXPECT_FALSE(engine->state().definitions_complete) << "something may have been listed meanwhile";
    definitions_complete();
    session(true);
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u);
    quote(kPerpetual, kReference);
    EXPECT_TRUE(orders_in(last).empty());
    settle_complete();
    const NewOrder again = one_order();
    EXPECT_EQ(again.order.epoch(), 2);
    EXPECT_NE(again.order, o.order);
}

// The kill.

TEST_F(Orders, AKillCancelsAndStaysOverARestartUntilReset) {
    sold();
    command(CommandKind::kill);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
    EXPECT_EQ(alerts(AlertCode::killed), 2u);
    EXPECT_TRUE(gain_delta(9).empty());
    command(CommandKind::kill);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u) << "a second kill cancels once more";
    run_started(2);
    definitions_complete();
    session(true);
    quote(kPerpetual, kReference);
    settle_complete();
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_TRUE(killed());
    command(CommandKind::reset);
    EXPECT_EQ(alerts(AlertCode::kill_reset), 1u);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Orders, FillsAreBookedWhileKilled) {
    const NewOrder o = sold();
    command(CommandKind::kill);
    fill(o);
    EXPECT_EQ(line(kPerpetual).qty, qty(-12'500));
}

TEST_F(Orders, AMassCancelWaitsForTheSession) {
    sold();
    session(false);
    command(CommandKind::kill);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 0u);
    session(true);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
    session(true);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 0u);
}

TEST_F(Orders, PauseHoldsOneUnderlyingAndResumeLetsItGo) {
    start();
    command(CommandKind::pause, kBtc);
    EXPECT_EQ(alerts(AlertCode::paused), 1u);
    EXPECT_TRUE(gain_delta(3).empty());
    command(CommandKind::resume, UnderlyingId{1});
    EXPECT_TRUE(orders_in(last).empty());
    command(CommandKind::resume);
    EXPECT_EQ(alerts(AlertCode::resumed), 1u);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

// Combos and blocks.

TEST_F(Orders, LegsOfAGroupAreDecidedOnTogether) {
    start();
    const auto leg = [&](Side side, double coins, std::uint8_t legs) {
        Event e = execution(kLinear, side, coins * 1000, kReference);
        e.payload.execution.group = {5, 5};
        e.payload.execution.group_legs = legs;
        return step(e).size();
    };
    EXPECT_EQ(leg(Side::buy, 50, 2), 0u);
    EXPECT_TRUE(tick().empty());
    EXPECT_EQ(leg(Side::sell, 50, 2), 0u) << "together they are flat";
    EXPECT_TRUE(timer().empty());
    EXPECT_EQ(leg(Side::buy, 50, 0), 0u) << "a group of unknown size";
    EXPECT_TRUE(timer(Nanos::from_us(1'900)).empty());
    EXPECT_EQ(orders_in(timer(Nanos::from_us(100))).size(), 1u) << "decided after 2 ms";
    EXPECT_EQ(alerts(AlertCode::group_incomplete), 0u);
}

TEST_F(Orders, LegsThatNeverComeAreSaid) {
    start();
    Event e = execution(kLinear, Side::buy, 5'000, kReference);
    e.payload.execution.group = {6, 6};
    e.payload.execution.group_legs = 3;
    EXPECT_TRUE(step(e).empty());
    EXPECT_EQ(orders_in(timer()).size(), 1u);
    EXPECT_EQ(alerts(AlertCode::group_incomplete), 1u);
}

TEST_F(Orders, SixtyFourGroupsAtOnceAreNotTheEnd) {
    start();
    for (std::uint64_t n = 0; n < 80; ++n) {
        Event e = execution(kLinear, Side::buy, 100, kReference);
        e.payload.execution.group = {n + 1, 9};
        step(e);
    }
    timer();
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_NEAR(net_delta(), 8, 1e-9);
}

// Expiry.

TEST_F(Orders, SettlementIsCashAndNeverAFill) {
    start();
    fill(kCall, Side::buy, 1, 0.07);
    fill(kFuture, Side::sell, 2'000, 50'000);
    fill(kPut, Side::sell, 1, 2'000);
    const std::uint64_t booked = memory.state().executions;
    const auto deliver = [&](InstrumentId id) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker = Ticker{};
        e.payload.ticker.state = TradingState::settled;
        e.payload.ticker.delivery = price(62'500);
        step(e);
        return alerts(AlertCode::settled);
    };
    EXPECT_EQ(deliver(kCall), 1u);
    EXPECT_EQ(line(kCall).cash, *Cash::from_double(-0.07 + 12'500 / 62'500.0));
    EXPECT_EQ(deliver(kFuture), 1u);
    EXPECT_EQ(line(kFuture).cash, *Cash::from_double(-20'000 / 50'000.0 + 20'000 / 62'500.0));
    EXPECT_EQ(deliver(kPut), 1u);
    EXPECT_EQ(line(kPut).cash, Cash::from_units(2'000));
    for (const InstrumentId id : {kCall, kFuture, kPut}) {
        EXPECT_TRUE(line(id).qty.is_zero());
        EXPECT_EQ(deliver(id), 0u) << "once";
    }
    EXPECT_EQ(memory.state().executions, booked);
    EXPECT_EQ(btc().positions_held, 0u);
    EXPECT_EQ(net_delta(), 0);
}

}  // namespace
}  // namespace hw::hedge::test
