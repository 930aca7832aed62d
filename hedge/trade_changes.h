// Busts and corrections: the venue takes a trade back, or changes it.
//
// What was booked is remembered by its key for the last 131,072 executions, so a bust books its exact
// opposite (position, cash at the original price, fee) and a correction the difference between the two. The
// quantity that an order loses by it does not come back as something still to be filled. Nothing is guessed:
// a change of a trade that is not known (or no longer), of a bust, or of a trade in another instrument or on
// another side is refused, which kills. Both sessions may tell of one bust: the same key counts once like any
// execution, and a second bust of a fill that is already out of the books changes nothing.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Books it; the last argument is its own place among the remembered executions. False, with nothing booked,
/// when it cannot be right.
bool change_trade(Context&, InstrumentId, const Execution&, BookedFill&);

}  // namespace hw::hedge
