#include "hedge/proposal.h"

#include <algorithm>
#include <cmath>

#include "hedge/exposure.h"
#include "hedge/gate.h"
#include "hedge/policy/wanted_trade.h"

namespace hw::hedge {

Price taking_limit(const Context& c, const UnderlyingState& u, InstrumentId id, Side side) {
    const Instrument& hedge = c.state.instruments[id];
    const TickerState& ticker = c.state.tickers[index(id)];
    const BookSet::Touch touch = c.state.books.touch(id);
    const double cap = c.rules(u).slippage_cap_bp * 1e-4;
    if (side == Side::buy) {
        const auto room = static_cast<std::int64_t>(touch.ask.to_double() * cap * 1e9);
        Price limit = touch.ask + Price::from_nanos(room);
        if (ticker.max_buy > Price{}) limit = std::min(limit, ticker.max_buy);
        return round_down_to_tick(limit, hedge.tick_at(limit));
    }
    const auto room = static_cast<std::int64_t>(touch.bid.to_double() * cap * 1e9);
    Price limit = touch.bid - Price::from_nanos(room);
    if (ticker.min_sell > Price{}) limit = std::max(limit, ticker.min_sell);
    return round_up_to_tick(limit, hedge.tick_at(limit));
}

namespace {

/// Whole lots for `coins`, allowed to end inside the corridor where rounding down would not. A policy that
/// goes only a part of the way is not pushed on.
Qty lots_of(const Corridor& corridor, const Envelope& e, double coins, double delta_per_contract, Qty lot) {
    const double above = corridor.target + corridor.half_width;
    const double below = corridor.target - corridor.half_width;
    const double near_edge = corridor.part < 1 ? 0 : coins < 0 ? e.low - above : below - e.high;
    const double far_edge = coins < 0 ? e.low - below : above - e.high;
    return lots_for(coins, delta_per_contract, lot, near_edge, far_edge);
}

}  // namespace

Proposal propose(const Context& c, UnderlyingId id, const UnderlyingState& u, const Corridor& corridor,
                 const Envelope& e) {
    const Instrument& hedge = c.state.instruments[u.hedge];
    Proposal p;
    p.underlying = id;
    p.instrument = u.hedge;
    p.mid = u.reference;
    p.delta_per_contract = delta_per_contract(hedge, u.reference);
    const double coins = wanted_trade(corridor, c.rules(u).hedge_to, e);
    Qty qty = lots_of(corridor, e, coins, p.delta_per_contract, hedge.lot);
    p.wanted = qty.abs();
    qty = cut_to_max_order(c, qty, p.delta_per_contract, hedge.lot);
    p.side = qty < Qty{} ? Side::sell : Side::buy;
    p.qty = qty.abs();
    if (!p.qty.is_zero()) p.limit = taking_limit(c, u, p.instrument, p.side);
    return p;
}

}  // namespace hw::hedge
