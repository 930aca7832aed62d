#include "hedge/option_terms.h"

#include "core/pricing/math.h"
#include "core/surface.h"
#include "hedge/settling.h"
#include "hedge/volatility.h"

namespace hw::hedge {

const SmileSlice* slice_of(const UnderlyingState& u, const Instrument& i) {
    for (std::uint32_t n = 0; n < u.slice_count; ++n) {
        if (u.slices[n].expiry == i.expiry && u.slices[n].settlement == i.settlement) return &u.slices[n];
    }
    return nullptr;
}

std::optional<pricing::OptionTerms> option_terms(const EngineState& state, const UnderlyingConfig& rules,
                                                 const Instrument& i) {
    if (i.underlying == kNoUnderlying) return std::nullopt;
    const UnderlyingState& u = state.underlyings[index(i.underlying)];
    const SmileSlice* const slice = slice_of(u, i);
    if (slice == nullptr || !(u.reference > 0) || !(u.surface_reference > 0)) return std::nullopt;
    pricing::OptionTerms t;
    t.settlement = i.settlement;
    t.type = i.option_type;
    t.strike = i.strike.to_double();
    t.forward = u.reference * slice->forward_ratio;
    t.years = pricing::variance_years(i.expiry, state.now, rules.settlement_window);
    const double moved = pricing::log(u.reference / u.surface_reference);
    t.vol = vol_at(*slice, pricing::log(t.strike / t.forward) + stickiness_of(rules) * moved);
    if (!(t.years > 0) || !(t.vol > 0)) return std::nullopt;
    return t;
}

std::optional<pricing::WindowGreeks> option_greeks(const EngineState& state, const UnderlyingConfig& rules,
                                                   const Instrument& i) {
    const auto terms = option_terms(state, rules, i);
    if (!terms) return std::nullopt;
    if (!settling(i.expiry, state.now, rules)) {
        const pricing::Greeks g = pricing::black76(*terms);
        return pricing::WindowGreeks{g.price, g.delta, g.net_delta, g.gamma, g.vega, g.theta};
    }
    const auto so_far = window_state(state, rules, i.underlying, i.expiry, i.settlement);
    if (!so_far) return std::nullopt;
    pricing::WindowTerms w;
    w.settlement = terms->settlement;
    w.type = terms->type;
    w.strike = terms->strike;
    w.forward = terms->forward;
    w.vol = terms->vol;
    w.window = rules.settlement_window;
    return pricing::window_greeks(w, *so_far);
}

}  // namespace hw::hedge
