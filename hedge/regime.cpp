#include "hedge/regime.h"

#include <cmath>
#include <limits>
#include <optional>

#include "hedge/exposure.h"

namespace hw::hedge {

namespace {

constexpr double kSecondsPerYear = 365.0 * 86'400.0;
constexpr double kLn2 = 0.69314718055994530942;

struct Measures {
    double vol = 0;  ///< annualised
    double move_bp = 0;
    double spread_bp = 0;
    double depth_coins = 0;
    double messages_per_s = 0;
};

struct Reached {
    Regime regime = Regime::calm;
    double value = 0;
    double limit = 0;
};

bool looks_at_anything(const RegimeConfig& config) {
    for (const RegimeThresholds& t : config.thresholds) {
        if (t.vol > 0 || t.jump_bp > 0 || t.spread_bp > 0 || t.depth_coins > 0 || t.messages_per_s > 0)
            return true;
    }
    return false;
}

double move_bp(const UnderlyingState& u) {
    const double from = u.risk.regime.bucket_price;
    return from > 0 ? std::abs(u.reference / from - 1) * 1e4 : 0;
}

/// A book without one of its sides is as wide as it can be, and has no depth.
void measure_book(const Context& c, const UnderlyingState& u, Measures& m) {
    const BookSet::Touch touch = c.state.books.touch(u.hedge);
    if (!touch.has_bid || !touch.has_ask || touch.bid >= touch.ask) {
        m.spread_bp = std::numeric_limits<double>::infinity();
        return;
    }
    m.spread_bp = (touch.ask - touch.bid).to_double() / u.reference * 1e4;
    const double contracts = std::min(touch.bid_qty, touch.ask_qty).to_double();
    m.depth_coins = contracts * delta_per_contract(c.state.instruments[u.hedge], u.reference);
}

Measures measure(const Context& c, const UnderlyingState& u) {
    const RegimeState& r = u.risk.regime;
    Measures m;
    m.vol = std::sqrt(r.variance * kSecondsPerYear);
    m.move_bp = std::max(move_bp(u), r.last_move_bp);
    m.messages_per_s = r.message_rate;
    measure_book(c, u, m);
    return m;
}

std::optional<Reached> reached(Regime regime, const RegimeThresholds& t, const Measures& m) {
    const auto at_least = [](double value, double limit) { return limit > 0 && value >= limit; };
    if (at_least(m.vol, t.vol)) return Reached{regime, m.vol, t.vol};
    if (at_least(m.move_bp, t.jump_bp)) return Reached{regime, m.move_bp, t.jump_bp};
    if (at_least(m.spread_bp, t.spread_bp)) return Reached{regime, m.spread_bp, t.spread_bp};
    if (t.depth_coins > 0 && m.depth_coins <= t.depth_coins)
        return Reached{regime, m.depth_coins, t.depth_coins};
    if (at_least(m.messages_per_s, t.messages_per_s))
        return Reached{regime, m.messages_per_s, t.messages_per_s};
    return std::nullopt;
}

Reached worst(const RegimeConfig& config, const Measures& m) {
    for (std::size_t n = kRegimes; n-- > 1;) {
        if (const auto found = reached(Regime{static_cast<std::uint8_t>(n)}, config.thresholds[n], m))
            return *found;
    }
    return {};
}

AlertCode code_of(Regime regime) {
    switch (regime) {
        case Regime::fast:
            return AlertCode::regime_fast;
        case Regime::extreme:
            return AlertCode::regime_extreme;
        case Regime::dislocated:
            return AlertCode::regime_dislocated;
        case Regime::calm:
            break;
    }
    return AlertCode::regime_calm;
}

void enter(Context& c, UnderlyingId id, const Reached& now) {
    RegimeState& r = c.underlying(id).risk.regime;
    r.regime = now.regime;
    r.since = c.state.now;
    r.lower_since = {};
    c.alert(code_of(now.regime), id, c.underlying(id).hedge, now.value, now.limit);
    c.mark_dirty(id);
}

void judge(Context& c, UnderlyingId id) {
    UnderlyingState& u = c.underlying(id);
    RegimeState& r = u.risk.regime;
    const RegimeConfig& config = c.rules(u).regimes;
    const Reached now = worst(config, measure(c, u));
    if (now.regime > r.regime) return enter(c, id, now);
    if (now.regime == r.regime) {
        r.lower_since = {};
    } else if (r.lower_since.is_zero()) {
        r.lower_since = c.state.now;
    } else if (c.state.now - r.lower_since >= config.calm_after) {
        enter(c, id, now);
    }
}

void close_bucket(RegimeState& r, double reference, Nanos now, Nanos half_life) {
    const double seconds = (now - r.bucket_start).to_seconds();
    if (r.bucket_price > 0) {
        const double change = reference / r.bucket_price - 1;
        // exp(-dt ln2 / half_life) to first order, and never below zero.
        const double weight = seconds / (seconds + half_life.to_seconds() / kLn2);
        r.variance += weight * (change * change / seconds - r.variance);
        r.last_move_bp = std::abs(change) * 1e4;
        r.message_rate = r.messages / seconds;
    }
    r.messages = 0;
    r.bucket_start = now;
    r.bucket_price = reference;
}

}  // namespace

void watch_market(Context& c, UnderlyingId id) {
    UnderlyingState& u = c.underlying(id);
    ++u.risk.regime.messages;
    if (u.configured && looks_at_anything(c.rules(u).regimes) && u.reference > 0) judge(c, id);
}

void watch_time(Context& c, UnderlyingId id) {
    UnderlyingState& u = c.underlying(id);
    if (!u.configured || !u.has_hedge || !(u.reference > 0)) return;
    const RegimeConfig& config = c.rules(u).regimes;
    if (!looks_at_anything(config)) return;
    RegimeState& r = u.risk.regime;
    if (c.state.now - r.bucket_start >= config.bucket)
        close_bucket(r, u.reference, c.state.now, config.half_life);
    judge(c, id);
}

}  // namespace hw::hedge
