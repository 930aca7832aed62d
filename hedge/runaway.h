// Hedges that make things worse (Knight, 2012): after a few in a row the engine is killed.
//
// What does a fill prove? The market moves while an order is in flight, options fill, other engines trade:
// none of that is the hedge's fault. What it does answer for is where the net delta stood when it was sent,
// and what fills of hedges have done to it since, its own included. So the effect of each fill of a hedge on
// the net delta of the book is measured as it is booked, and added up; an order remembers where it began in
// that sum. A fill is worse when it takes (net delta then + hedges since) further from the target, and the
// net delta as it really is, too: hedges since may have been for what others traded since, and then only the
// whole tells. That shows a delta whose sign or size is not what the engine thinks, and orders sent twice for
// one exposure; a hedge that the market overtook is not one of them. A fill that was booked before anybody
// said whose it is, and a trade that is taken back, count as what others did.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// A hedge is about to leave at this net delta: what its fills will be judged by.
void begin_judging(const UnderlyingState&, OrderState&, double target);
/// What is measured around the booking of a fill of ours: coins of delta of all futures, perpetuals and spot
/// of its underlying. Zero for fills that are not judged.
double hedged_delta(const EngineState&, const EngineConfig&, InstrumentId, const Execution&);
/// A fill of `order` moved that by `effect`.
void judge_fill(Context&, OrderState& order, double effect);

}  // namespace hw::hedge
