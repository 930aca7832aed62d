// L2 order books in flat arrays.
//
// A BookSide is a view of a caller-provided array of levels, worst price first and best price last, so that
// changes near the touch move little. When the array is full the worst level is let go and the side is
// `depth_limited`: what lies beyond is then not known, and a side that runs empty in that state is
// `exhausted` and not to be trusted.
#pragma once

#include <cstdint>
#include <span>

#include "core/types.h"

namespace hw {

struct Level {
    Price price;
    Qty qty;
    friend bool operator==(const Level&, const Level&) = default;
};
static_assert(sizeof(Level) == 16);

struct BookSideState {
    std::uint16_t count = 0;
    std::uint8_t depth_limited = 0;
    std::uint8_t reserved = 0;
};

/// Operations on one side. Costs grow with the distance from the touch, not with the depth.
class BookSide {
  public:
    BookSide(BookSideState& state, std::span<Level> storage, Side side)
        : state_(state), levels_(storage), side_(side) {}

    /// Puts `qty` at `price`; zero removes the level. False when a removal names a level that is not there
    /// (and that is not beyond the known part of a depth-limited side): the book disagrees with the venue's.
    bool set(Price price, Qty qty);
    void clear() { state_ = {}; }

    std::uint16_t size() const { return state_.count; }
    bool empty() const { return state_.count == 0; }
    /// Level `i` from the touch; i < size().
    const Level& from_touch(std::uint16_t i) const { return levels_[state_.count - 1u - i]; }
    const Level& best() const { return from_touch(0); }
    bool exhausted() const { return state_.count == 0 && state_.depth_limited != 0; }

  private:
    bool better(Price a, Price b) const { return side_ == Side::buy ? a > b : a < b; }
    BookSideState& state_;
    std::span<Level> levels_;
    Side side_;
};

}  // namespace hw
