// One decision per underlying and burst: may we hedge, do we need to, and by how much.
#pragma once

#include "hedge/context.h"
#include "hedge/policy/corridor.h"

namespace hw::hedge {

/// Why the underlying is not to be hedged now; AlertCode::none when it may be.
AlertCode reason_not_to_hedge(Context&, UnderlyingId);

/// Where the net delta is to stay: the policy's corridor, moved by the part of the options' delta that stays
/// unhedged.
Corridor corridor_at(const Context&, UnderlyingId);

/// Decides on every underlying that something happened to in this burst.
void decide(Context&);
/// Walks the way of a decision with an order that leads nowhere, so that it is warm when one is due; changes
/// nothing. What it returns is without meaning, and keeps the compiler from leaving the walk out.
double rehearse(const Context&);
/// What a decision leaves for after its orders are sent: the full Greeks.
void complete(Context&);

}  // namespace hw::hedge
