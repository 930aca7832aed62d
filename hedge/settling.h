// Expiries inside their settlement window: their averages so far, and what is left of their deltas.
//
// The index samples come with the tickers of the derivatives that settle alike (coin and quote-settled ones
// have indices of their own); when we come in the middle of a window the venue's own running average (the
// expiring instruments' estimated delivery price) is taken up. Few nodes are ever in a window, so they are
// worked out one by one, exactly.
#pragma once

#include <optional>

#include "core/event.h"
#include "core/pricing/settlement.h"
#include "hedge/context.h"

namespace hw::hedge {

/// A ticker of an instrument of this underlying: another sample of the index.
void sample_index(Context&, InstrumentId, const Ticker&);

/// Is the expiry's settlement price being averaged at this moment?
inline bool settling(Nanos expiry, Nanos now, const UnderlyingConfig& rules) {
    const Nanos left = expiry - now;
    return left > Nanos{} && left < rules.settlement_window;
}

/// How far the settlement price of an expiry inside its window is fixed; nothing when that is not known. The
/// venue's linear convention needs only the time.
std::optional<pricing::WindowState> window_state(const EngineState&, const UnderlyingConfig&, UnderlyingId,
                                                 Nanos expiry, Settlement);

/// Greeks of one settling expiry, by the rule that the underlying asks for and by the venue's convention.
struct Settling {
    double net_delta = 0;        ///< coins
    double venue_net_delta = 0;  ///< coins, falling linearly
    double gamma = 0, vega = 0, theta = 0;
    bool known = true;  ///< false: the average so far is not known
};
Settling settling_greeks(const EngineState&, const UnderlyingConfig&, UnderlyingId, std::uint16_t group);

}  // namespace hw::hedge
