// What the engine is told once, at the start: what to hedge, with what, how closely, and what it must never
// do. Its text goes into the journal's header, so that a replay runs under the same rules.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/types.h"

namespace hw::hedge {

/// One underlying and the rule that keeps it neutral. Deltas in coins of the base asset.
struct UnderlyingConfig {
    std::string name;              ///< base asset, e.g. "BTC"
    std::string hedge_instrument;  ///< symbol of the future or perpetual that is traded
    double target_delta = 0.0;     ///< coins
    double band = 0.0;             ///< half-width around the target inside which nothing is done; coins, > 0
    double hedge_to = 0.5;         ///< fraction of the band that a hedge goes back to; 0 centre, 1 edge
    double slippage_cap_bp = 5.0;  ///< how far beyond the touch an IOC limit may be; basis points
    Nanos stale_after = Nanos::from_ms(1000);  ///< no word of the hedge instrument this long: not hedging
};

/// The last thing before the wire.
struct GateConfig {
    double collar_bp = 50.0;                   ///< limit price against the mid of our own book; basis points
    double max_order_coins = 10.0;             ///< larger hedges are cut to this
    std::uint32_t max_open_orders = 8;         ///< per underlying
    std::uint32_t max_orders_per_second = 20;  ///< over all underlyings
    double max_position_coins = 1000.0;        ///< absolute position in a hedge instrument
};

struct EngineConfig {
    std::vector<UnderlyingConfig> underlyings;
    GateConfig gate;
    Nanos order_timeout = Nanos::from_ms(2000);  ///< no word of an order this long: ask the venue
    Nanos reject_backoff =
        Nanos::from_ms(250);  ///< pause after a reject; doubles while rejects go on, to 64 times
    Nanos group_timeout = Nanos::from_ms(2);  ///< how long missing legs of a combo hold a decision back
};

}  // namespace hw::hedge
