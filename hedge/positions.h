// Positions as the engine keeps them: fills, starting positions, settlement. Every change of a position goes
// through here, so that the list of what is held, the cash and the fees cannot drift apart.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Books a fill: position, cash and fee (the definition's when the venue sent none). False, with nothing
/// booked, when it cannot be right: no quantity, no side, an impossible price, or a result beyond all bounds.
bool book_fill(Context&, InstrumentId, const Execution&);
/// Takes over a starting position; its cash is set so that profit counts from the average price.
void on_position(Context&, InstrumentId, const Position&);
/// An expiry: the position becomes cash at the delivery price. Never a fill. Nothing when nothing is held.
void settle_position(Context&, InstrumentId, Price delivery);

}  // namespace hw::hedge
