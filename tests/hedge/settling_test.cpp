// Expiries whose settlement price is being averaged, and those that are over.
#include "core/pricing/settlement.h"
#include "hedge/planner/surface_build.h"
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
    /// A ticker of the linear put, unless said otherwise: with the index of what settles in quote currency.
    void index(double price, InstrumentId id = kPut, double estimated = 0) {
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

// Coin and quote-settled contracts of one expiry settle on indices of their own.
TEST_F(SettlementWindow, EachSettlementHasItsOwnAverage) {
    start_before(Nanos::from_seconds(1'830));
    position(kPut, -2, 1);
    position(kCall, 0.1, 0.01);
    for (int n = 0; n <= 93; ++n) {
        index(kReference * 0.997, kPut);
        index(kReference * 1.05, kPerpetual);
        now = now + Nanos::from_seconds(10);
    }
    index(kReference * 0.997, kPut);
    index(kReference * 1.05, kPerpetual);
    // The put's average is 0.3 % below; the coin call is as good as exercised.
    pricing::WindowTerms t{Settlement::inverse,       OptionType::call, 50'000, kReference, 0.6,
                           Nanos::from_seconds(1'800)};
    const double elapsed = pricing::window_elapsed(kExpiry, now, t.window);
    const double call = 0.1 * pricing::window_greeks(t, {elapsed, kReference * 1.05}).net_delta;
    EXPECT_NEAR(net_delta(), -2 * (0.026 - 0.5) + call, 2 * 0.01);
}

// A spot pair of the same coin may carry any index.
TEST_F(SettlementWindow, SpotPairsDoNotCount) {
    start_before(Nanos::from_seconds(1'830));
    Instrument spot = contract("BTC_EURR", Kind::spot, Settlement::linear, 0.0001);
    define(spot);
    position(kPut, -2, 1);
    for (int n = 0; n <= 93; ++n) {
        index(kReference * 0.997, kPut);
        index(kReference * 0.9, InstrumentId{5});
        now = now + Nanos::from_seconds(10);
    }
    index(kReference * 0.997, kPut);
    EXPECT_NEAR(net_delta(), -2 * (0.026 - 0.5), 2 * 0.01);
}

TEST_F(SettlementWindow, TheVenuesConventionNeedsNoAverage) {
    config.underlyings[0].settlement_delta = SettlementDelta::venue_linear;
    start_before(Nanos::from_seconds(900));
    position(kPut, -2, 1);
    EXPECT_NEAR(net_delta(), -2 * (0.25 - 0.5), 2 * 0.002);
}

// Inside the window the venue's marks are prices of the average, half of which is fixed: taken for the
// spot's, they would give half the volatility and a forward that has moved.
TEST_F(SettlementWindow, ThePlannerKeepsWhatItKnewBeforeTheWindow) {
    start_before(Nanos::from_seconds(1'830));
    position(kPut, -2, 1);
    index_for(Nanos::from_seconds(930), kReference * 0.997);
    pricing::WindowTerms t{Settlement::linear,        OptionType::put, 0, kReference, 0.6,
                           Nanos::from_seconds(1'800)};
    t.strike = 50'000;
    t.forward = kReference;
    const pricing::WindowState half{pricing::window_elapsed(kExpiry, now, t.window), kReference * 0.997};
    Event e = make(EventType::ticker, kPut);
    e.payload.ticker = {};
    e.payload.ticker.mark = test::price(pricing::window_greeks(t, half).price);
    e.payload.ticker.index = e.payload.ticker.estimated_delivery = kNoPrice;
    step(e);
    PlannerOptions options;
    options.settlement_window = t.window;
    const SurfaceDraft draft = build_surface(memory.state(), kBtc, options);
    bool found = false;
    for (const SmileSlice& s : draft.slices) {
        if (s.settlement != Settlement::linear) continue;
        found = true;
        EXPECT_EQ(s.source, VolSource::frozen);
        EXPECT_EQ(s.forward_ratio, 1);
        EXPECT_NEAR(vol_at(s, 0), 0.6, 1e-12);
    }
    EXPECT_TRUE(found);
    const double before = net_delta();
    surface(draft.slices);
    EXPECT_EQ(net_delta(), before);
    EXPECT_NEAR(before, -2 * pricing::window_greeks(t, half).net_delta, 1e-6);
}

TEST_F(SettlementWindow, AFrozenSmileKeepsItsDisputeAndStaysWithTheStrikes) {
    start_before(Nanos::from_seconds(900));
    SmileSlice disputed = flat_slice(kExpiry, Settlement::linear, 0.6);
    disputed.b = 0.02, disputed.rho = -0.5, disputed.mark_gap = 0.3;
    surface({disputed});
    const double strike_vol = vol_at(btc().slices[0], std::log(48'000.0 / kReference));
    quote(kPerpetual, kReference * 1.01);
    PlannerOptions options;
    options.settlement_window = Nanos::from_seconds(1'800);
    const auto linear = [&] {
        for (const SmileSlice& s : build_surface(memory.state(), kBtc, options).slices)
            if (s.settlement == Settlement::linear) return s;
        return SmileSlice{};
    };
    const SmileSlice frozen = linear();
    EXPECT_EQ(frozen.source, VolSource::frozen);
    EXPECT_EQ(frozen.mark_gap, 0.3) << "nobody agreed to it";
    EXPECT_NEAR(vol_at(frozen, std::log(48'000.0 / (kReference * 1.01))), strike_vol, 1e-12);
    options.stickiness = 0;
    EXPECT_NEAR(vol_at(linear(), std::log(48'000.0 / kReference)), strike_vol, 1e-12);
    // What was only borrowed is borrowed anew.
    disputed.source = VolSource::neighbour;
    surface({disputed});
    EXPECT_EQ(linear().source, VolSource::none);
}

TEST_F(SettlementWindow, MarksOfAnEarlierRunMakeNoSurface) {
    start();
    Event e = make(EventType::ticker, kCall);
    e.payload.ticker = {};
    e.payload.ticker.mark = test::price(0.05);
    e.payload.ticker.index = e.payload.ticker.estimated_delivery = kNoPrice;
    step(e);
    EXPECT_FALSE(build_surface(memory.state(), kBtc).slices.empty());
    now = now + Nanos::from_seconds(72'000);
    run_started(2);
    EXPECT_TRUE(build_surface(memory.state(), kBtc).slices.empty());
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
