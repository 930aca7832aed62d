// The venue's positions against ours: snapshots that count, breaks, the start of day, orphans.
#include <cmath>

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Reconcile : public EngineTest {
  protected:
    const VenuePosition& venue(InstrumentId id) { return memory.state().venue_positions[index(id)]; }
    const AccountState& account() { return memory.state().account; }
    /// An alert of the last step about this instrument.
    std::optional<Alert> alert(AlertCode code, InstrumentId id) const {
        for (const Action& a : last) {
            if (a.header.type == ActionType::alert && a.payload.alert.code == code &&
                a.header.instrument == id)
                return a.payload.alert;
        }
        return std::nullopt;
    }
    void start_both() {
        start();
        account_session(true);
    }
    /// The linear perpetual is broken: the venue has `more` coins of it that we do not have.
    void break_linear(double more) {
        const double ours = line(kLinear).qty.to_double();
        const double perpetual = line(kPerpetual).qty.to_double();
        for (int n = 0; n < 2; ++n) whole_snapshot({{kLinear, ours + 1'000 * more}, {kPerpetual, perpetual}});
    }
    void restart(bool definitions = true) {
        run_started(2);
        if (definitions) definitions_complete();
    }
};

// Breaks.

TEST_F(Reconcile, ADifferenceIsABreakOnlyInTwoSnapshotsInARow) {
    start_both();
    fill(kLinear, Side::buy, 100, kReference);
    EXPECT_EQ(alerts(whole_snapshot({{kLinear, 150}}), AlertCode::position_break), 0u);
    EXPECT_FALSE(btc().permit_withdrawn);
    whole_snapshot({{kLinear, 150}});
    const auto said = alert(AlertCode::position_break, kLinear);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->value, 100);
    EXPECT_EQ(said->limit, 150);
    EXPECT_EQ(btc().breaks, 1u);
    EXPECT_TRUE(btc().permit_withdrawn);
    EXPECT_EQ(alerts(whole_snapshot({{kLinear, 150}}), AlertCode::position_break), 0u) << "said once";
    whole_snapshot({{kLinear, 100}});
    EXPECT_TRUE(alert(AlertCode::position_break_gone, kLinear));
    EXPECT_EQ(btc().breaks, 0u);
    EXPECT_FALSE(btc().permit_withdrawn);
}

TEST_F(Reconcile, AnotherDifferenceBeginsAnew) {
    start_both();
    fill(kLinear, Side::buy, 100, kReference);
    for (const double told : {150.0, 160.0, 170.0, 100.0, 150.0}) {
        EXPECT_EQ(alerts(whole_snapshot({{kLinear, told}}), AlertCode::position_break), 0u) << told;
    }
    EXPECT_EQ(alerts(whole_snapshot({{kLinear, 150}}), AlertCode::position_break), 1u);
    EXPECT_EQ(alerts(whole_snapshot({{kLinear, 160}}), AlertCode::position_break), 0u);
    EXPECT_EQ(btc().breaks, 1u) << "stands until one agrees";
    EXPECT_EQ(alerts(whole_snapshot({{kLinear, 160}}), AlertCode::position_break), 1u) << "and is another";
}

TEST_F(Reconcile, WhatIsNotNamedIsZero) {
    start_both();
    fill(kLinear, Side::buy, 100, kReference);
    whole_snapshot({});
    whole_snapshot({});
    const auto said = alert(AlertCode::position_break, kLinear);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->limit, 0);
}

TEST_F(Reconcile, AnInstrumentThatMovedInsideASnapshotIsNotFenced) {
    start_both();
    fill(kLinear, Side::buy, 100, kReference);
    fill(kFuture, Side::buy, 100, kReference);
    const std::map<InstrumentId, double> told = {{kLinear, 150}, {kFuture, 150}};
    whole_snapshot(told);
    snapshot(SnapshotPhase::begin);
    venue_position(kLinear, 150);
    fill(kLinear, Side::buy, 10, kReference);
    venue_position(kFuture, 150);
    snapshot(SnapshotPhase::end);
    EXPECT_FALSE(alert(AlertCode::position_break, kLinear));
    EXPECT_TRUE(alert(AlertCode::position_break, kFuture)) << "the others count";
    whole_snapshot({{kLinear, 160}, {kFuture, 150}});
    EXPECT_TRUE(alert(AlertCode::position_break, kLinear)) << "in a row of those that it was fenced in";
}

TEST_F(Reconcile, ASnapshotCountsOnlyWithTheOrderSessionUpFromBeginToEnd) {
    start_both();
    fill(kLinear, Side::buy, 100, kReference);
    session(false);
    snapshot(SnapshotPhase::begin);
    session(true);
    snapshot(SnapshotPhase::end);
    EXPECT_EQ(account().counted, 0u) << "began before the session was up";
    snapshot(SnapshotPhase::begin);
    session(false);
    session(true);
    snapshot(SnapshotPhase::end);
    EXPECT_EQ(account().counted, 0u) << "the session was away meanwhile";
    EXPECT_EQ(account().uncounted, 2u);
    whole_snapshot({});
    EXPECT_EQ(account().counted, 1u);
    EXPECT_EQ(venue(kLinear).standing, Standing::differs);
}

TEST_F(Reconcile, WhatWasNotToldWholeIsNotUsed) {
    start_both();
    fill(kLinear, Side::buy, 100, kReference);
    snapshot(SnapshotPhase::begin);
    EXPECT_EQ(alerts(snapshot(SnapshotPhase::failed), AlertCode::snapshot_failed), 1u);
    snapshot(SnapshotPhase::begin);
    ++told_positions;
    EXPECT_EQ(alerts(snapshot(SnapshotPhase::end), AlertCode::snapshot_failed), 0u) << "said once in a row";
    snapshot(SnapshotPhase::begin);
    account_session(false);
    account_session(true);
    snapshot(SnapshotPhase::end);
    EXPECT_EQ(account().counted, 0u);
    EXPECT_EQ(account().failed, 3u);
    EXPECT_EQ(account().stray, 1u) << "the end of nothing";
    venue_position(kLinear, 5);
    EXPECT_EQ(account().stray, 2u);
    EXPECT_EQ(line(kLinear).qty, qty(100)) << "the venue's word is never booked by itself";
    whole_snapshot({{kLinear, 100}});
    snapshot(SnapshotPhase::begin);
    EXPECT_EQ(alerts(snapshot(SnapshotPhase::failed), AlertCode::snapshot_failed), 1u) << "a new row";
}

TEST_F(Reconcile, AnInstrumentToldTwiceSpoilsTheSnapshot) {
    start_both();
    snapshot(SnapshotPhase::begin);
    venue_position(kLinear, 5);
    EXPECT_EQ(alerts(venue_position(kLinear, 7), AlertCode::snapshot_failed), 1u);
    snapshot(SnapshotPhase::end);
    EXPECT_EQ(account().counted, 0u);
    EXPECT_EQ(account().failed, 1u);
}

TEST_F(Reconcile, PositionsInUnknownInstrumentsAreSaid) {
    start_both();
    unknown_positions = 2;
    EXPECT_EQ(alerts(whole_snapshot({}), AlertCode::venue_position_unknown), 1u);
    EXPECT_EQ(alerts(whole_snapshot({}), AlertCode::venue_position_unknown), 0u);
    EXPECT_EQ(account().unknown, 2u);
}

TEST_F(Reconcile, ExpiredInstrumentsAreLeftToTheirSettlement) {
    start_both();
    fill(kFuture, Side::buy, 100, kReference);
    now = kExpiry;
    whole_snapshot({});
    EXPECT_EQ(alerts(whole_snapshot({}), AlertCode::position_break), 0u);
}

// Hedging with a break.

TEST_F(Reconcile, WithABreakOnlyWhatBothViewsWantIsHedged) {
    start_both();
    break_linear(2);  // the venue has two coins more
    EXPECT_EQ(alerts(AlertCode::position_break), 2u) << "the break, and why nothing is hedged";
    EXPECT_EQ(btc().blocked_by, AlertCode::position_break);
    EXPECT_TRUE(orders_in(gain_delta(0.8)).empty()) << "inside the band for us, 2.8 for the venue";
    gain_delta(2.2);
    EXPECT_EQ(one_order().qty, qty(12'500)) << "both sell: ours three, theirs five; the smaller one";
    EXPECT_NEAR(one_order().why.net_delta, 3, 1e-9);
    fill(one_order());
    EXPECT_TRUE(orders_in(last).empty());
    gain_delta(-5);
    EXPECT_EQ(one_order().side, Side::buy);
    EXPECT_EQ(one_order().qty, qty((4.5 - 2 - 0.5) / 0.0002)) << "the venue's is the smaller one now";
}

TEST_F(Reconcile, WithABreakViewsThatDisagreeOnTheSideHedgeNothing) {
    start_both();
    break_linear(-6);
    EXPECT_TRUE(orders_in(gain_delta(3)).empty()) << "three long for us, three short for the venue";
    EXPECT_EQ(btc().blocked_by, AlertCode::position_break);
    whole_snapshot({{kLinear, 3'000}});
    EXPECT_EQ(orders_in(last).size(), 1u) << "healed";
    EXPECT_EQ(alerts(AlertCode::hedging_resumed), 1u);
}

TEST_F(Reconcile, ABreakInAnOptionCountsWithItsDelta) {
    start_both();
    whole_snapshot({{kCall, 10}});
    whole_snapshot({{kCall, 10}});
    ASSERT_EQ(btc().breaks, 1u);
    gain_delta(3);
    EXPECT_EQ(one_order().qty, qty(12'500)) << "calls: the venue is longer still";
    fill(one_order());
    whole_snapshot({{kLinear, 3'000}, {kPerpetual, -12'500}});
    whole_snapshot({{kLinear, 3'000}, {kPerpetual, -12'500}, {kPut, 10}});
    whole_snapshot({{kLinear, 3'000}, {kPerpetual, -12'500}, {kPut, 10}});
    ASSERT_EQ(btc().breaks, 1u);
    EXPECT_TRUE(orders_in(gain_delta(3)).empty()) << "puts: the venue is shorter";
    // The same figure as the engine has for a put that it holds.
    Exposure before, after;
    evaluate(memory.state(), config, kBtc, before);
    fill(kPut, Side::buy, 10, 2'000);
    evaluate(memory.state(), config, kBtc, after);
    EXPECT_LT(after.net_delta - before.net_delta, -3);
}

TEST_F(Reconcile, WithoutAVolatilityTheOtherViewIsNotKnown) {
    run_started();
    define_market();
    definitions_complete();
    session(true);
    quote(kPerpetual, kReference);
    account_session(true);
    whole_snapshot({{kCall, 10}});
    whole_snapshot({{kCall, 10}});
    EXPECT_TRUE(orders_in(gain_delta(3)).empty());
    EXPECT_EQ(btc().blocked_by, AlertCode::position_break);
}

// The start of day.

TEST_F(Reconcile, NothingIsHedgedBeforeTheVenuesPositionsAreAdopted) {
    config.reconcile = true;
    start_both();
    EXPECT_EQ(btc().blocked_by, AlertCode::unreconciled);
    EXPECT_TRUE(btc().permit_withdrawn);
    EXPECT_TRUE(orders_in(gain_delta(3)).empty());
    snapshot(SnapshotPhase::begin);
    snapshot(SnapshotPhase::failed);
    EXPECT_TRUE(orders_in(last).empty());
    whole_snapshot({{kLinear, 5'000}, {kCall, 0}});
    const auto said = alert(AlertCode::position_adopted, kLinear);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->value, 3'000);
    EXPECT_EQ(said->limit, 5'000);
    EXPECT_EQ(alerts(AlertCode::position_adopted), 1u);
    EXPECT_EQ(line(kLinear).qty, qty(5'000));
    EXPECT_EQ(line(kLinear).cash, -Cash::from_units(5 * 50'000)) << "the two coins more at the venue's price";
    EXPECT_EQ(one_order().qty, qty((5 - 0.5) / 0.0002));
    EXPECT_FALSE(btc().permit_withdrawn);
}

TEST_F(Reconcile, WithoutReconcileNothingIsAdopted) {
    start_both();
    gain_delta(3);
    whole_snapshot({});
    EXPECT_EQ(line(kLinear).qty, qty(3'000));
    EXPECT_EQ(alerts(AlertCode::position_adopted), 0u);
}

TEST_F(Reconcile, APositionThatTheVenueDoesNotHaveIsGivenUpAtTheMark) {
    config.reconcile = true;
    start_both();
    fill(kLinear, Side::buy, 1'000, 40'000);
    Event e = make(EventType::ticker, kLinear);
    e.payload.ticker.mark = price(50'000);
    step(e);
    whole_snapshot({});
    EXPECT_TRUE(line(kLinear).qty.is_zero());
    EXPECT_EQ(line(kLinear).cash, Cash::from_units(10'000));
}

TEST_F(Reconcile, AnInstrumentThatIsNotFencedWaitsForTheNextSnapshot) {
    config.reconcile = true;
    start_both();
    snapshot(SnapshotPhase::begin);
    venue_position(kLinear, 5'000);
    venue_position(kFuture, 100);
    fill(kLinear, Side::buy, 1'000, kReference);
    snapshot(SnapshotPhase::end);
    EXPECT_EQ(line(kFuture).qty, qty(100));
    EXPECT_EQ(line(kLinear).qty, qty(1'000)) << "not fenced: not adopted";
    EXPECT_EQ(btc().blocked_by, AlertCode::unreconciled);
    EXPECT_EQ(btc().unadopted, 1u);
    whole_snapshot({{kLinear, 6'000}, {kFuture, 130}});
    EXPECT_EQ(line(kLinear).qty, qty(6'000));
    EXPECT_EQ(line(kFuture).qty, qty(100)) << "the future's start of day is over";
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Reconcile, AFillThatTheAdoptedPositionHadAlreadyIsPutRight) {
    config.reconcile = true;
    start_both();
    whole_snapshot({{kLinear, 100}});
    fill(kLinear, Side::buy, 100, kReference);  // it is the hundred that the venue had told
    EXPECT_EQ(line(kLinear).qty, qty(200));
    whole_snapshot({{kLinear, 100}});
    EXPECT_EQ(line(kLinear).qty, qty(100));
    EXPECT_EQ(alerts(AlertCode::position_adopted), 1u);
    fill(kLinear, Side::buy, 50, kReference);
    whole_snapshot({{kLinear, 100}});
    EXPECT_EQ(line(kLinear).qty, qty(150)) << "once";
    whole_snapshot({{kLinear, 100}});
    EXPECT_EQ(btc().breaks, 1u);
}

TEST_F(Reconcile, FillsSentAgainBeforeTheSessionIsUpAreInTheSnapshotsAfterIt) {
    config.reconcile = true;
    start_both();
    whole_snapshot({});
    fill(kLinear, Side::buy, 100, kReference);
    restart();
    EXPECT_FALSE(btc().reconciled);
    account_session(true);
    whole_snapshot({{kLinear, 150}});
    EXPECT_EQ(account().counted, 1u) << "the order session is not up: what it has to tell is not booked yet";
    EXPECT_EQ(line(kLinear).qty, qty(100));
    fill(kLinear, Side::buy, 50, kReference);  // missed, and sent again at the logon
    session(true);
    whole_snapshot({{kLinear, 150}});
    EXPECT_EQ(account().counted, 2u);
    EXPECT_EQ(alerts(AlertCode::position_adopted), 0u);
    EXPECT_EQ(line(kLinear).qty, qty(150));
    EXPECT_TRUE(btc().reconciled);
}

TEST_F(Reconcile, InsideARunMissedFillsAreBookedBeforeASnapshotCounts) {
    start_both();
    fill(kLinear, Side::buy, 100, kReference);
    session(false);
    whole_snapshot({{kLinear, 150}});
    whole_snapshot({{kLinear, 150}});
    EXPECT_EQ(account().counted, 0u);
    fill(kLinear, Side::buy, 50, kReference);
    session(true);
    whole_snapshot({{kLinear, 150}});
    EXPECT_EQ(venue(kLinear).standing, Standing::agrees);
}

TEST_F(Reconcile, EveryRunIsReconciledAnewAndHealsItsBreaks) {
    config.reconcile = true;
    start_both();
    whole_snapshot({});
    break_linear(2);
    ASSERT_EQ(btc().breaks, 1u);
    restart();
    session(true);
    account_session(true);
    EXPECT_EQ(btc().breaks, 1u) << "remembered";
    whole_snapshot({{kLinear, 2'000}});
    EXPECT_EQ(btc().breaks, 0u);
    EXPECT_EQ(alerts(AlertCode::position_break_gone), 1u);
    EXPECT_EQ(line(kLinear).qty, qty(2'000));
}

TEST_F(Reconcile, ASnapshotBeforeTheInstrumentsAreKnownDoesNotCount) {
    config.reconcile = true;
    run_started();
    define_market();
    session(true);
    whole_snapshot({});
    EXPECT_FALSE(btc().reconciled);
    definitions_complete();
    whole_snapshot({});
    EXPECT_TRUE(btc().reconciled);
}

TEST_F(Reconcile, APositionThatCannotBeValuedSpoilsTheSnapshot) {
    config.reconcile = true;
    start_both();
    snapshot(SnapshotPhase::begin);
    venue_position(kPerpetual, 5'000, 0);
    EXPECT_EQ(alerts(AlertCode::position_refused), 1u);
    snapshot(SnapshotPhase::end);
    EXPECT_FALSE(btc().reconciled);
    EXPECT_TRUE(line(kPerpetual).qty.is_zero());
}

TEST_F(Reconcile, AdoptingAWholeBookSaysNoMoreThanAStepCan) {
    config.reconcile = true;
    run_started();
    define_market();
    for (int n = 0; n < 400; ++n)
        define(option("BTC-C" + std::to_string(n), Settlement::inverse, OptionType::call, 40'000 + 10 * n));
    definitions_complete();
    session(true);
    quote(kPerpetual, kReference);
    flat_surface();
    snapshot(SnapshotPhase::begin);
    for (std::uint32_t n = 5; n < 405; ++n) venue_position(InstrumentId{n}, 0.1, 0.05);
    snapshot(SnapshotPhase::end);
    EXPECT_EQ(alerts(AlertCode::position_adopted), 65u);
    EXPECT_EQ(memory.state().actions_dropped, 0u);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(btc().positions_held, 400u);
}

// Orders.

TEST_F(Reconcile, AnOrphanIsCancelledAfterTwoSnapshots) {
    start_both();
    const auto with_order = [&](OrderId id) {
        snapshot(SnapshotPhase::begin);
        venue_order(id, 7, Side::buy);
        venue_order(OrderId{});  // the quoting engine's
        return snapshot(SnapshotPhase::end);
    };
    const OrderId stranger = OrderId::make(9, 9, 9);
    EXPECT_EQ(alerts(with_order(stranger), AlertCode::orphan_order), 0u);
    with_order(stranger);
    EXPECT_EQ(alerts(AlertCode::orphan_order), 1u);
    ASSERT_EQ(count(last, ActionType::cancel_order), 1u);
    for (const Action& a : last) {
        if (a.header.type != ActionType::cancel_order) continue;
        EXPECT_EQ(a.payload.cancel_order.original, stranger);
        EXPECT_EQ(a.payload.cancel_order.qty, qty(7));
        EXPECT_EQ(a.payload.cancel_order.side, Side::buy);
        EXPECT_EQ(a.header.instrument, kPerpetual);
    }
    with_order(stranger);
    EXPECT_EQ(alerts(AlertCode::orphan_order), 0u) << "said once";
    EXPECT_EQ(count(last, ActionType::cancel_order), 1u) << "but cancelled as long as it is there";
    whole_snapshot({});
    EXPECT_EQ(account().orphan_count, 0u);
    EXPECT_EQ(account().venue_orders, 0u);
}

TEST_F(Reconcile, AnOrderThatIsOverForUsIsAnOrphanAndOneThatRunsIsNot) {
    start_both();
    gain_delta(3);
    const OrderId id = one_order().order;
    update(id, OrderStatus::live);
    for (int n = 0; n < 3; ++n) {
        snapshot(SnapshotPhase::begin);
        venue_order(id);
        EXPECT_EQ(alerts(snapshot(SnapshotPhase::end), AlertCode::orphan_order), 0u);
    }
    command(CommandKind::pause);
    update(id, OrderStatus::canceled);
    for (int n = 0; n < 2; ++n) {
        snapshot(SnapshotPhase::begin);
        venue_order(id);
        EXPECT_EQ(alerts(snapshot(SnapshotPhase::end), AlertCode::orphan_order), n == 0 ? 0u : 1u);
    }
}

TEST_F(Reconcile, AnOrderThatTheVenueDoesNotNameIsSettled) {
    start_both();
    gain_delta(3);
    const OrderId id = one_order().order;
    whole_snapshot({{kLinear, 3'000}});
    EXPECT_EQ(count(last, ActionType::settle_orders), 0u) << "the venue has not acknowledged it";
    update(id, OrderStatus::live);
    snapshot(SnapshotPhase::begin);
    snapshot(SnapshotPhase::failed);
    EXPECT_EQ(count(last, ActionType::settle_orders), 0u);
    whole_snapshot({{kLinear, 3'000}});
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u);
    EXPECT_EQ(btc().blocked_by, AlertCode::order_unknown);
    settle_complete();
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Reconcile, AnOrderYoungerThanTheSnapshotIsNotMissedInIt) {
    start_both();
    snapshot(SnapshotPhase::begin);
    gain_delta(3);
    update(one_order().order, OrderStatus::live);
    snapshot(SnapshotPhase::end);
    EXPECT_EQ(count(last, ActionType::settle_orders), 0u);
}

// The second session is not the first.

TEST_F(Reconcile, TheSecondSessionNeverTouchesTheFirst) {
    start();
    gain_delta(3);
    const OrderId id = one_order().order;
    account_session(true);
    EXPECT_EQ(alerts(AlertCode::account_session_up), 1u);
    account_session(false);
    EXPECT_EQ(alerts(AlertCode::account_session_down), 1u);
    EXPECT_TRUE(memory.state().session_up);
    EXPECT_EQ(memory.state().orders[0].id, id);
    EXPECT_EQ(memory.state().orders[0].status, OrderStatus::pending_new);
    session(false);
    account_session(true);
    EXPECT_FALSE(memory.state().session_up);
    EXPECT_TRUE(orders_in(gain_delta(3)).empty());
}

// Margin.

TEST_F(Reconcile, MarginIsSaidOnceUntilItRecovers) {
    start();
    const auto equity = [&](double amount, double maintenance, bool known = true) {
        Event e = make(EventType::equity);
        e.payload.equity.currency = *Currency::from("BTC");
        e.payload.equity.amount = *Cash::from_double(amount);
        e.payload.equity.margin_known = known;
        e.payload.equity.maintenance_margin = *Cash::from_double(maintenance);
        return alerts(step(e), AlertCode::margin_low);
    };
    EXPECT_EQ(equity(15, 10), 0u);
    EXPECT_EQ(equity(14.9, 10), 1u);
    EXPECT_EQ(equity(12, 10), 0u) << "said once";
    EXPECT_EQ(equity(1, 0, false), 0u) << "whoever does not know the margin does not change it";
    EXPECT_EQ(equity(15, 10), 0u);
    EXPECT_EQ(equity(14, 10), 1u) << "it had recovered";
    EXPECT_EQ(equity(0, 0), 0u) << "nothing is held";
    config.margin_warn_ratio = 0;
    configure();
    EXPECT_EQ(equity(1, 10), 0u);
}

}  // namespace
}  // namespace hw::hedge::test
