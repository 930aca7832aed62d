// The risk gate, reason by reason, and the markets that block hedging.
#include "hedge/gate.h"

#include "hedge/policy/wanted_trade.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

using Gate = EngineTest;
using Market = EngineTest;

TEST_F(Gate, Collar) {
    config.gate.collar_bp = 4;
    start();
    gain_delta(3);  // 5 bp of slippage
    EXPECT_EQ(alerts(AlertCode::gate_collar), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_TRUE(timer().empty()) << "said once";
}

TEST_F(Gate, LargeHedgesAreCutAndSaid) {
    config.gate.max_order_coins = 10;
    start();
    gain_delta(25.5);
    EXPECT_EQ(one_order().qty, qty(50'000));
    EXPECT_EQ(alerts(AlertCode::gate_max_qty), 1u);
    tick();
    EXPECT_EQ(one_order().qty, qty(50'000)) << "the rest is certain too";
    tick();
    EXPECT_EQ(one_order().qty, qty(25'000));
    EXPECT_TRUE(tick().empty());
}

TEST_F(Gate, TheCutIsNeverRefusedForItsLastBit) {
    start();
    ActionList actions;
    EngineConfig rules = config;
    const Context c{memory.state(), rules, actions};
    const Instrument& perpetual = memory.state().instruments[kPerpetual];
    for (int n = 0; n < 20'000; ++n) {
        rules.gate.max_order_coins = 0.1 * (1 + n % 30);
        const double mid = 20'000 + 1.7 * n;
        Proposal p;
        p.instrument = kPerpetual;
        p.mid = mid;
        p.limit = price(mid);
        p.delta_per_contract = delta_per_contract(perpetual, mid);
        p.qty = cut_to_max_order(c, Qty::from_units(1'000'000'000), p.delta_per_contract, Qty::from_nanos(1));
        ASSERT_NEAR(p.qty.to_double() * p.delta_per_contract, rules.gate.max_order_coins, 1e-9);
        ASSERT_EQ(pass_gate(c, p, Envelope{}).refused_by, AlertCode::none) << mid;
    }
}

TEST_F(Gate, ASizeLimitBelowOneLotRefusesAudibly) {
    config.gate.max_order_coins = 0.0001;
    start();
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_max_qty), 1u);
    EXPECT_TRUE(orders_in(last).empty());
}

TEST_F(Gate, OpenOrders) {
    config.gate.max_open_orders = 2;
    start();
    gain_delta(3);
    gain_delta(3);
    EXPECT_EQ(orders_in(all).size(), 2u);
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_open_orders), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    fill(orders_in(all).front());
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(alerts(AlertCode::hedging_resumed), 1u);
}

TEST_F(Gate, OrdersInASecond) {
    config.gate.max_orders_per_second = 3;
    start();
    for (int n = 0; n < 3; ++n) {
        gain_delta(3);
        fill(one_order());
    }
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_order_rate), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    now = now + Nanos::from_ms(999);
    quote(kPerpetual, kReference);
    EXPECT_TRUE(orders_in(last).empty());
    now = now + Nanos::from_ms(1);
    quote(kPerpetual, kReference);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(one_order().why.headroom_rate, 3);
}

TEST_F(Gate, PositionLimitAndTheWayBack) {
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

TEST_F(Gate, RateLimitCountsAtMostTheWindow) {
    config.gate.max_orders_per_second = 100'000;
    config.gate.max_open_orders = 8;
    start();
    for (int n = 0; n < 2'000; ++n) {
        gain_delta(n % 2 == 0 ? 3 : -3);
        if (orders_in(last).empty()) break;
        fill(one_order());
    }
    EXPECT_GT(memory.state().rate_cursor, kMaxOrderRate / 2);
}

TEST(Policy, WantedTradeIsWhatIsCertain) {
    const Corridor corridor{2, 1, 1, false};
    EXPECT_EQ(wanted_trade(corridor, 0.5, {2.9, 3.1, 0}), 0);
    EXPECT_DOUBLE_EQ(wanted_trade(corridor, 0.5, {3.5, 4.0, 0}), -1.0);
    EXPECT_DOUBLE_EQ(wanted_trade(corridor, 0.5, {-1, 0.5, 0}), 1.0);
    EXPECT_EQ(wanted_trade(corridor, 0.5, {-5, 9, 0}), 0);
    EXPECT_EQ(wanted_trade(corridor, 0.5, {std::nan(""), std::nan(""), 0}), 0);
}

TEST(Policy, LotsNeverCrossTheFarEdge) {
    EXPECT_EQ(lots_for(-0.55, 0.1, qty(1), 0.05, 2.05), qty(-5));
    EXPECT_EQ(lots_for(0.55, 0.1, qty(1), 0.55, 2.05), qty(6)) << "five would end outside";
    EXPECT_EQ(lots_for(0.05, 0.1, qty(1), 0.05, 0.09), Qty{}) << "one lot would end beyond";
    EXPECT_EQ(lots_for(1, 0, qty(1), 1, 2), Qty{});
    EXPECT_EQ(lots_for(1, std::nan(""), qty(1), 1, 2), Qty{});
    EXPECT_EQ(lots_for(0, 0.1, qty(1), 0, 2), Qty{});
}

// Markets not to hedge on: each says so once, and that it is over.

TEST_F(Market, CrossedOrLocked) {
    start();
    level(kPerpetual, Side::buy, 50'000.5, 1);
    EXPECT_EQ(alerts(AlertCode::underlying_crossed), 1u);
    EXPECT_TRUE(gain_delta(3).empty());
    level(kPerpetual, Side::buy, 50'000.5, 0);
    EXPECT_EQ(alerts(AlertCode::hedging_resumed), 1u);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Market, OneSided) {
    start();
    level(kPerpetual, Side::buy, 49'999.5, 0);
    EXPECT_EQ(alerts(AlertCode::underlying_one_sided), 1u);
    EXPECT_TRUE(gain_delta(3).empty());
    level(kPerpetual, Side::buy, 49'999, 5);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Market, Untrusted) {
    start();
    trust(kPerpetual, false);
    EXPECT_EQ(alerts(AlertCode::underlying_untrusted), 1u);
    EXPECT_TRUE(gain_delta(3).empty());
    trust(kPerpetual, true);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Market, ARemovalOfALevelThatIsNotThereEndsTheTrust) {
    start();
    level(kPerpetual, Side::buy, 49'000, 0);
    EXPECT_EQ(alerts(AlertCode::underlying_untrusted), 1u);
}

TEST_F(Market, LevelsThatCannotBeEndTheTrust) {
    start();
    Event e = make(EventType::book_level, kPerpetual);
    e.payload.book_level.price = kNoPrice;
    e.payload.book_level.qty = qty(1);
    e.payload.book_level.last = 1;
    EXPECT_EQ(alerts(step(e), AlertCode::underlying_untrusted), 1u);
    quote(kPerpetual, kReference);
    e.payload.book_level.price = price(49'000);
    e.payload.book_level.qty = qty(-1);
    EXPECT_EQ(alerts(step(e), AlertCode::underlying_untrusted), 1u);
}

TEST_F(Market, ADeadLineIsToldAndHedgingGoesOn) {
    start();
    Event e = make(EventType::line_state);
    e.payload.line_state.channel = 7;
    e.payload.line_state.status = LineStatus::side_down;
    EXPECT_EQ(alerts(step(e), AlertCode::feed_line_a_down), 1u);
    e.payload.line_state.side = 1;
    EXPECT_EQ(alerts(step(e), AlertCode::feed_line_b_down), 1u);
    EXPECT_EQ(orders_in(gain_delta(3)).size(), 1u) << "the other line carries on";
    e.payload.line_state.status = LineStatus::side_up;
    EXPECT_EQ(alerts(step(e), AlertCode::feed_line_up), 1u);
    EXPECT_EQ(alerts(AlertCode::feed_gap) + alerts(AlertCode::feed_silent), 0u);
}

TEST_F(Market, WhatAPortSaysIsAnAlert) {
    start();
    Event e = make(EventType::port_state);
    for (const auto& [condition, code] : {std::pair{PortCondition::link_down, AlertCode::port_link_down},
                                          {PortCondition::link_up, AlertCode::port_link_up},
                                          {PortCondition::missed, AlertCode::port_missed},
                                          {PortCondition::no_buffers, AlertCode::port_no_buffers}}) {
        e.payload.port_state.condition = condition;
        EXPECT_EQ(alerts(step(e), code), 1u) << to_string(condition);
    }
}

TEST_F(Market, Stale) {
    start();
    timer(Nanos::from_ms(1'000));
    EXPECT_TRUE(last.empty());
    timer(Nanos::from_ms(1));
    EXPECT_EQ(alerts(AlertCode::underlying_stale), 1u);
    EXPECT_TRUE(gain_delta(3).empty());
    Event e = make(EventType::ticker, kPerpetual);
    e.payload.ticker = Ticker{};
    step(e);
    EXPECT_EQ(orders_in(tick()).size(), 1u) << "a ticker is word of it too";
}

TEST_F(Market, HalfAMessageIsNoMarket) {
    start();
    level(kPerpetual, Side::buy, 49'999.5, 0, false);
    EXPECT_EQ(alerts(AlertCode::underlying_one_sided), 1u);
    level(kPerpetual, Side::buy, 49'000, 5, false);
    EXPECT_TRUE(gain_delta(3).empty());
    level(kPerpetual, Side::buy, 49'999.5, 5, true);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(Market, NotOpen) {
    start();
    Event e = make(EventType::ticker, kPerpetual);
    e.payload.ticker = Ticker{};
    e.payload.ticker.state = TradingState::halted;
    EXPECT_EQ(alerts(step(e), AlertCode::instrument_not_open), 1u);
    EXPECT_TRUE(gain_delta(3).empty());
    e.payload.ticker.state = TradingState::open;
    EXPECT_EQ(orders_in(step(e)).size(), 1u);
}

}  // namespace
}  // namespace hw::hedge::test
