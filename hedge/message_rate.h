// How many messages may go to the venue: a token bucket over orders, cancels and questions about orders.
//
// Every message is counted where its Action is made (Context::act). Only new orders wait for a token; what
// takes risk off the venue never does, and what it overdraws is paid back before the next order.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Messages that may leave at this moment; nothing counts while the configuration has no limit.
double messages_left(const EngineState&, const GateConfig&);
bool is_message(ActionType);
/// One is on its way.
void count_message(Context&);

}  // namespace hw::hedge
