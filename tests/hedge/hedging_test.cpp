// When the engine hedges, how much, and when it must not.
#include <cmath>

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

TEST_F(EngineTest, NothingLeavesBeforeEverythingIsReady) {
    run_started();
    define_market();
    gain_delta(5);
    EXPECT_EQ(alerts(all, AlertCode::definitions_incomplete), 1u) << "said once";
    definitions_complete();
    EXPECT_EQ(alerts(AlertCode::session_down), 1u);
    session(true);
    EXPECT_EQ(alerts(AlertCode::underlying_untrusted), 1u);
    EXPECT_EQ(count(all, ActionType::new_order), 0u);
    quote(kPerpetual, kReference);
    EXPECT_EQ(alerts(AlertCode::hedging_resumed), 1u);
    EXPECT_EQ(one_order().side, Side::sell);
}

TEST_F(EngineTest, NothingIsDecidedInTheMiddleOfABurst) {
    start();
    step(execution(kLinear, Side::buy, 5'000, kReference), false);
    EXPECT_TRUE(last.empty());
    EXPECT_EQ(orders_in(tick()).size(), 1u);
}

TEST_F(EngineTest, AnOptionFillOutOfTheBandGivesOneOrderOfTheRightKind) {
    start();
    EXPECT_TRUE(fill(kCall, Side::buy, 1, 0.07).empty()) << "half a coin is inside the band";
    fill(kCall, Side::buy, 9, 0.07);
    const NewOrder o = one_order();

    pricing::OptionTerms terms{
        Settlement::inverse, OptionType::call, kReference, kReference, (kExpiry - now).to_years(), 0.6, 0};
    const double delta = 10 * pricing::black76(terms).net_delta;
    EXPECT_NEAR(o.why.net_delta, delta, 1e-6);
    EXPECT_GT(delta, 1);
    EXPECT_EQ(o.side, Side::sell);
    EXPECT_EQ(o.time_in_force, TimeInForce::ioc);
    EXPECT_EQ(last.back().header.instrument, kPerpetual);
    // 5 bp below the bid of 49,999.5 is 49,974.50025, and up to the tick grid.
    EXPECT_EQ(o.limit, price(49'975));
    const double lots = std::floor((delta - 0.5) / 0.0002);
    EXPECT_EQ(o.qty, qty(lots));
    EXPECT_EQ(o.why.trigger_sequence, sequence);
    EXPECT_TRUE(fill(o).empty());
    EXPECT_NEAR(net_delta(), 0.5, 0.0003);
    EXPECT_EQ(btc().option_fills, 2u);
    EXPECT_EQ(btc().hedge_fills, 1u);
}

TEST_F(EngineTest, ShortDeltaIsBoughtAtTheAskPlusTheCap) {
    start();
    gain_delta(-3);
    const NewOrder o = one_order();
    EXPECT_EQ(o.side, Side::buy);
    EXPECT_EQ(o.qty, qty(12'500));
    EXPECT_EQ(o.limit, price(50'025.5));
    fill(o);
    EXPECT_NEAR(net_delta(), -0.5, 1e-9);
}

TEST_F(EngineTest, TheTargetMovesTheBand) {
    config.underlyings[0].target_delta = 10;
    start();
    EXPECT_EQ(count(all, ActionType::new_order), 1u) << "flat is ten coins too few";
    const NewOrder o = orders_in(all).front();
    EXPECT_EQ(o.side, Side::buy);
    EXPECT_EQ(o.qty, qty(9.5 / 0.0002));
}

TEST_F(EngineTest, TheVenuesPriceBandLimitsTheLimit) {
    start();
    Event e = make(EventType::ticker, kPerpetual);
    e.payload.ticker.mark = price(kReference);
    e.payload.ticker.index = kNoPrice;
    e.payload.ticker.min_sell = price(49'990);
    e.payload.ticker.max_buy = price(50'010);
    e.payload.ticker.delivery = kNoPrice;
    step(e);
    gain_delta(3);
    EXPECT_EQ(one_order().limit, price(49'990));
}

TEST_F(EngineTest, WhatIsInFlightIsCounted) {
    start();
    gain_delta(3);
    EXPECT_EQ(orders_in(last).size(), 1u);
    for (int n = 0; n < 5; ++n) EXPECT_TRUE(tick().empty());
    quote(kPerpetual, kReference + 1);
    EXPECT_TRUE(last.empty());
}

TEST_F(EngineTest, WhatIsLeftOverForCertainIsHedgedAtOnce) {
    start();
    gain_delta(3);
    const NewOrder first = one_order();
    EXPECT_EQ(first.qty, qty(12'500));
    gain_delta(2);  // whatever the first does, at least 2.5 coins are there
    const NewOrder second = one_order();
    EXPECT_EQ(second.side, Side::sell);
    EXPECT_EQ(second.qty, qty(10'000));
    fill(first);
    fill(second);
    EXPECT_NEAR(net_delta(), 0.5, 1e-9);
}

TEST_F(EngineTest, ADoubtfulReversalWaitsForTheOrderInFlight) {
    start();
    gain_delta(3);  // 2.5 being sold
    EXPECT_TRUE(gain_delta(-3).empty()) << "now between -2.5 and 0: not certain";
    EXPECT_TRUE(gain_delta(-0.9).empty()) << "between -3.4 and -0.9";
    EXPECT_EQ(gain_delta(-0.3).size(), 1u) << "between -3.7 and -1.2: 0.7 short for certain";
    EXPECT_EQ(one_order().side, Side::buy);
    EXPECT_EQ(one_order().qty, qty(0.7 / 0.0002));
}

TEST_F(EngineTest, RoundingStaysInsideTheBand) {
    config.underlyings[0].hedge_to = 1;
    config.underlyings[0].band = 0.1;
    config.underlyings[0].hedge_instrument = "BTC-BIG";
    run_started();
    define(contract("BTC-BIG", Kind::perpetual, Settlement::linear, 0.15));
    define(contract("BTC-SMALL", Kind::perpetual, Settlement::linear, 0.01));
    definitions_complete();
    session(true);
    quote(InstrumentId{0}, kReference);
    fill(InstrumentId{1}, Side::buy, 30, kReference);  // 0.3: one lot leaves 0.15, two leave 0
    EXPECT_EQ(one_order().qty, qty(2));
    step(execution(InstrumentId{0}, Side::sell, 2, kReference, one_order().order));
    EXPECT_TRUE(fill(InstrumentId{1}, Side::buy, 10, kReference).empty()) << "on the edge";
    fill(InstrumentId{1}, Side::buy, 1, kReference);  // 0.11: one lot ends at -0.04
    EXPECT_EQ(one_order().qty, qty(1));
}

TEST_F(EngineTest, ALotWiderThanTheBandDoesNotPingPong) {
    config.underlyings[0].band = 0.1;
    config.underlyings[0].hedge_instrument = "BTC-BIG";
    run_started();
    define(contract("BTC-BIG", Kind::perpetual, Settlement::linear, 1));
    define(contract("BTC-SMALL", Kind::perpetual, Settlement::linear, 0.01));
    definitions_complete();
    session(true);
    quote(InstrumentId{0}, kReference);
    fill(InstrumentId{1}, Side::buy, 560, kReference);
    const NewOrder o = one_order();
    EXPECT_EQ(o.qty, qty(5));
    step(execution(InstrumentId{0}, Side::sell, 5, kReference, o.order));
    for (int n = 0; n < 5; ++n) EXPECT_TRUE(timer().empty());
}

TEST_F(EngineTest, LinearAndInverseOfOneCoinNet) {
    start();
    fill(kLinear, Side::buy, 5'000, kReference);  // +5 coins
    const NewOrder o = one_order();
    update(o.order, OrderStatus::rejected);
    now = now + Nanos::from_seconds(10);
    quote(kPerpetual, kReference, 0.5, false);
    fill(kFuture, Side::sell, 22'500, kReference);  // -4.5 coins
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_NEAR(net_delta(), 0.5, 1e-9);
}

TEST_F(EngineTest, AMissingVolatilityBlocks) {
    run_started();
    define_market();
    definitions_complete();
    session(true);
    quote(kPerpetual, kReference);
    gain_delta(3);
    fill(one_order());
    fill(kCall, Side::buy, 10, 0.07);
    EXPECT_EQ(alerts(AlertCode::no_volatility), 1u);
    gain_delta(3);
    EXPECT_TRUE(last.empty()) << "said once";
    surface({flat_slice(kExpiry, Settlement::linear, 0.6)});
    EXPECT_TRUE(orders_in(last).empty()) << "of the other settlement";
    flat_surface();
    EXPECT_EQ(alerts(AlertCode::hedging_resumed), 1u);
    EXPECT_EQ(orders_in(last).size(), 1u);
}

TEST_F(EngineTest, ASurfaceThatCannotBeUsedIsRefusedAndTheOldOneKept) {
    start();
    fill(kCall, Side::buy, 1, 0.07);
    const double before = net_delta();
    Event e = make(EventType::surface);
    e.payload.surface.underlying = kBtc;
    e.payload.surface.blob = {99, 10, 5};
    EXPECT_EQ(alerts(step(e), AlertCode::surface_refused), 1u);
    e.payload.surface.blob =
        blobs.put(encode_surface(kReference, std::vector{flat_slice(kExpiry, Settlement::inverse, 0.6)}));
    e.payload.surface.underlying = UnderlyingId{12};
    EXPECT_EQ(alerts(step(e), AlertCode::surface_refused), 1u);
    EXPECT_EQ(net_delta(), before);
}

TEST_F(EngineTest, StartingPositionsCountAndProfitCountsFromTheirPrice) {
    start();
    position(kLinear, 3'000, 40'000);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(line(kLinear).cash, Cash::from_units(-120'000));
    position(kPerpetual, -10'000, 40'000);
    EXPECT_EQ(line(kPerpetual).cash, *Cash::from_double(-2.5));
    position(InstrumentId{77}, 1, 1);
    EXPECT_EQ(alerts(AlertCode::position_refused), 1u);
    EXPECT_FALSE(killed());
    position(kFuture, 1, -5);
    EXPECT_EQ(alerts(AlertCode::position_refused), 1u);
    EXPECT_TRUE(killed()) << "a book with a hole in it";
}

TEST_F(EngineTest, AFillInAnUnderlyingNobodyHedgesIsSaid) {
    start();
    define(contract("ETH-PERPETUAL", Kind::perpetual, Settlement::inverse, 1));
    fill(InstrumentId{5}, Side::buy, 100, 3'000);
    EXPECT_EQ(alerts(AlertCode::unhedged_underlying), 1u);
    EXPECT_TRUE(orders_in(all).empty());
}

TEST_F(EngineTest, AHedgeInstrumentMustBeDeltaOneAndOfTheRightCoin) {
    config.underlyings[0].hedge_instrument = "ETH-PERPETUAL";
    run_started();
    define_market();
    define(contract("ETH-PERPETUAL", Kind::perpetual, Settlement::inverse, 1));
    definitions_complete();
    config.underlyings[0].hedge_instrument = "BTC-CALL";
    run_started(2);
    EXPECT_EQ(alerts(AlertCode::definition_refused), 1u);
    EXPECT_FALSE(btc().has_hedge);
    config.underlyings[0].hedge_instrument = "ETH-PERPETUAL";
    run_started(3);
    EXPECT_EQ(alerts(AlertCode::definition_refused), 1u);
    EXPECT_FALSE(btc().has_hedge);
}

TEST_F(EngineTest, DefinitionsThatCannotBeUsedAreSaid) {
    start();
    Instrument bad = contract("BTC-BAD", Kind::perpetual, Settlement::inverse, 10);
    bad.lot = {};
    define(bad);
    EXPECT_EQ(alerts(AlertCode::definition_refused), 1u);
    Instrument stolen = contract("BTC-STOLEN", Kind::perpetual, Settlement::inverse, 10);
    stolen.feed_id = memory.state().instruments[kPerpetual].feed_id;
    define(stolen);
    EXPECT_EQ(alerts(AlertCode::definition_refused), 1u);
    EXPECT_EQ(memory.state().instruments.size(), 5u);
}

TEST_F(EngineTest, CapacityLimitsAreSaidAndNothingIsOverrun) {
    start();
    for (int n = 0; n < 80; ++n) {
        Instrument i = contract("BTC-X" + std::to_string(n), Kind::perpetual, Settlement::linear, 1);
        i.base = *Currency::from("C" + std::to_string(n));
        define(i);
    }
    EXPECT_EQ(alerts(AlertCode::table_full), 1u);
    EXPECT_EQ(memory.state().underlying_count, kMaxUnderlyings);
    for (std::uint32_t n = 0; n <= kMaxNodes; ++n) {
        define(option("BTC-O" + std::to_string(n), Settlement::linear, OptionType::call, 1'000.0 + n));
    }
    const std::uint32_t first = memory.state().instruments.size() - kMaxNodes - 1;
    for (std::uint32_t n = 0; n < kMaxNodes; ++n)
        step(execution(InstrumentId{first + n}, Side::buy, 0.1, 1), false);
    EXPECT_FALSE(killed());
    step(execution(InstrumentId{first + kMaxNodes}, Side::buy, 0.1, 1), false);
    EXPECT_EQ(alerts(AlertCode::table_full), 1u);
    EXPECT_TRUE(killed()) << "a position that the delta does not see";
}

}  // namespace
}  // namespace hw::hedge::test
