// How much is traded: nothing while the net delta lies within the corridor; outside it, the hedge goes back
// to a fraction of it, or a part of the way there. What counts is the whole envelope: an order is sent only
// for what is outside the corridor whatever the orders in flight do.
#pragma once

#include <cmath>

#include "core/instrument.h"
#include "core/types.h"
#include "hedge/envelope.h"
#include "hedge/policy/corridor.h"

namespace hw::hedge {

/// Coins to trade, positive to buy; zero when nothing is certain enough to be hedged. `hedge_to`: fraction of
/// the corridor's half-width to go back to.
inline double wanted_trade(const Corridor& c, double hedge_to, const Envelope& e) {
    const double inner = hedge_to * c.half_width;
    if (e.low > c.target + c.half_width) return c.part * (c.target + inner - e.low);
    if (e.high < c.target - c.half_width) return c.part * (c.target - inner - e.high);
    return 0;
}

/// Contracts for `coins`, signed, rounded to lots toward doing less; one lot more when less would end outside
/// the band and one more still ends inside it. The distances are from here to the band's two edges, in coins.
inline Qty lots_for(double coins, double delta_per_contract, Qty lot, double distance_to_near_edge,
                    double distance_to_far_edge) {
    if (!(delta_per_contract > 0)) return {};
    const auto contracts = Qty::from_double(std::abs(coins) / delta_per_contract);
    if (coins == 0 || !contracts) return {};
    Qty qty = truncate_to_lot(*contracts, lot);
    const Qty more = qty + lot;
    if (qty.to_double() * delta_per_contract < distance_to_near_edge &&
        more.to_double() * delta_per_contract <= distance_to_far_edge) {
        qty = more;
    }
    return coins > 0 ? qty : -qty;
}

}  // namespace hw::hedge
