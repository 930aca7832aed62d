// Executions of the whole account, told by one session or by both: each counts once, whoever tells it first.
//
// A key that is known is not booked again. From the other session it is the second telling of the same fill
// and expected; from the same one it is a duplicate (a resend) and counted. When the first telling did not
// say whose order it was and the second does, the order is brought up to date then.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

void on_execution(Context&, InstrumentId, const Execution&);

}  // namespace hw::hedge
