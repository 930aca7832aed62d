// The orders of a journal, each from what caused it to what became of it: for `hedgewire why`.
//
// Two passes over the records, without running the engine for them: the first collects orders, times and
// reports, the second the Events that took the deltas out of their bands. Names of instruments come from the
// newest snapshot and what was defined since. The journal may be one that is being written.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/action.h"
#include "core/event.h"
#include "core/journal/record.h"

namespace hw::deploy {

/// One order, sent or (in shadow mode) only shown.
struct OrderStory {
    Action action;                 ///< with the why-record
    EventHeader decided_on;        ///< the Event that ended the burst in which it was decided
    EventHeader trigger;           ///< took the net delta out of the band; type none: not known (any more)
    std::optional<Timing> timing;  ///< of its send; nothing for what was not sent
    std::vector<ExecKey> keys;     ///< of its fills: a fill told twice is one
    Qty filled;
    double value = 0;  ///< of the fills, contracts times price
    Nanos first_fill, last_fill;
    std::uint32_t busts = 0;  ///< fills that were taken back or corrected later
    OrderStatus status = OrderStatus::pending_new;
    Nanos status_time;
    std::uint32_t reject_code = 0;
    bool unsent = false;  ///< it certainly never left
    std::string text;     ///< what the venue said of its end

    const NewOrder& order() const { return action.payload.new_order; }
    bool shadow() const { return action.header.type == ActionType::shadow_order; }
    double average_price() const { return filled.is_zero() ? 0 : value / filled.to_double(); }
};

/// Symbols and names by id, of a journal's newest state.
struct JournalNames {
    std::vector<std::string> instruments;
    std::vector<std::string> underlyings;
    std::string instrument(InstrumentId) const;  ///< "instrument 17" when it is not known
    std::string underlying(UnderlyingId) const;
};

struct OrderQuestion {
    std::string journal;
    std::optional<OrderId> order;  ///< only this one
    std::size_t last = 0;          ///< the newest so many; zero: all
};

struct OrderAnswer {
    std::deque<OrderStory> orders;  ///< oldest first
    JournalNames names;
    std::string damage;  ///< why the journal could not be read to its end; empty: it was
};

/// Nothing, and why in `error`, when there is no journal that can be read.
std::optional<OrderAnswer> read_orders(const OrderQuestion&, std::string& error);

}  // namespace hw::deploy
