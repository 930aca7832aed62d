// The orders part of a snapshot (hedge/reconcile.h): orphans, and orders of ours that the venue does not
// name.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// The venue has it open.
void note_venue_order(Context&, InstrumentId, const VenueOrder&);
/// The snapshot that has just ended counts: cancels orphans, doubts what was not named.
void check_open_orders(Context&);

}  // namespace hw::hedge
