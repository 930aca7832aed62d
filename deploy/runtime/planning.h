// One round of the planner for one underlying: a surface, and for large books the ladder that goes with it.
// Live runs and captures differ only in how the results reach the engine.
#pragma once

#include <optional>
#include <vector>

#include "core/event.h"
#include "deploy/runtime/run_config.h"
#include "hedge/context.h"
#include "hedge/engine_config.h"
#include "hedge/exposure.h"
#include "hedge/planner/ladder_plan.h"
#include "hedge/planner/surface_build.h"
#include "hedge/planner/threshold_plan.h"
#include "hedge/planner/vol_watch.h"
#include "hedge/volatility.h"
#include "hedge/state.h"

namespace hw::deploy {

/// A ladder lasts until well after the next one should be there.
inline hedge::LadderGrid ladder_grid(std::uint32_t interval_ms) {
    hedge::LadderGrid grid;
    grid.horizon = Nanos::from_ms(2 * static_cast<std::int64_t>(interval_ms) + 500);
    return grid;
}

/// What the books taught about the smile's answer to the underlying; with a reference that nobody quotes at
/// the moment they teach nothing.
inline MinVarianceFit learn_response(const hedge::EngineState& state, const hedge::UnderlyingState& u,
                                     const PlannerConfig& planner, const hedge::SurfaceDraft& draft,
                                     hedge::VolWatch& watch) {
    const hedge::VolWatchOptions options{
        planner.min_variance_horizon, planner.min_variance_move_bp * 1e-4, {}};
    watch.seed(u.min_variance, state.now - u.surface_time, options);
    if (hedge::mid_price(state, u.hedge) > 0) {
        const BookSet::Touch t = state.books.touch(u.hedge);
        const double width = t.ask.to_double() - t.bid.to_double();
        watch.observe(draft, state.now, width / draft.reference, options);
    }
    return watch.fit();
}

/// `publish(EventType, bytes)` stores the blob and tells the engine; it gives the blob's id, or nothing.
/// `tell(Thresholds)` tells the engine. True when a surface went out.
template <class Publish, class Tell>
bool plan_underlying(const hedge::EngineState& state, const hedge::EngineConfig& config, UnderlyingId id,
                     const PlannerConfig& planner, hedge::VolWatch& watch, Publish&& publish, Tell&& tell) {
    const hedge::UnderlyingConfig& rules = hedge::rules_of(config, state.underlyings[index(id)]);
    const hedge::PlannerOptions options{planner.quote_stale_after, planner.basis_halflife,
                                        rules.settlement_window, hedge::stickiness_of(rules)};
    const hedge::SurfaceDraft draft = hedge::build_surface(state, id, options);
    if (draft.slices.empty()) return false;
    const hedge::UnderlyingState& u = state.underlyings[index(id)];
    const MinVarianceFit fit = learn_response(state, u, planner, draft, watch);
    const std::optional<std::uint64_t> surface =
        publish(EventType::surface, encode_surface(draft.reference, draft.slices, fit));
    if (!surface) return false;
    const auto ladder = hedge::plan_ladder(state, config, id, {*surface, draft.reference, draft.slices, fit},
                                           ladder_grid(planner.interval_ms));
    if (ladder) publish(EventType::ladder, encode_ladder(*ladder));
    if (const auto thresholds = hedge::plan_thresholds(state, config, id)) tell(*thresholds);
    return true;
}

}  // namespace hw::deploy
