// Commands of people: what they change, what they say, and what is refused.
#include "hedge/commands.h"

#include "hedge/planner/threshold_plan.h"
#include "hedge/policy/corridor.h"
#include "hedge/valuation.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Commands : public EngineTest {
  protected:
    const std::vector<Action>& say(CommandKind kind, double value, UnderlyingId underlying = kBtc,
                                   LimitKind limit = LimitKind::max_order, InstrumentId instrument = {}) {
        Event e = make(EventType::command);
        e.payload.command.kind = kind;
        e.payload.command.value = value;
        e.payload.command.underlying = underlying;
        e.payload.command.limit = limit;
        e.payload.command.instrument = instrument;
        return step(e);
    }
    Alert refusal() const {
        for (const Action& a : last)
            if (a.header.type == ActionType::alert && a.payload.alert.code == AlertCode::command_refused)
                return a.payload.alert;
        ADD_FAILURE() << "not refused";
        return {};
    }
    double limit_of(LimitKind kind) { return btc().risk.overrides.limits[static_cast<std::size_t>(kind)]; }
};

TEST_F(Commands, ABandIsTightenedAndNeverWidened) {
    start();
    gain_delta(0.8);
    EXPECT_TRUE(orders_in(all).empty());
    say(CommandKind::set_band, 0.5);
    EXPECT_EQ(alerts(AlertCode::band_set), 1u);
    const NewOrder order = one_order();
    EXPECT_EQ(order.why.band, 0.5);
    EXPECT_EQ(order.why.target, 0.0);
    say(CommandKind::set_band, 1.5);
    EXPECT_EQ(refusal().value, 1.5);
    EXPECT_EQ(refusal().limit, 1.0);
    EXPECT_EQ(btc().risk.overrides.band, 0.5);
    for (const double bad : {-1.0, std::nan(""), HUGE_VAL}) {
        say(CommandKind::set_band, bad);
        EXPECT_EQ(alerts(AlertCode::command_refused), 1u) << bad;
    }
    say(CommandKind::set_band, 0.5, kNoUnderlying);
    EXPECT_EQ(alerts(AlertCode::command_refused), 1u) << "coins of which?";
    say(CommandKind::set_band, 0);
    EXPECT_EQ(widest_band(config.underlyings[0], btc()), 1.0);
}

TEST_F(Commands, TheTightestOfPolicyAndPersonWins) {
    start();
    UnderlyingConfig rules = config.underlyings[0];
    rules.policy.kind = PolicyKind::whalley_wilmott;
    btc().thresholds.half_width = 0.3;
    btc().thresholds_time = now;
    btc().risk.overrides.band = 0.6;
    EXPECT_EQ(corridor_of(rules, btc(), now).half_width, 0.3);
    EXPECT_EQ(narrowest_band(rules, btc()), 0.3);
    btc().risk.overrides.band = 0.2;
    EXPECT_EQ(corridor_of(rules, btc(), now).half_width, 0.2);
    EXPECT_EQ(narrowest_band(rules, btc()), 0.2);
    btc().risk.overrides.band = 5;  // of a configuration that was wider
    btc().thresholds.half_width = 9;
    EXPECT_EQ(corridor_of(rules, btc(), now).half_width, rules.band);
}

