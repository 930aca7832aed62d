// The ladder on the tick: when it may be used, and what has to be added to it exactly.
//
// A ladder counts the expiries it covers as they stood at its position sequence, under one surface. Expiries
// it leaves out (the near ones) are summed as ever; positions that changed since are kept as small
// corrections until the next ladder knows them; the puts' constant terms are carried along. Everything that
// does not fit any more, another surface, a price or a time outside the grid, a bound above the tolerance,
// sends the tick down the exact path.
#pragma once

#include <optional>

#include "core/blob.h"
#include "hedge/context.h"

namespace hw::hedge {

void on_ladder(Context&, const SurfaceEvent&, BlobSource&);
/// An option's position went by `coins`; called after the inventory has it.
void option_changed(Context&, UnderlyingId, InstrumentId, double coins);
/// Another surface: corrections get their volatilities from it.
void refresh_ladder(Context&, UnderlyingId);

/// Net delta of the covered expiries, all as calls and as of the ladder's positions; nothing when the exact
/// path has to be taken. `x` is ln(reference / the surface's reference).
std::optional<double> ladder_delta(const EngineState&, const UnderlyingConfig&, UnderlyingId, double x);

}  // namespace hw::hedge
