#include "deploy/runtime/paper.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/ledger.h"

namespace hw::deploy {

bool PaperTransport::send(const Action& action, Nanos now) {
    switch (action.header.type) {
        case ActionType::new_order:
            for (Pending& p : pending_) {
                if (p.used) continue;
                p = {action.payload.new_order, action.header.instrument,
                     now + Nanos::from_us(config_.delay_us), true};
                return true;
            }
            return false;
        case ActionType::settle_orders:
            settle_due_ = true;
            return true;
        // Paper orders are immediate-or-cancel: nothing ever rests that a cancel could find.
        case ActionType::cancel_order:
        case ActionType::mass_cancel:
        case ActionType::alert:
        case ActionType::shadow_order:
        case ActionType::none:
            return true;
    }
    return false;
}

Nanos PaperTransport::next_due() const {
    Nanos first;
    for (const Pending& p : pending_) {
        if (p.used && (first.is_zero() || p.due < first)) first = p.due;
    }
    return first;
}

void PaperTransport::poll(Nanos now, EventSinkRef sink) {
    if (!up_) {
        up_ = true;
        Event& e = sink.stage(EventType::session_state, kNoInstrument, now);
        e.payload.session_state.up = 1;
        e.payload.session_state.text = Name<64>::cut("paper");
    }
    for (;;) {
        Pending* next = nullptr;  // in the order of their due times
        for (Pending& p : pending_) {
            if (p.used && p.due <= now && (next == nullptr || p.due < next->due)) next = &p;
        }
        if (next == nullptr) break;
        match(*next, sink, now);
        next->used = false;
    }
    if (settle_due_) settle(sink, now);
}

PaperTransport::Taken& PaperTransport::taken_of(InstrumentId instrument, Side side, const Level& level) {
    for (Taken& t : taken_) {
        if (t.shown.is_zero() || t.instrument != instrument || t.side != side || t.price != level.price)
            continue;
        if (t.shown != level.qty) {
            t.shown = level.qty;
            t.taken = {};
        }
        return t;
    }
    Taken& fresh = taken_[taken_cursor_++ % kMaxTaken];
    fresh = {instrument, side, level.price, level.qty, {}};
    return fresh;
}

void PaperTransport::match(const Pending& p, EventSinkRef sink, Nanos now) {
    const NewOrder& order = p.order;
    const Side resting = opposite(order.side);
    const auto levels = state_.books.slot(p.instrument).trusted ? state_.books.levels(p.instrument, resting)
                                                                : std::span<const Level>();
    Qty left = order.qty;
    for (auto level = levels.rbegin(); level != levels.rend() && !left.is_zero(); ++level) {
        if (order.side == Side::buy ? level->price > order.limit : level->price < order.limit) break;
        Taken& gone = taken_of(p.instrument, resting, *level);
        const Qty taken = std::min(left, level->qty - gone.taken);
        if (taken <= Qty{}) continue;
        gone.taken += taken;
        left -= taken;
        Event& e = sink.stage(EventType::execution, p.instrument, now);
        Execution& x = e.payload.execution;
        char id[40];
        const auto text = order.order.to_text();
        std::snprintf(id, sizeof id, "paper-%.16s-%u", text.data(),
                      static_cast<unsigned>(++executions_ & 0xffff));
        x.exec_id = Name<40>::cut(id);
        x.key = ExecKey::of(id);
        x.order = order.order;
        x.side = order.side;
        x.last_qty = taken;
        x.last_price = level->price;
        x.cum_qty = order.qty - left;
        x.leaves_qty = left;
        x.fee = fee(state_.instruments[p.instrument], taken, level->price);
        x.fee_known = config_.taker_fee_bp ? 1 : 0;
    }
    if (left.is_zero()) return;
    Event& e = sink.stage(EventType::order_update, kNoInstrument, now);
    OrderUpdate& u = e.payload.order_update;
    u.order = order.order;
    u.status = OrderStatus::canceled;
    u.cum_qty = order.qty - left;
}

/// Every paper order still on its way is known; what the engine holds beyond that died with an earlier
/// process.
void PaperTransport::settle(EventSinkRef sink, Nanos now) {
    settle_due_ = false;
    std::uint32_t open = 0;
    for (const Pending& p : pending_) {
        if (!p.used) continue;
        ++open;
        Event& e = sink.stage(EventType::order_update, kNoInstrument, now);
        e.payload.order_update.order = p.order.order;
        e.payload.order_update.status = OrderStatus::live;
        e.payload.order_update.from_status_request = 1;
    }
    sink.stage(EventType::settle_complete, kNoInstrument, now).payload.settle_complete.reported = open;
}

Cash PaperTransport::fee(const Instrument& i, Qty qty, Price price) const {
    if (!config_.taker_fee_bp) return {};
    const double value = std::abs(contract_value(i, qty, price).to_double());
    return Cash::from_double(value * *config_.taker_fee_bp * 1e-4).value_or(Cash{});
}

}  // namespace hw::deploy
