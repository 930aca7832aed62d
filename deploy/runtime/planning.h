// One round of the planner for one underlying: a surface, and for large books the ladder that goes with it.
// Live runs and captures differ only in how the results reach the engine.
#pragma once

#include <optional>
#include <vector>

#include "core/event.h"
#include "deploy/runtime/run_config.h"
#include "hedge/context.h"
#include "hedge/engine_config.h"
#include "hedge/planner/ladder_plan.h"
#include "hedge/planner/min_variance.h"
#include "hedge/planner/surface_build.h"
#include "hedge/planner/vol_moves.h"
#include "hedge/state.h"

namespace hw::deploy {

/// A ladder lasts until well after the next one should be there.
inline hedge::LadderGrid ladder_grid(std::uint32_t interval_ms) {
    hedge::LadderGrid grid;
    grid.horizon = Nanos::from_ms(2 * static_cast<std::int64_t>(interval_ms) + 500);
    return grid;
}

/// `publish(EventType, bytes)` stores the blob and tells the engine; it gives the blob's id, or nothing. True
/// when a surface went out.
template <class Publish>
bool plan_underlying(const hedge::EngineState& state, const hedge::EngineConfig& config, UnderlyingId id,
                     const PlannerConfig& planner, hedge::MinVariance& min_variance, Publish&& publish) {
    hedge::PlannerOptions options{planner.quote_stale_after, planner.basis_halflife, {}};
    options.settlement_window = hedge::rules_of(config, state.underlyings[index(id)]).settlement_window;
    const hedge::SurfaceDraft draft = hedge::build_surface(state, id, options);
    if (draft.slices.empty()) return false;
    const hedge::UnderlyingState& u = state.underlyings[index(id)];
    const auto moves = hedge::vol_moves({u.slices.data(), u.slice_count}, u.surface_reference, draft.slices,
                                        draft.reference);
    if (!moves.empty()) min_variance.add(moves, state.now - u.surface_time);
    const MinVarianceFit fit = min_variance.fit();
    const std::optional<std::uint64_t> surface =
        publish(EventType::surface, encode_surface(draft.reference, draft.slices, fit));
    if (!surface) return false;
    const auto ladder = hedge::plan_ladder(state, config, id, {*surface, draft.reference, draft.slices, fit},
                                           ladder_grid(planner.interval_ms));
    if (ladder) publish(EventType::ladder, encode_ladder(*ladder));
    return true;
}

}  // namespace hw::deploy
