#include "hedge/runaway.h"

#include <cmath>

#include "hedge/decision.h"
#include "hedge/exposure.h"

namespace hw::hedge {

namespace {

/// Coins; the last bits of a sum are nobody's fault.
constexpr double kLastBits = 1e-9;

bool is_judged(OrderPurpose purpose) {
    return purpose == OrderPurpose::hedge || purpose == OrderPurpose::flatten;
}

/// With all that happened: did a fill that moved the net delta by `effect` take it away from the target?
bool worse_as_it_stands(const Context& c, UnderlyingId id, double effect) {
    Exposure sum;
    if (evaluate(c.state, c.config, id, sum) != AlertCode::none) return false;
    const double to = sum.net_delta - corridor_at(c, id).target;
    return std::abs(to) > std::abs(to - effect) + kLastBits;
}

/// Each order once, however many parts it fills in.
void made_worse(Context& c, UnderlyingState& u, OrderState& order, double from, double to) {
    if (order.worsened) return;
    order.worsened = 1;
    OrderGuard& guard = u.risk.guard;
    if (guard.worse_in_a_row < UINT8_MAX) ++guard.worse_in_a_row;
    const std::uint32_t most = c.config.gate.runaway_orders;
    if (most == 0 || guard.worse_in_a_row < most) return;
    guard.worse_in_a_row = 0;  // a person who resets the kill begins anew
    c.kill(AlertCode::runaway, order.underlying, order.instrument, to, from, order.id);
}

}  // namespace

void begin_judging(const UnderlyingState& u, OrderState& order, double target) {
    order.before = u.exposure.net_delta - target - u.risk.guard.hedged;
    order.worsened = 0;
}

double hedged_delta(const EngineState& state, const EngineConfig& config, InstrumentId id,
                    const Execution& e) {
    const Instrument& i = state.instruments[id];
    if (e.order.is_none() || !i.is_delta_one() || i.underlying == kNoUnderlying) return 0;
    return delta_one_delta(state, config, i.underlying);
}

void judge_fill(Context& c, OrderState& order, double effect) {
    if (!is_judged(order.purpose)) return;
    UnderlyingState& u = c.underlying(order.underlying);
    OrderGuard& guard = u.risk.guard;
    const double from = std::abs(order.before + guard.hedged);
    guard.hedged += effect;
    const double to = std::abs(order.before + guard.hedged);
    if (to > from + kLastBits) {
        if (worse_as_it_stands(c, order.underlying, effect)) made_worse(c, u, order, from, to);
    } else if (to < from && !order.worsened) {
        guard.worse_in_a_row = 0;
    }
}

}  // namespace hw::hedge
