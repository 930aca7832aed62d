// The scenario grid against direct repricing by the book's formula, and what the planner makes of it.
#include "hedge/planner/scenarios.h"

#include "tests/hedge/risk_market.h"

namespace hw::hedge::test {
namespace {

class Scenarios : public RiskMarket {
  protected:
    std::vector<Outcome> outcomes() {
        auto found = run_scenarios(memory.state(), config, kBtc);
        EXPECT_TRUE(found.has_value());
        return found.value_or(std::vector<Outcome>(scenario_shocks(config).size()));
    }
    void random_book(std::mt19937_64& random) {
        std::uniform_int_distribution<int> which(0, kListed - 1), amount(1, 40);
        for (int n = 0; n < 8; ++n)
            fill(id(which(random)), random() % 2 ? Side::buy : Side::sell, 0.1 * amount(random), 0.05);
        fill(kPerpetual, random() % 2 ? Side::buy : Side::sell, 100.0 * amount(random), kReference);
        fill(kLinear, random() % 2 ? Side::buy : Side::sell, 50.0 * amount(random), kReference);
        fill(kFuture, random() % 2 ? Side::buy : Side::sell, 10.0 * amount(random), kReference);
    }
    void equity(const char* currency, double amount) {
        Event e = make(EventType::equity);
        e.payload.equity.currency = *Currency::from(currency);
        e.payload.equity.amount = *Cash::from_double(amount);
        step(e);
    }
};

TEST_F(Scenarios, TheGridHasEveryCellAndTheNamedOnesBehindIt) {
    config.stresses = {{"weekend gap", -0.35, 1.5, 2}};
    const auto shocks = scenario_shocks(config);
    ASSERT_EQ(shocks.size(), 3u * 11 * 7 + 1);
    EXPECT_EQ(scenario_name(config, 0), "spot -50 % vol -50 % 0 d");
    EXPECT_EQ(scenario_name(config, 2 * 77 + 76), "spot +50 % vol +100 % 7 d");
    EXPECT_EQ(scenario_name(config, 231), "weekend gap");
    EXPECT_EQ(scenario_name(config, 232), "");
    EXPECT_EQ(shocks[77 + 7 * 2 + 3].spot, -0.3);
    EXPECT_EQ(shocks[77 + 7 * 2 + 3].vol, 0.25);
    EXPECT_EQ(shocks[77 + 7 * 2 + 3].days, 1);
    EXPECT_EQ(shocks[231].days, 2);
}

TEST_F(Scenarios, RandomBooksAreRepricedAsTheBooksFormulaHasIt) {
    const std::uint64_t seed = 611;
    std::mt19937_64 random(seed);
    config.stresses = {{"crash", -0.7, 2.0, 0.25}, {"calm month", 0.02, -0.4, 30}, {"no vol", 0, -1, 0}};
    open_market(0.6, 0.01);
    const auto shocks = scenario_shocks(config);
    for (int book = 0; book < 10; ++book) {
        random_book(random);
        const auto found = outcomes();
        const Worth base = worth({});
        for (std::size_t n = 0; n < shocks.size(); ++n) {
            const Worth then = worth(shocks[n]);
            const double at = kReference * (1 + shocks[n].spot);
            const double expected = (then.coin - base.coin) * at + then.quote - base.quote;
            ASSERT_NEAR(found[n].profit, expected,
                        1e-8 * (1 + std::abs(then.coin) * at + std::abs(then.quote)))
                << "seed " << seed << " book " << book << " "
                << scenario_name(config, static_cast<std::uint32_t>(n));
        }
    }
}

TEST_F(Scenarios, ASmallMoveGainsWhatTheNetDeltaSaysInEitherNumeraire) {
    std::mt19937_64 random(612);
    basis = 0;  // a delta in the forward is one in the underlying only then
    constexpr double kMove = 1e-6;
    config.stresses = {{"up", kMove, 0, 0}, {"down", -kMove, 0, 0}};
    config.underlyings[0].settlement_window = Nanos::from_seconds(1800);
    for (const Numeraire numeraire : {Numeraire::coin, Numeraire::usd}) {
        config.underlyings[0].numeraire = numeraire;
        config.underlyings[0].quote_wallets = {{"USDC", 0.5}};
        if (numeraire == Numeraire::coin) open_market(0.6, 0.01);
        configure();
        equity("BTC", 17);
        equity("USDC", 400'000);
        random_book(random);
        const auto found = outcomes();
        const double slope = (found[231].profit - found[232].profit) / (2 * kMove * kReference);
        EXPECT_NEAR(slope, net_delta(), 1e-4 * (1 + std::abs(net_delta())));
        EXPECT_NEAR(found[231].delta, net_delta(), 1e-3 * (1 + std::abs(net_delta())));
    }
}

TEST_F(Scenarios, WhatTheExpiryHasPassedIsWorthWhatItPays) {
    open_market();
    const Instrument call = listed(0);  // half a day, coin-settled
    fill(id(0), Side::buy, 10, 0.05);
    const auto found = outcomes();
    const Worth base = worth({});
    for (int spot = 0; spot < 11; ++spot) {
        const double moved = 1 + (-0.5 + 0.1 * spot), forward = kReference * ratio_of(call) * moved;
        const double pays = std::max(1 - call.strike.to_double() / forward, 0.0);
        for (int vol = 0; vol < 7; ++vol) {
            const Outcome& o = found[static_cast<std::size_t>(77 + 7 * spot + vol)];
            EXPECT_NEAR(o.profit, (10 * pays - base.coin) * kReference * moved, 1e-6);
            EXPECT_EQ(o.delta, 0) << "it is cash";
        }
    }
}

TEST_F(Scenarios, InsideTheSettlementWindowWhatIsFixedOfTheAverageStaysFixed) {
    config.underlyings[0].settlement_window = Nanos::from_seconds(1800);
    open_market();
    fill(id(0), Side::buy, 10, 0.05);
    const auto tell_index = [&] {
        Event e = make(EventType::ticker, kPerpetual);
        e.payload.ticker.index = price(kReference);
        e.payload.ticker.mark = price(kReference);
        step(e);
    };
    // A tick every 30 s up to half of the window.
    now = listed(0).expiry - Nanos::from_seconds(1830);
    for (int n = 0; n <= 31; ++n, now = now + Nanos::from_seconds(30)) {
        tell_index();
        quote(kPerpetual, kReference);
    }
    now = now - Nanos::from_seconds(30);
    const auto found = outcomes();
    // One day on, at -50 %: half of the average is 50,000, the rest of it the forward there.
    const double elapsed = 0.5, strike = listed(0).strike.to_double();
    const double settles = elapsed * kReference + (1 - elapsed) * kReference * ratio_of(listed(0)) * 0.5;
    const double pays = std::max(1 - strike / settles, 0.0);
    const auto still = found[77 + 7 * 5 + 2];  // nothing moves
    const double gain = (found[77].profit / (kReference * 0.5) - still.profit / kReference);
    const double at_par = std::max(1 - strike / (kReference * (0.5 + 0.5 * ratio_of(listed(0)))), 0.0);
    EXPECT_NEAR(gain, 10 * (pays - at_par), 1e-6);
}

TEST_F(Scenarios, TheWorstIsTheSameScenarioForAllUnderlyings) {
    // Each loses most where the other one gains; together the middle one is worst.
    const std::vector<Outcome> a{{-10, 2, 100}, {-6, 1, 100}, {9, 0, 100}};
    const std::vector<Outcome> b{{9, 0, 10}, {-6, 3, 10}, {-10, 0, 10}};
    const ScenarioBook first{a, 0}, second{b, 1};
    EXPECT_EQ(worst_scenario({&first, 1}).loss, 10);
    EXPECT_EQ(worst_scenario({&first, 1}).place, 0u);
    EXPECT_NEAR(worst_scenario({&first, 1}).margin, 2 * 100 * kHedgeMarginRate, 1e-12);
    const ScenarioBook both[] = {first, second};
    const WorstScenario worst = worst_scenario(both);
    EXPECT_EQ(worst.loss, 12);
    EXPECT_EQ(worst.place, 1u);
    EXPECT_NEAR(worst.margin, (1 * 100 + (3 - 1) * 10) * kHedgeMarginRate, 1e-12);
    EXPECT_EQ(worst_scenario({}).loss, 0);
}

TEST_F(Scenarios, AnOptionWithoutAVolatilityIsNotGuessed) {
    open_market();
    EXPECT_TRUE(run_scenarios(memory.state(), config, kBtc).has_value());
    Instrument odd = listed(0);
    odd.symbol = *Symbol::from("BTC-ODD");
    odd.feed_id = 99;
    odd.expiry = kStart + days_on(3);
    define(odd);
    fill(id(kListed), Side::buy, 1, 0.05);
    EXPECT_FALSE(run_scenarios(memory.state(), config, kBtc).has_value());
}

}  // namespace
}  // namespace hw::hedge::test
