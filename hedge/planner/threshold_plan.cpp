#include "hedge/planner/threshold_plan.h"

#include <cmath>
#include <vector>

#include "core/pricing/black76.h"
#include "hedge/context.h"
#include "hedge/option_terms.h"
#include "hedge/policy/bands.h"

namespace hw::hedge {

namespace {

/// An option of the book as the bands see it.
struct Piece {
    double coins = 0;
    double gamma = 0;  ///< of all its coins
    pricing::OptionTerms terms;
};

std::vector<Piece> pieces_of(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id) {
    std::vector<Piece> pieces;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        if (i.underlying != id || !i.is_option() || state.positions[n].qty.is_zero()) continue;
        const auto terms = option_terms(state, rules, i);
        if (!terms) continue;
        const double coins = state.positions[n].qty.to_double() * i.contract_size.to_double();
        pieces.push_back({coins, coins * pricing::black76(*terms).gamma, *terms});
    }
    return pieces;
}

Band band_of(PolicyKind kind, const BandInputs& in) {
    return kind == PolicyKind::zakamouline ? zakamouline(in) : whalley_wilmott(in);
}

/// What the delta would gain if the option's volatility were `ratio` times what it is.
double delta_shift(const Piece& p, double ratio) {
    if (ratio == 1) return 0;
    pricing::OptionTerms other = p.terms;
    other.vol *= ratio;
    return p.coins * (pricing::black76(other).net_delta - pricing::black76(p.terms).net_delta);
}

}  // namespace

double trading_cost(const EngineState& state, const UnderlyingState& u, const UnderlyingConfig& rules) {
    const BookSet::Touch touch = state.books.touch(u.hedge);
    const double spread =
        touch.has_bid && touch.has_ask && touch.bid < touch.ask ? (touch.ask - touch.bid).to_double() : 0;
    const double fee = state.instruments[u.hedge].taker_fee_nanos * 1e-9;
    return std::fmax(fee + spread / 2 / u.reference + rules.policy.extra_cost_bp * 1e-4, 0.0);
}

std::optional<Thresholds> plan_thresholds(const EngineState& state, const EngineConfig& config,
                                          UnderlyingId id) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const UnderlyingConfig& rules = rules_of(config, u);
    const PolicyKind kind = rules.policy.kind;
    const bool planned = kind == PolicyKind::whalley_wilmott || kind == PolicyKind::zakamouline;
    if (!planned || !u.has_hedge || !(u.reference > 0)) return std::nullopt;
    const std::vector<Piece> pieces = pieces_of(state, rules, id);
    Thresholds t{};
    t.underlying = id;
    t.position_sequence = state.last_sequence;
    t.cost = trading_cost(state, u, rules);
    double weights = 0;
    for (const Piece& p : pieces) t.gamma += p.gamma, weights += std::abs(p.gamma);
    // No gamma, no risk of the delta's wandering: the hard limit is the only band.
    t.half_width = weights > 0 ? 0 : rules.band;
    for (const Piece& p : pieces) {
        const Band band = band_of(
            kind, {u.reference, t.gamma, p.terms.years, p.terms.vol, 0, t.cost, rules.policy.risk_aversion});
        if (weights > 0) t.half_width += std::abs(p.gamma) / weights * band.half_width;
        // The delta is to be what it would be at the other volatility: the target takes up the difference.
        t.target_shift -= delta_shift(p, band.vol_ratio);
    }
    return t;
}

}  // namespace hw::hedge
