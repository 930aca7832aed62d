// The parts of a profit: each cause alone, and all of them together to the last unit.
#include "hedge/explain.h"

#include <random>

#include "hedge/valuation.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Explained : public EngineTest {
  protected:
    void begin() {
        config.underlyings[0].band = 1e6;
        start();
        explainer.begin(memory.state());
    }
    /// The last Event the fixture made is what the explainer sees, with the state after it.
    void see(Event e) {
        step(e);
        explainer.observe(e, memory.state(), config);
    }
    void trade(InstrumentId id, Side side, double contracts, double at) {
        see(execution(id, side, contracts, at));
    }
    void mark(InstrumentId id, double at, double funding = 0) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker = {};
        Ticker& t = e.payload.ticker;
        t.mark = test::price(at);
        t.index = t.last = t.settlement = t.delivery = t.estimated_delivery = kNoPrice;
        t.funding_8h = funding;
        see(e);
    }
    /// The call's mark is what our own surface makes of it.
    void mark_call(double vol) {
        const double years = (kExpiry - now).to_years();
        mark(kCall, std::round(pricing::black76({Settlement::inverse, OptionType::call, btc().reference,
                                                 50'000, years, vol, 0})
                                   .price *
                               1e9) *
                        1e-9);
    }
    void resurface(double vol) {
        Event e = make(EventType::surface);
        std::vector<SmileSlice> slices{flat_slice(kExpiry, Settlement::inverse, vol)};
        e.payload.surface.blob = blobs.put(encode_surface(btc().reference, slices));
        e.payload.surface.underlying = kBtc;
        see(e);
    }
    const Explanation& finish() {
        explainer.finish(memory.state(), config);
        return explainer.of(kBtc);
    }
    static Cash sum(const ExplainLine& line) {
        Cash all;
        for (const Cash part : line.parts) all += part;
        return all;
    }
    Explainer explainer;
};

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

// Whatever happens, the parts add up, and the totals are the ledger's cash and marks.
TEST_F(Explained, PropertyPartsAddUpToTheLedgersChangeToTheLastUnit) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    begin();
    for (const InstrumentId id : {kPerpetual, kLinear, kFuture}) mark(id, kReference);
    mark_call(0.6);
    mark(kPut, 900);
    for (int n = 0; n < 2'000; ++n) {
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
    Cash coin, quote_cash;
    for (std::uint32_t n = 0; n < 5; ++n) {
        const PositionLine& held = line(InstrumentId{n});
        const Instrument& i = memory.state().instruments[InstrumentId{n}];
        const auto mark_now = Price::from_double(mark_price(memory.state(), InstrumentId{n}));
        const Cash worth = held.cash - held.fees + contract_value(i, held.qty, *mark_now);
        (i.is_inverse() ? coin : quote_cash) += worth;
    }
    for (const ExplainLine* l : {&x.coin, &x.quote, &x.hedges_coin, &x.hedges_quote})
        EXPECT_EQ(sum(*l), l->total);
    EXPECT_EQ(x.coin.total - x.coin[Cause::funding], coin);
    EXPECT_EQ(x.quote.total - x.quote[Cause::funding], quote_cash);
}

}  // namespace
}  // namespace hw::hedge::test
