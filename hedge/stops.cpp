#include "hedge/stops.h"

#include <cmath>

#include "hedge/daily_fills.h"
#include "hedge/exposure.h"
#include "hedge/limits.h"

namespace hw::hedge {

namespace {

constexpr AlertCode alert_of(StopLevel level) {
    switch (level) {
        case StopLevel::warn:
            return AlertCode::stop_warn;
        case StopLevel::reduce:
            return AlertCode::stop_reduce;
        case StopLevel::flatten:
            return AlertCode::stop_flatten;
        case StopLevel::halt:
            return AlertCode::stop_halt;
        case StopLevel::none:
            break;
    }
    return AlertCode::stop_lifted;
}

/// Calls `f(id, underlying)` for the one, or for all when there is none.
template <class F>
void for_underlyings(Context& c, UnderlyingId which, F&& f) {
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n) {
        if (which == kNoUnderlying || which == UnderlyingId{n}) f(UnderlyingId{n}, c.state.underlyings[n]);
    }
}

void mark_dirty(Context& c, UnderlyingId id) {
    if (id == kNoUnderlying) return c.mark_all_dirty();
    c.mark_dirty(id);
}

struct Reached {
    StopLevel level = StopLevel::none;
    double value = 0;
    double limit = 0;
};

/// The highest level whose threshold `value` has reached.
Reached reached(const std::array<double, kStopLevels>& thresholds, double value) {
    for (std::size_t n = kStopLevels; n-- > 0;) {
        if (thresholds[n] > 0 && value >= thresholds[n])
            return {static_cast<StopLevel>(n + 1), value, thresholds[n]};
    }
    return {};
}

void enter(Context& c, UnderlyingId id, StopState& stop, const Reached& now) {
    stop.level = now.level;
    stop.since = c.state.now;
    c.alert(alert_of(now.level), id, kNoInstrument, now.value, now.limit);
    if (now.level == StopLevel::flatten)
        for_underlyings(c, id, [](UnderlyingId, UnderlyingState& u) { u.risk.stop.flattened = 0; });
    if (now.level == StopLevel::halt) c.mass_cancel(AlertCode::stop_halt);
    mark_dirty(c, id);
}

void lift(Context& c, UnderlyingId id, StopState& stop) {
    if (stop.level == StopLevel::none) return;
    stop.level = StopLevel::none;
    stop.since = c.state.now;
    c.alert(AlertCode::stop_lifted, id, kNoInstrument);
    mark_dirty(c, id);
}

void take_profit(Context& c, UnderlyingId id, StopState& stop, const StopConfig& rules, double profit) {
    if (!stop.started) {
        stop.started = 1;
        stop.day = c.state.risk.day;
        stop.offset = 0;
        stop.peak = 0;  // a day begins with nothing earned
    }
    stop.peak = std::max(stop.peak, profit);
    const Reached loss = reached(rules.loss, stop.offset - profit);
    const Reached fall = reached(rules.drawdown, stop.peak - profit);
    const Reached& now = fall.level > loss.level ? fall : loss;
    if (now.level > stop.level) enter(c, id, stop, now);
}

/// The profit is the day before's as long as nothing else was heard.
void begin_day(Context& c, UnderlyingId id, StopState& stop) {
    stop.started = 0;
    if (!stop.held) lift(c, id, stop);
}

void check_day(Context& c) {
    AccountRisk& r = c.state.risk;
    const std::int64_t day = day_of(c.state.now);
    if (day == r.day) return;
    r.day_sequence = r.day == 0 ? 0 : c.state.last_sequence;
    r.day = day;
    begin_day(c, kNoUnderlying, r.stop);
    for_underlyings(c, kNoUnderlying,
                    [&](UnderlyingId id, UnderlyingState& u) { begin_day(c, id, u.risk.stop); });
}

bool has_threshold(const StopConfig& rules) {
    const auto any = [](const std::array<double, kStopLevels>& t) {
        return std::any_of(t.begin(), t.end(), [](double threshold) { return threshold > 0; });
    };
    return any(rules.loss) || any(rules.drawdown);
}

/// What stands on the planner's figures.
struct Needs {
    bool profit = false;
    bool any = false;
};

void check_age(Context& c, UnderlyingId id, RiskState& r, const Needs& needs) {
    if (r.time.is_zero() && !needs.any) return;  // nobody waits for them
    const Nanos heard = needs.profit ? r.profit_time : r.time;
    const Nanos age = c.state.now - heard;
    const bool stale = age > c.config.risk_stale_after;
    const std::uint8_t reduces = stale && needs.any;
    if (reduces != r.stale_reduces) mark_dirty(c, id);
    r.stale_reduces = reduces;
    if (stale && !r.stale_said)
        c.alert(AlertCode::risk_stale, id, kNoInstrument, heard.is_zero() ? 0 : age.to_seconds(),
                c.config.risk_stale_after.to_seconds());
    r.stale_said = stale;
}

void check_ages(Context& c) {
    const GateConfig& gate = c.config.gate;
    const bool profit = has_threshold(c.config.stops) || gate.max_daily_loss > 0;
    check_age(c, kNoUnderlying, c.state.risk.planner, {profit, profit || gate.capital > 0});
    for_underlyings(c, kNoUnderlying, [&](UnderlyingId id, UnderlyingState& u) {
        const bool own = u.configured && has_threshold(c.rules(u).stops);
        check_age(c, id, u.risk.planner, {own, own});
    });
}

constexpr std::uint32_t kLimitBits = (1u << 3 * (kExpiryBuckets + 1)) - 1;

bool usable(const Context& c, const RiskFigures& f) {
    const bool known = f.underlying == kNoUnderlying || index(f.underlying) < c.state.underlying_count;
    const bool finite = std::isfinite(f.profit) && std::isfinite(f.worst_loss) && std::isfinite(f.margin) &&
                        std::isfinite(f.vega) && std::isfinite(f.gamma) && std::isfinite(f.theta);
    return known && finite && f.profit_known <= 1 && ((f.soft | f.hard) & ~kLimitBits) == 0;
}

/// A breach is said when it begins; that all is well again when the last has ended.
void note_greeks(Context& c, UnderlyingId id, RiskState& r) {
    const RiskFigures& f = r.figures;
    const std::uint32_t soft = f.soft & ~r.soft_said;
    const std::uint32_t hard = f.hard & ~r.hard_said;
    if (hard != 0) {
        c.alert(AlertCode::greek_hard_limit, id, kNoInstrument, hard, f.hard);
    } else if (soft != 0) {
        c.alert(AlertCode::greek_soft_limit, id, kNoInstrument, soft, f.soft);
    }
    if ((r.soft_said | r.hard_said) != 0 && (f.soft | f.hard) == 0)
        c.alert(AlertCode::greeks_inside, id, kNoInstrument);
    r.soft_said = f.soft;
    r.hard_said = f.hard;
}

void note_capital(Context& c, RiskState& r) {
    const double capital = c.config.gate.capital;
    const bool beyond = capital > 0 && r.figures.worst_loss > capital;
    if (beyond && !r.scenario_said)
        c.alert(AlertCode::scenario_loss, kNoUnderlying, kNoInstrument, r.figures.worst_loss, capital);
    r.scenario_said = beyond;
}

}  // namespace

