#include "net/feed/starbase_reference.h"

#include <cmath>
#include <cstring>

namespace hw::net::starbase {

bool IndexNames::define(std::int64_t id, std::string_view name) {
    const auto fits = Name<16>::from(name);
    if (!fits || fits->empty()) return false;
    if (Index* const known = find(id)) {
        known->name = *fits;
        return true;
    }
    if (size_ == kMost) return false;
    items_[size_++] = {id, *fits, kNoPrice};
    return true;
}

IndexNames::Index* IndexNames::find(std::int64_t id) {
    for (std::size_t i = 0; i < size_; ++i) {
        if (items_[i].id == id) return &items_[i];
    }
    return nullptr;
}

Ticker Reference::no_ticker() {
    Ticker t{};
    t.mark = t.index = t.last = t.min_sell = t.max_buy = t.best_bid = t.best_ask = kNoPrice;
    t.delivery = t.settlement = t.estimated_delivery = kNoPrice;
    return t;
}

bool same_ticker(const Ticker& a, const Ticker& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

bool Reference::put(const InstrumentInfo& wire, Ticker& out) {
    const auto low = to_price(wire.min_sell());
    const auto high = to_price(wire.max_buy());
    const auto mark = to_price(wire.mark());
    if (!low || !high || !mark) return false;
    out.min_sell = *low;
    out.max_buy = *high;
    out.mark = *mark;
    return true;
}

bool Reference::put(const InstrumentRef& wire, Ticker& out) {
    const auto estimated = to_price(wire.estimated_delivery());
    const auto delivery = to_price(wire.delivery());
    const auto settlement = to_price(wire.settlement());
    const double funding = wire.funding_8h();
    // A null f64 is a NaN; infinities are wrong.
    if (!estimated || !delivery || !settlement || std::isinf(funding)) return false;
    out.estimated_delivery = *estimated;
    out.delivery = *delivery;
    out.settlement = *settlement;
    out.funding_8h = std::isnan(funding) ? 0.0 : funding;
    return true;
}

bool Reference::put(const InstrumentStatus& wire, Ticker& out) {
    const auto state = to_trading_state(wire.status());
    if (!state) return false;
    out.state = *state;
    return true;
}

}  // namespace hw::net::starbase
