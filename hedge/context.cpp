#include "hedge/context.h"

#include "hedge/credits.h"
#include "hedge/message_rate.h"

namespace hw::hedge {

const UnderlyingConfig kDefaultRules;

Action* Context::act(ActionType type, UnderlyingId underlying_id, InstrumentId instrument) {
    if (actions.full()) {
        ++state.actions_dropped;
        return nullptr;
    }
    const auto place = static_cast<std::uint8_t>(actions.size());
    Action& action = actions.push();
    action.header.sequence = state.last_sequence;
    action.header.time = state.now;
    action.header.type = type;
    action.header.index = place;
    action.header.instrument = instrument;
    action.header.underlying = underlying_id;
    if (is_message(type)) count_message(*this);
    return &action;
}

void Context::alert(AlertCode code, UnderlyingId underlying_id, InstrumentId instrument, double value,
                    double limit, OrderId order) {
    Action* action = act(ActionType::alert, underlying_id, instrument);
    if (action == nullptr) return;
    Alert& a = action->payload.alert;
    a.code = code;
    a.severity = severity_of(code);
    a.order = order;
    a.value = value;
    a.limit = limit;
}

void Context::kill(AlertCode cause, UnderlyingId underlying_id, InstrumentId instrument, double value,
                   double limit, OrderId order) {
    if (cause != AlertCode::killed) alert(cause, underlying_id, instrument, value, limit, order);
    if (state.killed) return;
    state.killed = 1;
    state.killed_by = cause;
    state.kill_sequence = state.last_sequence;
    alert(AlertCode::killed, underlying_id, instrument);
    mass_cancel(cause);
}

void Context::mass_cancel(AlertCode cause) {
    state.mass_cancel_due = 1;
    if (!state.session_up) return;
    Action* action = act(ActionType::mass_cancel, kNoUnderlying, kNoInstrument);
    if (action == nullptr) return;
    action->payload.mass_cancel.order = identity_of(*action);
    action->payload.mass_cancel.cause = cause;
    pay_for_mass_cancel(*this);
    state.mass_cancel_due = 0;
}

void Context::ask_settlement() {
    // Without the credits for it, it is asked again with every timer.
    if (!state.session_up || state.settling || actions.full() || !pay_for_request(*this)) return;
    Action* action = act(ActionType::settle_orders, kNoUnderlying, kNoInstrument);
    if (action == nullptr) return;
    action->payload.settle_orders.order = identity_of(*action);
    state.settling = 1;
    state.settle_asked = state.now;
    for (OrderState& o : state.orders) o.settle_seen = 0;
}

}  // namespace hw::hedge
