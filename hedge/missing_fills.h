// Quantity of an order that the venue counts as filled, and of which no fill was told: one got lost.
//
// With `drop_copy` and both sessions up the other session still has `unmatched_after` to tell it. Until then
// the order is in doubt, so all that could be filled of it is in the in-flight envelope and nothing more is
// hedged in its underlying. If the quantity has not come by then, a session went down, or there is no drop
// copy, the position is not known any more: that kills.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Fills that the venue counts and we have never heard of. What was taken back it may count or not.
bool knows_of_more(const OrderState&, Qty cum);
/// The venue counts `cum`, which is more than was told. `end`: how the order stands once that has come;
/// unknown when it runs on.
void fills_missing(Context&, OrderState&, Qty cum, OrderStatus end);
/// More was told of the order.
void fills_told(Context&, OrderState&);
/// Kills for what has been missing too long.
void check_missing(Context&);

}  // namespace hw::hedge
