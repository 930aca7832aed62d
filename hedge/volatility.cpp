#include "hedge/volatility.h"

#include <algorithm>
#include <cmath>

#include "hedge/exposure.h"
#include "hedge/ladder_use.h"

namespace hw::hedge {

namespace {

constexpr Nanos kJournaledUsable = Nanos::from_seconds(600);

pricing::SmileResponse surface_response(const UnderlyingConfig& rules) {
    pricing::SmileResponse r;
    r.ssr = stickiness_of(rules);
    return r;
}

pricing::SmileResponse delta_response(const UnderlyingConfig& rules, const MinVarianceFit& fit) {
    pricing::SmileResponse r;
    if (rules.smile_delta == SmileDelta::sticky_moneyness) r.ssr = 0;
    if (rules.smile_delta == SmileDelta::min_variance) r.a = fit.a, r.b = fit.b, r.c = fit.c;
    return r;
}

const SmileSlice* slice_of(const UnderlyingState& u, const ExpiryGroup& g) {
    return g.slice == 0 ? nullptr : &u.slices[g.slice - 1];
}

void find_slice(const UnderlyingState& u, ExpiryGroup& g) {
    g.slice = 0;
    g.forward = 0;
    for (std::uint32_t s = 0; s < u.slice_count; ++s) {
        if (u.slices[s].expiry != g.expiry || u.slices[s].settlement != g.settlement) continue;
        g.slice = s + 1;
        g.forward = u.surface_reference * u.slices[s].forward_ratio;
        return;
    }
}

/// How far the forward may go before the surface's rule has used up some node's volatility.
double reach_of(const pricing::KernelBlock* blocks, std::span<const pricing::BlockRef> refs) {
    double reach = pricing::kFarthestReach;
    for (const pricing::BlockRef ref : refs) {
        const pricing::KernelBlock& b = blocks[ref.block];
        for (std::size_t lane = 0; lane < pricing::kLanes; ++lane) {
            const double most = (1 - pricing::kLeastVolLeft) * b.vol[lane];
            if (std::abs(b.drift[lane]) * reach > most) reach = most / std::abs(b.drift[lane]);
        }
    }
    return reach;
}

void attach(Context& c, const UnderlyingState& u, const ExpiryGroup& g, pricing::KernelBlock* blocks,
            const pricing::RiskBlock* risk, std::span<const pricing::BlockRef> refs) {
    const SmileSlice* s = slice_of(u, g);
    if (s == nullptr) return;
    const pricing::AttachTerms terms = attach_terms(c.rules(u), u.min_variance, *s, g.forward);
    kernel_of(c.state).attach(blocks, risk, refs, terms);
}

void attach_all(Context& c, UnderlyingId underlying) {
    UnderlyingState& u = c.underlying(underlying);
    const auto groups = c.state.inventory.groups(underlying);
    for (std::uint16_t g = 0; g < groups.size(); ++g) {
        find_slice(u, groups[g]);
        const auto refs = c.state.inventory.refs(underlying, g);
        attach(c, u, groups[g], c.state.inventory.blocks(), c.state.inventory.risk(), refs);
        groups[g].reach = reach_of(c.state.inventory.blocks(), refs);
    }
    for (std::size_t n = 0; n < u.held_count; ++n) attach_slice(c.state, u, u.held[n]);
    u.full_due = 1;
}

/// However long the configuration trusts a surface of this run, an earlier run's is for the start of day.
Nanos usable_for(const UnderlyingState& u, const EngineConfig& config) {
    const bool journaled = u.slices[0].source == VolSource::journaled;
    return journaled ? std::min(kJournaledUsable, config.surface_stale_after) : config.surface_stale_after;
}

/// Is any slice that options are held in too far from the venue's marks?
bool disagrees(const EngineConfig& config, const EngineState& state, UnderlyingId id) {
    const UnderlyingState& u = state.underlyings[index(id)];
    for (const ExpiryGroup& g : state.inventory.groups(id)) {
        const SmileSlice* s = slice_of(u, g);
        if (s != nullptr && s->mark_gap > config.surface_vs_marks) return true;
    }
    return false;
}

}  // namespace

double stickiness_of(const UnderlyingConfig& rules) {
    switch (rules.surface_rule) {
        case SurfaceRule::sticky_strike:
            break;
        case SurfaceRule::sticky_moneyness:
            return 0;
        case SurfaceRule::skew_stickiness:
            return rules.skew_stickiness;
    }
    return 1;
}

void attach_slice(const EngineState& state, const UnderlyingState& u, Held& held) {
    held.slice = 0;
    for (std::uint32_t s = 0; s < u.slice_count && held.slice == 0; ++s) {
        if (u.slices[s].expiry == state.instruments[held.instrument].expiry) held.slice = s + 1;
    }
}

void attach_node(Context& c, UnderlyingId underlying, const Inventory::Place& place) {
    const UnderlyingState& u = c.underlying(underlying);
    ExpiryGroup& g = c.state.inventory.groups(underlying)[place.group];
    if (g.slice == 0) find_slice(u, g);
    const pricing::BlockRef ref{place.block, place.group};
    attach(c, u, g, c.state.inventory.blocks(), c.state.inventory.risk(), {&ref, 1});
    g.reach = reach_of(c.state.inventory.blocks(), c.state.inventory.refs(underlying, place.group));
}

void attach_blocks_of(Context& c, UnderlyingId underlying, std::uint16_t group, pricing::KernelBlock* blocks,
                      const pricing::RiskBlock* risk, std::span<const pricing::BlockRef> refs) {
    attach(c, c.underlying(underlying), c.state.inventory.groups(underlying)[group], blocks, risk, refs);
}

void on_surface(Context& c, const SurfaceEvent& event, BlobSource& blobs) {
    const auto surface = parse_surface(blobs.find(event.blob));
    if (!surface || index(event.underlying) >= c.state.underlying_count) {
        c.alert(AlertCode::surface_refused, event.underlying, kNoInstrument,
                static_cast<double>(event.blob.id));
        return;
    }
    UnderlyingState& u = c.underlying(event.underlying);
    u.surface_reference = surface->reference;
    u.surface_time = c.state.now;
    u.surface_id = event.blob.id;
    u.min_variance = surface->min_variance;
    u.slice_count = static_cast<std::uint32_t>(surface->slices.size());
    std::copy(surface->slices.begin(), surface->slices.end(), u.slices.begin());
    attach_all(c, event.underlying);
    refresh_ladder(c, event.underlying);
    if (!disagrees(c.config, c.state, event.underlying)) u.surface_accepted = 0;
    c.mark_dirty(event.underlying);
}

void age_surface(Context& c, UnderlyingState& u) {
    if (u.slice_count == 0) return;
    if (c.state.now - u.surface_time > kJournaledUsable) u.slice_count = 0;
    for (std::uint32_t s = 0; s < u.slice_count; ++s) u.slices[s].source = VolSource::journaled;
    attach_all(c, UnderlyingId{static_cast<std::uint16_t>(&u - c.state.underlyings.data())});
}

AlertCode surface_reason(const EngineState& state, const EngineConfig& config, UnderlyingId id) {
    const auto groups = state.inventory.groups(id);
    if (groups.empty()) return AlertCode::none;
    const UnderlyingState& u = state.underlyings[index(id)];
    if (u.slice_count == 0) return AlertCode::no_volatility;
    if (state.now - u.surface_time > usable_for(u, config)) return AlertCode::surface_stale;
    return !u.surface_accepted && disagrees(config, state, id) ? AlertCode::surface_disagrees
                                                               : AlertCode::none;
}

bool smile_counts(const UnderlyingConfig& rules, const MinVarianceFit& fit) {
    const auto flat = [](const pricing::SmileResponse& r) {
        return r.ssr == 1 && r.a == 0 && r.b == 0 && r.c == 0;
    };
    return !flat(surface_response(rules)) || !flat(delta_response(rules, fit));
}

pricing::AttachTerms attach_terms(const UnderlyingConfig& rules, const MinVarianceFit& fit,
                                  const SmileSlice& s, double forward) {
    pricing::AttachTerms terms;
    terms.forward = forward;
    terms.years_of_fit = s.years;
    terms.a = s.a, terms.b = s.b, terms.rho = s.rho, terms.m = s.m, terms.sigma = s.sigma;
    terms.k_low = s.k_low, terms.k_high = s.k_high;
    // As of the fit, so that whoever attaches the slice, and whenever, gets the same.
    terms.root_years = std::sqrt(std::max(s.years, 1e-9));
    terms.surface = surface_response(rules);
    terms.delta = delta_response(rules, fit);
    return terms;
}

}  // namespace hw::hedge
