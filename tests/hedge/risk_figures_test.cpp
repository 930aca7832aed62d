// Profit of the day, Greeks by expiry against their limits, and the account's sums.
#include "hedge/planner/risk_figures.h"

#include "tests/hedge/risk_market.h"

namespace hw::hedge::test {
namespace {

class Risk : public RiskMarket {
  protected:
    DayProfit::Figure profit() { return day.observe(memory.state(), config, kBtc); }
    void mark(InstrumentId id, double at) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker.mark = price(at);
        step(e);
    }
    void price_goes_to(double at) {
        mark(kPerpetual, at);
        quote(kPerpetual, at);
    }
    RiskFigures figures() {
        auto round = risk_round(memory.state(), config, kBtc, day);
        EXPECT_TRUE(round.has_value());
        return round ? round->figures : RiskFigures{};
    }

    DayProfit day;
};

constexpr double kMidnight = 1'700'006'400 - 1'700'000'000;  // seconds from kStart to the next one

TEST_F(Risk, TheDaysProfitIsRealisedAndMarkedFeesIncluded) {
    open_market();
    mark(kLinear, 50'000);
    EXPECT_EQ(profit().profit, 0);
    EXPECT_TRUE(profit().known);
    Event e = execution(kLinear, Side::buy, 1000, 50'000);
    e.payload.execution.fee_known = 1;
    e.payload.execution.fee = *Cash::from_double(12.5);
    step(e);
    EXPECT_NEAR(profit().profit, -12.5, 1e-9);
    mark(kLinear, 50'100);
    EXPECT_NEAR(profit().profit, 100 - 12.5, 1e-9);
    fill(kLinear, Side::sell, 1000, 50'200);
    const double fee =
        definition_fee(memory.state().instruments[kLinear], qty(1000), price(50'200), 0, true).to_double();
    EXPECT_NEAR(profit().profit, 200 - 12.5 - fee, 1e-9);
}

TEST_F(Risk, CoinEarnedCountsAtThePriceOfNow) {
    open_market();
    mark(kPerpetual, kReference);
    profit();
    fill(kPerpetual, Side::sell, 1000, 50'000);  // 10,000 USD short
    price_goes_to(40'000);
    const double coins = 10'000 * (1.0 / 40'000 - 1.0 / 50'000);
    EXPECT_NEAR(profit().profit, coins * 40'000, 1e-3);
}

TEST_F(Risk, WhatIsHeldWithoutAMarkIsNotKnown) {
    open_market();
    profit();
    fill(id(0), Side::buy, 1, 0.05);
    EXPECT_FALSE(profit().known);
    mark(id(0), 0.06);
    EXPECT_TRUE(profit().known);
    EXPECT_NEAR(profit().profit, 0.01 * kReference, 20) << "less the fee";
}

TEST_F(Risk, ADayBeginsAtMidnightUtc) {
    open_market();
    mark(kLinear, 50'000);
    profit();
    fill(kLinear, Side::buy, 1000, 50'000);
    mark(kLinear, 50'100);
    now = kStart + Nanos::from_ns(static_cast<std::int64_t>(kMidnight * 1e9) - 1);
    timer(Nanos{});
    EXPECT_NEAR(profit().profit, 100, 40);
    timer(Nanos::from_ns(1));
    EXPECT_EQ(profit().profit, 0);
    mark(kLinear, 50'050);
    EXPECT_NEAR(profit().profit, -50, 1e-9);
}

TEST_F(Risk, ARestartOnTheSameDayGoesOnFromTheLastFigure) {
    open_market();
    mark(kLinear, 50'000);
    profit();
    fill(kLinear, Side::buy, 1000, 50'000);
    mark(kLinear, 49'000);
    const double lost = profit().profit;
    EXPECT_LT(lost, -900);
    btc().risk.planner.figures.profit = lost;  // as the engine keeps what it was told
    btc().risk.planner.time = now;
    day = {};
    run_started(2);
    EXPECT_FALSE(profit().known) << "nothing has a mark yet";
    EXPECT_EQ(profit().profit, lost) << "and is not forgotten meanwhile";
    definitions_complete();
    session(true);
    quote(kPerpetual, kReference);
    mark(kLinear, 49'100);
    EXPECT_TRUE(profit().known);
    EXPECT_NEAR(profit().profit, lost, 1e-9);
    mark(kLinear, 49'200);
    EXPECT_NEAR(profit().profit, lost + 100, 1e-9);
    // The figure of another day is another day's.
    day = {};
    now = now + days_on(1);
    timer(Nanos{});
    EXPECT_EQ(profit().profit, 0);
}

TEST_F(Risk, AHedgedWalletHasNoProfitFromThePrice) {
    config.underlyings[0].numeraire = Numeraire::usd;
    open_market();
    Event e = make(EventType::equity);
    e.payload.equity.currency = *Currency::from("BTC");
    e.payload.equity.amount = Cash::from_units(2);
    step(e);
    mark(kPerpetual, kReference);
    profit();
    fill(kPerpetual, Side::sell, 10'000, 50'000);  // 2 coins short against 2 in the wallet
    price_goes_to(51'000);
    // What remains is the fee: none is defined.
    EXPECT_NEAR(profit().profit, 0, 1e-2);
}

TEST_F(Risk, GreeksAreTheEnginesOwn) {
    open_market();
    std::mt19937_64 random(613);
    for (int n = 0; n < kListed; n += 2)
        fill(id(n), random() % 2 ? Side::buy : Side::sell, 0.1 * static_cast<double>(1 + random() % 90),
             0.05);
    complete_greeks(memory.state(), config, kBtc, btc().exposure);
    const RiskFigures f = figures();
    EXPECT_NEAR(f.gamma, btc().exposure.gamma, 1e-9 * std::abs(f.gamma));
    EXPECT_NEAR(f.vega, btc().exposure.vega, 1e-9 * std::abs(f.vega));
    EXPECT_NEAR(f.theta, btc().exposure.theta, 1e-9 * std::abs(f.theta));
    EXPECT_EQ(f.position_sequence, sequence);
}

TEST_F(Risk, EachExpiryCountsInItsBucketAndInTheTotal) {
    open_market();
    fill(id(0), Side::buy, 10, 0.05);    // half a day
    fill(id(8), Side::sell, 10, 0.05);   // five days
    fill(id(16), Side::sell, 10, 0.05);  // forty: later than the last bucket
    UnderlyingConfig& rules = config.underlyings[0];
    rules.buckets = {{1, {}}, {7, {}}};
    configure();
    const auto sums = *book_greeks(memory.state(), config.underlyings[0], kBtc);
    EXPECT_GT(sums[0].gamma, 0);
    EXPECT_LT(sums[1].gamma, 0);
    EXPECT_EQ(sums[2].gamma, 0);
    EXPECT_LT(sums[kAllExpiries].vega, sums[0].vega + sums[1].vega) << "the far one is in the total";
    const auto far = *contract_greeks(memory.state(), rules, memory.state().instruments[id(16)]);
    EXPECT_NEAR(sums[kAllExpiries].vega, sums[0].vega + sums[1].vega - 10 * far.vega, 1e-9);

    rules.buckets[0].limits.gamma = {0.9 * sums[0].gamma, 1.1 * sums[0].gamma};
    rules.buckets[1].limits.gamma = {-0.5 * sums[1].gamma, -0.9 * sums[1].gamma};
    rules.greek_limits.vega = {0, -0.99 * sums[kAllExpiries].vega};
    rules.greek_limits.theta = {1e6, 2e6};
    const RiskFigures f = figures();
    EXPECT_EQ(f.soft, limit_bit(LimitedGreek::gamma, 0) | limit_bit(LimitedGreek::gamma, 1));
    EXPECT_EQ(f.hard, limit_bit(LimitedGreek::gamma, 1) | limit_bit(LimitedGreek::vega, kAllExpiries));
}

TEST_F(Risk, GammaIsTheDeltaThatOnePerCentBrings) {
    basis = 0;
    open_market();
    fill(id(17), Side::buy, 10, 500);  // quote-settled: its delta is dV/dF
    const auto sums = *book_greeks(memory.state(), config.underlyings[0], kBtc);
    quote(kPerpetual, kReference * 1.0001);
    const double up = net_delta();
    quote(kPerpetual, kReference * 0.9999);
    EXPECT_NEAR(sums[kAllExpiries].gamma, (up - net_delta()) / 0.02, 1e-3 * sums[kAllExpiries].gamma);
}

TEST_F(Risk, TheAccountIsTheSumAndItsGammaIsMoney) {
    open_market();
    fill(id(16), Side::sell, 10, 0.05);
    mark(id(16), 0.05);
    auto one = *risk_round(memory.state(), config, kBtc, day);
    UnderlyingRound other = one;  // another underlying, ten times cheaper, that gains where this one loses
    other.reference = one.reference / 10;
    for (Outcome& o : other.outcomes) o.profit = -0.25 * o.profit;
    config.greek_limits.gamma.soft = 1;
    const std::vector<UnderlyingRound> rounds{one, other};
    const RiskFigures f = account_figures(memory.state(), config, rounds);
    EXPECT_EQ(f.underlying, kNoUnderlying);
    EXPECT_NEAR(f.gamma, one.greeks.gamma * one.reference * 1.1, 1e-9);
    EXPECT_NEAR(f.worst_loss, 0.75 * one.figures.worst_loss, 1e-6);
    EXPECT_EQ(f.worst_scenario, one.figures.worst_scenario);
    EXPECT_EQ(f.soft, limit_bit(LimitedGreek::gamma, kAllExpiries));
    EXPECT_EQ(f.profit_known, 1);
    EXPECT_GT(one.figures.worst_loss, 0);
}

}  // namespace
}  // namespace hw::hedge::test
