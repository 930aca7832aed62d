// Positions as the engine keeps them: fills, starting positions, settlement. Every change of a position goes
// through here, so that the list of what is held, the cash and the fees cannot drift apart.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Books a fill: position, cash and fee (the definition's when the venue sent none), and remembers in the
/// last argument what it booked. False, with nothing booked, when it cannot be right: no quantity, no side,
/// an impossible price, or a result beyond all bounds.
bool book_fill(Context&, InstrumentId, const Execution&, BookedFill&);
/// The exact opposite of what was booked. False, with nothing changed, when the result is beyond all bounds.
bool take_back(Context&, const BookedFill&);
/// Books the difference between a fill and its correction, and remembers the corrected one. False as above.
bool correct_fill(Context&, BookedFill&, const Execution&);
/// Takes over a starting position; its cash is set so that profit counts from the average price.
void on_position(Context&, InstrumentId, const Position&);
/// From now on the position is the venue's. What changes is valued at the venue's average price, or at the
/// mark where there is none; what the fills so far brought stays. A position that cannot be valued kills.
void adopt_position(Context&, InstrumentId, Qty, Price average);
/// A change that no fill tells of, valued at the mark: profit goes on as if nothing had happened. False, with
/// nothing changed, without a mark or when the result is beyond all bounds.
bool change_position(Context&, InstrumentId, Qty change);
/// Can such a position be booked at all?
bool can_be_held(const Instrument&, Qty, Price);
/// An expiry: the position becomes cash at the delivery price. Never a fill. Nothing when nothing is held.
void settle_position(Context&, InstrumentId, Price delivery);

}  // namespace hw::hedge
