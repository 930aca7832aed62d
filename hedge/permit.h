// The quote permit: whether a quoting engine may stand in the market with this underlying's options now.
//
// It says that whatever is traded against the quotes would be hedged: nothing keeps the hedger from hedging,
// its books agree with the venue's, no hard limit is reached, no wallet is down to its maintenance margin,
// the surface is there and fresh, and the machine and its clock can be relied on. Worked out in every burst
// that decides on the underlying, so at least with every timer; giving and withdrawing are alerts (the
// reason's number is the value). What the quoting engine sees is a lease of some milliseconds, which the hot
// thread renews as long as the permit is given: see deploy/permit/hedgewire_permit.h. In shadow mode there is
// none, since nothing is hedged.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Why no permit can be given; none: it can. `blind`: why nothing could be hedged in this burst.
AlertCode permit_reason(const Context&, UnderlyingId, AlertCode blind);
/// Gives or withdraws the permit, and says so when that is a change.
void review_permit(Context&, UnderlyingId, AlertCode blind);
/// A run begins or ends: there are none.
void withdraw_all_permits(Context&, AlertCode why);

}  // namespace hw::hedge
