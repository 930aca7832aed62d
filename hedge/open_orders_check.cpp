#include "hedge/open_orders_check.h"

#include "hedge/credits.h"
#include "hedge/orders.h"

namespace hw::hedge {

namespace {

/// Of those cancelled after one snapshot: the rest waits for the next.
constexpr std::size_t kMostCancels = 32;

Orphan* find_orphan(AccountState& a, OrderId id) {
    for (std::uint32_t n = 0; n < a.orphan_count; ++n) {
        if (a.orphans[n].order == id) return &a.orphans[n];
    }
    return nullptr;
}

void cancel(Context& c, const Orphan& orphan) {
    if (!c.state.session_up || !c.state.instruments.contains(orphan.instrument)) return;
    if (!pay_for_cancel(c)) return;
    Action* action =
        c.act(ActionType::cancel_order, c.state.instruments[orphan.instrument].underlying, orphan.instrument);
    if (action == nullptr) return;
    CancelOrder& request = action->payload.cancel_order;
    request.order = c.identity_of(*action);
    request.original = orphan.order;
    request.qty = orphan.leaves;
    request.side = orphan.side;
}

/// It may have come to life in our own table meanwhile, or not have been named this time.
bool still_orphan(Context& c, const Orphan& orphan) {
    if (orphan.told_in != c.state.account.begun) return false;
    const OrderState* o = find_order(c.state, orphan.order);
    return o == nullptr || !o->open();
}

void check_orphans(Context& c) {
    AccountState& a = c.state.account;
    std::size_t cancels = 0;
    for (std::uint32_t n = 0; n < a.orphan_count;) {
        Orphan& orphan = a.orphans[n];
        if (!still_orphan(c, orphan)) {
            orphan = a.orphans[--a.orphan_count];
            a.orphans[a.orphan_count] = {};
            continue;
        }
        ++n;
        if (orphan.in_a_row < 3) ++orphan.in_a_row;
        if (orphan.in_a_row < 2) continue;
        if (orphan.in_a_row == 2) {
            const bool known = c.state.instruments.contains(orphan.instrument);
            c.alert(AlertCode::orphan_order,
                    known ? c.state.instruments[orphan.instrument].underlying : kNoUnderlying,
                    orphan.instrument, signed_qty(orphan.side, orphan.leaves).to_double(), 0, orphan.order);
        }
        // Once more as long as the venue has it.
        if (cancels++ < kMostCancels) cancel(c, orphan);
    }
}

bool runs(OrderStatus s) {
    return s == OrderStatus::live || s == OrderStatus::partially_filled || s == OrderStatus::pending_cancel;
}

void doubt_unnamed(Context& c) {
    const AccountState& a = c.state.account;
    bool doubtful = false;
    for (OrderState& o : c.state.orders) {
        if (!o.open() || !runs(o.status) || o.sent >= a.begin_time || o.named_in == a.begun) continue;
        o.status = OrderStatus::unknown;
        c.mark_dirty(o.underlying);
        doubtful = true;
    }
    if (doubtful) c.ask_settlement();
}

}  // namespace

void note_venue_order(Context& c, InstrumentId id, const VenueOrder& told) {
    if (told.order.is_none() || told.side > Side::sell) return;
    AccountState& a = c.state.account;
    OrderState* o = find_order(c.state, told.order);
    if (o != nullptr && o->open()) {
        o->named_in = a.begun;
        return;
    }
    Orphan* orphan = find_orphan(a, told.order);
    if (orphan == nullptr) {
        if (a.orphan_count == kMaxOrphans) {
            ++a.orphans_not_held;
            return;
        }
        orphan = &a.orphans[a.orphan_count++];
        orphan->order = told.order;
    }
    orphan->leaves = told.leaves;
    orphan->told_in = a.begun;
    orphan->instrument = id;
    orphan->side = told.side;
}

void check_open_orders(Context& c) {
    check_orphans(c);
    doubt_unnamed(c);
}

}  // namespace hw::hedge
