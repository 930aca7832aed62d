#include "hedge/permit.h"

#include <cmath>

#include "hedge/decision.h"
#include "hedge/limits.h"
#include "hedge/stops.h"

namespace hw::hedge {

namespace {

AlertCode surface_missing(const Context& c, const UnderlyingState& u) {
    if (u.slice_count == 0) return AlertCode::no_volatility;
    const bool stale = c.state.now - u.surface_time > c.config.surface_stale_after;
    return stale ? AlertCode::surface_stale : AlertCode::none;
}

/// A wallet whose equity is down to its maintenance margin is about to be liquidated by the venue.
bool is_liquidated(const EngineState& state) {
    for (const Wallet& w : state.wallets) {
        if (w.currency.empty()) return false;
        if (w.margin_known && w.maintenance_margin > Cash{} && w.amount <= w.maintenance_margin) return true;
    }
    return false;
}

AlertCode limit_reached(const Context& c, UnderlyingId id) {
    const UnderlyingState& u = c.state.underlyings[index(id)];
    const StopLevel stop = stop_level(c.state, u);
    if (stop == StopLevel::halt) return AlertCode::stop_halt;
    if (stop >= StopLevel::flatten) return AlertCode::stop_flatten;
    if ((u.risk.planner.figures.hard | c.state.risk.planner.figures.hard) != 0)
        return AlertCode::greek_hard_limit;
    const double most = limit_of(c.state, c.config, u, LimitKind::max_delta);
    if (most > 0 && !(std::abs(u.exposure.net_delta - corridor_at(c, id).target) <= most))
        return AlertCode::gate_delta;
    return AlertCode::none;
}

/// What is withdrawn already and has another reason now is only shown: the reason has an alert of its own.
void change(Context& c, UnderlyingId id, AlertCode why) {
    PermitState& permit = c.underlying(id).risk.permit;
    if (why == AlertCode::none) {
        c.alert(AlertCode::permit_given, id, kNoInstrument);
    } else if (permit.given) {
        c.alert(AlertCode::permit_withdrawn, id, kNoInstrument, static_cast<double>(why));
    }
    permit.given = why == AlertCode::none;
    permit.why = why;
    permit.since = c.state.now;
    ++permit.changes;
}

}  // namespace

AlertCode permit_reason(const Context& c, UnderlyingId id, AlertCode blind) {
    const UnderlyingState& u = c.state.underlyings[index(id)];
    if (blind != AlertCode::none) return blind;
    if (u.breaks != 0) return AlertCode::position_break;
    if (u.permit_withdrawn) return AlertCode::unreconciled;
    if (const AlertCode limit = limit_reached(c, id); limit != AlertCode::none) return limit;
    if (is_liquidated(c.state)) return AlertCode::margin_low;
    if (const AlertCode surface = surface_missing(c, u); surface != AlertCode::none) return surface;
    if (c.state.risk.clock_jumped) return AlertCode::clock_jumped;
    return c.config.shadow ? AlertCode::shadow_order : AlertCode::none;
}

void review_permit(Context& c, UnderlyingId id, AlertCode blind) {
    const AlertCode why = permit_reason(c, id, blind);
    const PermitState& permit = c.underlying(id).risk.permit;
    const bool same = permit.why == why && (permit.given != 0) == (why == AlertCode::none);
    if (!same) [[unlikely]]
        change(c, id, why);
}

void withdraw_all_permits(Context& c, AlertCode why) {
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n) change(c, UnderlyingId{n}, why);
}

}  // namespace hw::hedge
