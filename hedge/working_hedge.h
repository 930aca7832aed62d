// Hedges that take their time: one that rests in the book, slices that follow each other.
//
// A passive hedge rests at the touch of its own side, is cancelled and sent anew when the touch has moved on,
// and after a deadline takes what is left. A hedge that cannot be taken because the touch is outside the
// venue's price band rests at the edge of the band. While an order rests it counts in the envelope like any
// other, so a second one leaves only for what is outside the corridor even if it fills. An order that is no
// longer wanted (the net delta came back by itself) is cancelled. Sliced hedges are immediate-or-cancel
// orders of at most a slice and a share of what stands at the touch, with a pause between them.
#pragma once

#include "hedge/context.h"
#include "hedge/policy/corridor.h"
#include "hedge/proposal.h"

namespace hw::hedge {

/// Looks after what rests before anything new is proposed: forgets it when it is over, cancels it when it is
/// no longer wanted, at its deadline, or to follow the touch.
void tend_resting(Context&, UnderlyingId, const Corridor&);

/// Makes a proposal to take into what the underlying's style wants: rests it, cuts it to a slice, or leaves
/// it without quantity while a pause goes on.
void apply_style(const Context&, const UnderlyingState&, Proposal&);

/// It has left.
void note_departure(Context&, const Proposal&, OrderId);

/// Mid of the book of the underlying's reference instrument without what rests there of ours; zero when there
/// is none.
double mid_without_ours(const EngineState&, const UnderlyingState&);

}  // namespace hw::hedge
