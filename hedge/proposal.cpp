#include "hedge/proposal.h"

#include <algorithm>
#include <cmath>

#include "hedge/exposure.h"
#include "hedge/gate.h"
#include "hedge/hedge_choice.h"
#include "hedge/limits.h"
#include "hedge/policy/wanted_trade.h"
#include "hedge/regime.h"
#include "hedge/working_hedge.h"

namespace hw::hedge {

Price taking_limit(const Context& c, const UnderlyingState& u, InstrumentId id, Side side) {
    const Instrument& hedge = c.state.instruments[id];
    const TickerState& ticker = c.state.tickers[index(id)];
    const BookSet::Touch touch = c.state.books.touch(id);
    const double cap = c.rules(u).slippage_cap_bp * regime_rules(c.rules(u), u).slippage * 1e-4;
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

void choose_instrument(const Context& c, const UnderlyingState& u, double coins, Proposal& p) {
    p.instrument = u.hedge;
    p.mid = u.reference;
    if (const std::size_t place = choose_hedge(c, u, p.side, coins); place != 0) {
        p.instrument = u.risk.hedges.instruments[place];
        p.mid = mid_price(c.state, p.instrument);
    }
    p.delta_per_contract = delta_per_contract(c.state.instruments[p.instrument], p.mid);
}

/// In a fast market orders are smaller; one lot at least.
Qty cut_to_regime(const Context& c, const UnderlyingState& u, Qty qty, double delta_per_contract, Qty lot) {
    const double factor = regime_rules(c.rules(u), u).order;
    if (factor >= 1 || !(delta_per_contract > 0)) return qty;
    const double largest = limit_of(c.state, c.config, u, LimitKind::max_order) * factor;
    const auto most = Qty::from_double(largest / delta_per_contract);
    if (!most || qty <= *most) return qty;
    return std::max(truncate_to_lot(*most, lot), lot);
}

}  // namespace

Proposal propose(const Context& c, UnderlyingId id, const UnderlyingState& u, const Corridor& corridor,
                 const Envelope& e) {
    Proposal p;
    p.underlying = id;
    p.instrument = u.hedge;
    const double coins = wanted_trade(corridor, c.rules(u).hedge_to, e);
    if (coins == 0) return p;
    p.side = coins < 0 ? Side::sell : Side::buy;
    choose_instrument(c, u, std::abs(coins), p);
    const Qty lot = c.state.instruments[p.instrument].lot;
    Qty qty = lots_of(corridor, e, coins, p.delta_per_contract, lot);
    p.wanted = qty.abs();
    qty = cut_to_max_order(c, p, qty);
    p.qty = cut_to_regime(c, u, qty.abs(), p.delta_per_contract, lot);
    if (p.qty.is_zero()) return p;
    p.limit = taking_limit(c, u, p.instrument, p.side);
    apply_style(c, u, p);
    return p;
}

}  // namespace hw::hedge
