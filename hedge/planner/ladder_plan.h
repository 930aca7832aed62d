// Which expiries of a book go into the ladder, and the ladder itself, made for a surface that is about to be
// published. Off the hot thread, on the follower's state.
#pragma once

#include <optional>
#include <span>

#include "core/ladder.h"
#include "core/surface.h"
#include "hedge/engine_config.h"
#include "hedge/planner/ladder_build.h"
#include "hedge/state.h"

namespace hw::hedge {

/// Up to so many nodes the exact sum is as fast.
inline constexpr std::uint32_t kLadderFromNodes = 256;
/// As many of the nearest expiries' nodes are left to the exact sum.
inline constexpr std::uint32_t kNearNodes = 64;

/// The surface that the ladder goes with.
struct LadderSurface {
    std::uint64_t id = 0;  ///< of its blob
    double reference = 0;
    std::span<const SmileSlice> slices;
    MinVarianceFit min_variance;
};

/// Leaves out the nearest expiries, one after the other, until what the ladder may be off by is within the
/// tolerance. Nothing for a small book, one that the configuration keeps without a ladder, or when the bound
/// cannot be brought down.
std::optional<Ladder> plan_ladder(const EngineState&, const EngineConfig&, UnderlyingId, const LadderSurface&,
                                  const LadderGrid& = {});

}  // namespace hw::hedge
