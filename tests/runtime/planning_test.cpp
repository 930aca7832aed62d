// A round of the planner: what is told of risk, of which underlyings, and how often.
#include "deploy/runtime/planning.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

#include "tests/hedge/engine_fixture.h"

namespace hw::deploy {
namespace {

using namespace hedge::test;

class Planning : public hedge::test::EngineTest {
  protected:
    struct Told {
        std::vector<RiskFigures> figures;
        std::vector<Overlay> overlays;
    };
    Told round() {
        Told told;
        plan_risk(memory.state(), config, planner_, memories_,
                  [&](EventType type, const Event::Payload& payload) {
                      if (type == EventType::risk_figures) told.figures.push_back(payload.risk_figures);
                      if (type == EventType::overlay) told.overlays.push_back(payload.overlay);
                  });
        return told;
    }
    void tell(const Overlay& o) {
        Event e = make(EventType::overlay);
        e.payload = payload_of(o);
        step(e);
    }
    void two_underlyings() {
        hedge::UnderlyingConfig eth;
        eth.name = "ETH";
        eth.hedge_instrument = "ETH-PERPETUAL";
        eth.band = 10;
        config.underlyings.push_back(eth);
        start();
        define(contract("ETH-PERPETUAL", Kind::perpetual, Settlement::inverse, 1));
    }

    PlannerConfig planner_;
    std::array<PlannerMemory, hedge::kMaxUnderlyings> memories_;
};

TEST_F(Planning, FiguresOfEachUnderlyingAndOfTheAccount) {
    two_underlyings();
    fill(kPerpetual, Side::buy, 1000, kReference);
    auto told = round();
    ASSERT_EQ(told.figures.size(), 2u) << "ETH has no price, and holds nothing";
    EXPECT_EQ(told.figures[0].underlying, kBtc);
    EXPECT_EQ(told.figures[1].underlying, kNoUnderlying);
    EXPECT_EQ(told.figures[1].worst_loss, told.figures[0].worst_loss);
    EXPECT_NEAR(told.figures[0].worst_loss, 5'000, 1e-6) << "10,000 USD long, and -50 %";

    fill(InstrumentId{5}, Side::buy, 10, 3'000);
    told = round();
    ASSERT_EQ(told.figures.size(), 1u) << "no account without what ETH could lose";
    EXPECT_EQ(told.figures[0].underlying, kBtc);

    quote(InstrumentId{5}, 3'000);
    told = round();
    ASSERT_EQ(told.figures.size(), 3u);
    EXPECT_NEAR(told.figures[2].worst_loss, 5'005, 1e-6);
}

TEST_F(Planning, OverlaysComeAtTheirOwnPace) {
    config.underlyings[0].greek_limits.vega = {1, 2};
    config.underlyings[0].overlay.interval = Nanos::from_seconds(5);
    start();
    quote(kCall, 0.07, 0.0005);
    fill(kCall, Side::sell, 5, 0.07);
    auto told = round();
    ASSERT_EQ(told.overlays.size(), 1u);
    EXPECT_EQ(told.overlays[0].count, 1);
    EXPECT_EQ(told.overlays[0].instruments[0], kCall);
    EXPECT_NE(told.figures[0].hard, 0u);
    tell(told.overlays[0]);
    EXPECT_EQ(alerts(AlertCode::overlay_advised), 1u);
    EXPECT_TRUE(round().overlays.empty());
    timer(Nanos::from_seconds(5));
    quote(kPerpetual, kReference);
    quote(kCall, 0.07, 0.0005);
    EXPECT_EQ(round().overlays.size(), 1u);
}

}  // namespace
}  // namespace hw::deploy
