// Expiries whose settlement price is being averaged, and those that are over.
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class SettlementWindow : public EngineTest {
  protected:
    void start_before(Nanos left) {
        config.underlyings[0].settlement_window = Nanos::from_seconds(1'800);
        config.underlyings[0].band = 1e6;
        config.underlyings[0].stale_after = Nanos::from_seconds(3'600);
        start();
        now = kExpiry - left;
        quote(kPerpetual, kReference);
        flat_surface();  // the volatility is still 60 %
    }
    void index(double price, InstrumentId id = kPerpetual, double estimated = 0) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker = {};
        Ticker& t = e.payload.ticker;
        t.mark = t.last = kNoPrice;
        t.settlement = t.delivery = kNoPrice;
        t.index = test::price(price);
        t.estimated_delivery = estimated > 0 ? test::price(estimated) : kNoPrice;
        step(e);
        tick();
    }
    /// The index stays at `price` for so long, told every ten seconds.
    void index_for(Nanos time, double price) {
        for (Nanos gone; gone < time; gone = gone + Nanos::from_seconds(10)) {
            index(price);
            now = now + Nanos::from_seconds(10);
        }
        index(price);
    }
};

// Half-way, with the average 0.3 % under an at-the-money spot at 60 %: the convention says .25, the truth is
// .026.
TEST_F(SettlementWindow, TheAverageSoFarCounts) {
    start_before(Nanos::from_seconds(1'830));
    position(kPut, -2, 1);  // linear
    index_for(Nanos::from_seconds(930), kReference * 0.997);
    const double put = -2 * (0.026 - 0.5);  // a put's is the call's minus what is not fixed yet
    EXPECT_NEAR(net_delta(), put, 2 * 0.002);
    EXPECT_NEAR(btc().exposure.settling_venue, -2 * (0.25 - 0.5), 2 * 0.002);
    config.underlyings[0].settlement_delta = SettlementDelta::venue_linear;
    EXPECT_NEAR(net_delta(), -2 * (0.25 - 0.5), 2 * 0.002);
}

TEST_F(SettlementWindow, AnAverageThatIsNotKnownIsNotGuessed) {
    start_before(Nanos::from_seconds(900));
    position(kPut, -2, 1);
    index(kReference);
    Exposure sum;
    EXPECT_EQ(evaluate(memory.state(), config, kBtc, sum), AlertCode::settlement_average_unknown);
    EXPECT_EQ(btc().blocked_by, AlertCode::settlement_average_unknown);
    // The venue knows it: its estimated delivery price is the average so far.
    index(kReference, kPut, kReference * 0.997);
    EXPECT_NEAR(net_delta(), -2 * (0.026 - 0.5), 2 * 0.002);
}

TEST_F(SettlementWindow, AFutureLosesItsDeltaAsItsPriceIsFixed) {
    start_before(Nanos::from_seconds(450));
    position(kFuture, 5'000, kReference);  // one coin
    index(kReference);
    EXPECT_NEAR(net_delta(), 0.25, 1e-7);
}

TEST_F(SettlementWindow, WhatHasExpiredHasNoDelta) {
    start_before(Nanos::from_seconds(5'000));
    position(kPut, -2, 1);
    position(kFuture, 5'000, kReference);
    EXPECT_GT(std::abs(net_delta()), 0.5);
    now = kExpiry;
    index(kReference);
    EXPECT_EQ(net_delta(), 0);
    EXPECT_NE(line(kPut).qty, Qty{}) << "settled when the venue says at what price, not before";
}

TEST_F(SettlementWindow, DeliveryIsBookedWithItsFee) {
    config.underlyings[0].delivery_fee_option_bp = 1.5;
    start();
    position(kPut, 2, 900);
    now = kExpiry + Nanos::from_seconds(1);
    Event e = make(EventType::ticker, kPut);
    e.payload.ticker = {};
    e.payload.ticker.state = TradingState::settled;
    e.payload.ticker.delivery = test::price(49'000);
    step(e);
    EXPECT_EQ(line(kPut).qty, Qty{});
    EXPECT_NEAR(line(kPut).cash.to_double(), 2 * (1'000 - 900), 1e-6);
    EXPECT_NEAR(line(kPut).fees.to_double(), 2 * 49'000 * 1.5e-4, 1e-6);
    EXPECT_EQ(memory.state().inventory.nodes(), 0u);
    EXPECT_EQ(memory.state().executions, 0u) << "a settlement is no fill";
}

// Exactly nothing is left of what came and went, in whatever order.
TEST_F(SettlementWindow, AddThenRemoveLeavesZero) {
    start();
    for (const double contracts : {3.0, -1.5, 2.25, -3.75}) {
        fill(kCall, contracts > 0 ? Side::buy : Side::sell, std::abs(contracts), 0.02);
        fill(kPut, contracts > 0 ? Side::sell : Side::buy, 2 * std::abs(contracts), 900);
    }
    EXPECT_EQ(net_delta(), 0);
    EXPECT_EQ(memory.state().inventory.nodes(), 0u);
    EXPECT_EQ(btc().positions_held, 0u);
}

}  // namespace
}  // namespace hw::hedge::test
