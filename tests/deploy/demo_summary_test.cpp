// The verdict of the demonstration: it passes on good reports and on nothing else.
#include "deploy/demo_runner/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace hw::demo {
namespace {

using Json = nlohmann::json;

Json good_hedger() {
    return Json::parse(
        R"({"seconds": 30.0, "packets": 9, "messages": 20, "ticks": 15, "events": 30, "decisions": 4,
        "orders": 3, "fills": 6, "option_fills": 4, "executions": 6,
        "hedges": {"sent": 3, "filled": 2, "rejected": 1},
        "underlyings": {"BTC": {"price": 50000.0, "gamma": 0.1, "vega": 2.0, "theta": -3.0, "in_band": true,
            "net_delta": {"max_before": 1.5, "final": 0.2, "band": 0.5, "target": 0.0}, "why_not": [],
            "risk": {"profit": -3.5, "worst_loss": 900.0, "worst_scenario": "gap"},
            "overlay": [{"instrument": "X", "contracts": 2.0, "limit": 0.1}]}},
        "tick_to_hedge": {"count": 2, "p50_ns": 2000, "p99_ns": 9000, "max_ns": 10000},
        "pnl": {"total_quote": -12.5}, "positions": {"BTC-PERPETUAL": -100.0, "X": 1.0},
        "journal": {"dir": "j", "last_sequence": 30, "state_hash": "ab"}, "alerts": {},
        "reconciliation": {"drop_copy": {"matched": 6, "not_on_drop_copy": 0, "only_on_drop_copy": 0},
            "snapshots": {"counted": 3, "failed": 0}, "breaks": {}}})");
}

Json good_exchange() {
    return Json::parse(
        R"({"seconds": 32.0, "packets_sent": 10, "messages_sent": 22, "option_fills": 4, "executions": 6,
        "orders": {"received": 3, "filled": 2, "canceled": 0, "rejected": 1, "duplicate_cl_ord_ids": 0},
        "positions": {"BTC-PERPETUAL": -100.0, "X": 1.0}})");
}

// The only failure holds these words.
void expect_failure(const Json& hedger, const Json& exchange, bool replay, const std::string& words) {
    const Outcome outcome = summarize(hedger.dump(), exchange.dump(), replay);
    ASSERT_EQ(outcome.failures.size(), 1u) << outcome.words;
    EXPECT_NE(outcome.failures[0].find(words), std::string::npos) << outcome.failures[0];
    EXPECT_FALSE(Json::parse(outcome.summary_json).at("passed").get<bool>());
}

TEST(DemoSummary, GoodReportsPassAndKeepTheirFigures) {
    const Outcome outcome = summarize(good_hedger().dump(), good_exchange().dump(), true);
    EXPECT_TRUE(outcome.failures.empty()) << outcome.words;
    const Json summary = Json::parse(outcome.summary_json);
    EXPECT_EQ(summary.at("seconds"), 30.0);
    EXPECT_EQ(summary.at("ticks"), 15);
    EXPECT_EQ(summary.at("option_fills"), 4);
    EXPECT_EQ(summary.at("hedges").at("filled"), 2);
    EXPECT_EQ(summary.at("net_delta").at("BTC").at("max_before"), 1.5);
    EXPECT_EQ(summary.at("net_delta").at("BTC").at("band"), 0.5);
    EXPECT_EQ(summary.at("greeks").at("BTC").at("vega"), 2.0);
    EXPECT_EQ(summary.at("risk").at("BTC").at("worst_scenario"), "gap");
    EXPECT_EQ(summary.at("overlay").at("BTC").at(0).at("contracts"), 2.0);
    EXPECT_EQ(summary.at("unaccounted_fills"), 0);
    EXPECT_EQ(summary.at("tick_to_hedge").at("p99_ns"), 9000);
    EXPECT_EQ(summary.at("positions_equal"), true);
    EXPECT_EQ(summary.at("replay_identical"), true);
    EXPECT_EQ(summary.at("passed"), true);
}

TEST(DemoSummary, TheSecondSessionHasToAgree) {
    Json hedger = good_hedger();
    hedger["reconciliation"]["drop_copy"]["only_on_drop_copy"] = 2;
    expect_failure(hedger, good_exchange(), true, "2 fills were told by one session only");
    hedger = good_hedger();
    hedger["reconciliation"]["drop_copy"]["matched"] = 0;
    expect_failure(hedger, good_exchange(), true, "by both sessions");
    hedger = good_hedger();
    hedger["reconciliation"]["snapshots"]["counted"] = 0;
    expect_failure(hedger, good_exchange(), true, "no snapshot");
    hedger = good_hedger();
    hedger["reconciliation"]["breaks"]["BTC-PERPETUAL"] = {{"ours", 1.0}, {"venue", 2.0}};
    expect_failure(hedger, good_exchange(), true, "in 1 instruments");
}