TEST_F(Commands, LimitsAreSetForOneUnderlyingOrTheAccountAndOnlyTighter) {
    start();
    say(CommandKind::set_limit, 5, kBtc, LimitKind::max_order);
    EXPECT_EQ(alerts(AlertCode::limit_set), 1u);
    EXPECT_EQ(limit_of(LimitKind::max_order), 5);
    say(CommandKind::set_limit, 101, kBtc, LimitKind::max_order);
    EXPECT_EQ(refusal().limit, 100);
    EXPECT_EQ(limit_of(LimitKind::max_order), 5);
    say(CommandKind::set_limit, 0, kBtc, LimitKind::max_order);
    EXPECT_EQ(limit_of(LimitKind::max_order), 0) << "as configured again";
    say(CommandKind::set_limit, 1e6, kBtc, LimitKind::max_delta);
    EXPECT_EQ(limit_of(LimitKind::max_delta), 1e6) << "none is configured: any is tighter";
    say(CommandKind::set_limit, 10, kNoUnderlying, LimitKind::orders_per_second);
    EXPECT_EQ(memory.state().risk.overrides.limits[static_cast<std::size_t>(LimitKind::orders_per_second)],
              10);
    say(CommandKind::set_limit, 10, kBtc, LimitKind::orders_per_second);
    EXPECT_EQ(alerts(AlertCode::command_refused), 1u) << "counted over all underlyings";
    say(CommandKind::set_limit, 10, kNoUnderlying, LimitKind::max_delta);
    EXPECT_EQ(alerts(AlertCode::command_refused), 1u) << "coins of which?";
    for (const double bad : {-1.0, std::nan(""), HUGE_VAL}) {
        say(CommandKind::set_limit, bad, kBtc, LimitKind::max_notional);
        EXPECT_EQ(alerts(AlertCode::command_refused), 1u) << bad;
    }
    say(CommandKind::set_limit, 1, kBtc, LimitKind::count_);
    EXPECT_EQ(alerts(AlertCode::command_refused), 1u);
}

TEST_F(Commands, AManualHedgeLeavesAtOnceFromInsideTheBand) {
    start();
    say(CommandKind::manual_hedge, -0.4);
    EXPECT_EQ(alerts(AlertCode::manual_hedge), 1u);
    const NewOrder order = one_order();
    EXPECT_EQ(order.side, Side::sell);
    EXPECT_EQ(order.qty, qty(2000));  // of 0.0002 coins
    EXPECT_EQ(order.why.purpose, OrderPurpose::manual);
    EXPECT_EQ(btc().risk.manual, 0);
    update(order.order, OrderStatus::canceled);
    for (int i = 0; i < 5; ++i) timer();
    EXPECT_EQ(orders_in(all).size(), 1u) << "once";
}

TEST_F(Commands, AManualHedgeIsCutIntoOrdersOfTheAllowedSize) {
    config.gate.max_order_coins = 0.25;
    config.underlyings[0].band = 10;
    start();
    say(CommandKind::manual_hedge, 0.6);
    for (int i = 0; i < 5; ++i) timer();
    const auto orders = orders_in(all);
    ASSERT_EQ(orders.size(), 3u);
    EXPECT_EQ(orders[0].qty + orders[1].qty + orders[2].qty, qty(3000));
    EXPECT_EQ(btc().risk.manual, 0);
}

TEST_F(Commands, AManualHedgeThatCannotLeaveIsDroppedAndSaid) {
    start();
    trust(kPerpetual, false);
    say(CommandKind::manual_hedge, 0.4);
    EXPECT_TRUE(orders_in(last).empty());
    say(CommandKind::manual_hedge, 0.1);
    EXPECT_EQ(refusal().limit, 0.4) << "one after the other";
    timer(Nanos::from_ms(999));
    EXPECT_EQ(alerts(AlertCode::command_refused), 0u);
    timer(Nanos::from_ms(1));
    EXPECT_EQ(refusal().value, 0.4);
    quote(kPerpetual, kReference);
    timer();
    EXPECT_TRUE(orders_in(all).empty());
    // The gate's refusal is the reason that is said.
    config.gate.max_orders_per_second = 0;
    configure();
    say(CommandKind::manual_hedge, 0.4);
    quote(kPerpetual, kReference);
    timer(Nanos::from_ms(900));
    quote(kPerpetual, kReference);
    timer(Nanos::from_ms(100));
    EXPECT_EQ(alerts(AlertCode::gate_order_rate), 1u);
    EXPECT_EQ(alerts(AlertCode::command_refused), 1u);
    EXPECT_EQ(btc().risk.manual, 0);
}

