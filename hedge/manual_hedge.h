// A hedge that a person asked for: it leaves with the next decision, also from inside the band, and through
// the same gate as every other order. What cannot leave within a second is dropped and said.
#pragma once

#include "hedge/context.h"
#include "hedge/envelope.h"
#include "hedge/policy/corridor.h"

namespace hw::hedge {

/// Coins to trade, positive to buy. Refused while another one waits.
void ask_manual_hedge(Context&, UnderlyingId, double coins);
/// Sends what waits, as much as one order may carry; true when an order left.
bool send_manual_hedge(Context&, UnderlyingId, const Corridor&, const Envelope&);
/// Nothing can be hedged now: drops what has waited too long.
void expire_manual_hedge(Context&, UnderlyingId);

}  // namespace hw::hedge
