// What the parts of the engine share while one Event is applied: the state, the rules, and the Actions so
// far.
#pragma once

#include "core/action.h"
#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

extern const UnderlyingConfig kDefaultRules;
/// What the configuration says of an underlying; the defaults for one that it does not name.
inline const UnderlyingConfig& rules_of(const EngineConfig& config, const UnderlyingState& u) {
    return u.configured ? config.underlyings[u.config_index] : kDefaultRules;
}

struct Context {
    EngineState& state;
    const EngineConfig& config;
    ActionList& actions;

    UnderlyingState& underlying(UnderlyingId id) { return state.underlyings[index(id)]; }
    const UnderlyingConfig& rules(const UnderlyingState& u) const { return rules_of(config, u); }

    void mark_dirty(UnderlyingId id) {
        if (id != kNoUnderlying) state.dirty |= 1ULL << index(id);
    }
    void mark_all_dirty() {
        state.dirty = state.underlying_count >= 64 ? ~0ULL : (1ULL << state.underlying_count) - 1;
    }

    /// A new Action with its header filled in, or null (and counted) when the list is full.
    Action* act(ActionType, UnderlyingId, InstrumentId);
    /// The identity of an order or request that `action` is about to become.
    OrderId identity_of(const Action& action) const {
        return OrderId::make(state.epoch, state.last_sequence, action.header.index);
    }
    void alert(AlertCode, UnderlyingId, InstrumentId, double value = 0, double limit = 0, OrderId = {});

    /// Stops new orders for good (until a person resets it) and cancels what is open.
    void kill(AlertCode cause, UnderlyingId = kNoUnderlying, InstrumentId = kNoInstrument, double value = 0,
              double limit = 0, OrderId = {});
    /// Cancels everything of ours now, or as soon as the session is up.
    void mass_cancel(AlertCode cause);
    /// Asks the venue what became of our open orders, unless it is being asked already.
    void ask_settlement();
};

}  // namespace hw::hedge
