// The day's cumulative fills: what our own orders have bought and sold of an underlying, in coins, since
// midnight UTC (of the Events' times). Beyond the limit something is wrong that no limit on a single order
// sees, and the engine is killed; what was filled is booked all the same, and a bust takes nothing off. After
// a reset by a person the next fill of that day kills again.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Days since 1970, UTC.
constexpr std::int64_t day_of(Nanos time) { return time.ns() / (86'400 * kNano); }
/// Coins filled so far on the day that it is.
inline double filled_today(const EngineState& state, const UnderlyingState& u) {
    return u.fill_day == day_of(state.now) ? u.filled_today : 0;
}
/// A fill of an order of ours, booked.
void count_daily_fill(Context&, InstrumentId, const Execution&);

}  // namespace hw::hedge
