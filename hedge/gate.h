// The risk gate: the last thing before the wire, and the only way to it. Every check has a code of its own.
//
// An order may be filled wholly, partly or not at all, and so may all those in flight: a limit holds when it
// holds in the worst of these outcomes. A limit on one side stops only what goes that way, so that a book
// beyond a limit can always be brought back. An order *reduces* when the largest |net delta - target| over
// all outcomes is smaller once it is filled; stops, capital and the day's loss let nothing else pass. Limits
// are the configuration's, or a person's where those are tighter (hedge/limits.h). What an option order
// counts for in coins is its contracts' size, and its price collars are in basis points of the underlying.
#pragma once

#include "core/action.h"
#include "hedge/context.h"
#include "hedge/envelope.h"
#include "hedge/proposal.h"

namespace hw::hedge {

/// Headrooms are with this order counted; zero where there is no limit.
struct Verdict {
    AlertCode refused_by = AlertCode::none;
    double value = 0;                ///< what was seen
    double limit = 0;                ///< what is allowed
    double headroom_position = 0;    ///< coins
    double headroom_rate = 0;        ///< orders, this one not counted
    double headroom_delta = 0;       ///< coins, of the worse side
    double headroom_capital = 0;     ///< quote currency
    double headroom_daily_fill = 0;  ///< coins
};

/// The largest quantity, in whole lots, that the limits of size and notional allow of `qty`, in the
/// proposal's instrument at its mid; all of it when not even one lot is allowed, for the gate to refuse.
Qty cut_to_max_order(const Context&, const Proposal&, Qty qty);
/// `target`: of the net delta, coins. The envelope is that of the orders in flight, this one not among them.
Verdict pass_gate(const Context&, const Proposal&, double target, const Envelope&);
/// Counts an order against the rate limit and remembers it against repetition.
void count_order(Context&, const Proposal&);
/// Orders that left within the last second; kMaxOrderRate at most.
std::uint32_t orders_in_last_second(const EngineState&);
/// Moves the mark that it counts from: with every timer and order, so that there is little to count.
void forget_old_orders(EngineState&);

}  // namespace hw::hedge
