// What the machine does to the hedger, as far as the engine has to know.
//
// A core that was late: the hot thread was kept from running, and what waited for it meanwhile is old.
// Nothing is decided on an underlying before its hedge instrument was heard later than that. A jump of the
// wall clock does nothing to our own time, but what leaves the machine carries a time that cannot be relied
// on: no permits until it has been steady for a while.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

void on_host_state(Context&, const HostState&);
/// A run begins: what was wrong with the machine is history.
void forget_host_state(Context&);
/// Is what is known of the instrument from before the core was late?
bool known_too_late(const EngineState&, InstrumentId);

}  // namespace hw::hedge
