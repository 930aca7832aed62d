// What one decision would like to send: how much of what, at which price and for how long.
#pragma once

#include "core/action.h"
#include "hedge/context.h"
#include "hedge/envelope.h"
#include "hedge/policy/corridor.h"

namespace hw::hedge {

/// An order that wants to leave.
struct Proposal {
    UnderlyingId underlying{};
    InstrumentId instrument{};
    Side side = Side::buy;
    TimeInForce time_in_force = TimeInForce::ioc;
    bool post_only = false;
    OrderPurpose purpose = OrderPurpose::hedge;
    Qty qty;     ///< positive
    Qty wanted;  ///< before it was cut to the size limit
    Price limit;
    double mid = 0;                 ///< of our own book of `instrument`
    double delta_per_contract = 0;  ///< coins
};

/// The order that would bring the envelope back into the corridor; quantity zero when there is none to send.
Proposal propose(const Context&, UnderlyingId, const UnderlyingState&, const Corridor&, const Envelope&);

/// Touch plus the slippage cap, on the tick grid and inside the venue's price band.
Price taking_limit(const Context&, const UnderlyingState&, InstrumentId, Side);

}  // namespace hw::hedge
