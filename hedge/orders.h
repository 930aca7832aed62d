// Our orders from send to end: what is open, what was filled, what is not known.
//
// An order is open until the venue says otherwise. After a restart or a lost session every open order is
// `unknown` and stays so, blocking new hedges of its underlying, until the venue has been asked. Which report
// changes which status is hedge/order_transitions.h; what was filled is the sum of the executions booked,
// less those taken back, and never more than was ordered: beyond that the engine is killed. A fill is booked
// whatever the order's status (a fill that comes after the end of a cancelled order included), and an order
// that is over stays over. Reports that cannot be true together kill: an end, or an answer to a status
// request, that knows of fills which never reached us, and an end that knows of fewer than we have booked.
// Orders are never replaced, although venues have it: an immediate-or-cancel order leaves nothing to replace.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// A free place for a new order, finished ones making room; null when all are open.
OrderState* new_order_slot(Context&);
bool has_unknown_order(const EngineState&, UnderlyingId);

/// Null when there is none (any more).
OrderState* find_order(EngineState&, OrderId);
/// A fill of it, which has been booked.
void fill_order(Context&, OrderState&, const Execution&);
/// A trade of it was taken back or corrected: so much more (or less) is filled. Nothing when the order is not
/// known any more.
void change_filled(Context&, OrderId, Qty change);

void on_order_update(Context&, const OrderUpdate&);
void on_cancel_reject(Context&, const CancelReject&);
void on_order_unsent(Context&, const OrderUnsent&);
void on_session_state(Context&, const SessionState&);
void on_settle_complete(Context&);
/// Every open order's fate is unknown from here on.
void forget_order_states(Context&);
/// Orders silent for too long become unknown; as long as there are unknown ones, the venue is asked about
/// them again and again, not more often than the order timeout.
void check_timeouts(Context&);

}  // namespace hw::hedge
