// The day's cumulative fills: what our own orders have bought and sold of an underlying, in coins, since
// midnight UTC (of the Events' times). Beyond the limit something is wrong that no limit on a single order
// sees, and the engine is killed; what was filled is booked all the same, and a bust takes nothing off. After
// a reset by a person the next fill of that day kills again.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// A fill of an order of ours, booked.
void count_daily_fill(Context&, InstrumentId, const Execution&);

}  // namespace hw::hedge
