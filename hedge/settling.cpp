#include "hedge/settling.h"

namespace hw::hedge {

namespace {

/// Longest silence of the index that an average is still believed over.
constexpr Nanos kHole = Nanos::from_seconds(60);
/// Windows are taken up this long before they begin, so that they begin with a price.
constexpr Nanos kAhead = Nanos::from_seconds(60);

pricing::WindowAverage* window_of(UnderlyingState& u, Nanos expiry) {
    for (pricing::WindowAverage& w : u.windows) {
        if (w.expiry() == expiry) return &w;
    }
    return nullptr;
}

/// A place for a new window: the one that is over longest.
pricing::WindowAverage& oldest_window(UnderlyingState& u) {
    pricing::WindowAverage* oldest = &u.windows[0];
    for (pricing::WindowAverage& w : u.windows) {
        if (w.expiry() < oldest->expiry()) oldest = &w;
    }
    return *oldest;
}

void open_window(Context& c, UnderlyingState& u, Nanos expiry) {
    const Nanos window = c.rules(u).settlement_window;
    const Nanos left = expiry - c.state.now;
    if (expiry.is_zero() || left <= Nanos{} || left > window + kAhead) return;
    if (window_of(u, expiry) == nullptr) oldest_window(u).begin(expiry, window, kHole);
}

}  // namespace

void sample_index(Context& c, InstrumentId id, const Ticker& t) {
    const Instrument& i = c.state.instruments[id];
    if (i.underlying == kNoUnderlying || t.index == kNoPrice || t.index <= Price{}) return;
    UnderlyingState& u = c.underlying(i.underlying);
    if (c.rules(u).settlement_window <= Nanos{}) return;
    if (u.has_hedge && u.hedge == id) {
        for (const ExpiryGroup& g : c.state.inventory.groups(i.underlying)) open_window(c, u, g.expiry);
        for (pricing::WindowAverage& w : u.windows) {
            if (c.state.now < w.expiry()) w.add(c.state.now, t.index);
        }
    }
    if (!settling(i.expiry, c.state.now, c.rules(u)) || t.estimated_delivery == kNoPrice) return;
    open_window(c, u, i.expiry);
    pricing::WindowAverage* w = window_of(u, i.expiry);
    if (w != nullptr && !w->at(c.state.now)) w->take_venue(c.state.now, t.estimated_delivery, t.index);
}

Settling settling_greeks(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id,
                         std::uint16_t group) {
    Settling sum;
    const UnderlyingState& u = state.underlyings[index(id)];
    const ExpiryGroup& g = state.inventory.groups(id)[group];
    std::optional<pricing::WindowState> so_far;
    for (const pricing::WindowAverage& w : u.windows) {
        if (w.expiry() == g.expiry) so_far = w.at(state.now);
    }
    sum.known = so_far.has_value() && g.slice != 0;
    if (!sum.known) return sum;
    const bool averaged = rules.settlement_delta == SettlementDelta::averaged;
    pricing::WindowTerms terms;
    terms.settlement = g.settlement;
    terms.forward = u.reference * u.slices[g.slice - 1].forward_ratio;
    terms.window = rules.settlement_window;
    const auto add = [&](OptionType type, double strike, double vol, double coins) {
        if (coins == 0) return;
        terms.type = type;
        terms.strike = strike;
        terms.vol = vol;
        const pricing::WindowGreeks ours = pricing::window_greeks(terms, *so_far);
        const pricing::WindowGreeks venue = pricing::linear_convention(terms, *so_far);
        const pricing::WindowGreeks& used = averaged ? ours : venue;
        sum.net_delta += coins * used.net_delta;
        sum.venue_net_delta += coins * venue.net_delta;
        sum.gamma += coins * used.gamma;
        sum.vega += coins * used.vega;
        sum.theta += coins * used.theta;
    };
    const Inventory& book = state.inventory;
    for (const pricing::BlockRef ref : book.refs(id, group)) {
        const NodeBlock& keys = book.keys(ref.block);
        for (std::size_t lane = 0; lane < pricing::kLanes; ++lane) {
            const double strike = book.risk()[ref.block].strike[lane];
            const double vol = book.blocks()[ref.block].vol[lane];
            add(OptionType::call, strike, vol, keys.call_coins[lane]);
            add(OptionType::put, strike, vol, keys.put_coins[lane]);
        }
    }
    return sum;
}

}  // namespace hw::hedge
