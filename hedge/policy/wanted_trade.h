// Fixed band: nothing is done while the net delta lies within `band` of the target; outside it, the hedge
// goes back to a fraction of the band. What counts is the whole envelope: an order is sent only for what is
// outside the band whatever the orders in flight do.
#pragma once

#include <cmath>

#include "core/instrument.h"
#include "core/types.h"
#include "hedge/engine_config.h"
#include "hedge/envelope.h"

namespace hw::hedge {

/// Coins to trade, positive to buy; zero when nothing is certain enough to be hedged.
inline double wanted_trade(const UnderlyingConfig& rules, const Envelope& e) {
    const double inner = rules.hedge_to * rules.band;
    if (e.low > rules.target_delta + rules.band) return rules.target_delta + inner - e.low;
    if (e.high < rules.target_delta - rules.band) return rules.target_delta - inner - e.high;
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