TEST(DemoSummary, AFlatPositionIsTheSameAsNone) {
    Json hedger = good_hedger();
    hedger["positions"]["FLAT"] = 0.0;
    EXPECT_TRUE(summarize(hedger.dump(), good_exchange().dump(), true).failures.empty());
}

TEST(DemoSummary, EveryBrokenPromiseFails) {
    const Json hedger = good_hedger();
    const Json exchange = good_exchange();
    expect_failure(hedger, exchange, false, "replay");
    Json other = hedger;
    other["executions"] = 5;
    expect_failure(other, exchange, true, "1 fills of the exchange");
    other = hedger;
    other["positions"]["X"] = 2.0;
    expect_failure(other, exchange, true, "positions differ in 1");
    other = hedger;
    other["underlyings"]["BTC"]["net_delta"]["final"] = 0.6;
    expect_failure(other, exchange, true, "outside its band");
    other = hedger;
    other["underlyings"]["BTC"]["net_delta"]["max_before"] = 0.4;
    expect_failure(other, exchange, true, "nothing to show");
    other = hedger;
    other["hedges"]["filled"] = 0;
    expect_failure(other, exchange, true, "no hedge was filled");
    other = exchange;
    other["option_fills"] = 0;
    expect_failure(hedger, other, true, "no option fill");
    other = exchange;
    other["orders"]["duplicate_cl_ord_ids"] = 1;
    expect_failure(hedger, other, true, "sent twice");
    other = exchange;
    other["positions"]["Y"] = 1.0;
    expect_failure(hedger, other, true, "positions differ in 1");
}

TEST(DemoSummary, TheBandIsAroundTheTarget) {
    Json hedger = good_hedger();
    Json& delta = hedger["underlyings"]["BTC"]["net_delta"];
    delta["target"] = 10.0;
    delta["final"] = 10.2;
    EXPECT_TRUE(summarize(hedger.dump(), good_exchange().dump(), true).failures.empty());
    delta["final"] = 0.2;
    expect_failure(hedger, good_exchange(), true, "outside its band");
}

TEST(DemoSummary, AMissingFigureIsAFailureNotAZero) {
    const Json hedger = good_hedger();
    for (const auto& [key, value] : hedger.items()) {
        // These are not part of the summary.
        if (key == "events" || key == "decisions" || key == "orders" || key == "fills" ||
            key == "option_fills")
            continue;
        Json other = hedger;
        other.erase(key);
        expect_failure(other, good_exchange(), true, "cannot be read");
    }
    expect_failure(hedger, Json::object(), true, "cannot be read");
}

TEST(DemoSummary, AnExtremeMarketHasToShow) {
    Json hedger = good_hedger();
    hedger["alerts"] = {{"regime_fast", 2}, {"regime_extreme", 1}, {"stop_warn", 1}};
    hedger["underlyings"]["BTC"]["risk"] = {{"worst_loss", 1e5}};
    const auto outcome = [&] {
        return summarize(hedger.dump(), good_exchange().dump(), true, "bypass", true);
    };
    ASSERT_TRUE(outcome().failures.empty()) << outcome().words;
    const Json stress = Json::parse(outcome().summary_json).at("stress");
    EXPECT_EQ(stress.at("regimes").at("extreme"), 1);
    EXPECT_EQ(stress.at("stops").at("warn"), 1);
    EXPECT_EQ(stress.at("worst_scenario_loss"), 1e5);
    EXPECT_NE(outcome().words.find("stops: warn 1"), std::string::npos) << outcome().words;
    hedger["underlyings"]["BTC"]["risk"]["worst_loss"] = 1e9;
    EXPECT_EQ(outcome().failures.size(), 1u) << "beyond its capital";
    hedger["underlyings"]["BTC"]["risk"]["worst_loss"] = 0;
    hedger["alerts"].erase("regime_extreme");
    EXPECT_EQ(outcome().failures.size(), 1u) << "nothing to show";
}

TEST(DemoSummary, AReportThatIsNotJsonIsAFailure) {
    for (const char* text : {"", "{", "null", "[]"})
        EXPECT_EQ(summarize(text, good_exchange().dump(), true).failures.size(), 1u) << text;
}

}  // namespace
}  // namespace hw::demo
