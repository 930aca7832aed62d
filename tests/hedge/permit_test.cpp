// The quote permit: given when everything hedging needs is there, withdrawn by each of its rules.
#include "hedge/permit.h"

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Permit : public EngineTest {
  protected:
    const PermitState& permit() { return btc().risk.permit; }
    bool given() { return permit().given != 0; }
    void expect_withdrawn(AlertCode why) {
        EXPECT_FALSE(given());
        EXPECT_EQ(to_string(permit().why), to_string(why));
    }
    void expect_given() {
        EXPECT_TRUE(given()) << to_string(permit().why);
        EXPECT_EQ(permit().why, AlertCode::none);
    }
    void host(HostCondition condition, std::int64_t ns, bool end = true) {
        Event e = make(EventType::host_state);
        e.payload.host_state.condition = condition;
        e.payload.host_state.ns = ns;
        step(e, end);
    }
    /// The book goes on to be heard.
    void hear() {
        now = now + Nanos::from_us(10);
        quote(kPerpetual, kReference);
    }
};

TEST_F(Permit, IsGivenOnceEverythingIsThere) {
    run_started();
    define_market();
    definitions_complete();
    session(true);
    expect_withdrawn(AlertCode::underlying_untrusted);
    quote(kPerpetual, kReference);
    expect_withdrawn(AlertCode::no_volatility);
    EXPECT_EQ(alerts(all, AlertCode::permit_withdrawn), 0u) << "there was none";
    flat_surface();
    expect_given();
    EXPECT_EQ(alerts(AlertCode::permit_given), 1u);
    timer();
    EXPECT_EQ(alerts(all, AlertCode::permit_given), 1u) << "said once";
}

TEST_F(Permit, IsWithdrawnWithTheReasonAndComesBackByItself) {
    start();
    session(false);
    expect_withdrawn(AlertCode::session_down);
    ASSERT_EQ(alerts(AlertCode::permit_withdrawn), 1u);
    for (const Action& a : last) {
        if (a.header.type != ActionType::alert || a.payload.alert.code != AlertCode::permit_withdrawn)
            continue;
        EXPECT_EQ(a.payload.alert.value, static_cast<double>(AlertCode::session_down));
    }
    session(true);
    settle_complete();
    expect_given();
}

TEST_F(Permit, NobodyQuotesWhileKilledOrPausedOrBlind) {
    start();
    command(CommandKind::pause);
    expect_withdrawn(AlertCode::paused);
    command(CommandKind::resume);
    expect_given();
    trust(kPerpetual, false);
    expect_withdrawn(AlertCode::underlying_untrusted);
    quote(kPerpetual, kReference);
    expect_given();
    timer(Nanos::from_ms(1001));
    expect_withdrawn(AlertCode::underlying_stale);
    hear();
    expect_given();
    command(CommandKind::kill);
    expect_withdrawn(AlertCode::killed);
    command(CommandKind::reset);
    expect_given();
}

TEST_F(Permit, AnOldSurfaceIsNone) {
    start();
    now = now + config.surface_stale_after + Nanos::from_ms(1);
    hear();
    expect_withdrawn(AlertCode::surface_stale);
    flat_surface();
    expect_given();
}

TEST_F(Permit, HardLimitsWithdrawIt) {
    config.underlyings[0].max_delta_coins = 3;
    start();
    btc().risk.stop.level = StopLevel::reduce;
    timer();
    expect_given();
    btc().risk.stop.level = StopLevel::flatten;
    timer();
    expect_withdrawn(AlertCode::stop_flatten);
    btc().risk.stop.level = StopLevel::none;
    memory.state().risk.stop.level = StopLevel::halt;
    timer();
    expect_withdrawn(AlertCode::stop_halt);
    memory.state().risk.stop.level = StopLevel::none;
    btc().risk.planner.figures.soft = 1;
    timer();
    expect_given();
    btc().risk.planner.figures.hard = limit_bit(LimitedGreek::vega, kExpiryBuckets);
    timer();
    expect_withdrawn(AlertCode::greek_hard_limit);
    btc().risk.planner.figures.hard = 0;
    config.underlyings[0].band = 100;  // nothing hedges it away
    configure();
    gain_delta(3.5);
    expect_withdrawn(AlertCode::gate_delta);
    gain_delta(-1);
    expect_given();
    btc().risk.overrides.limits[static_cast<std::size_t>(LimitKind::max_delta)] = 2;
    timer();
    expect_withdrawn(AlertCode::gate_delta);
}

TEST_F(Permit, NotWhileTheVenueIsAboutToLiquidate) {
    start();
    const auto equity = [&](double amount) {
        Event e = make(EventType::equity);
        Equity& q = e.payload.equity;
        q.currency = *Currency::from("BTC");
        q.amount = *Cash::from_double(amount);
        q.source = EquitySource::venue;
        q.margin_known = 1;
        q.maintenance_margin = *Cash::from_double(10);
        step(e);
    };
    equity(10.5);
    EXPECT_EQ(alerts(AlertCode::margin_low), 1u) << "near it";
    expect_given();
    equity(10);
    expect_withdrawn(AlertCode::margin_low);
    equity(20);
    expect_given();
}

