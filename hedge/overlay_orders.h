// What the engine does with the planner's option overlay: advice is kept and said once, and in mode auto its
// legs are sent, immediate-or-cancel at the planner's limits, through the one way out like any other order.
//
// Legs are sent only while the underlying may be hedged, nothing of it is open, no legs of combos are missing
// and no position is in doubt; else nothing is, and the planner's next overlay knows more. One that was made
// before the newest change of an option's position is not believed: what it would buy may have been bought
// already.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

void on_overlay(Context&, const Overlay&);

}  // namespace hw::hedge
