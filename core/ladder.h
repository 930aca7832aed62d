// The delta ladder: net delta of the far part of an option book over the underlying's price, tabulated.
//
// Off the hot thread the planner sums whole expiries at equally spaced points of x = ln(price / reference),
// at two instants, value and slope; on a tick the engine looks the sum up, so that a tick costs the same for
// any book. Between points the look-up is the cubic through values and slopes (Hermite), between the instants
// it is linear. How far it can be from the sum itself, anywhere inside, is worked out when it is made and
// travels with it: the engine checks that bound against its tolerance, and takes the exact path above it.
// What it does not cover (near expiries, what has changed since) the engine adds exactly; so are the puts'
// constant terms, as the ladder counts every option as a call.
//
// A Ladder is part of the engine's state: no pointers, all-zero is none. It comes as a blob.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "core/instrument.h"
#include "core/types.h"

namespace hw {

inline constexpr std::size_t kMaxLadderPoints = 256;
inline constexpr std::size_t kMaxLadderGroups = 64;

/// An expiry that is in the ladder, with all nodes it had at the ladder's position sequence.
struct LadderGroup {
    Nanos expiry;
    Settlement settlement = Settlement::inverse;
    std::uint8_t reserved[7] = {};
};
static_assert(sizeof(LadderGroup) == 16);

/// Net delta at one x, at both instants.
struct LadderPoint {
    double value[2];  ///< coins
    double slope[2];  ///< coins per step of the grid
};
static_assert(sizeof(LadderPoint) == 32);

struct alignas(64) Ladder {
    double x0 = 0;            ///< of the first point: ln(price / reference)
    double step = 0;          ///< between points, > 0
    std::uint32_t count = 0;  ///< of points, at least 2; zero: no ladder
    std::uint32_t group_count = 0;
    Nanos t0, t1;          ///< the instants, t0 < t1; all covered expiries' settlement windows begin after t1
    double reference = 0;  ///< price of the hedge instrument at which x is 0: its surface's
    std::uint64_t surface = 0;            ///< id of the surface's blob
    std::uint64_t position_sequence = 0;  ///< Event up to which positions are in it
    double error_bound = 0;               ///< a look-up is at most this far from the sum, coins
    double gross = 0;                     ///< sum of |coins| over the nodes covered
    std::uint64_t reserved[6] = {};
    std::array<LadderGroup, kMaxLadderGroups> groups{};
    std::array<LadderPoint, kMaxLadderPoints> points{};

    bool covers(Nanos expiry, Settlement) const;
};
static_assert(sizeof(Ladder) == 128 + 1024 + 8192);
static_assert(std::is_trivially_copyable_v<Ladder>);

/// Net delta of what the ladder covers, coins, all as calls; nothing outside its grid or its time.
std::optional<double> look_up(const Ladder&, double x, Nanos now);

/// The blob's bytes.
std::vector<std::byte> encode_ladder(const Ladder&);
/// Nothing when version, length or a value (not finite, out of order, out of range) is off.
std::optional<Ladder> parse_ladder(std::span<const std::byte>);

}  // namespace hw
