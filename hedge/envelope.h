// The in-flight envelope: the lowest and highest net delta that the open orders can lead to, whichever of
// them fill and however far. An order whose fate is unknown counts like any other open one.
#pragma once

#include "hedge/state.h"

namespace hw::hedge {

struct Envelope {
    double low = 0;   ///< coins: every order that lowers the delta fills, none that raises it
    double high = 0;  ///< coins: the other way round
    std::uint32_t open_orders = 0;
};

Envelope envelope_of(const EngineState&, UnderlyingId, double net_delta);

}  // namespace hw::hedge