void on_risk_figures(Context& c, const RiskFigures& f) {
    if (!usable(c, f)) {
        c.alert(AlertCode::risk_refused, f.underlying, kNoInstrument, f.profit, f.worst_loss);
        return;
    }
    check_day(c);
    const bool account = f.underlying == kNoUnderlying;
    RiskState& r = account ? c.state.risk.planner : c.underlying(f.underlying).risk.planner;
    r.figures = f;
    r.time = c.state.now;
    note_greeks(c, f.underlying, r);
    if (account) note_capital(c, r);
    if (f.profit_known && f.position_sequence >= c.state.risk.day_sequence) {
        r.profit_time = c.state.now;
        StopState& stop = account ? c.state.risk.stop : c.underlying(f.underlying).risk.stop;
        const StopConfig& rules = account ? c.config.stops : c.rules(c.underlying(f.underlying)).stops;
        take_profit(c, f.underlying, stop, rules, f.profit);
    }
    check_ages(c);
    mark_dirty(c, f.underlying);
}

void check_stops(Context& c) {
    check_day(c);
    check_ages(c);
    if (c.state.mass_cancel_due && any_halt(c.state)) c.mass_cancel(AlertCode::stop_halt);
}

void reset_stop(Context& c, UnderlyingId id) {
    const bool account = id == kNoUnderlying;
    StopState& stop = account ? c.state.risk.stop : c.underlying(id).risk.stop;
    const RiskState& planner = account ? c.state.risk.planner : c.underlying(id).risk.planner;
    stop.offset = stop.peak = planner.figures.profit;
    stop.held = 0;
    if (stop.level == StopLevel::none) c.alert(AlertCode::stop_lifted, id, kNoInstrument);
    lift(c, id, stop);
}

void halt_by_rule(Context& c, UnderlyingId id) {
    StopState& stop = c.underlying(id).risk.stop;
    stop.held = 1;
    if (stop.level != StopLevel::halt) enter(c, id, stop, {StopLevel::halt, 0, 0});
}

bool any_halt(const EngineState& state) {
    if (state.risk.stop.level == StopLevel::halt) return true;
    for (std::uint16_t n = 0; n < state.underlying_count; ++n) {
        if (state.underlyings[n].risk.stop.level == StopLevel::halt) return true;
    }
    return false;
}

bool profit_of_day(const AccountRisk& r, double& profit) {
    profit = r.planner.figures.profit;
    return r.stop.started != 0 && r.planner.figures.profit_known != 0;
}

Corridor stopped_corridor(const Context& c, const UnderlyingState& u, const Corridor& policys) {
    Corridor corridor = policys;
    const double most = limit_of(c.state, c.config, u, LimitKind::max_delta);
    if (most > 0) corridor.half_width = std::min(corridor.half_width, most);
    if (!is_flattening(c.state, u)) return corridor;
    corridor.half_width = 0;
    corridor.part = 1;
    return corridor;
}

void note_flattened(const Context& c, UnderlyingState& u, const Corridor& corridor, const Envelope& e) {
    if (!is_flattening(c.state, u) || !u.has_hedge) return;
    const Instrument& hedge = c.state.instruments[u.hedge];
    const double lot = hedge.lot.to_double() * delta_per_contract(hedge, u.reference);
    u.risk.stop.flattened = e.high - corridor.target < lot && corridor.target - e.low < lot;
}

}  // namespace hw::hedge
