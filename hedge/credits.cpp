#include "hedge/credits.h"

#include <algorithm>

namespace hw::hedge {

namespace {

double our_share(const CreditsConfig& rules) { return 1 - rules.quoting_share; }

void take(Context& c, double price) {
    if (!credits_counted(c.config)) return;
    const double left = credits_left(c.state, c.config) - price;
    // An overdraft is paid back within the time that filling the bucket takes.
    c.state.credits.left = std::max(left, -c.config.credits.capacity * our_share(c.config.credits));
    c.state.credits.time = c.state.now;
}

/// The last bits of a refill must not keep an order waiting.
bool covers(const Context& c, double price) {
    return !credits_counted(c.config) || credits_left(c.state, c.config) + 1e-9 >= price;
}

double needed_for_order(const CreditsConfig& rules) { return rules.per_order + rules.cancel_reserve; }

}  // namespace

double credits_left(const EngineState& state, const EngineConfig& config) {
    const CreditsConfig& rules = config.credits;
    const double full = rules.capacity * our_share(rules);
    if (state.credits.time.is_zero()) return full;
    const double refill = rules.refill_per_s * our_share(rules);
    return std::min(full, state.credits.left + refill * (state.now - state.credits.time).to_seconds());
}

double credits_above_reserve(const EngineState& state, const EngineConfig& config) {
    if (!credits_counted(config)) return 0;
    return std::max(0.0, credits_left(state, config) - config.credits.cancel_reserve);
}

bool credits_for_order(Context& c) {
    const double needed = needed_for_order(c.config.credits);
    if (covers(c, needed)) return true;
    if (!c.state.credits.low) {
        c.alert(AlertCode::credits_low, kNoUnderlying, kNoInstrument, credits_left(c.state, c.config),
                needed);
    }
    c.state.credits.low = 1;
    return false;
}

void pay_for_order(Context& c) { take(c, c.config.credits.per_order); }

bool pay_for_cancel(Context& c) {
    if (!covers(c, c.config.credits.per_cancel)) return false;
    take(c, c.config.credits.per_cancel);
    return true;
}

void pay_for_mass_cancel(Context& c) { take(c, c.config.credits.per_cancel); }

bool pay_for_request(Context& c) {
    if (!covers(c, c.config.credits.per_request + c.config.credits.cancel_reserve)) return false;
    charge_request(c);
    return true;
}

void charge_request(Context& c) { take(c, c.config.credits.per_request); }

void check_credits(Context& c) {
    if (!c.state.credits.low || !covers(c, needed_for_order(c.config.credits))) return;
    c.state.credits.low = 0;
    c.alert(AlertCode::credits_back, kNoUnderlying, kNoInstrument, credits_left(c.state, c.config),
            needed_for_order(c.config.credits));
    c.mark_all_dirty();
}

}  // namespace hw::hedge
