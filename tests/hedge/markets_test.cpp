// Markets that block hedging: each says so once, and that it is over.
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

using Market = EngineTest;

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
