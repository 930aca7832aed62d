// The in-flight envelope: the lowest and highest net delta that the open orders can lead to, whichever of
// them fill and however far. An order whose fate is unknown counts like any other open one.
#pragma once

#include "hedge/state.h"

namespace hw::hedge {

struct Envelope {
    double low = 0;   ///< coins: every order that lowers the delta fills, none that raises it
    double high = 0;  ///< coins: the other way round
    std::uint32_t open_orders = 0;
    InstrumentId counted = kNoInstrument;  ///< that the next two are of
    Qty buying = Qty{};                    ///< contracts in flight
    Qty selling = Qty{};
};

/// In one pass over the open orders. Those in `counted` are what the gate asks for next.
Envelope envelope_of(const EngineState&, UnderlyingId, double net_delta,
                     InstrumentId counted = kNoInstrument);

/// Contracts in flight on one side of an instrument; `e` is of its underlying.
Qty in_flight(const EngineState&, const Envelope& e, InstrumentId, Side);

}  // namespace hw::hedge
