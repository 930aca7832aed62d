// Our orders from send to end: what is open, what was filled, what is not known. Executions of the whole
// account pass through here; each is booked once.
//
// An order is open until the venue says otherwise. After a restart or a lost session every open order is
// `unknown` and stays so, blocking new hedges of its underlying, until the venue has been asked.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// A free place for a new order, finished ones making room; null when all are open.
OrderState* new_order_slot(Context&);
bool has_unknown_order(const EngineState&, UnderlyingId);

void on_execution(Context&, InstrumentId, const Execution&);
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
