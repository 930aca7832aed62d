#include "hedge/exposure.h"

#include <cmath>

#include "core/pricing/black76.h"
#include "core/pricing/math.h"

namespace hw::hedge {

double mid_price(const EngineState& state, InstrumentId id) {
    const BookSlot& slot = state.books.slot(id);
    if (!slot.trusted) return 0;
    const BookSet::Touch t = state.books.touch(id);
    if (!t.has_bid || !t.has_ask || t.bid >= t.ask) return 0;
    return 0.5 * (t.bid.to_double() + t.ask.to_double());
}

double delta_per_contract(const Instrument& i, double price) {
    const double size = i.contract_size.to_double();
    if (!i.is_inverse()) return size;
    return price > 0 ? size / price : 0;
}

double forward_of(const UnderlyingState& u, const Held& held) {
    return held.slice == 0 ? u.reference : u.reference * u.slices[held.slice - 1].forward_ratio;
}

void attach_volatility(const EngineState& state, const UnderlyingState& u, Held& held) {
    const Instrument& i = state.instruments[held.instrument];
    held.slice = 0;
    held.vol = 0;
    for (std::uint32_t s = 0; s < u.slice_count; ++s) {
        const SmileSlice& slice = u.slices[s];
        if (slice.expiry != i.expiry || (i.is_option() && slice.settlement != i.settlement)) continue;
        held.slice = s + 1;
        if (i.is_option()) {
            const double forward = u.surface_reference * slice.forward_ratio;
            held.vol = vol_at(slice, pricing::log(i.strike.to_double() / forward));
        }
        return;
    }
}

namespace {

bool add_option(const EngineState& state, const UnderlyingState& u, const Held& held, Exposure& sum) {
    const Instrument& i = state.instruments[held.instrument];
    const Nanos left = i.expiry - state.now;
    if (left > Nanos{} && !(held.vol > 0)) return false;
    pricing::OptionTerms terms;
    terms.settlement = i.settlement;
    terms.type = i.option_type;
    terms.forward = forward_of(u, held);
    terms.strike = i.strike.to_double();
    terms.years = left.to_years();
    terms.vol = held.vol;
    const pricing::Greeks g = pricing::black76(terms);
    const double weight =
        state.positions[index(held.instrument)].qty.to_double() * i.contract_size.to_double();
    sum.net_delta += weight * g.net_delta;
    sum.gamma += weight * g.gamma;
    sum.vega += weight * g.vega;
    sum.theta += weight * g.theta;
    return true;
}

void add_delta_one(const EngineState& state, const UnderlyingState& u, const Held& held, Exposure& sum) {
    const Instrument& i = state.instruments[held.instrument];
    const bool is_reference = u.has_hedge && held.instrument == u.hedge;
    const double own = is_reference ? 0 : mid_price(state, held.instrument);
    const double price = own > 0 ? own : forward_of(u, held);
    sum.net_delta += state.positions[index(held.instrument)].qty.to_double() * delta_per_contract(i, price);
}

}  // namespace

bool evaluate(const EngineState& state, const UnderlyingState& u, Exposure& sum) {
    sum = {};
    if (!(u.reference > 0)) return false;
    bool known = true;
    for (std::size_t n = 0; n < u.held_count; ++n) {
        const Held& held = u.held[n];
        if (state.instruments[held.instrument].is_option()) {
            known &= add_option(state, u, held, sum);
        } else {
            add_delta_one(state, u, held, sum);
        }
    }
    return known && std::isfinite(sum.net_delta);
}

}  // namespace hw::hedge