TEST_F(Permit, NeedsAnAgreedPosition) {
    config.reconcile = true;
    start();
    expect_withdrawn(AlertCode::unreconciled);
    account_session(true);
    whole_snapshot({});
    timer();
    expect_given();
    whole_snapshot({{kLinear, 500}});
    timer();
    expect_given();
    whole_snapshot({{kLinear, 500}});
    timer();
    expect_withdrawn(AlertCode::position_break);
}

TEST_F(Permit, NoPermitAfterAJumpOfTheClockUntilItIsSteady) {
    start();
    host(HostCondition::clock_jumped, -20'000'000);
    EXPECT_EQ(alerts(AlertCode::clock_jumped), 1u);
    expect_withdrawn(AlertCode::clock_jumped);
    gain_delta(3);
    EXPECT_EQ(orders_in(last).size(), 1u) << "our own time has not jumped: hedging goes on";
    host(HostCondition::clock_steady, 0);
    expect_given();
}

TEST_F(Permit, ALateCoreDecidesOnNothingOlder) {
    start();
    now = now + Nanos::from_ms(8);
    host(HostCondition::core_late, 8'000'000, false);
    quote(kPerpetual, kReference);  // it waited in the port's ring, too
    EXPECT_EQ(alerts(all, AlertCode::core_late), 2u) << "the machine's, and the reason why nothing is hedged";
    expect_withdrawn(AlertCode::core_late);
    gain_delta(3);
    EXPECT_EQ(orders_in(last).size(), 0u);
    now = now + Nanos::from_us(20);
    host(HostCondition::core_late, 0, false);  // more of what waited
    quote(kPerpetual, kReference);
    expect_withdrawn(AlertCode::core_late);
    EXPECT_EQ(alerts(all, AlertCode::core_late), 2u);
    hear();
    expect_given();
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Permit, ShadowModeGivesNone) {
    config.shadow = true;
    start();
    expect_withdrawn(AlertCode::shadow_order);
}

TEST_F(Permit, EndsWithTheRunAndBeginsAnew) {
    start();
    expect_given();
    step(make(EventType::run_stopping));
    expect_withdrawn(AlertCode::permit_withdrawn);
    EXPECT_EQ(alerts(AlertCode::permit_withdrawn), 1u);
    run_started(2);
    EXPECT_FALSE(given());
}

class Blind : public Permit {};

TEST_F(Blind, IsSaidOnceAfterItsTimeAndOnlyOutsideTheBand) {
    config.blind_after = Nanos::from_seconds(2);
    start();
    trust(kPerpetual, false);
    timer(Nanos::from_seconds(5));
    EXPECT_EQ(alerts(all, AlertCode::blind_too_long), 0u) << "inside the band";
    gain_delta(3);
    timer(Nanos::from_ms(1999));
    EXPECT_EQ(alerts(all, AlertCode::blind_too_long), 0u);
    timer(Nanos::from_ms(1));
    EXPECT_EQ(alerts(AlertCode::blind_too_long), 1u);
    timer(Nanos::from_seconds(5));
    EXPECT_EQ(alerts(all, AlertCode::blind_too_long), 1u);
    EXPECT_FALSE(killed());
    quote(kPerpetual, kReference);  // hedges
    trust(kPerpetual, false);
    EXPECT_FALSE(btc().risk.blind_said);
}

TEST_F(Blind, TheEmergencyMayHaltOrKill) {
    config.blind_after = Nanos::from_seconds(2);
    config.emergency = Emergency::halt;
    start();
    trust(kPerpetual, false);
    gain_delta(3);
    timer(Nanos::from_seconds(2));
    EXPECT_EQ(btc().risk.stop.level, StopLevel::halt);
    EXPECT_EQ(alerts(AlertCode::stop_halt), 1u);
    config.emergency = Emergency::kill;
    configure();
    quote(kPerpetual, kReference);
    btc().risk.stop.level = StopLevel::none;
    trust(kPerpetual, false);
    gain_delta(50);
    timer(Nanos::from_seconds(3));
    EXPECT_TRUE(killed());
    EXPECT_EQ(alerts(AlertCode::blind_too_long), 1u);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
}

TEST_F(Blind, APauseIsNoEmergency) {
    config.emergency = Emergency::kill;
    start();
    command(CommandKind::pause);
    gain_delta(3);
    timer(Nanos::from_seconds(60));
    EXPECT_EQ(alerts(all, AlertCode::blind_too_long), 0u);
    EXPECT_FALSE(killed());
}

}  // namespace
}  // namespace hw::hedge::test
