#include "hedge/message_rate.h"

#include <algorithm>

namespace hw::hedge {

namespace {
double bucket(const GateConfig& rules) {
    return rules.message_burst > 0 ? rules.message_burst : rules.max_messages_per_second;
}
}  // namespace

double messages_left(const EngineState& state, const GateConfig& rules) {
    const AccountRisk& r = state.risk;
    if (r.message_time.is_zero()) return bucket(rules);
    const double refill = rules.max_messages_per_second * (state.now - r.message_time).to_seconds();
    return std::min(bucket(rules), r.message_tokens + refill);
}

bool is_message(ActionType type) {
    return type == ActionType::new_order || type == ActionType::cancel_order ||
           type == ActionType::mass_cancel || type == ActionType::settle_orders;
}

void count_message(Context& c) {
    const GateConfig& rules = c.config.gate;
    if (!(rules.max_messages_per_second > 0)) return;
    // What is overdrawn is paid back within the time that filling the bucket takes.
    c.state.risk.message_tokens = std::max(messages_left(c.state, rules) - 1, -bucket(rules));
    c.state.risk.message_time = c.state.now;
}

}  // namespace hw::hedge
