#include "hedge/engine.h"

#include <cmath>

#include "hedge/commands.h"
#include "hedge/contract_check.h"
#include "hedge/credits.h"
#include "hedge/decision.h"
#include "hedge/drop_copy_watch.h"
#include "hedge/executions.h"
#include "hedge/gate.h"
#include "hedge/groups.h"
#include "hedge/host_watch.h"
#include "hedge/ladder_use.h"
#include "hedge/market.h"
#include "hedge/missing_fills.h"
#include "hedge/open_orders.h"
#include "hedge/orders.h"
#include "hedge/overlay_orders.h"
#include "hedge/permit.h"
#include "hedge/positions.h"
#include "hedge/quote_guard.h"
#include "hedge/reconcile.h"
#include "hedge/regime.h"
#include "hedge/stops.h"
#include "hedge/volatility.h"

namespace hw::hedge {

namespace {

void start_run(Context& c, const RunStarted& run) {
    c.state.epoch = run.epoch;
    c.state.started = 1;
    c.state.session_up = 0;
    c.state.definitions_complete = 0;  // the venue may have listed what the journal does not know
    c.state.simd = run.simd;
    attach_configuration(c);
    // What the last process believed of the market is history; of its orders, doubtful.
    for (std::uint32_t i = 0; i < c.state.instruments.size(); ++i)
        c.state.books.slot(InstrumentId{i}).trusted = 0;
    // Yesterday's marks would make today's surface.
    c.state.tickers = {};
    for (std::uint16_t i = 0; i < c.state.underlying_count; ++i) age_surface(c, c.state.underlyings[i]);
    forget_host_state(c);
    withdraw_all_permits(c, AlertCode::warming_up);
    forget_order_states(c);
    begin_reconciling(c);
    begin_contract_check(c);
    sessions_changed(c);
}

/// A position as a file has it is taken as it is, the venue's is compared.
void take_position(Context& c, InstrumentId id, const Position& p) {
    if (p.source == 1) return on_venue_position(c, id, p);
    on_position(c, id, p);
}

void on_thresholds(Context& c, const Thresholds& t) {
    const bool usable = index(t.underlying) < c.state.underlying_count && t.half_width >= 0 &&
                        std::isfinite(t.half_width) && std::isfinite(t.target_shift);
    if (!usable) return c.alert(AlertCode::thresholds_refused, t.underlying, kNoInstrument, t.half_width);
    UnderlyingState& u = c.underlying(t.underlying);
    u.thresholds = t;
    u.thresholds_time = c.state.now;
    c.mark_dirty(t.underlying);
}

void on_timer(Context& c) {
    if (c.state.killed && c.state.mass_cancel_due) c.mass_cancel(c.state.killed_by);
    check_timeouts(c);
    check_missing(c);
    check_unmatched(c);
    check_credits(c);
    check_stops(c);
    forget_finished(c.state);
    forget_old_orders(c.state);
    expire_groups(c);
    for (std::uint16_t i = 0; i < c.state.underlying_count; ++i) watch_time(c, UnderlyingId{i});
    c.mark_all_dirty();
}

}  // namespace

const ActionList& Engine::step(const Event& event) {
    EngineState& state = context_.state;
    actions_.clear();
    state.last_sequence = event.header.sequence;
    state.now = event.header.recv_time;
    apply(event);
    if (event.ends_burst() && state.started) decide(context_);
    return actions_;
}

void Engine::complete() { hedge::complete(context_); }

double Engine::rehearse() const { return hedge::rehearse(context_); }

void Engine::apply(const Event& event) {
    const InstrumentId id = event.header.instrument;
    const Event::Payload& p = event.payload;
    switch (event.header.type) {
        case EventType::run_started:
            start_run(context_, p.run_started);
            break;
        case EventType::instrument_definition:
            on_definition(context_, id, p.instrument);
            break;
        case EventType::definitions_complete:
            context_.state.definitions_complete = 1;
            context_.mark_all_dirty();
            break;
        case EventType::book_clear:
            on_book_clear(context_, id);
            break;
        case EventType::book_level:
            on_book_level(context_, id, p.book_level);
            break;
        case EventType::book_trust:
            on_book_trust(context_, id, p.book_trust);
            break;
        case EventType::ticker:
            on_ticker(context_, id, p.ticker);
            break;
        case EventType::line_state:
            on_line_state(context_, p.line_state);
            break;
        case EventType::port_state:
            on_port_state(context_, p.port_state);
            break;
        case EventType::execution:
            on_execution(context_, id, p.execution);
            break;
        case EventType::order_update:
            on_order_update(context_, p.order_update);
            break;
        case EventType::cancel_reject:
            on_cancel_reject(context_, p.cancel_reject);
            break;
        case EventType::order_unsent:
            on_order_unsent(context_, p.order_unsent);
            break;
        case EventType::session_state:
            on_session_state(context_, p.session_state);
            break;
        case EventType::settle_complete:
            on_settle_complete(context_);
            break;
        case EventType::position:
            take_position(context_, id, p.position);
            break;
        case EventType::timer:
            on_timer(context_);
            break;
        case EventType::command:
            on_command(context_, p.command);
            break;
        case EventType::surface:
            on_surface(context_, p.surface, blobs_);
            break;
        case EventType::run_stopping:
            context_.mass_cancel(AlertCode::none);
            withdraw_all_permits(context_, AlertCode::permit_withdrawn);
            context_.state.started = 0;  // nothing is decided any more; what still comes is booked
            break;
        case EventType::ladder:
            on_ladder(context_, p.surface, blobs_);
            break;
        case EventType::equity:
            on_equity(context_, p.equity);
            break;
        case EventType::thresholds:
            on_thresholds(context_, p.thresholds);
            break;
        case EventType::account_snapshot:
            on_account_snapshot(context_, p.account_snapshot);
            break;
        case EventType::contract_terms:
            on_contract_terms(context_, id, p.contract_terms);
            break;
        case EventType::venue_order:
            on_venue_order(context_, id, p.venue_order);
            break;
        case EventType::host_state:
            on_host_state(context_, p.host_state);
            break;
        case EventType::overlay:
            on_overlay(context_, p.overlay);
            break;
        case EventType::risk_figures:
            on_risk_figures(context_, p.risk_figures);
            break;
        case EventType::quote_orders:
            on_quote_orders(context_, id, p.quote_orders);
            break;
        case EventType::trade:  // for the planner's and the monitor's eyes
        case EventType::index_price:
        case EventType::none:
        case EventType::count_:
            break;
    }
}

}  // namespace hw::hedge
