// Which volatility every held option is priced with, and how it answers to the underlying.
//
// A surface gives each node its volatility at the surface's own forward; until the next one it moves by the
// underlying's surface rule, and the delta takes into account what the smile rule says. Both are slopes
// d vol / d ln F that are worked out once, when a surface or a node comes.
#pragma once

#include "core/blob.h"
#include "hedge/context.h"

namespace hw::hedge {

/// The slice of a future's expiry, for its forward.
void attach_slice(const EngineState&, const UnderlyingState&, Held&);
/// Volatilities of the block in which a new node stands.
void attach_node(Context&, UnderlyingId, const Inventory::Place&);
/// The same for blocks that are not the inventory's but of one of its groups.
void attach_blocks_of(Context&, UnderlyingId, std::uint16_t group, pricing::KernelBlock*,
                      const pricing::RiskBlock*, std::span<const pricing::BlockRef>);
void on_surface(Context&, const SurfaceEvent&, BlobSource&);
/// What an earlier run left: usable for ten minutes, and said to be old.
void age_surface(Context&, UnderlyingState&);
/// Why the options of this underlying cannot be priced well enough to hedge; none when they can.
AlertCode surface_reason(const EngineState&, const EngineConfig&, UnderlyingId);
/// Does the smile move the volatilities or count in the delta?
bool smile_counts(const UnderlyingConfig&, const MinVarianceFit&);
/// How a slice becomes the nodes' volatilities and responses; moneyness against `forward`.
pricing::AttachTerms attach_terms(const UnderlyingConfig&, const MinVarianceFit&, const SmileSlice&,
                                  double forward);

/// How far volatilities stay with their strikes as the forward moves: 1 sticky strike, 0 sticky moneyness.
double stickiness_of(const UnderlyingConfig&);

}  // namespace hw::hedge
