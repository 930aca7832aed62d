// Makes delta ladders (core/ladder.h), and works out how far they can be from the sums they stand for.
//
// The grid is evaluated with the kernel that the engine sums with, so that on the grid both give the same.
// The bound holds for every look-up inside: the cubic is off by at most h^4/384 sup |d4f/dx4|, the line in
// time by (t1 - t0)^2/8 sup |d2f/dt2|. Both are bounded node by node, with |weight| and the largest
// derivatives that the node can have while x is in a part of the grid; the worst part counts. Off the hot
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/instrument.h"
#include "core/ladder.h"
#include "core/pricing/kernel.h"
#include "core/types.h"

namespace hw::hedge {

/// One expiry and settlement: all its blocks.
struct LadderSpan {
    Nanos expiry;
    Settlement settlement = Settlement::inverse;
    double forward_ratio = 1;                 ///< expiry's forward over the hedge instrument's price, > 0
    std::span<const pricing::BlockRef> refs;  ///< their `group` does not matter here
};

struct LadderTerms {
    const pricing::Kernel* kernel = nullptr;  ///< the engine's
    const pricing::KernelBlock* blocks = nullptr;
    const pricing::RiskBlock* risk = nullptr;
    std::span<const LadderSpan> spans;  ///< at most kMaxLadderGroups
    double reference = 0;               ///< price at which x is 0 and the blocks' k and vol were taken
    double x = 0;                       ///< ln(price now / reference)
    Nanos now;
    Nanos window;        ///< settlement averages over this long before an expiry; zero: none
    bool smile = false;  ///< as the engine passes it to the kernel
    std::uint64_t surface = 0;
    std::uint64_t position_sequence = 0;
};

struct LadderGrid {
    std::uint32_t points = 121;              ///< 2 to kMaxLadderPoints
    double step = 1e-3;                      ///< in ln(price), 1e-9 to 1
    Nanos horizon = Nanos::from_seconds(2);  ///< the ladder is for now to now + horizon, > 0
    std::uint32_t parts = 8;  ///< of the grid, that the bound is worked out for one by one, > 0
};

/// The ladder of those spans whose settlement window begins after the horizon, and whose volatilities stay
/// positive over the grid; `covers` says which they are. Nothing when none is left, the terms make no sense
/// or a figure is not finite.
/// Works on the oneTBB threads of the caller's arena; their number does not change the result.
std::optional<Ladder> build_ladder(const LadderTerms&, const LadderGrid& = {});

}  // namespace hw::hedge
