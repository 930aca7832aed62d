// Loss stops: of each underlying and of the account, on the profit of the UTC day and on how far it has come
// down from the day's peak. Both are the planner's figures (RiskFigures).
//
// A stop does not freeze a book with gamma open. `warn` is said; `reduce` lets only orders through the gate
// after which the worst net delta is smaller; `flatten` hedges all the way to the target, once, and goes on
// as `reduce`; `halt` cancels what is open and sends nothing more. A level only rises by itself. It comes
// down when a person resets the stop, which makes the present profit the new beginning, or with the next UTC
// day. It is part of the state: a restart changes nothing.
//
// Figures that are too old (EngineConfig::risk_stale_after) are said once, and where a stop, a daily loss or
// a capital stands on them, count as `reduce` until new ones come. A day begins with the first timer after
// midnight; figures made of older Events are still of the day before.
#pragma once

#include <algorithm>

#include "hedge/context.h"
#include "hedge/envelope.h"
#include "hedge/policy/corridor.h"

namespace hw::hedge {

void on_risk_figures(Context&, const RiskFigures&);
/// With every timer: a new day, figures grown too old.
void check_stops(Context&);
/// A person's. kNoUnderlying: the account's.
void reset_stop(Context&, UnderlyingId);
/// Halts an underlying until a person resets its stop.
void halt_by_rule(Context&, UnderlyingId);

/// The level that holds for an underlying: its own, the account's, doubts about the figures included.
inline StopLevel stop_level(const EngineState& state, const UnderlyingState& u) {
    const StopLevel level = std::max(u.risk.stop.level, state.risk.stop.level);
    const bool doubtful = u.risk.planner.stale_reduces != 0 || state.risk.planner.stale_reduces != 0;
    return doubtful ? std::max(level, StopLevel::reduce) : level;
}
/// Is it to be hedged all the way to the target?
inline bool is_flattening(const EngineState& state, const UnderlyingState& u) {
    return stop_level(state, u) == StopLevel::flatten && !u.risk.stop.flattened;
}
/// Is there a halt anywhere?
bool any_halt(const EngineState&);
/// The account's profit of this UTC day; false: not known.
bool profit_of_day(const AccountRisk&, double& profit);

/// The corridor that a stop, and the hard limit of the delta, leave of the policy's.
Corridor stopped_corridor(const Context&, const UnderlyingState&, const Corridor&);
/// Ends the flattening when every outcome is within a lot of the target.
void note_flattened(const Context&, UnderlyingState&, const Corridor&, const Envelope&);

}  // namespace hw::hedge
