// In which instrument: the cheapest that can be traded, without going back and forth.
#include "hedge/hedge_choice.h"

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class HedgeChoiceTest : public EngineTest {
  protected:
    HedgeChoiceTest() {
        config.underlyings[0].alternatives = {{"BTC_USDC-PERPETUAL", 1.0, 0}, {"BTC-FUTURE", 2.0, 0}};
        config.underlyings[0].switch_saving_bp = 0.5;
    }
    void start_all() {
        start();
        quote(kLinear, kReference);
        quote(kFuture, kReference + 100);
    }
    InstrumentId instrument_of_order() {
        for (const Action& a : last)
            if (a.header.type == ActionType::new_order) return a.header.instrument;
        return kNoInstrument;
    }
    /// Delta by options of somebody else, in a position that no quote moves.
    void gain(double coins) { fill(kFuture, coins > 0 ? Side::buy : Side::sell, coins * 5'010, 50'100); }
};

TEST_F(HedgeChoiceTest, TheOneInUseIsKeptWhenNothingIsGained) {
    start_all();
    gain(3);
    EXPECT_EQ(instrument_of_order(), kPerpetual);
}

TEST_F(HedgeChoiceTest, ACheaperOneIsTakenAndSaid) {
    start_all();
    quote(kPerpetual, kReference, 25);  // 5 bp to cross; the linear one 0.1 bp and 1 bp of basis risk
    gain(3);
    EXPECT_EQ(instrument_of_order(), kLinear);
    const NewOrder order = one_order();
    EXPECT_EQ(order.qty, qty(2'500)) << "back to half the band, in contracts of 0.001 coins";
    EXPECT_EQ(alerts(AlertCode::instrument_switched), 1u);
    step(execution(kLinear, order.side, 2'500, kReference, order.order));
    EXPECT_NEAR(net_delta(), 0.5, 0.01);
    gain(2);
    EXPECT_EQ(instrument_of_order(), kLinear);
    EXPECT_EQ(alerts(AlertCode::instrument_switched), 0u);
}

TEST_F(HedgeChoiceTest, ASmallSavingDoesNotChangeIt) {
    start_all();
    quote(kPerpetual, kReference, 0.5 + 1.3e-4 * kReference);  // 1.4 bp; the other 0.1 + 1 + 0.5
    gain(3);
    EXPECT_EQ(instrument_of_order(), kPerpetual);
}

TEST_F(HedgeChoiceTest, TheWayThroughTheBookCounts) {
    start_all();
    // 0.1 coins at the touch, the rest 20 bp further.
    step(make(EventType::book_clear, kPerpetual), false);
    level(kPerpetual, Side::buy, kReference - 100, 1e6, false, false);
    level(kPerpetual, Side::buy, kReference - 0.5, 500, false, false);
    level(kPerpetual, Side::sell, kReference + 0.5, 1e6, true, false);
    trust(kPerpetual, true);
    gain(3);
    EXPECT_EQ(instrument_of_order(), kLinear);
}

TEST_F(HedgeChoiceTest, WhatCannotBeTradedIsNotChosen) {
    start_all();
    quote(kPerpetual, kReference, 25);
    trust(kLinear, false);
    gain(3);
    EXPECT_EQ(instrument_of_order(), kFuture) << "2 bp of basis risk, 0.1 bp of spread";
}

TEST_F(HedgeChoiceTest, AVenueThatHoldsOrdersBackCostsByVolatility) {
    config.underlyings[0].alternatives[0].taker_delay_us = 1e6;
    config.underlyings[0].alternatives.pop_back();
    start_all();
    btc().risk.regime.variance = 1e-6;  // 10 bp in the second's delay
    quote(kPerpetual, kReference, 25);
    gain(3);
    EXPECT_EQ(instrument_of_order(), kPerpetual);
    const auto cost = trading_cost_of({memory.state(), config, *std::make_unique<ActionList>()},
                                      memory.state().underlyings[0], 1, Side::sell, 3);
    ASSERT_TRUE(cost);
    EXPECT_NEAR(*cost, 1e-3 + 1e-4 + 1e-5, 1e-7);
}

TEST_F(HedgeChoiceTest, ATouchOutsideTheVenuesBandSendsItElsewhere) {
    start_all();
    Event e = make(EventType::ticker, kPerpetual);
    e.payload.ticker.state = TradingState::open;
    e.payload.ticker.mark = kNoPrice, e.payload.ticker.index = kNoPrice;
    e.payload.ticker.min_sell = price(kReference + 50);
    step(e);
    gain(3);
    EXPECT_EQ(instrument_of_order(), kLinear);
}

TEST_F(HedgeChoiceTest, AnAlternativeOnAnotherCoinIsRefused) {
    config.underlyings[0].alternatives = {{"ETH-PERPETUAL", 0, 0}, {"BTC-CALL", 0, 0}};
    start();
    define(contract("ETH-PERPETUAL", Kind::perpetual, Settlement::inverse, 1));
    EXPECT_GE(alerts(all, AlertCode::definition_refused), 1u) << "an option";
    EXPECT_EQ(btc().risk.hedges.known, 1);
}

}  // namespace
}  // namespace hw::hedge::test
