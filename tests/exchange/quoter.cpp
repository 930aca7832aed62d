#include "tests/exchange/quoter.h"

#include <algorithm>
#include <cmath>

namespace hw::exchange {

namespace {

constexpr int kDeltaOneLevels = 10;
constexpr int kOptionLevels = 4;
constexpr double kVolHalfSpread = 0.012;  // absolute
constexpr Nanos kSizeClock = Nanos::from_seconds(2);

Price price_of(double value) { return Price::from_double(value).value_or(Price{}); }

}  // namespace

Ladder Quoter::quote(std::size_t contract) const {
    const Contract& c = market_.contracts()[contract];
    if (!c.open() || (empty_ && c.terms.kind == Kind::perpetual)) return {};
    return c.terms.is_option() ? option(contract) : delta_one(contract);
}

Qty Quoter::size(std::size_t contract, Price price, double low_coins, double high_coins) const {
    const Contract& c = market_.contracts()[contract];
    if (thin_) return c.terms.lot;
    const auto clock = static_cast<std::uint64_t>(market_.now().ns() / kSizeClock.ns());
    Rng rng(seed_ ^ static_cast<std::uint64_t>(price.nanos()) * 31 ^ contract << 48 ^ clock << 20,
            Stream::quotes);
    const double coins = rng.uniform(low_coins, high_coins);
    const double per_contract = c.terms.is_option() || !c.terms.is_inverse()
                                    ? c.terms.contract_size.to_double()
                                    : c.terms.contract_size.to_double() / market_.spot_of(c);
    const Qty contracts =
        truncate_to_lot(Qty::from_double(coins / per_contract).value_or(Qty{}), c.terms.lot);
    return std::max(contracts, c.terms.lot);
}

Ladder Quoter::delta_one(std::size_t contract) const {
    const Contract& c = market_.contracts()[contract];
    const Price tick = c.terms.tick;
    // Dated futures are quoted wider than the perpetual.
    const int half_spread_ticks = c.terms.kind == Kind::perpetual ? 1 : 5;
    const Price middle = round_down_to_tick(price_of(market_.fair(c)), tick);
    Ladder ladder;
    for (int i = 0; i < kDeltaOneLevels; ++i) {
        // Denser at the touch, then thinning out: 0, 1, 3, 6, 10 ... ticks away.
        const std::int64_t away = i * (i + 1) / 2;
        const Price bid = Price::from_nanos(middle.nanos() - tick.nanos() * (half_spread_ticks - 1 + away));
        const Price ask = Price::from_nanos(middle.nanos() + tick.nanos() * (half_spread_ticks + away));
        const double scale = 0.15 + 0.25 * i;
        ladder.bids.push_back({bid, size(contract, bid, scale, 4.0 * scale)});
        ladder.asks.push_back({ask, size(contract, ask, scale, 4.0 * scale)});
    }
    return ladder;
}

Ladder Quoter::option(std::size_t contract) const {
    const Contract& c = market_.contracts()[contract];
    const Price fair = price_of(market_.fair(c));
    const Price tick = c.terms.tick_at(fair);
    Price bid = round_down_to_tick(price_of(market_.fair(c, -kVolHalfSpread)), tick);
    Price ask = round_up_to_tick(price_of(market_.fair(c, kVolHalfSpread)), tick);
    // Wings whose spread would be nothing still have one of a tick on either side of the value.
    bid = std::min(bid, round_down_to_tick(fair - tick, tick));
    ask = std::max(ask, round_up_to_tick(fair + tick, tick));
    Ladder ladder;
    for (int i = 0; i < kOptionLevels; ++i) {
        const double scale = 1.0 + i;
        // A price may have left the fine part of the tick table on its way.
        const Price ask_here = round_up_to_tick(ask, c.terms.tick_at(ask));
        if (bid > Price{}) {
            const Price bid_here = round_down_to_tick(bid, c.terms.tick_at(bid));
            ladder.bids.push_back({bid_here, size(contract, bid_here, 0.5 * scale, 5.0 * scale)});
        }
        ladder.asks.push_back({ask_here, size(contract, ask_here, 0.5 * scale, 5.0 * scale)});
        bid = bid - c.terms.tick_at(bid);
        ask = ask_here + c.terms.tick_at(ask_here);
    }
    return ladder;
}

}  // namespace hw::exchange
