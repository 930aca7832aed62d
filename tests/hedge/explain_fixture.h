// An explainer beside the engine of the fixture: it sees each Event with the engine's state after it.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "hedge/explain.h"
#include "hedge/valuation.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {

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
    /// `index_at`: that comes with the mark; zero: none.
    void mark(InstrumentId id, double at, double funding = 0, double index_at = 0) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker = {};
        Ticker& t = e.payload.ticker;
        t.mark = test::price(at);
        t.index = t.last = t.settlement = t.delivery = t.estimated_delivery = kNoPrice;
        if (index_at > 0) t.index = test::price(index_at);
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
    /// What the ledger and the marks say, in coin and in quote currency.
    std::array<Cash, 2> worth() {
        std::array<Cash, 2> sums{};
        for (std::uint32_t n = 0; n < 5; ++n) {
            const PositionLine& held = line(InstrumentId{n});
            const Instrument& i = memory.state().instruments[InstrumentId{n}];
            const auto mark_now = Price::from_double(mark_price(memory.state(), InstrumentId{n}));
            sums[i.is_inverse() ? 0 : 1] += held.cash - held.fees + contract_value(i, held.qty, *mark_now);
        }
        return sums;
    }
    Explainer explainer;
};

}  // namespace hw::hedge::test
