#include "hedge/commands.h"

#include <cmath>

#include "hedge/limits.h"
#include "hedge/manual_hedge.h"
#include "hedge/positions.h"
#include "hedge/stops.h"

namespace hw::hedge {

namespace {

void refuse(Context& c, const Command& command, double limit = 0) {
    c.alert(AlertCode::command_refused, command.underlying, command.instrument, command.value, limit);
}

/// An underlying that this configuration hedges.
bool is_hedged(const Context& c, UnderlyingId id) {
    return index(id) < c.state.underlying_count && c.state.underlyings[index(id)].configured != 0;
}

void kill(Context& c) {
    // Once more on a second kill: the person may have seen an order that the first one left.
    if (c.state.killed) c.mass_cancel(AlertCode::killed);
    c.kill(AlertCode::killed);
}

void reset(Context& c) {
    if (c.state.killed) c.alert(AlertCode::kill_reset, kNoUnderlying, kNoInstrument);
    c.state.killed = 0;
    c.state.killed_by = AlertCode::none;
    c.state.mass_cancel_due = 0;
}

template <class Visit>
void for_each_named(Context& c, UnderlyingId named, Visit&& visit) {
    for (std::uint16_t i = 0; i < c.state.underlying_count; ++i) {
        if (named == kNoUnderlying || named == UnderlyingId{i}) visit(UnderlyingId{i});
    }
}

void pause(Context& c, UnderlyingId named, bool paused) {
    for_each_named(c, named, [&](UnderlyingId id) {
        c.underlying(id).paused = paused;
        // That hedging pauses is said by the decision, as the reason it is.
        if (!paused) c.alert(AlertCode::resumed, id, kNoInstrument);
    });
}

void set_band(Context& c, const Command& command) {
    if (!is_hedged(c, command.underlying)) return refuse(c, command);
    UnderlyingState& u = c.underlying(command.underlying);
    const double configured = c.rules(u).band;
    if (!(command.value >= 0 && command.value <= configured)) return refuse(c, command, configured);
    u.risk.overrides.band = command.value;
    c.alert(AlertCode::band_set, command.underlying, kNoInstrument, command.value, configured);
}

void set_limit(Context& c, const Command& command) {
    const bool of_account = command.underlying == kNoUnderlying;
    if (!of_account && !is_hedged(c, command.underlying)) return refuse(c, command);
    if (!limit_applies(command.limit, !of_account)) return refuse(c, command);
    const UnderlyingConfig* const rules = of_account ? nullptr : &c.rules(c.underlying(command.underlying));
    const double configured = configured_limit(c.config, rules, command.limit);
    const bool tighter = configured == 0 ? std::isfinite(command.value) : command.value <= configured;
    if (!(command.value >= 0) || !tighter) return refuse(c, command, configured);
    Overrides& set = of_account ? c.state.risk.overrides : c.underlying(command.underlying).risk.overrides;
    set.limits[static_cast<std::size_t>(command.limit)] = command.value;
    c.alert(AlertCode::limit_set, command.underlying, kNoInstrument, command.value, configured);
}

void manual(Context& c, const Command& command) {
    const bool possible =
        is_hedged(c, command.underlying) && std::isfinite(command.value) && command.value != 0;
    if (!possible) return refuse(c, command);
    ask_manual_hedge(c, command.underlying, command.value);
}

void external(Context& c, const Command& command) {
    const auto contracts = Qty::from_double(command.value);
    const bool possible =
        c.state.instruments.contains(command.instrument) && contracts && !contracts->is_zero();
    if (!possible || !change_position(c, command.instrument, *contracts)) return refuse(c, command);
    c.alert(AlertCode::external_position, c.state.instruments[command.instrument].underlying,
            command.instrument, command.value);
}

void begin_stop_again(Context& c, const Command& command) {
    if (command.underlying != kNoUnderlying && !is_hedged(c, command.underlying)) return refuse(c, command);
    reset_stop(c, command.underlying);
}

}  // namespace

bool limit_applies(LimitKind kind, bool one_underlying) {
    switch (kind) {
        case LimitKind::max_delta:  // coins of different underlyings are not the same
            return one_underlying;
        case LimitKind::orders_per_second:  // counted over all of them
            return !one_underlying;
        case LimitKind::max_order:
        case LimitKind::max_position:
        case LimitKind::max_notional:
        case LimitKind::daily_fill:
            return true;
        case LimitKind::count_:
            break;
    }
    return false;
}

void on_command(Context& c, const Command& command) {
    switch (command.kind) {
        case CommandKind::kill:
            kill(c);
            break;
        case CommandKind::reset:
            reset(c);
            break;
        case CommandKind::accept_surface:
            for_each_named(c, command.underlying,
                           [&](UnderlyingId id) { c.underlying(id).surface_accepted = 1; });
            break;
        case CommandKind::pause:
        case CommandKind::resume:
            pause(c, command.underlying, command.kind == CommandKind::pause);
            break;
        case CommandKind::set_band:
            set_band(c, command);
            break;
        case CommandKind::set_limit:
            set_limit(c, command);
            break;
        case CommandKind::manual_hedge:
            manual(c, command);
            break;
        case CommandKind::external_position:
            external(c, command);
            break;
        case CommandKind::reset_stop:
            begin_stop_again(c, command);
            break;
        default:  // from a journal of a later build
            refuse(c, command);
            break;
    }
    c.mark_all_dirty();
}

}  // namespace hw::hedge
