// What the market does to a hedger, two processes: jumps, books that cannot be believed, blocks, bands,
// delays, expiries. Positions equal to the exchange's and an identical replay at the end of each.
#include <algorithm>

#include "tests/scenario/hedging_scenario.h"

namespace hw::scenario {
namespace {

class MarketScenario : public HedgingScenario {};

TEST_F(MarketScenario, AGapThroughTheBandIsHedgedBackIntoIt) {
    incident("options@0.5=-10");
    incident("gap@3=0.08");
    run(5, order_after(3));
    EXPECT_FALSE(orders(0, 3).empty()) << "the options were hedged";
    EXPECT_FALSE(orders(3).empty());
    EXPECT_GT(btc().at("net_delta").at("max_before").get<double>(), btc().at("net_delta").at("band"));
    expect_in_band();
    EXPECT_EQ(alerts("gate_capital"), 0u);
    expect_consistent(world);
}

TEST_F(MarketScenario, NothingIsSentOnACrossedBook) {
    incident("crossed@1.5+2");
    incident("fill@2=2");
    run(4.5, order_after(3.5));
    EXPECT_TRUE(orders(0, 3.5).empty());
    EXPECT_EQ(orders(3.5).size(), 1u);
    EXPECT_GT(alerts("underlying_crossed"), 0u);
    expect_in_band();
    expect_consistent(world);
}

TEST_F(MarketScenario, ADeltaNeutralBlockNeedsNoOrderBetweenItsLegs) {
    configure("[order]\n", "[order]\ngroup_timeout_ms = 2000\n");
    incident("block@3=50");
    run(4.5);
    EXPECT_EQ(venue.at("executions"), 2);
    EXPECT_TRUE(orders().empty());
    EXPECT_EQ(alerts("group_incomplete"), 0u);
    expect_in_band();
    expect_consistent(world);
}

TEST_F(MarketScenario, ATouchOutsideTheVenuesBandIsNotChased) {
    incident("outside-band@1+3=-0.01");
    incident("fill@1.5=-2");
    run(5, order_after(4));
    const auto locked = orders(1.5, 4);
    const auto iocs = std::count_if(locked.begin(), locked.end(), [](const auto& o) { return o.at("ioc"); });
    EXPECT_LE(iocs, 2);
    EXPECT_EQ(venue.at("orders").at("rejected"), 0) << "no limit outside the band";
    EXPECT_GE(locked.size(), 1u) << "one rests at its edge";
    expect_in_band();
    expect_consistent(world);
}

TEST_F(MarketScenario, AnOrderThatTheVenueHoldsBackIsNotSentTwice) {
    exchange({"--delay-us", "perpetual=10000"});
    incident("options@0.5=-20");
    incident("gap@3=0.01");
    run(5, order_after(3));
    EXPECT_EQ(orders(3, 3.3).size(), 1u);
    expect_in_band();
    expect_consistent(world);
}

TEST_F(MarketScenario, AnExpiryInTheMoneyIsCashAndNoOrder) {
    exchange({"--short-expiry-seconds", "12"});
    incident("itm-call@0.5=0.3");
    run(1, [this] { return said("settled"); });
    if (!said("settled")) GTEST_SKIP() << "the option expired before the hedger was there";
    EXPECT_TRUE(orders().empty());
    EXPECT_EQ(alerts("settled"), 1u);
    EXPECT_TRUE(positions_of(venue).empty());
    const double theirs = venue.at("cash").at("BTC").get<double>();
    EXPECT_NEAR(btc().at("pnl").at("coin").get<double>(), theirs, 1e-8);
    EXPECT_NE(theirs, 0);
    expect_consistent(world);
}

TEST_F(MarketScenario, InsideTheSettlementWindowTheDeltaRunsOut) {
    configure("stale_after_ms = 2000", "stale_after_ms = 2000\nsettlement_window_ms = 3500");
    exchange({"--short-expiry-seconds", "12"});
    incident("itm-call@0.5=5");
    run(1, [this] { return said("settled"); });
    if (!said("settled")) GTEST_SKIP() << "the option expired before the hedger was there";
    EXPECT_GT(orders().size(), 2u) << "hedged, and taken off while the price is being fixed";
    EXPECT_EQ(alerts("settlement_average_unknown"), 0u);
    EXPECT_EQ(alerts("settled"), 1u);
    expect_in_band();
    expect_consistent(world);
}

TEST_F(MarketScenario, AColdStartOnEmptyBooksSendsNothing) {
    count_from_start();
    exchange({"--initial-position", "BTC-PERPETUAL=-20000"});
    incident("empty@0+6");
    run(7, order_after(6));
    EXPECT_TRUE(orders(-1e9, 6).empty());
    EXPECT_FALSE(orders(6).empty());
    expect_in_band();
    expect_consistent(world);
}

}  // namespace
}  // namespace hw::scenario
