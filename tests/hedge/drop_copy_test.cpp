// Fills told by two sessions: each counts once, and one that only one of them tells is said.
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class DropCopy : public EngineTest {
  protected:
    DropCopy() { config.drop_copy = true; }
    void start_both() {
        start();
        account_session(true);
    }
    static Event from(SessionRole source, Event e) {
        e.payload.execution.source = source;
        return e;
    }
    Event linear(SessionRole source = SessionRole::order) {
        return from(source, execution(kLinear, Side::buy, 10, kReference));
    }
    std::size_t complaints() const {
        return alerts(AlertCode::fill_not_on_drop_copy) + alerts(AlertCode::fill_only_on_drop_copy);
    }
    const DropCopyState& watch() { return memory.state().account.drop_copy; }
};

TEST_F(DropCopy, WhoeverTellsItFirstItCountsOnceAndIsNoDuplicate) {
    start_both();
    for (const SessionRole first : {SessionRole::order, SessionRole::account}) {
        const SessionRole second = first == SessionRole::order ? SessionRole::account : SessionRole::order;
        const Qty before = line(kLinear).qty;
        const Event e = linear();
        step(from(first, e));
        EXPECT_TRUE(step(from(second, e)).empty());
        EXPECT_EQ(line(kLinear).qty, before + qty(10));
        EXPECT_EQ(memory.state().duplicates, first == SessionRole::order ? 0u : 2u);
        EXPECT_EQ(alerts(step(from(first, e)), AlertCode::execution_duplicate), 1u);
        EXPECT_EQ(alerts(step(from(second, e)), AlertCode::execution_duplicate), 1u);
        EXPECT_EQ(line(kLinear).qty, before + qty(10));
    }
    timer(Nanos::from_seconds(60));
    EXPECT_EQ(complaints(), 0u);
    EXPECT_EQ(watch().matched, 2u);
}

