#include "hedge/blind_watch.h"

#include <cmath>

#include "hedge/decision.h"

namespace hw::hedge {

namespace {

bool outside(const Context& c, UnderlyingId id) {
    const Corridor corridor = corridor_at(c, id);
    const double net_delta = c.state.underlyings[index(id)].exposure.net_delta;
    return !(std::abs(net_delta - corridor.target) <= corridor.half_width);
}

bool decided_by_somebody(AlertCode reason) {
    return reason == AlertCode::killed || reason == AlertCode::paused;
}

void halt(Context& c, UnderlyingId id) {
    StopState& stop = c.underlying(id).risk.stop;
    if (stop.level == StopLevel::halt) return;
    stop.level = StopLevel::halt;
    stop.since = c.state.now;
    c.alert(AlertCode::stop_halt, id, kNoInstrument);
}

void act(Context& c, UnderlyingId id, Nanos blind_for) {
    const double seconds = blind_for.to_seconds();
    const double limit = c.config.blind_after.to_seconds();
    if (c.config.emergency == Emergency::kill)
        return c.kill(AlertCode::blind_too_long, id, kNoInstrument, seconds, limit);
    c.alert(AlertCode::blind_too_long, id, kNoInstrument, seconds, limit);
    if (c.config.emergency == Emergency::halt) halt(c, id);
}

}  // namespace

void watch_blind(Context& c, UnderlyingId id, AlertCode reason, bool delta_known) {
    UnderlyingRisk& risk = c.underlying(id).risk;
    const bool blind =
        reason != AlertCode::none && !decided_by_somebody(reason) && (!delta_known || outside(c, id));
    if (!blind) {
        risk.blind_since = {};
        risk.blind_said = 0;
        return;
    }
    if (risk.blind_since.is_zero()) risk.blind_since = c.state.now;
    const Nanos blind_for = c.state.now - risk.blind_since;
    if (risk.blind_said || c.config.blind_after.is_zero() || blind_for < c.config.blind_after) return;
    risk.blind_said = 1;
    act(c, id, blind_for);
}

}  // namespace hw::hedge
