// The volatility that is explained is the marks', not our own smile's, and each mark is taken with the market
// of its own moment.
#include <random>

#include "hedge/explain.h"
#include "tests/hedge/explain_fixture.h"

namespace hw::hedge::test {
namespace {

class ExplainedMarks : public Explained {
  protected:
    double value(double forward, double vol) const { return greeks(forward, vol).price; }
    pricing::Greeks greeks(double forward, double vol) const {
        const double years = (kExpiry - now).to_years();
        return pricing::black76({Settlement::inverse, OptionType::call, forward, 50'000, years, vol, 0});
    }
    void buy_ten() { trade(kCall, Side::buy, 10, memory.state().tickers[index(kCall)].mark.to_double()); }
    /// What the explainer does when time passes, a little or enough for a step.
    void pass(Nanos time = Nanos::from_seconds(1)) {
        now = now + time;
        see(make(EventType::timer));
    }
    double coin(Cause c) { return finish().coin[c].to_double(); }
};

TEST_F(ExplainedMarks, ASmileThatMovesWhileTheMarksStayIsNoProfit) {
    begin();
    mark_call(0.6);
    buy_ten();
    for (const double vol : {0.65, 0.55, 0.62}) {
        resurface(vol);
        pass();
    }
    const ExplainLine& line = finish().coin;
    EXPECT_EQ(line[Cause::vega], Cash{});
    EXPECT_EQ(line[Cause::volga], Cash{});
    EXPECT_EQ(line[Cause::theta], Cash{});  // the mark has not lost it yet
    EXPECT_EQ(line[Cause::unexplained], Cash{});
    EXPECT_EQ(line.total, Cash{});
}

TEST_F(ExplainedMarks, MarksThatMoveWhileTheSmileStaysAreVega) {
    begin();
    mark_call(0.6);
    buy_ten();
    mark_call(0.65);
    const ExplainLine& line = finish().coin;
    EXPECT_NEAR(line[Cause::vega].to_double(), 10 * 5 * greeks(kReference, 0.6).vega / kReference, 1e-6);
    EXPECT_EQ(line[Cause::delta], Cash{});
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 1e-8);
    EXPECT_EQ(sum(line), line.total);
}

// The smile goes up while the marks go down.
TEST_F(ExplainedMarks, TheMarksVolatilityCountsAlsoWhenTheSmilesGoesTheOtherWay) {
    begin();
    mark_call(0.6);
    buy_ten();
    resurface(0.7);
    mark_call(0.58);
    pass();
    EXPECT_NEAR(coin(Cause::vega), -10 * 2 * greeks(kReference, 0.6).vega / kReference, 1e-5);
    EXPECT_NEAR(coin(Cause::unexplained), 0, 1e-8);
}

TEST_F(ExplainedMarks, AMarkThatFollowsTheMarketLateIsDeltaWhenItComes) {
    begin();
    mark_call(0.6);
    buy_ten();
    quote(kPerpetual, kReference + 100);
    pass();
    EXPECT_EQ(coin(Cause::delta), 0);
    EXPECT_EQ(coin(Cause::unexplained), 0);
    mark_call(0.6);
    const ExplainLine& line = finish().coin;
    EXPECT_NEAR(line[Cause::delta].to_double(), 10 * greeks(kReference, 0.6).net_delta / kReference * 100,
                1e-6);
    EXPECT_GT(line[Cause::gamma].to_double(), 0);
    EXPECT_NEAR(line[Cause::vega].to_double(), 0, 1e-7);
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 1e-8);
}

// What is bought after the market's move and before the mark's gained nothing by the move: the fill is
// measured at the market of its moment, the mark's later way there is not the new position's.
TEST_F(ExplainedMarks, AFillAtTheMarketHasNoEdgeAndNoDeltaOfALateMark) {
    begin();
    mark_call(0.6);
    mark(kPerpetual, kReference);
    now = now + Nanos::from_us(1);
    quote(kPerpetual, kReference + 100);
    trade(kCall, Side::buy, 10, value(kReference + 100, 0.6));
    trade(kPerpetual, Side::sell, 5'000, kReference + 99);
    mark_call(0.6);
    mark(kPerpetual, kReference + 100);
    const Explanation& x = finish();
    EXPECT_NEAR((x.coin[Cause::edge]).to_double(), 0, 1e-7);
    EXPECT_NEAR(x.coin[Cause::slippage].to_double(), -1 / kReference, 1e-6);
    EXPECT_NEAR((x.coin[Cause::delta] + x.coin[Cause::gamma]).to_double(), 0, 1e-6);
    EXPECT_NEAR(x.coin[Cause::basis].to_double(), 0, 1e-8);
    EXPECT_NEAR(x.coin[Cause::unexplained].to_double(), 0, 1e-8);
    EXPECT_EQ(sum(x.coin), x.coin.total);
}

// A mark of 49,990 arrives, then the hedge instrument goes on: the mark is not of that price.
TEST_F(ExplainedMarks, AMarkIsTakenWithTheMarketOfItsMoment) {
    begin();
    mark_call(0.6);
    buy_ten();
    quote(kPerpetual, kReference - 10);
    mark_call(0.6);
    quote(kPerpetual, kReference + 200);
    pass();
    EXPECT_NEAR(coin(Cause::delta), -10 * greeks(kReference, 0.6).net_delta / kReference * 10, 1e-7);
    EXPECT_NEAR(coin(Cause::vega), 0, 1e-7);
}

// The index comes with the mark, a future's with its own: the forward is theirs, the hedge's premium basis.
TEST_F(ExplainedMarks, TheForwardIsTheOneThatTheMarkWasMadeWith) {
    begin();
    mark(kFuture, 50'500, 0, 50'000);
    mark(kCall, value(50'500, 0.6), 0, 50'000);
    buy_ten();
    quote(kPerpetual, kReference + 30);  // a premium that index and marks know nothing of
    const double same = value(50'500, 0.6);
    now = now + Nanos::from_us(1);
    mark(kCall, same, 0, 50'000);
    const ExplainLine& line = finish().coin;
    EXPECT_GT(line[Cause::delta].to_double(), 1e-3);
    EXPECT_NEAR((line[Cause::delta] + line[Cause::gamma] + line[Cause::basis]).to_double(), 0, 1e-6);
    EXPECT_NEAR(line[Cause::vega].to_double(), 0, 1e-8);
    EXPECT_EQ(line.total, Cash{});
}

TEST_F(ExplainedMarks, DeepInTheMoneyThePriceTellsTheForward) {
    begin();
    now = kExpiry - Nanos::from_seconds(900);
    quote(kPerpetual, 51'000);
    mark(kCall, value(51'000, 0.6));
    buy_ten();
    // Five dollars less than our forward: below the exercise value, no volatility gives it.
    ASSERT_LT(value(50'995, 0.6), 1 - 50'000.0 / 51'000);
    mark(kCall, value(50'995, 0.6));
    const ExplainLine& line = finish().coin;
    EXPECT_NEAR(line[Cause::basis].to_double(), 10 * (value(50'995, 0.6) - value(51'000, 0.6)), 1e-8);
    EXPECT_EQ(line[Cause::vega], Cash{});
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 1e-8);
}

TEST_F(ExplainedMarks, ABrokenMarkIsUnexplained) {
    begin();
    mark_call(0.6);
    buy_ten();
    mark(kCall, 1.5);  // a coin-settled call is worth less than one coin
    const ExplainLine& line = finish().coin;
    EXPECT_NEAR(line[Cause::unexplained].to_double(), line.total.to_double(), 1e-6);
    EXPECT_GT(line.total.to_double(), 10);
    mark_call(0.6);
    EXPECT_NEAR(finish().coin[Cause::unexplained].to_double(), 0, 1e-6);
}

TEST_F(ExplainedMarks, FundingGoesOnBetweenMarks) {
    begin();
    mark(kPerpetual, kReference, 0.0008);
    trade(kPerpetual, Side::buy, 5'000, kReference);  // one coin
    for (int n = 0; n < 4; ++n) pass(Nanos::from_seconds(3'600));
    EXPECT_NEAR(coin(Cause::funding), -0.0004, 1e-8);
    trade(kPerpetual, Side::sell, 5'000, kReference);
    pass(Nanos::from_seconds(3'600));
    EXPECT_NEAR(coin(Cause::funding), -0.0004, 1e-8);
}

// Marks with volatilities of their own, late ones, fills in between, a smile that goes where it likes.
TEST_F(ExplainedMarks, PropertyMarksThatTheModelCanReachLeaveNothingUnexplained) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto draw = [&](double from, double to) {
        return from + (to - from) * static_cast<double>(random() % 10'001) / 10'000;
    };
    begin();
    mark(kCall, value(kReference, 0.6));
    Cash gross;
    for (int n = 0; n < 1'000; ++n) {
        const Cash before = finish().coin.total;
        switch (random() % 5) {
            case 0:
                trade(kCall, random() % 2 ? Side::buy : Side::sell, static_cast<double>(1 + random() % 9),
                      value(btc().reference, draw(0.4, 0.8)));
                break;
            case 1:
                mark(kCall, value(btc().reference, draw(0.5, 0.7)));
                break;
            case 2:
                quote(kPerpetual, std::round(draw(45'000, 55'000)));
                break;
            case 3:
                resurface(draw(0.3, 1.0));
                break;
            default:
                pass(Nanos::from_seconds(static_cast<std::int64_t>(random() % 600)));
                break;
        }
        const Cash change = finish().coin.total - before;
        gross += change > Cash{} ? change : -change;
    }
    const ExplainLine& line = finish().coin;
    EXPECT_GT(gross.to_double(), 1);
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 1e-5);
    EXPECT_EQ(sum(line), line.total);
}

}  // namespace
}  // namespace hw::hedge::test
