#include "hedge/settling.h"

#include <algorithm>

#include "core/pricing/math.h"

namespace hw::hedge {

namespace {

/// Longest silence of the index that an average is still believed over.
constexpr Nanos kHole = Nanos::from_seconds(60);
/// Windows are taken up this long before they begin, so that they begin with a price.
constexpr Nanos kAhead = Nanos::from_seconds(60);

SettlementWindow* window_of(UnderlyingState& u, Nanos expiry, Settlement settlement) {
    for (SettlementWindow& w : u.windows) {
        if (w.average.expiry() == expiry && w.settlement == settlement) return &w;
    }
    return nullptr;
}

/// A place for a new window: the one that is over longest.
SettlementWindow& oldest_window(UnderlyingState& u) {
    SettlementWindow* oldest = &u.windows[0];
    for (SettlementWindow& w : u.windows) {
        if (w.average.expiry() < oldest->average.expiry()) oldest = &w;
    }
    return *oldest;
}

void open_window(Context& c, UnderlyingState& u, Nanos expiry, Settlement settlement) {
    const Nanos window = c.rules(u).settlement_window;
    const Nanos left = expiry - c.state.now;
    if (expiry.is_zero() || left <= Nanos{} || left > window + kAhead) return;
    if (window_of(u, expiry, settlement) != nullptr) return;
    SettlementWindow& w = oldest_window(u);
    w.average.begin(expiry, window, kHole);
    w.settlement = settlement;
}

}  // namespace

void sample_index(Context& c, InstrumentId id, const Ticker& t) {
    const Instrument& i = c.state.instruments[id];
    // A spot pair's index may be another pair's, a combo's anything.
    const bool derivative = i.is_option() || i.kind == Kind::future || i.kind == Kind::perpetual;
    if (!derivative || i.underlying == kNoUnderlying || t.index == kNoPrice || t.index <= Price{}) return;
    UnderlyingState& u = c.underlying(i.underlying);
    if (c.rules(u).settlement_window <= Nanos{}) return;
    if (u.has_hedge && u.hedge == id) {
        for (const ExpiryGroup& g : c.state.inventory.groups(i.underlying))
            open_window(c, u, g.expiry, g.settlement);
    }
    open_window(c, u, i.expiry, i.settlement);
    for (SettlementWindow& w : u.windows) {
        if (w.settlement == i.settlement && c.state.now < w.average.expiry())
            w.average.add(c.state.now, t.index);
    }
    if (!settling(i.expiry, c.state.now, c.rules(u)) || t.estimated_delivery == kNoPrice) return;
    SettlementWindow* w = window_of(u, i.expiry, i.settlement);
    if (w != nullptr && !w->average.at(c.state.now))
        w->average.take_venue(c.state.now, t.estimated_delivery, t.index);
}

std::optional<pricing::WindowState> window_state(const EngineState& state, const UnderlyingConfig& rules,
                                                 UnderlyingId id, Nanos expiry, Settlement settlement) {
    const UnderlyingState& u = state.underlyings[index(id)];
    for (const SettlementWindow& w : u.windows) {
        if (w.average.expiry() != expiry || w.settlement != settlement) continue;
        if (const auto known = w.average.at(state.now)) return known;
    }
    if (rules.settlement_delta == SettlementDelta::averaged) return std::nullopt;
    return pricing::WindowState{pricing::window_elapsed(expiry, state.now, rules.settlement_window),
                                u.reference};
}

Settling settling_greeks(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id,
                         std::uint16_t group) {
    Settling sum;
    const UnderlyingState& u = state.underlyings[index(id)];
    const ExpiryGroup& g = state.inventory.groups(id)[group];
    const bool averaged = rules.settlement_delta == SettlementDelta::averaged;
    const auto so_far = window_state(state, rules, id, g.expiry, g.settlement);
    sum.known = so_far.has_value() && g.slice != 0;
    if (!sum.known) return sum;
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
    const double move = std::clamp(pricing::log1p((u.reference - u.surface_reference) / u.surface_reference),
                                   -g.reach, g.reach);
    for (const pricing::BlockRef ref : book.refs(id, group)) {
        const NodeBlock& keys = book.keys(ref.block);
        for (std::size_t lane = 0; lane < pricing::kLanes; ++lane) {
            const double strike = book.risk()[ref.block].strike[lane];
            const pricing::KernelBlock& b = book.blocks()[ref.block];
            const double vol = b.vol[lane] + b.drift[lane] * move;
            add(OptionType::call, strike, vol, keys.call_coins[lane]);
            add(OptionType::put, strike, vol, keys.put_coins[lane]);
        }
    }
    return sum;
}

}  // namespace hw::hedge
