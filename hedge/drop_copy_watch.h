// Fills that one session tells and the other does not.
//
// With `drop_copy` both sessions tell every fill of the account. One that only the order session told after
// `unmatched_after`, or only the second one (it has been booked from there), is said once. Nothing is missed
// while a session is down: what is told meanwhile by the other alone is not watched; what a session sends
// again after a reconnect is, and like everything that was waiting it gets the whole limit from the moment
// both are up. Fixed table: what does not fit is counted, said once, and not watched.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// A fill was booked that one session has told.
void watch_fill(Context&, InstrumentId, const Execution&);
/// The other one has told it, too.
void note_told_by_both(Context&, const ExecKey&);
/// One of the sessions went up or down.
void sessions_changed(Context&);
/// Says what has waited too long.
void check_unmatched(Context&);

}  // namespace hw::hedge