TEST_F(Commands, AManualHedgeOfNothingOrLessThanALotIsRefused) {
    start();
    for (const double bad : {0.0, std::nan(""), 0.0001}) {
        say(CommandKind::manual_hedge, bad);
        EXPECT_EQ(alerts(AlertCode::command_refused), 1u) << bad;
        EXPECT_EQ(btc().risk.manual, 0) << bad;
    }
}

TEST_F(Commands, AnExternalPositionIsBookedAtTheMarkWithoutProfit) {
    start();
    gain_delta(0.5);
    quote(kLinear, kReference + 100);
    const double profit = profit_of(memory.state(), kBtc).total_quote;
    say(CommandKind::external_position, -3000, kNoUnderlying, LimitKind::max_order, kLinear);
    EXPECT_EQ(alerts(AlertCode::external_position), 1u);
    EXPECT_EQ(line(kLinear).qty, qty(-2500));
    EXPECT_NEAR(profit_of(memory.state(), kBtc).total_quote, profit, 1e-6);
    EXPECT_EQ(one_order().side, Side::buy) << "and hedged";
    say(CommandKind::external_position, 10, kNoUnderlying, LimitKind::max_order, kFuture);
    EXPECT_EQ(alerts(AlertCode::command_refused), 1u) << "nobody knows its worth";
    EXPECT_TRUE(line(kFuture).qty.is_zero());
    say(CommandKind::external_position, 10, kNoUnderlying, LimitKind::max_order, InstrumentId{77});
    EXPECT_EQ(alerts(AlertCode::command_refused), 1u);
    EXPECT_FALSE(killed());
}

TEST_F(Commands, AStopBeginsAgainFromThePresentProfit) {
    start();
    btc().risk.stop.level = StopLevel::reduce;
    btc().risk.stop.started = 1;
    btc().risk.planner.figures.profit = -500;
    say(CommandKind::reset_stop, 0);
    EXPECT_EQ(alerts(AlertCode::stop_lifted), 1u);
    EXPECT_EQ(btc().risk.stop.level, StopLevel::none);
    EXPECT_EQ(btc().risk.stop.offset, -500);
}

class Shadow : public Commands {};

TEST_F(Shadow, ShowsWhatItWouldSendAndSendsNothing) {
    config.shadow = true;
    start();
    gain_delta(3);
    EXPECT_TRUE(orders_in(last).empty());
    ASSERT_EQ(count(last, ActionType::shadow_order), 1u);
    EXPECT_EQ(alerts(AlertCode::shadow_order), 1u);
    const auto shown = std::find_if(
        last.begin(), last.end(), [](const Action& a) { return a.header.type == ActionType::shadow_order; });
    const NewOrder& order = shown->payload.new_order;
    EXPECT_EQ(order.qty, qty(12'500));
    EXPECT_EQ(order.side, Side::sell);
    EXPECT_EQ(order.why.net_delta, 3.0);
    EXPECT_FALSE(order.order.is_none());
    EXPECT_EQ(btc().orders_sent, 0u);
    EXPECT_EQ(memory.state().rate_cursor, 0u);
    for (const OrderState& o : memory.state().orders) EXPECT_TRUE(o.id.is_none());
    for (int i = 0; i < 490; ++i) timer();
    EXPECT_EQ(count(all, ActionType::shadow_order), 1u) << "the same exposure";
    quote(kPerpetual, kReference);
    for (int i = 0; i < 12; ++i) timer();
    EXPECT_EQ(count(all, ActionType::shadow_order), 2u);
    EXPECT_EQ(alerts(all, AlertCode::shadow_order), 2u);
    EXPECT_TRUE(orders_in(all).empty());
}

TEST_F(Shadow, StillPassesTheGate) {
    config.shadow = true;
    config.gate.max_orders_per_second = 0;
    start();
    gain_delta(3);
    EXPECT_EQ(count(all, ActionType::shadow_order), 0u);
    EXPECT_EQ(alerts(AlertCode::gate_order_rate), 1u);
}

}  // namespace
}  // namespace hw::hedge::test
