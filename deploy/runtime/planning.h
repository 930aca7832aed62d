// One round of the planner: for each underlying a surface, for large books the ladder that goes with it, and
// the policy's thresholds; then what is known of risk, of each underlying and of the account, and now and
// then an option overlay. Live runs and captures differ only in how the results reach the engine.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/event.h"
#include "deploy/runtime/run_config.h"
#include "hedge/context.h"
#include "hedge/engine_config.h"
#include "hedge/exposure.h"
#include "hedge/planner/day_profit.h"
#include "hedge/planner/ladder_plan.h"
#include "hedge/planner/overlay_plan.h"
#include "hedge/planner/risk_figures.h"
#include "hedge/planner/surface_build.h"
#include "hedge/planner/threshold_plan.h"
#include "hedge/planner/vol_watch.h"
#include "hedge/state.h"
#include "hedge/volatility.h"

namespace hw::deploy {

/// What the planner remembers of an underlying from round to round.
struct PlannerMemory {
    hedge::VolWatch vols;
    hedge::DayProfit day;
    Nanos next_overlay;
};

inline Event::Payload payload_of(const Thresholds& t) {
    Event::Payload p;
    p.thresholds = t;
    return p;
}
inline Event::Payload payload_of(const RiskFigures& f) {
    Event::Payload p;
    p.risk_figures = f;
    return p;
}
inline Event::Payload payload_of(const Overlay& o) {
    Event::Payload p;
    p.overlay = o;
    return p;
}

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
/// `tell(EventType, Event::Payload)` tells the engine what needs no blob. True when a surface went out.
template <class Publish, class Tell>
bool plan_underlying(const hedge::EngineState& state, const hedge::EngineConfig& config, UnderlyingId id,
                     const PlannerConfig& planner, PlannerMemory& memory, Publish&& publish, Tell&& tell) {
    const hedge::UnderlyingConfig& rules = hedge::rules_of(config, state.underlyings[index(id)]);
    const hedge::PlannerOptions options{planner.quote_stale_after, planner.basis_halflife,
                                        rules.settlement_window, hedge::stickiness_of(rules)};
    const hedge::SurfaceDraft draft = hedge::build_surface(state, id, options);
    if (draft.slices.empty()) return false;
    const hedge::UnderlyingState& u = state.underlyings[index(id)];
    const MinVarianceFit fit = learn_response(state, u, planner, draft, memory.vols);
    const std::optional<std::uint64_t> surface =
        publish(EventType::surface, encode_surface(draft.reference, draft.slices, fit));
    if (!surface) return false;
    const auto ladder = hedge::plan_ladder(state, config, id, {*surface, draft.reference, draft.slices, fit},
                                           ladder_grid(planner.interval_ms));
    if (ladder) publish(EventType::ladder, encode_ladder(*ladder));
    if (const auto thresholds = hedge::plan_thresholds(state, config, id))
        tell(EventType::thresholds, payload_of(*thresholds));
    return true;
}

/// At the underlying's own pace, as soon as it has a surface.
template <class Tell>
void plan_overlay_when_due(const hedge::EngineState& state, const hedge::EngineConfig& config,
                           UnderlyingId id, const PlannerConfig& planner, PlannerMemory& memory,
                           Tell&& tell) {
    const hedge::UnderlyingState& u = state.underlyings[index(id)];
    if (u.slice_count == 0 || state.now < memory.next_overlay) return;
    memory.next_overlay = state.now + hedge::rules_of(config, u).overlay.interval;
    if (const auto overlay = hedge::plan_overlay(state, config, id, planner.quote_stale_after))
        tell(EventType::overlay, payload_of(*overlay));
}

/// Figures of every configured underlying, and of the account when none that holds something is missing.
/// `memories`: one an underlying, by id.
template <class Tell>
void plan_risk(const hedge::EngineState& state, const hedge::EngineConfig& config,
               const PlannerConfig& planner, std::span<PlannerMemory> memories, Tell&& tell) {
    std::vector<hedge::UnderlyingRound> rounds;
    bool complete = true;
    for (std::uint16_t n = 0; n < state.underlying_count; ++n) {
        const hedge::UnderlyingState& u = state.underlyings[n];
        if (!u.configured) continue;
        auto round = hedge::risk_round(state, config, UnderlyingId{n}, memories[n].day);
        complete = complete && (round.has_value() || u.positions_held == 0);
        if (!round) continue;
        tell(EventType::risk_figures, payload_of(round->figures));
        rounds.push_back(std::move(*round));
        plan_overlay_when_due(state, config, UnderlyingId{n}, planner, memories[n], tell);
    }
    if (complete && !rounds.empty())
        tell(EventType::risk_figures, payload_of(hedge::account_figures(state, config, rounds)));
}

}  // namespace hw::deploy
