// The venue's rate credits, as a token bucket of our own.
//
// A venue that counts requests in credits ends the session of who runs out of them, so they are counted here
// before anything leaves. The account's bucket is shared with the quoting engine: ours is the rest of its
// capacity and of its refill. A new order (and a question about our orders) needs its price and the reserve
// besides; cancels may use the reserve; a kill's mass cancel, and that of an orderly stop, always goes, on
// credit if need be. Running out is a state, not an error: it is said once, nothing new is sent, and hedging
// goes on by itself when enough has come back. What the second session asks is charged when it says that it
// is about to ask.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// Does the account have credits at all, as far as we are told?
inline bool credits_counted(const EngineConfig& config) { return config.credits.capacity > 0; }
/// Ours at this moment.
double credits_left(const EngineState&, const EngineConfig&);
/// What new orders may use of them: what is above the reserve, not below zero; zero when none are counted.
double credits_above_reserve(const EngineState&, const EngineConfig&);

/// Can a new order be paid? The first time that it cannot is said.
bool credits_for_order(Context&);
void pay_for_order(Context&);
/// Pays for a cancel, from the reserve if need be; false: not enough is left, nothing is paid.
bool pay_for_cancel(Context&);
/// Whatever is left: it must go.
void pay_for_mass_cancel(Context&);
/// Pays for a question of ours about the orders; false: not enough is left above the reserve.
bool pay_for_request(Context&);
/// Of the second session: it is asked already.
void charge_request(Context&);
/// Says so when there are enough again.
void check_credits(Context&);

}  // namespace hw::hedge
