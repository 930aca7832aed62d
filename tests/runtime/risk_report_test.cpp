// What the status and the report say of the planner's figures and overlays.
#include "deploy/runtime/risk_report.h"

#include <gtest/gtest.h>

#include "hedge/planner/scenarios.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::deploy {
namespace {

using namespace hedge::test;

class RiskReport : public hedge::test::EngineTest {
  protected:
    nlohmann::ordered_json risk() { return risk_json(btc().risk.planner, memory.state(), config); }
};

TEST_F(RiskReport, NothingBeforeTheFirstFigures) {
    start();
    EXPECT_TRUE(risk().is_null());
    EXPECT_EQ(overlay_json(btc().risk, memory.state()), nlohmann::ordered_json::array());
}

TEST_F(RiskReport, FiguresNameTheScenarioAndTheLimits) {
    config.stresses = {{"weekend gap", -0.3, 1, 2}};
    config.underlyings[0].buckets = {{2, {}}, {7, {}}};
    start();
    RiskFigures& f = btc().risk.planner.figures;
    f.profit = -12.5;
    f.profit_known = 1;
    f.worst_loss = 4'000;
    f.worst_scenario = static_cast<std::uint32_t>(hedge::scenario_shocks(config).size() - 1);
    f.underlying = kBtc;
    f.soft = limit_bit(LimitedGreek::gamma, 1) | limit_bit(LimitedGreek::vega, kExpiryBuckets);
    f.hard = limit_bit(LimitedGreek::vega, kExpiryBuckets);
    btc().risk.planner.time = now;
    timer(Nanos::from_seconds(2));
    const auto j = risk();
    EXPECT_EQ(j["age_s"], 2.0);
    EXPECT_EQ(j["profit"], -12.5);
    EXPECT_EQ(j["profit_known"], true);
    EXPECT_EQ(j["worst_loss"], 4'000);
    EXPECT_EQ(j["worst_scenario"], "weekend gap");
    ASSERT_EQ(j["breaches"].size(), 2u);
    EXPECT_EQ(j["breaches"][0]["greek"], "gamma");
    EXPECT_EQ(j["breaches"][0]["expiries"], "up to 7 days");
    EXPECT_EQ(j["breaches"][0]["limit"], "soft");
    EXPECT_EQ(j["breaches"][1]["greek"], "vega");
    EXPECT_EQ(j["breaches"][1]["expiries"], "all");
    EXPECT_EQ(j["breaches"][1]["limit"], "hard");
}

TEST_F(RiskReport, AnOverlaysLegsBySymbol) {
    start();
    Overlay& o = btc().risk.overlay;
    o.count = 2;
    o.instruments[0] = kCall, o.legs[0] = {qty(-1.5), price(0.05)};
    o.instruments[1] = kPut, o.legs[1] = {qty(2), price(900)};
    const auto j = overlay_json(btc().risk, memory.state());
    ASSERT_EQ(j.size(), 2u);
    EXPECT_EQ(j[0]["instrument"], "BTC-CALL");
    EXPECT_EQ(j[0]["contracts"], -1.5);
    EXPECT_EQ(j[0]["limit"], 0.05);
    EXPECT_EQ(j[1]["instrument"], "BTC_USDC-PUT");
}

}  // namespace
}  // namespace hw::deploy
