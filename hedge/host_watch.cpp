#include "hedge/host_watch.h"

namespace hw::hedge {

void on_host_state(Context& c, const HostState& host) {
    const double ms = static_cast<double>(host.ns) * 1e-6;
    switch (host.condition) {
        case HostCondition::core_late:
            c.state.risk.late_until = c.state.now;
            // Without a duration: what waited meanwhile is still being read.
            if (host.ns != 0) c.alert(AlertCode::core_late, kNoUnderlying, kNoInstrument, ms);
            break;
        case HostCondition::clock_jumped:
            c.state.risk.clock_jumped = 1;
            c.alert(AlertCode::clock_jumped, kNoUnderlying, kNoInstrument, ms);
            break;
        case HostCondition::clock_steady:
            c.state.risk.clock_jumped = 0;
            break;
    }
    c.mark_all_dirty();
}

void forget_host_state(Context& c) {
    c.state.risk.late_until = {};
    c.state.risk.clock_jumped = 0;
}

bool known_too_late(const EngineState& state, InstrumentId id) {
    return !state.risk.late_until.is_zero() && state.books.slot(id).heard <= state.risk.late_until;
}

}  // namespace hw::hedge
