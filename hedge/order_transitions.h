// What becomes of an order's status when the venue reports another one: the whole table, as a function.
//
// Reports may come twice, late, and from a status request that overtook them. So an order that is over stays
// over; a status never goes back (live after a fill is an old report); doubt is ended only by the end of the
// order, by the answer to a status request, or by its last fill. What was filled is not decided here: it is
// the sum of the fills booked. Orders are never replaced (they are immediate-or-cancel, or cancelled and sent
// anew), so there is no status of a replace.
#pragma once

#include "core/event.h"

namespace hw::hedge {

/// Nothing more is to come of it.
constexpr bool is_over(OrderStatus s) {
    return s == OrderStatus::filled || s == OrderStatus::canceled || s == OrderStatus::rejected ||
           s == OrderStatus::expired;
}

/// After a report other than a fill. `answer`: it answers a status request; `has_fills`: some of it is
/// booked.
constexpr OrderStatus next_status(OrderStatus now, OrderStatus reported, bool answer, bool has_fills) {
    if (is_over(now) || reported > OrderStatus::unknown) return now;
    if (is_over(reported)) return reported;
    // "No such order" as an answer: what ends the status request decides.
    if (reported == OrderStatus::unknown) return answer ? now : OrderStatus::unknown;
    if (!answer && (now == OrderStatus::unknown || now == OrderStatus::pending_cancel)) return now;
    if (reported == OrderStatus::pending_cancel) return reported;
    if (has_fills) return OrderStatus::partially_filled;
    if (!answer && now > reported) return now;
    return reported;
}

/// After a fill; `complete`: nothing is left of it.
constexpr OrderStatus status_after_fill(OrderStatus now, bool complete) {
    if (complete) return OrderStatus::filled;
    const bool running = now == OrderStatus::pending_new || now == OrderStatus::live;
    return running ? OrderStatus::partially_filled : now;
}

}  // namespace hw::hedge
