#include "hedge/valuation.h"

#include "hedge/exposure.h"

namespace hw::hedge {

double mark_price(const EngineState& state, InstrumentId id) {
    const double mark = state.tickers[index(id)].mark.to_double();
    return mark > 0 ? mark : mid_price(state, id);
}

namespace {

/// Value in the settlement currency of a position at its mark.
double marked_value(const EngineState& state, InstrumentId id, bool& known) {
    const PositionLine& line = state.positions[index(id)];
    if (line.qty.is_zero()) return 0;
    const double mark = mark_price(state, id);
    const auto price = Price::from_double(mark);
    if (!(mark > 0) || !price) {
        known = false;
        return 0;
    }
    return contract_value(state.instruments[id], line.qty, *price).to_double();
}

}  // namespace

Profit profit_of(const EngineState& state, UnderlyingId underlying) {
    Profit p;
    const double reference = state.underlyings[index(underlying)].reference;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        if (i.underlying != underlying) continue;
        const PositionLine& line = state.positions[n];
        const double fees = line.fees.to_double();
        const double value = line.cash.to_double() + marked_value(state, InstrumentId{n}, p.complete) - fees;
        (i.is_inverse() ? p.coin : p.quote) += value;
        p.fees_quote += i.is_inverse() ? fees * reference : fees;
    }
    p.total_quote = p.coin * reference + p.quote;
    return p;
}

}  // namespace hw::hedge
