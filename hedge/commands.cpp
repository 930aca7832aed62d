#include "hedge/commands.h"

#include <cmath>

#include "hedge/manual_hedge.h"
#include "hedge/positions.h"

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

/// The day's loss counts from the planner's present profit on.
void begin_again(Context& c, UnderlyingId id, StopState& stop, const RiskState& planner) {
    const bool had_level = stop.level != StopLevel::none;
    stop.offset = stop.peak = planner.figures.profit;
    stop.level = StopLevel::none;
    stop.flattened = 0;
    stop.since = c.state.now;
    if (had_level) c.alert(AlertCode::stop_lifted, id, kNoInstrument);
}

void reset_stop(Context& c, const Command& command) {
    if (command.underlying == kNoUnderlying)
        return begin_again(c, kNoUnderlying, c.state.risk.stop, c.state.risk.planner);
    if (!is_hedged(c, command.underlying)) return refuse(c, command);
    UnderlyingRisk& risk = c.underlying(command.underlying).risk;
    begin_again(c, command.underlying, risk.stop, risk.planner);
}

}  // namespace

double configured_limit(const EngineConfig& config, const UnderlyingConfig* rules, LimitKind kind) {
    switch (kind) {
        case LimitKind::max_order:
            return config.gate.max_order_coins;
        case LimitKind::max_position:
            return config.gate.max_position_coins;
        case LimitKind::max_delta:
            return rules != nullptr ? rules->max_delta_coins : 0;
        case LimitKind::max_notional:
            return config.gate.max_order_notional;
        case LimitKind::orders_per_second:
            return config.gate.max_orders_per_second;
        case LimitKind::daily_fill:
            return config.gate.max_daily_fill_coins;
        case LimitKind::count_:
            break;
    }
    return 0;
}

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
            reset_stop(c, command);
            break;
        default:  // from a journal of a later build
            refuse(c, command);
            break;
    }
    c.mark_all_dirty();
}

}  // namespace hw::hedge
