// Loss stops: what each level does, how it comes and goes, and what becomes of figures that are old or wrong.
#include "hedge/stops.h"

#include <cmath>

#include "tests/hedge/risk_fixture.h"

namespace hw::hedge::test {
namespace {

class Stops : public RiskTest {
  protected:
    void SetUp() override {
        config.underlyings[0].stops.loss = {100, 200, 300, 400};
        config.stops.drawdown = {0, 1'000, 0, 2'000};
        start();
        timer();
        profit(0), profit(0, kBtc);
    }
    StopLevel level() { return stop_level(memory.state(), btc()); }
    StopLevel own() { return btc().risk.stop.level; }
    void next_day() {
        now = Nanos::from_seconds((now.ns() / kNano / 86'400 + 1) * 86'400);
        timer(Nanos{});
        quote(kPerpetual, kReference);
    }
    void reset(UnderlyingId id = kNoUnderlying) { command(CommandKind::reset_stop, id); }
};

TEST_F(Stops, EachLevelIsSaidOnceWithWhatWasSeenAndAllowed) {
    profit(-99.9, kBtc);
    EXPECT_TRUE(last.empty());
    struct Level {
        double loss;
        AlertCode code;
        StopLevel level;
    };
    for (const Level& l : {Level{100, AlertCode::stop_warn, StopLevel::warn},
                           Level{250, AlertCode::stop_reduce, StopLevel::reduce},
                           Level{300, AlertCode::stop_flatten, StopLevel::flatten},
                           Level{400, AlertCode::stop_halt, StopLevel::halt}}) {
        profit(-l.loss, kBtc);
        ASSERT_EQ(alerts(l.code), 1u) << l.loss;
        EXPECT_EQ(last.front().payload.alert.value, l.loss);
        EXPECT_LE(last.front().payload.alert.limit, l.loss);
        EXPECT_EQ(last.front().header.underlying, kBtc);
        EXPECT_EQ(level(), l.level);
        EXPECT_TRUE(profit(-l.loss, kBtc).empty());
    }
}

TEST_F(Stops, ALevelOnlyRisesByItself) {
    profit(-200, kBtc);
    EXPECT_EQ(level(), StopLevel::reduce);
    EXPECT_TRUE(profit(1'000, kBtc).empty());
    EXPECT_EQ(level(), StopLevel::reduce);
}

TEST_F(Stops, ALevelMayBeJumpedOver) {
    profit(-350, kBtc);
    EXPECT_EQ(alerts(AlertCode::stop_flatten), 1u);
    EXPECT_EQ(alerts(AlertCode::stop_warn) + alerts(AlertCode::stop_reduce), 0u);
}

TEST_F(Stops, DrawdownCountsFromTheDaysPeak) {
    profit(5'000);
    profit(4'001);
    EXPECT_EQ(level(), StopLevel::none);
    profit(4'000);
    EXPECT_EQ(alerts(AlertCode::stop_reduce), 1u);
    EXPECT_EQ(last.front().header.underlying, kNoUnderlying);
    EXPECT_EQ(level(), StopLevel::reduce) << "the account's holds for each underlying";
    profit(2'999);
    EXPECT_EQ(level(), StopLevel::halt);
}

TEST_F(Stops, WarnHindersNothing) {
    profit(-150, kBtc);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none);
    gain_delta(3);
    EXPECT_EQ(one_order().why.stop, static_cast<std::uint8_t>(StopLevel::warn));
}

TEST_F(Stops, ReduceLetsOnlyWhatReduces) {
    gain_delta(0.8);
    profit(-200, kBtc);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::gate_stop);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 1.5 * 5'000)), AlertCode::none) << "0.8 to -0.7";
    EXPECT_EQ(gate(proposal(Side::sell, 1.7 * 5'000)), AlertCode::gate_stop) << "0.8 to -0.9";
    EXPECT_EQ(gate(option_order(Side::buy, 1, OrderPurpose::overlay)), AlertCode::gate_stop);
    gain_delta(2);
    EXPECT_EQ(orders_in(last).size(), 1u) << "hedging goes on";
}

TEST_F(Stops, FlattenGoesAllTheWayOnceThenReduces) {
    gain_delta(0.8);
    profit(-300, kBtc);
    const NewOrder o = one_order();
    EXPECT_EQ(o.side, Side::sell);
    EXPECT_EQ(o.qty, qty(4'000)) << "inside the band, and yet all of it";
    EXPECT_EQ(o.why.purpose, OrderPurpose::flatten);
    EXPECT_EQ(o.why.band, 0);
    fill(o, qty(1'000));
    EXPECT_FALSE(btc().risk.stop.flattened);
    fill(o, qty(3'000));
    tick();
    EXPECT_TRUE(btc().risk.stop.flattened);
    EXPECT_TRUE(gain_delta(0.8).empty()) << "as reduce: the policy's band again";
    gain_delta(0.5);
    EXPECT_EQ(one_order().why.purpose, OrderPurpose::hedge);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::gate_stop);
}

TEST_F(Stops, AnAccountsFlattenFlattensEach) {
    config.stops.loss = {0, 0, 50, 0};
    configure();
    gain_delta(0.8);
    profit(-60);
    EXPECT_EQ(one_order().why.purpose, OrderPurpose::flatten);
}

TEST_F(Stops, HaltCancelsAndSendsNothing) {
    gain_delta(3);
    profit(-400, kBtc);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 1u);
    update(orders_in(all).front().order, OrderStatus::canceled);
    EXPECT_TRUE(orders_in(gain_delta(3)).empty());
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::gate_stop) << "not even what reduces";
    EXPECT_EQ(btc().blocked_by, AlertCode::gate_stop);
}

TEST_F(Stops, AHaltWhileTheSessionIsDownCancelsWhenItIsBack) {
    session(false);
    profit(-400, kBtc);
    EXPECT_EQ(count(last, ActionType::mass_cancel), 0u);
    session(true);
    ASSERT_EQ(count(last, ActionType::mass_cancel), 1u);
    // It did not leave after all: once more with the next timer.
    Event e = make(EventType::order_unsent);
    e.payload.order_unsent.order = OrderId{12'345};
    step(e);
    EXPECT_EQ(count(timer(), ActionType::mass_cancel), 1u);
    EXPECT_EQ(count(timer(), ActionType::mass_cancel), 0u);
}

TEST_F(Stops, ALevelOutlivesARestart) {
    profit(-400, kBtc);
    StateMemory copy;
    copy.copy_from(memory);
    memory.copy_from(copy);
    engine = std::make_unique<Engine>(memory.state(), blobs);
    run_started(2);
    session(true);
    quote(kPerpetual, kReference);
    EXPECT_EQ(level(), StopLevel::halt);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::gate_stop);
}

TEST_F(Stops, APersonsResetMakesThePresentProfitTheBeginning) {
    profit(-250, kBtc);
    reset(kBtc);
    EXPECT_EQ(alerts(AlertCode::stop_lifted), 1u);
    EXPECT_EQ(level(), StopLevel::none);
    profit(-340, kBtc);
    EXPECT_EQ(level(), StopLevel::none) << "90 below the beginning";
    profit(-350, kBtc);
    EXPECT_EQ(level(), StopLevel::warn);
    next_day();
    profit(-150, kBtc);
    EXPECT_EQ(own(), StopLevel::warn) << "of the day's own beginning";
}

TEST_F(Stops, TheAccountsIsResetByItself) {
    profit(-2'500);
    EXPECT_EQ(level(), StopLevel::halt);
    reset(kBtc);
    EXPECT_EQ(level(), StopLevel::halt) << "that was the account's";
    reset();
    EXPECT_EQ(level(), StopLevel::none);
    profit(-3'000);
    EXPECT_EQ(level(), StopLevel::none) << "the peak is the present profit, too";
}

TEST_F(Stops, AHaltByRuleOutlivesTheDay) {
    ActionList actions;
    Context c{memory.state(), config, actions};
    halt_by_rule(c, kBtc);
    EXPECT_EQ(count({actions.begin(), actions.end()}, ActionType::mass_cancel), 1u);
    next_day();
    EXPECT_EQ(own(), StopLevel::halt);
    reset(kBtc);
    EXPECT_EQ(own(), StopLevel::none);
}

TEST_F(Stops, ANewDayLiftsWhatYesterdaysFiguresDoNotBringBack) {
    profit(-250, kBtc);
    const std::uint64_t yesterday = sequence;
    next_day();
    EXPECT_EQ(alerts(all, AlertCode::stop_lifted), 1u);
    EXPECT_EQ(own(), StopLevel::none);
    RiskFigures late = figures(-250, kBtc);
    late.position_sequence = yesterday;
    risk(late);
    EXPECT_EQ(own(), StopLevel::none) << "made before midnight";
    profit(-120, kBtc);
    EXPECT_EQ(own(), StopLevel::warn);
}

TEST_F(Stops, StaleFiguresAreSaidOnceAndCountAsReduce) {
    timer(config.risk_stale_after);
    EXPECT_EQ(alerts(AlertCode::risk_stale), 0u);
    timer(Nanos::from_ns(1));
    EXPECT_EQ(alerts(AlertCode::risk_stale), 2u) << "the account's and the underlying's";
    EXPECT_EQ(level(), StopLevel::reduce);
    EXPECT_EQ(alerts(timer(), AlertCode::risk_stale), 0u);
    quote(kPerpetual, kReference);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::gate_stop);
    profit(0);
    EXPECT_EQ(level(), StopLevel::reduce);
    profit(0, kBtc);
    EXPECT_EQ(level(), StopLevel::none);
    EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none);
}

TEST_F(Stops, AProfitThatStaysUnknownIsStaleToo) {
    RiskFigures f = figures(0, kBtc);
    f.profit_known = 0;
    all.clear();
    for (int n = 0; n < 4; ++n) {
        timer(Nanos::from_seconds(10));
        profit(0);
        risk(f);
    }
    EXPECT_EQ(alerts(all, AlertCode::risk_stale), 1u);
    EXPECT_EQ(level(), StopLevel::reduce);
}

TEST_F(Stops, FiguresThatCannotBeAreRefused) {
    std::vector<RiskFigures> wrong(4, figures(-1'000, kBtc));
    wrong[0].profit = std::nan("");
    wrong[1].worst_loss = std::numeric_limits<double>::infinity();
    wrong[2].underlying = UnderlyingId{55};
    wrong[3].hard = 1u << 31;
    for (const RiskFigures& f : wrong) {
        EXPECT_EQ(alerts(risk(f), AlertCode::risk_refused), 1u);
        EXPECT_EQ(level(), StopLevel::none);
    }
}

TEST_F(Stops, GreeksBeyondTheirLimitsAreSaidWhenTheyBecomeSo) {
    const auto said = [](const std::vector<Action>& actions) {
        return alerts(actions, AlertCode::greek_soft_limit) + alerts(actions, AlertCode::greek_hard_limit) +
               alerts(actions, AlertCode::greeks_inside);
    };
    RiskFigures f = figures(0, kBtc);
    f.soft = limit_bit(LimitedGreek::gamma, 0);
    EXPECT_EQ(alerts(risk(f), AlertCode::greek_soft_limit), 1u);
    EXPECT_EQ(said(risk(f)), 0u);
    f.hard = f.soft;
    EXPECT_EQ(alerts(risk(f), AlertCode::greek_hard_limit), 1u);
    f.soft |= limit_bit(LimitedGreek::vega, kExpiryBuckets);
    EXPECT_EQ(alerts(risk(f), AlertCode::greek_soft_limit), 1u) << "one more";
    f.hard = 0;
    EXPECT_EQ(said(risk(f)), 0u);
    f.soft = 0;
    EXPECT_EQ(alerts(risk(f), AlertCode::greeks_inside), 1u);
    EXPECT_EQ(said(risk(f)), 0u);
}

TEST(StopsOff, NobodyWaitsForFiguresThatNothingStandsOn) {
    class Plain : public RiskTest {
      public:
        void TestBody() override {}
        void run() {
            start();
            for (int n = 0; n < 5; ++n) {
                timer(Nanos::from_seconds(20));
                EXPECT_EQ(alerts(AlertCode::risk_stale), 0u);
            }
            quote(kPerpetual, kReference);
            EXPECT_EQ(gate(proposal(Side::buy, 1)), AlertCode::none);
        }
    };
    Plain plain;
    plain.run();
}

}  // namespace
}  // namespace hw::hedge::test
