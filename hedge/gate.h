// The risk gate: the last thing before the wire, and the only way to it. Every check has a code of its own.
#pragma once

#include "core/action.h"
#include "hedge/context.h"
#include "hedge/envelope.h"
#include "hedge/proposal.h"

namespace hw::hedge {

struct Verdict {
    AlertCode refused_by = AlertCode::none;
    double value = 0;              ///< what was seen
    double limit = 0;              ///< what is allowed
    double headroom_position = 0;  ///< coins
    double headroom_rate = 0;      ///< orders
};

/// The largest quantity, in whole lots, that the order size limit allows of `qty`; all of it when not even
/// one lot is allowed, for the gate to refuse.
Qty cut_to_max_order(const Context&, Qty qty, double delta_per_contract, Qty lot);
Verdict pass_gate(const Context&, const Proposal&, const Envelope&);
/// Counts an order against the rate limit.
void count_order(Context&);

}  // namespace hw::hedge
