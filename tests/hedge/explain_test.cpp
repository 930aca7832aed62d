// The parts of a profit: each cause alone, and all of them together to the last unit.
#include "hedge/explain.h"

#include <random>

#include "tests/hedge/explain_fixture.h"

namespace hw::hedge::test {
namespace {

TEST_F(Explained, AMoveOfTheForwardIsDeltaAndGamma) {
    begin();
    mark_call(0.6);
    trade(kCall, Side::buy, 10, memory.state().tickers[index(kCall)].mark.to_double());
    quote(kPerpetual, kReference + 200);
    mark_call(0.6);
    const ExplainLine& line = finish().coin;
    const double years = (kExpiry - now).to_years();
    const pricing::Greeks g =
        pricing::black76({Settlement::inverse, OptionType::call, kReference, 50'000, years, 0.6, 0});
    EXPECT_NEAR(line[Cause::delta].to_double(), 10 * g.net_delta / kReference * 200, 1e-6);
    EXPECT_GT(line[Cause::gamma].to_double(), 0);
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 1e-7);
    EXPECT_EQ(sum(line), line.total);
}

TEST_F(Explained, VolatilityAndTimeAreVegaAndTheta) {
    begin();
    mark_call(0.6);
    trade(kCall, Side::buy, 10, memory.state().tickers[index(kCall)].mark.to_double());
    resurface(0.65);
    mark_call(0.65);
    const double vega = finish().coin[Cause::vega].to_double();
    const double years = (kExpiry - now).to_years();
    EXPECT_NEAR(
        vega,
        10 * 5 *
            pricing::black76({Settlement::inverse, OptionType::call, kReference, 50'000, years, 0.6, 0})
                .vega /
            kReference,
        1e-5);
    EXPECT_EQ(explainer.of(kBtc).coin[Cause::theta], Cash{});
    now = now + Nanos::from_seconds(86'400);
    quote(kPerpetual, kReference);
    mark_call(0.65);
    const ExplainLine& line = finish().coin;
    EXPECT_LT(line[Cause::theta].to_double(), 0);
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 1e-7);
    EXPECT_EQ(sum(line), line.total);
}

TEST_F(Explained, AHedgeHasSlippageFeesFundingAndConvexity) {
    begin();
    mark(kPerpetual, kReference, 0.0008);
    Event e = execution(kPerpetual, Side::buy, 5'000, kReference + 10);  // one coin, 10 USD above the mark
    e.payload.execution.fee = Cash::from_nanos(50'000);
    e.payload.execution.fee_known = 1;
    see(e);
    now = now + Nanos::from_seconds(4 * 3'600);
    quote(kPerpetual, kReference * 1.01);
    mark(kPerpetual, kReference * 1.01, 0.0008);
    const Explanation& x = finish();
    const ExplainLine& line = x.hedges_coin;
    EXPECT_NEAR(line[Cause::slippage].to_double(), -10 / kReference, 1e-7);
    EXPECT_EQ(line[Cause::trading_fees], -Cash::from_nanos(50'000));
    EXPECT_NEAR(line[Cause::delta].to_double(), 0.01, 1e-9);
    EXPECT_NEAR(line[Cause::gamma].to_double(), 1 - 1 / 1.01 - 0.01, 1e-8);
    EXPECT_NEAR(line[Cause::funding].to_double(), -0.0004 / 1.01, 1e-8);  // a long pays
    EXPECT_EQ(sum(line), line.total);
    EXPECT_EQ(x.coin.total, line.total);
}

// A perpetual bought and sold in an earlier life, with its fees.
TEST_F(Explained, AnEarlierLifeIsNotCountedAgain) {
    begin();
    mark(kPerpetual, kReference);
    const auto with_fee = [&](Side side, double fee) {
        Event e = execution(kPerpetual, side, 5'000, kReference);
        e.payload.execution.fee = *Cash::from_double(fee);
        e.payload.execution.fee_known = 1;
        return e;
    };
    const Event first = with_fee(Side::buy, 0.01);
    see(first);
    see(with_fee(Side::sell, 0.01));
    explainer.begin(memory.state());
    see(first);  // resent after the restart
    EXPECT_EQ(memory.state().duplicates, 1u);
    EXPECT_EQ(finish().coin.total, Cash{});
    see(with_fee(Side::buy, 0.001));
    const ExplainLine& line = finish().coin;
    EXPECT_EQ(line.total, *Cash::from_double(-0.001));
    EXPECT_EQ(line[Cause::trading_fees], *Cash::from_double(-0.001));
    EXPECT_EQ(sum(line), line.total);
}

TEST_F(Explained, AStartingPositionCountsFromItsFirstMark) {
    begin();
    Event e = make(EventType::position, kLinear);
    e.payload.position.qty = qty(100'000);
    e.payload.position.average_price = price(2'000);
    see(e);
    mark(kLinear, 3'000);
    EXPECT_EQ(finish().quote.total, Cash{});
    EXPECT_EQ(finish().quote[Cause::unexplained], Cash{});
    mark(kLinear, 3'001);
    EXPECT_EQ(finish().quote.total, Cash::from_units(100));
}

TEST_F(Explained, AFillBeforeAnyMarkWaitsForItButItsFeeDoesNot) {
    begin();
    Event e = execution(kPut, Side::buy, 2, 890);
    e.payload.execution.fee = Cash::from_units(3);
    e.payload.execution.fee_known = 1;
    see(e);
    EXPECT_EQ(finish().quote.total, Cash::from_units(-3));
    mark(kPut, 900);
    EXPECT_EQ(finish().quote[Cause::edge], Cash::from_units(20));
    EXPECT_EQ(finish().quote.total, Cash::from_units(17));
    EXPECT_EQ(finish().quote[Cause::unexplained], Cash{});
}

TEST_F(Explained, WhatIsOpenedAndClosedNeedsNoMark) {
    begin();
    trade(kPut, Side::buy, 2, 890);
    trade(kPut, Side::sell, 2, 900);
    EXPECT_EQ(finish().quote[Cause::edge], Cash::from_units(20));
    EXPECT_EQ(finish().quote.total, Cash::from_units(20));
}

// The mark goes with the surface rule: what the volatility does between two surfaces is vega, not a riddle.
TEST_F(Explained, BetweenSurfacesVolatilitiesFollowTheSurfaceRule) {
    config.underlyings[0].surface_rule = SurfaceRule::sticky_moneyness;
    begin();
    SmileSlice smile = flat_slice(kExpiry, Settlement::inverse, 0.6);
    smile.b = 0.05, smile.rho = -0.5;
    Event e = make(EventType::surface);
    e.payload.surface.blob = blobs.put(encode_surface(kReference, std::vector{smile}));
    e.payload.surface.underlying = kBtc;
    see(e);
    const auto mark_by = [&](double forward) {
        const double vol = vol_at(smile, std::log(50'000 / forward));
        mark(kCall, pricing::black76({Settlement::inverse, OptionType::call, forward, 50'000,
                                      (kExpiry - now).to_years(), vol, 0})
                        .price);
    };
    mark_by(kReference);
    trade(kCall, Side::buy, 10, memory.state().tickers[index(kCall)].mark.to_double());
    quote(kPerpetual, kReference + 50);
    mark_by(kReference + 50);
    const ExplainLine& line = finish().coin;
    const double vega = std::abs(line[Cause::vega].to_double());
    EXPECT_GT(vega, 1e-4);
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 0.02 * vega);  // the rule is a straight line
}

class ExplainedDelivery : public Explained {
  protected:
    /// 45 minutes before the expiry, the window half an hour.
    void begin_near_expiry() {
        config.underlyings[0].settlement_window = Nanos::from_seconds(1'800);
        config.underlyings[0].stale_after = Nanos::from_seconds(3'600);
        begin();
        now = kExpiry - Nanos::from_seconds(2'700);
        quote(kPerpetual, kReference);
        resurface(0.6);
    }
    /// The index goes with the hedge instrument; the put, which is linear, and the future follow it.
    void pass(Nanos time, double to) {
        const double from = btc().reference;
        const int steps = static_cast<int>(time.to_seconds() / 10);
        for (int n = 1; n <= steps; ++n) {
            now = now + Nanos::from_seconds(10);
            const double at = std::round(from + (to - from) * n / steps);
            quote(kPerpetual, at);
            Event e = make(EventType::ticker, kPerpetual);
            e.payload.ticker = {};
            Ticker& t = e.payload.ticker;
            t.mark = t.index = price(at);
            t.last = t.settlement = t.delivery = t.estimated_delivery = kNoPrice;
            see(e);
            mark(kCall, call_price(at));
            see(make(EventType::timer));
        }
    }
    double call_price(double forward) {
        const auto average = btc().windows[0].average.at(now);
        if (!average || !(average->elapsed > 0)) {
            const double years = pricing::variance_years(kExpiry, now, Nanos::from_seconds(1'800));
            return pricing::black76({Settlement::inverse, OptionType::call, forward, 50'000, years, 0.6, 0})
                .price;
        }
        return pricing::window_greeks(
                   {Settlement::inverse, OptionType::call, 50'000, forward, 0.6, Nanos::from_seconds(1'800)},
                   *average)
            .price;
    }
    void deliver(InstrumentId id, double at) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker = {};
        Ticker& t = e.payload.ticker;
        t.mark = t.index = t.last = kNoPrice;
        t.delivery = price(at);
        t.state = TradingState::settled;
        see(e);
    }
};

TEST_F(ExplainedDelivery, InTheWindowAnOptionIsExplainedByItsAverage) {
    begin_near_expiry();
    mark(kCall, call_price(kReference));
    trade(kCall, Side::buy, 10, call_price(kReference));
    pass(Nanos::from_seconds(900), kReference + 100);
    pass(Nanos::from_seconds(900), kReference - 150);  // half of the window
    const ExplainLine& line = finish().coin;
    EXPECT_GT(std::abs(line[Cause::delta].to_double()), 1e-3);
    EXPECT_NEAR(line[Cause::unexplained].to_double(), 0, 2e-6);
    EXPECT_EQ(sum(line), line.total);
}

TEST_F(ExplainedDelivery, TheJumpToTheDeliveryPriceIsExplained) {
    config.underlyings[0].delivery_fee_option_bp = 1.5;
    begin_near_expiry();
    mark(kCall, call_price(kReference));
    mark(kFuture, kReference);
    trade(kCall, Side::buy, 10, call_price(kReference));
    trade(kFuture, Side::buy, 5'000, kReference);
    pass(Nanos::from_seconds(2'690), kReference + 120);
    now = kExpiry + Nanos::from_seconds(5);
    const double average = btc().windows[0].average.at(kExpiry - Nanos::from_seconds(1))->average;
    deliver(kCall, std::round(average));
    deliver(kFuture, std::round(average));
    EXPECT_TRUE(line(kCall).qty.is_zero());
    const ExplainLine& coin = finish().coin;
    EXPECT_LT(coin[Cause::delivery_fees].to_double(), -1e-5);
    EXPECT_LT(std::abs(coin[Cause::theta].to_double()), 0.02);
    EXPECT_LT(std::abs(coin[Cause::basis].to_double()), 0.02);
    EXPECT_NEAR(coin[Cause::unexplained].to_double(), 0, 2e-6);
    EXPECT_EQ(sum(coin), coin.total);
    Cash worth;
    for (const InstrumentId id : {kCall, kFuture}) worth += line(id).cash - line(id).fees;
    EXPECT_EQ(coin.total, worth);
}

TEST_F(ExplainedDelivery, WithoutAnyMarkADeliveryBringsNothingButItsFee) {
    config.underlyings[0].delivery_fee_future_bp = 2.5;
    begin_near_expiry();
    Event e = make(EventType::position, kFuture);
    e.payload.position.qty = qty(5'000);
    e.payload.position.average_price = price(40'000);
    see(e);
    now = kExpiry + Nanos::from_seconds(5);
    deliver(kFuture, kReference);
    EXPECT_EQ(finish().coin.total, -line(kFuture).fees);
    EXPECT_EQ(finish().coin[Cause::delivery_fees], -line(kFuture).fees);
}

// Whatever happens, the parts add up, and the totals are the ledger's cash and marks.
TEST_F(Explained, PropertyPartsAddUpToTheLedgersChangeToTheLastUnit) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    begin();
    for (const InstrumentId id : {kPerpetual, kLinear, kFuture}) mark(id, kReference);
    mark_call(0.6);
    mark(kPut, 900);
    std::array<Cash, 2> before{};
    for (int n = 0; n < 2'000; ++n) {
        if (n == 700) {  // a run begins on what the journal has
            explainer.begin(memory.state());
            before = worth();
        }
        const auto id = InstrumentId{static_cast<std::uint32_t>(random() % 5)};
        const double move = 1 + 1e-3 * (static_cast<double>(random() % 201) / 100 - 1);
        switch (random() % 5) {
            case 0: {
                const double at = memory.state().tickers[index(id)].mark.to_double();
                trade(id, random() % 2 ? Side::buy : Side::sell, static_cast<double>(1 + random() % 9),
                      at * move);
                break;
            }
            case 1:
                mark(id, memory.state().tickers[index(id)].mark.to_double() * move);
                break;
            case 2:
                quote(kPerpetual, std::round(btc().reference * move));
                break;
            case 3:
                resurface(0.6 * move);
                break;
            default:
                now = now + Nanos::from_ms(300);
                see(make(EventType::timer));
                break;
        }
    }
    const Explanation& x = finish();
    const auto [coin, quote_cash] = worth();
    for (const ExplainLine* l : {&x.coin, &x.quote, &x.hedges_coin, &x.hedges_quote})
        EXPECT_EQ(sum(*l), l->total);
    EXPECT_EQ(x.coin.total - x.coin[Cause::funding], coin - before[0]);
    EXPECT_EQ(x.quote.total - x.quote[Cause::funding], quote_cash - before[1]);
}

}  // namespace
}  // namespace hw::hedge::test
