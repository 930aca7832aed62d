#include "hedge/executions.h"

#include "hedge/daily_fills.h"
#include "hedge/drop_copy_watch.h"
#include "hedge/groups.h"
#include "hedge/orders.h"
#include "hedge/positions.h"
#include "hedge/runaway.h"
#include "hedge/trade_changes.h"

namespace hw::hedge {

namespace {

std::uint8_t bit_of(SessionRole role) { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(role)); }

/// It cannot be told from one already booked, or what it says means nothing: neither booking nor dropping it
/// would be right.
bool is_unusable(const Execution& e) {
    return e.key.is_none() || e.source > SessionRole::account || e.change > TradeChange::correction;
}

void refuse(Context& c, InstrumentId id, const Execution& e) {
    const UnderlyingId underlying =
        c.state.instruments.contains(id) ? c.state.instruments[id].underlying : kNoUnderlying;
    c.kill(AlertCode::execution_refused, underlying, id, e.last_qty.to_double(), e.last_price.to_double(),
           e.order);
}

/// `effect`: coins that booking it as this order's moved the net delta by.
void count_for_order(Context& c, InstrumentId id, const Execution& e, double effect) {
    const UnderlyingId underlying = c.state.instruments[id].underlying;
    count_daily_fill(c, id, e);
    OrderState* order = find_order(c.state, e.order);
    if (order == nullptr) {
        c.alert(AlertCode::execution_unknown_order, underlying, id, e.last_qty.to_double(), 0, e.order);
        return;
    }
    if (order->instrument != id || order->side != e.side) return refuse(c, id, e);
    fill_order(c, *order, e);
    judge_fill(c, *order, effect);
}

void told_again(Context& c, InstrumentId id, const Execution& e, BookedFill& f) {
    if ((f.told_by & bit_of(e.source)) != 0) {
        ++c.state.duplicates;
        c.alert(AlertCode::execution_duplicate, kNoUnderlying, id, e.last_qty.to_double(), 0, e.order);
        return;
    }
    f.told_by |= bit_of(e.source);
    note_told_by_both(c, e.key);
    if (f.what != Booked::fill || !f.order.is_none() || e.order.is_none() || f.instrument != id) return;
    f.order = e.order;
    count_for_order(c, id, e, 0);
}

}  // namespace

void on_execution(Context& c, InstrumentId id, const Execution& e) {
    if (is_unusable(e)) return refuse(c, id, e);
    if (const std::uint64_t known = c.state.execution_memory.find(e.key); known != 0)
        return told_again(c, id, e, c.state.booked[ExecutionMemory::place(known)]);
    c.state.execution_memory.insert(e.key);
    BookedFill& f = c.state.booked[ExecutionMemory::place(c.state.execution_memory.inserted())];
    f = {};
    f.told_by = bit_of(e.source);
    ++c.state.executions;
    if (!c.state.instruments.contains(id)) {
        c.kill(AlertCode::execution_unknown_instrument, kNoUnderlying, kNoInstrument, e.last_qty.to_double(),
               0, e.order);
        return;
    }
    const Instrument& i = c.state.instruments[id];
    if (i.kind == Kind::combo) return;  // its legs are reported, and booked, one by one
    if (e.change != TradeChange::none) {
        if (!change_trade(c, id, e, f)) refuse(c, id, e);
        return;
    }
    const double before = hedged_delta(c.state, c.config, id, e);
    if (!book_fill(c, id, e, f)) return refuse(c, id, e);
    const double effect = hedged_delta(c.state, c.config, id, e) - before;
    f.order = e.order;
    watch_fill(c, id, e);
    leg_arrived(c, i.underlying, e);
    if (i.is_option() && i.underlying != kNoUnderlying) ++c.underlying(i.underlying).option_fills;
    if (!e.order.is_none()) count_for_order(c, id, e, effect);
}

}  // namespace hw::hedge
