// How long an underlying may be outside its band without any way to hedge it.
//
// After EngineConfig::blind_after it is said once, and the configured emergency is what happens then: nothing
// more, a halt of the underlying, or a kill. A pause or a kill is a person's decision (or a rule's) that has
// been said: it does not count. A net delta that is not known counts as outside.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// To be told in every decision why nothing could be hedged; none: it could.
void watch_blind(Context&, UnderlyingId, AlertCode reason, bool delta_known);

}  // namespace hw::hedge
