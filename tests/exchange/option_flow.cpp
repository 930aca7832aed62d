#include "tests/exchange/option_flow.h"

#include <algorithm>

namespace hw::exchange {

namespace {

// Nobody opens a position in what is about to be settled.
constexpr Nanos kLastTrading = Nanos::from_seconds(2);

}  // namespace

OptionFlow::OptionFlow(const OptionFlowConfig& config, const Market& market, const Account& account,
                       Venue& venue, Nanos start)
    : config_(config),
      market_(market),
      account_(account),
      venue_(venue),
      rng_(config.seed, Stream::option_fills),
      next_(start) {
    stopped_ = config.every.is_zero();
    if (!stopped_)
        next_ = start + Nanos::from_ns(static_cast<std::int64_t>(rng_.exponential(1.0) *
                                                                 static_cast<double>(config.every.ns())));
}

void OptionFlow::advance(Nanos now) {
    while (!stopped_ && next_ <= now) {
        trade(now);
        const double wait_ns = rng_.exponential(static_cast<double>(config_.every.ns()));
        next_ = next_ + Nanos::from_ns(static_cast<std::int64_t>(wait_ns));
    }
}

std::vector<std::size_t> OptionFlow::candidates() const {
    std::vector<std::size_t> list;
    for (std::size_t i = 0; i < market_.contracts().size(); ++i) {
        const Contract& c = market_.contracts()[i];
        if (c.open() && c.terms.is_option() && c.terms.expiry > market_.now() + kLastTrading)
            list.push_back(i);
    }
    return list;
}

void OptionFlow::trade(Nanos now) {
    const std::vector<Venue::QuoteLeg> legs = rng_.chance(config_.combo_share) ? combo() : one_option();
    if (!legs.empty()) venue_.quote_fill(legs, now);
}

Qty OptionFlow::draw_qty(std::size_t contract) {
    const Instrument& t = market_.contracts()[contract].terms;
    // Mostly small: the square of a uniform number.
    const double u = rng_.uniform();
    const double coins = config_.max_coins * u * u;
    const Qty qty =
        truncate_to_lot(Qty::from_double(coins / t.contract_size.to_double()).value_or(t.lot), t.lot);
    return std::max(qty, t.lot);
}

Side OptionFlow::draw_side(std::size_t contract) {
    const Qty held = account_.holding(contract).qty;
    const double buy = held.is_zero() ? 0.5 : (held > Qty{} ? 0.3 : 0.7);
    return rng_.chance(buy) ? Side::buy : Side::sell;
}

std::vector<Venue::QuoteLeg> OptionFlow::leg(std::size_t contract, Side side, Qty qty) const {
    const OrderBook& book = venue_.book(contract);
    if (book.empty(side)) return {};
    return {{contract, side, qty, book.best(side).price}};
}

std::vector<Venue::QuoteLeg> OptionFlow::one_option() {
    const std::vector<std::size_t> list = candidates();
    if (list.empty()) return {};
    const std::size_t contract = list[rng_.below(static_cast<std::uint32_t>(list.size()))];
    const Side side = draw_side(contract);
    return leg(contract, side, draw_qty(contract));
}

std::vector<Venue::QuoteLeg> OptionFlow::combo() {
    std::vector<std::size_t> list = candidates();
    if (list.empty()) return {};
    const std::size_t first = list[rng_.below(static_cast<std::uint32_t>(list.size()))];
    const Instrument& anchor = market_.contracts()[first].terms;
    std::erase_if(list, [&](std::size_t i) {
        const Instrument& t = market_.contracts()[i].terms;
        return i == first || t.expiry != anchor.expiry || t.settle != anchor.settle;
    });
    const std::uint32_t extra = 1 + rng_.below(2);
    const Qty qty = draw_qty(first);
    Side side = draw_side(first);
    std::vector<Venue::QuoteLeg> legs = leg(first, side, qty);
    for (std::uint32_t i = 0; i < extra && !list.empty() && !legs.empty(); ++i) {
        const auto place = rng_.below(static_cast<std::uint32_t>(list.size()));
        side = opposite(side);
        const auto more = leg(list[place], side, qty);
        legs.insert(legs.end(), more.begin(), more.end());
        list.erase(list.begin() + place);
    }
    return legs;
}

}  // namespace hw::exchange