TEST_F(DropCopy, AFillOfOneSessionOnlyIsSaidOnceAfterTheLimit) {
    start_both();
    step(linear());
    step(linear(SessionRole::account));
    timer(Nanos::from_ms(4'999));
    EXPECT_EQ(complaints(), 0u);
    timer(Nanos::from_ms(1));
    EXPECT_EQ(alerts(AlertCode::fill_not_on_drop_copy), 1u);
    EXPECT_EQ(alerts(AlertCode::fill_only_on_drop_copy), 1u);
    EXPECT_EQ(line(kLinear).qty, qty(20)) << "booked, whoever told it";
    timer(Nanos::from_seconds(60));
    EXPECT_EQ(complaints(), 0u);
    EXPECT_EQ(watch().count, 0u);
}

TEST_F(DropCopy, WithoutDropCopyNothingIsWatched) {
    config.drop_copy = false;
    start_both();
    step(linear());
    step(linear(SessionRole::account));
    timer(Nanos::from_seconds(60));
    EXPECT_EQ(complaints(), 0u);
}

TEST_F(DropCopy, WhileASessionIsDownNothingIsMissing) {
    for (const SessionRole down : {SessionRole::order, SessionRole::account}) {
        memory.clear();
        sequence = 0;
        start_both();
        const Event waiting = linear();
        step(waiting);
        session(false, down);
        timer(Nanos::from_seconds(60));
        EXPECT_EQ(complaints(), 0u) << "suspended";
        step(linear(down == SessionRole::order ? SessionRole::account : SessionRole::order));
        Event again = linear(down);
        again.payload.execution.possible_resend = 1;
        step(again);
        session(true, down);
        timer(Nanos::from_ms(4'999));
        EXPECT_EQ(complaints(), 0u) << "the whole limit from the moment both are up";
        timer(Nanos::from_ms(1));
        EXPECT_EQ(complaints(), 2u) << "what was waiting, and what was sent again";
        EXPECT_EQ(watch().count, 0u) << "what was told meanwhile is not watched";
    }
}

TEST_F(DropCopy, ARestartSuspendsTheWatchToo) {
    start_both();
    step(linear());
    run_started(2);
    timer(Nanos::from_seconds(60));
    EXPECT_EQ(complaints(), 0u);
    session(true);
    account_session(true);
    timer(Nanos::from_seconds(5));
    EXPECT_EQ(complaints(), 1u);
}

TEST_F(DropCopy, MoreThanTheTableHoldsIsCountedAndSaidOnce) {
    start_both();
    std::vector<Event> told;
    for (std::size_t n = 0; n < kMaxUnmatched + 10; ++n) {
        told.push_back(linear());
        step(told.back());
        EXPECT_EQ(alerts(AlertCode::drop_copy_overflow), n == kMaxUnmatched ? 1u : 0u) << n;
    }
    EXPECT_EQ(watch().not_watched, 10u);
    for (const Event& e : told) step(from(SessionRole::account, e));
    EXPECT_EQ(watch().count, 0u);
    timer(Nanos::from_seconds(60));
    EXPECT_EQ(complaints(), 0u);
    EXPECT_EQ(memory.state().duplicates, 0u);
}

TEST_F(DropCopy, MoreComplaintsThanAStepHoldsAreSpread) {
    start_both();
    for (int n = 0; n < 200; ++n) step(linear());
    std::size_t said = 0;
    now = now + Nanos::from_seconds(5);
    for (int n = 0; n < 4; ++n) {
        timer();
        EXPECT_LE(complaints(), 64u);
        said += complaints();
    }
    EXPECT_EQ(said, 200u);
    EXPECT_EQ(memory.state().actions_dropped, 0u);
}

TEST_F(DropCopy, AFillOfOursToldFirstByTheOtherSessionCountsForTheOrder) {
    start_both();
    gain_delta(3);
    const NewOrder o = one_order();
    const Event fill = execution(kPerpetual, o.side, 12'500, 49'999.5, o.order);
    Event copy = from(SessionRole::account, fill);
    copy.payload.execution.order = {};  // it does not say whose
    step(copy);
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::pending_new);
    step(fill);
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::filled);
    EXPECT_EQ(memory.state().orders[0].cum, qty(12'500));
    EXPECT_EQ(line(kPerpetual).qty, qty(-12'500));
    EXPECT_FALSE(killed());
}

TEST_F(DropCopy, TheOtherSessionMayBeAheadWithTheLastFill) {
    start_both();
    gain_delta(3);
    const NewOrder o = one_order();
    Event first = execution(kPerpetual, o.side, 5'000, 49'999.5, o.order);
    Event second = execution(kPerpetual, o.side, 7'500, 49'999.5, o.order);
    first.payload.execution.cum_qty = qty(5'000), first.payload.execution.leaves_qty = qty(7'500);
    second.payload.execution.cum_qty = qty(12'500);
    step(from(SessionRole::account, second));
    EXPECT_FALSE(killed()) << "the first one is on its way on the order session";
    step(first);
    step(second);
    EXPECT_FALSE(killed());
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::filled);
}

// A fill that got lost on the order session.

TEST_F(DropCopy, AFillThatTheOrderSessionLostComesFromTheOtherOne) {
    start_both();
    gain_delta(3);
    const NewOrder o = one_order();
    const Event lost = execution(kPerpetual, o.side, 5'000, 49'999.5, o.order);
    update(o.order, OrderStatus::canceled, qty(5'000));
    EXPECT_FALSE(killed());
    EXPECT_EQ(btc().blocked_by, AlertCode::order_unknown);
    EXPECT_TRUE(orders_in(gain_delta(2)).empty()) << "what is missing may have filled";
    update(o.order, OrderStatus::canceled, qty(5'000));
    update(o.order, OrderStatus::live);
    settle_complete();
    timer(Nanos::from_ms(4'999));
    EXPECT_FALSE(killed());
    EXPECT_TRUE(memory.state().orders[0].open()) << "in the envelope";
    quote(kPerpetual, kReference);
    step(from(SessionRole::account, lost));
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::canceled);
    EXPECT_EQ(line(kPerpetual).qty, qty(-5'000));
    EXPECT_EQ(one_order().qty, qty((5 - 1 - 0.5) / 0.0002));
    timer(Nanos::from_ms(4'999));
    EXPECT_EQ(alerts(AlertCode::fill_only_on_drop_copy), 0u);
    timer(Nanos::from_ms(1));
    EXPECT_EQ(alerts(AlertCode::fill_only_on_drop_copy), 1u);
    EXPECT_FALSE(killed());
}

TEST_F(DropCopy, AFillThatNobodyTellsKillsAfterTheLimit) {
    start_both();
    gain_delta(3);
    const NewOrder o = one_order();
    update(o.order, OrderStatus::canceled, qty(5'000));
    timer(Nanos::from_ms(2'500));
    update(o.order, OrderStatus::canceled, qty(5'000));
    timer(Nanos::from_ms(2'499));
    EXPECT_FALSE(killed());
    timer(Nanos::from_ms(1));
    EXPECT_EQ(alerts(AlertCode::quantity_missed), 1u) << "told again it does not begin anew";
    EXPECT_TRUE(killed());
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::canceled);
}

TEST_F(DropCopy, WithoutTheOtherSessionAMissingFillKillsAtOnce) {
    for (const SessionRole down : {SessionRole::order, SessionRole::account}) {
        memory.clear();
        sequence = 0;
        start_both();
        gain_delta(3);
        update(one_order().order, OrderStatus::canceled, qty(5'000));
        EXPECT_FALSE(killed());
        session(false, down);
        timer();
        EXPECT_EQ(alerts(AlertCode::quantity_missed), 1u);
        EXPECT_TRUE(killed());
    }
    memory.clear();
    sequence = 0;
    start();
    gain_delta(3);
    update(one_order().order, OrderStatus::canceled, qty(5'000));
    EXPECT_TRUE(killed()) << "it was never up";
}

TEST_F(DropCopy, ALastFillWhoseForerunnerWasLostIsCompletedByTheCopy) {
    start_both();
    gain_delta(3);
    const NewOrder o = one_order();
    const Event lost = execution(kPerpetual, o.side, 5'000, 49'999.5, o.order);
    Event last_one = execution(kPerpetual, o.side, 7'500, 49'999.5, o.order);
    last_one.payload.execution.cum_qty = qty(12'500);
    step(last_one);
    EXPECT_FALSE(killed());
    EXPECT_EQ(memory.state().orders[0].leaves(), qty(5'000));
    EXPECT_TRUE(memory.state().orders[0].open());
    step(from(SessionRole::account, lost));
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::filled);
    timer(Nanos::from_ms(5'000));
    EXPECT_FALSE(killed());
}

TEST_F(DropCopy, AStatusThatKnowsOfMoreIsSettledOnceTheCopyHasToldIt) {
    start_both();
    gain_delta(3);
    const NewOrder o = one_order();
    const Event lost = execution(kPerpetual, o.side, 5'000, 49'999.5, o.order);
    update(o.order, OrderStatus::partially_filled, qty(5'000), true);
    EXPECT_FALSE(killed());
    step(from(SessionRole::account, lost));
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u);
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::unknown);
    update(o.order, OrderStatus::partially_filled, qty(5'000), true);
    settle_complete();
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::partially_filled);
    EXPECT_FALSE(killed());
}

}  // namespace
}  // namespace hw::hedge::test
