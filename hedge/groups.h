// Combos and blocks: their legs arrive one by one and mean something only together. While legs of a group are
// missing, the underlyings it touches are not decided on, for at most the configured time.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Counts a leg; does nothing for an execution that belongs to no group.
void leg_arrived(Context&, UnderlyingId, const Execution&);
bool legs_missing(const EngineState&, UnderlyingId);
/// Gives up waiting for groups older than the timeout.
void expire_groups(Context&);

}  // namespace hw::hedge
