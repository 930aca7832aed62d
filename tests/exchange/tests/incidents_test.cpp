// What goes wrong at the venue when it is told to: when, for how long, and to whom.
#include "tests/exchange/incidents.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/exchange/fix_codec.h"
#include "tests/exchange/simulation.h"

namespace hw::exchange {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

TEST(Incident, IsReadOrNotAtAll) {
    const auto gap = parse_incident("gap@3.5=-0.08");
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->kind, IncidentKind::gap);
    EXPECT_EQ(gap->at, Nanos::from_ms(3'500));
    EXPECT_TRUE(gap->length.is_zero());
    EXPECT_EQ(gap->value, -0.08);
    const auto away = parse_incident("outside-band@1+2");
    ASSERT_TRUE(away);
    EXPECT_EQ(away->length, Nanos::from_seconds(2));
    EXPECT_EQ(away->value, -0.01) << "of its kind";
    for (std::uint8_t n = 0; n < static_cast<std::uint8_t>(IncidentKind::count_); ++n) {
        const auto kind = static_cast<IncidentKind>(n);
        const auto read = parse_incident(std::string(to_string(kind)) + "@1");
        ASSERT_TRUE(read) << to_string(kind);
        EXPECT_EQ(read->kind, kind);
    }
    for (const char* text : {"", "gap", "gap@", "gap@x", "gap@1=", "gap@1=x", "gap@1=nan", "gap@1=-1",
                             "gap@-1", "gap@1+2", "halt@1+0", "halt@1+", "halt@1=2", "quake@1", "halt@1+2+3"})
        EXPECT_FALSE(parse_incident(text)) << text;
}

TEST(Incident, ThePlanKeepsTimeFromItsStart) {
    IncidentPlan plan({*parse_incident("halt@2+1"), *parse_incident("gap@2.5"), *parse_incident("thin@0")});
    std::string seen;
    const auto note = [&](const Incident& i, bool begins) {
        seen += std::string(to_string(i.kind)) + (begins ? "+" : "-") + " ";
    };
    plan.advance(kStart + Nanos::from_seconds(100), note);
    EXPECT_EQ(seen, "") << "not begun";
    plan.start(kStart);
    plan.advance(kStart, note);
    EXPECT_EQ(seen, "thin+ ");
    plan.advance(kStart + Nanos::from_ms(2'499), note);
    EXPECT_EQ(seen, "thin+ halt+ ");
    plan.advance(kStart + Nanos::from_seconds(3), note);
    plan.advance(kStart + Nanos::from_seconds(4), note);
    EXPECT_EQ(seen, "thin+ halt+ gap+ halt- ");
}

/// A quiet market in which only the incident happens, at one second.
class Happening : public ::testing::Test {
  protected:
    void begin(const std::string& incident) {
        SimulationConfig config;
        config.market.jump_every_s = 0;
        config.market.vol_scale = 0;
        config.option_flow.every = Nanos{};
        config.incidents = {*parse_incident(incident)};
        simulation.emplace(
            config, kStart, [this](const Packet&) { ++packets; },
            [this](const Report& r) { reports.push_back(r); });
        perpetual = simulation->market().find("BTC-PERPETUAL");
        run_to(0.9);
    }
    void run_to(double seconds) {
        while ((simulation->now() - kStart).to_seconds() < seconds) simulation->step();
    }
    /// One lot, which the touch can fill.
    std::vector<Report> buy() {
        reports.clear();
        const Level ask = simulation->venue().book(perpetual).best(Side::sell);
        simulation->venue().submit({"o" + std::to_string(++orders), "BTC-PERPETUAL", "", "", Side::buy,
                                    Qty::from_units(1), ask.price, true},
                                   simulation->now());
        return reports;
    }
    const Publisher& feed() { return dynamic_cast<const Publisher&>(simulation->publisher()); }
    double spot() { return simulation->market().underlyings()[0].spot; }

    std::optional<Simulation> simulation;
    std::vector<Report> reports;
    std::size_t perpetual = 0;
    std::uint64_t packets = 0;
    int orders = 0;
};

TEST_F(Happening, AGapMovesThePriceAndTheBookInOneStep) {
    begin("gap@1=0.08");
    const double before = spot();
    run_to(1.0);
    EXPECT_NEAR(spot() / before, 1.08, 1e-12);
    const double bid = feed().published(perpetual, Side::buy).front().price.to_double();
    EXPECT_NEAR(bid, spot(), spot() * 1e-3);
}

TEST_F(Happening, ACrossedBookIsPublishedAndOnlyThat) {
    begin("crossed@1+1");
    const auto crossed = [&] {
        return feed().published(perpetual, Side::buy).front().price >=
               feed().published(perpetual, Side::sell).front().price;
    };
    EXPECT_FALSE(crossed());
    for (double t = 1.0; t < 1.99; t += 0.01) {
        run_to(t);
        ASSERT_TRUE(crossed()) << t;
    }
    EXPECT_EQ(buy()[1].kind, ReportKind::fill) << "the venue's own book is in order";
    run_to(2.0);
    EXPECT_FALSE(crossed());
}

TEST_F(Happening, ADeadFeedSendsNothing) {
    begin("feed-dead@1+1");
    run_to(1.0);
    const std::uint64_t before = packets;
    EXPECT_GT(before, 0u);
    run_to(1.99);
    EXPECT_EQ(packets, before);
    run_to(2.1);
    EXPECT_GT(packets, before);
}

TEST_F(Happening, AHaltRefusesOrdersUntilItIsOver) {
    begin("halt@1+1");
    EXPECT_EQ(buy()[0].kind, ReportKind::accepted);
    run_to(1.5);
    EXPECT_EQ(simulation->market().contracts()[perpetual].terms.state, TradingState::halted);
    EXPECT_GT(simulation->market().fair(simulation->market().contracts()[perpetual]), 0);
    EXPECT_EQ(buy()[0].text, "instrument is not open");
    run_to(2.0);
    EXPECT_EQ(buy()[0].kind, ReportKind::accepted);
}

TEST_F(Happening, TheTouchIsOutsideTheBand) {
    begin("outside-band@1+1=-0.01");
    const auto ask = [&] { return simulation->venue().book(perpetual).best(Side::sell).price; };
    EXPECT_GT(simulation->venue().band(perpetual).max_buy, ask());
    run_to(1.5);
    EXPECT_LT(simulation->venue().band(perpetual).max_buy, ask());
    EXPECT_EQ(buy()[0].text, "price is outside the band");
    run_to(2.0);
    EXPECT_GT(simulation->venue().band(perpetual).max_buy, ask());
}

TEST_F(Happening, AThinBookHasOneLotALevel) {
    begin("thin@1+1");
    run_to(1.1);
    for (const Level& l : simulation->venue().book(perpetual).depth(Side::sell))
        EXPECT_EQ(l.qty, Qty::from_units(1));
}

TEST_F(Happening, AnEmptyBookHasNone) {
    begin("empty@1+1");
    run_to(1.5);
    EXPECT_TRUE(simulation->venue().book(perpetual).empty(Side::sell));
    run_to(2.1);
    EXPECT_FALSE(simulation->venue().book(perpetual).empty(Side::sell));
}

TEST_F(Happening, OrdersAreRefusedInTheVenuesWords) {
    begin("margin-reject@1+1");
    run_to(1.5);
    ASSERT_EQ(buy()[0].kind, ReportKind::rejected);
    EXPECT_EQ(reports[0].text, "not_enough_funds");
    run_to(2.0);
    EXPECT_EQ(buy()[0].kind, ReportKind::accepted);
    begin("reject-all@1");
    run_to(100'000 * 1e-3);
    EXPECT_EQ(buy()[0].kind, ReportKind::rejected) << "to the end of the run";
}

TEST_F(Happening, TheBlockIsDeltaNeutralAndItsSecondLegLate) {
    begin("block@1=40");
    reports.clear();
    run_to(1.0);
    ASSERT_EQ(reports.size(), 2u);
    EXPECT_EQ(reports[0].group, reports[1].group);
    EXPECT_EQ(reports[0].group_legs, 2u);
    EXPECT_EQ(reports[1].time - reports[0].time, Nanos::from_ms(40));
    EXPECT_EQ(reports[1].symbol, "BTC-PERPETUAL");
    double delta = 0;
    for (const Report& r : reports) {
        const Contract& c = simulation->market().contracts()[simulation->market().find(r.symbol)];
        delta += (r.side == Side::buy ? 1 : -1) * r.last_qty.to_double() * simulation->market().coin_delta(c);
    }
    EXPECT_GT(std::abs(reports[0].last_qty.to_double()), 2.9);
    EXPECT_NEAR(delta, 0, 1e-3);
}

TEST_F(Happening, TheQuotingEngineTradesAtATime) {
    begin("fill@1=-2");
    reports.clear();
    run_to(1.0);
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].side, Side::sell);
    EXPECT_NEAR(reports[0].last_qty.to_double() * 10 / spot(), 2, 1e-3);
    begin("itm-call@1=0.3");
    reports.clear();
    run_to(1.0);
    ASSERT_EQ(reports.size(), 1u);
    const Contract& call = simulation->market().contracts()[simulation->market().find(reports[0].symbol)];
    EXPECT_LT(call.terms.strike.to_double(), spot());
}

TEST_F(Happening, ReportsOfTheCustomersFillsTellTheOppositeSide) {
    begin("invert-fills@1");
    EXPECT_EQ(buy()[1].side, Side::buy);
    run_to(1.1);
    const auto told = buy();
    ASSERT_EQ(told[1].kind, ReportKind::fill);
    EXPECT_EQ(told[1].side, Side::sell);
    EXPECT_EQ(simulation->account().holding(perpetual).qty, Qty::from_units(2)) << "what happened is a buy";
}

}  // namespace
}  // namespace hw::exchange
