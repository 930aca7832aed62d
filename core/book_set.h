// All books of a run in two flat arrays: one slot an instrument, one pool of levels that slots are carved
// from when an instrument is defined. Part of the engine's state: no pointers, no allocation, all-zero is
// empty.
#pragma once

#include <array>
#include <cstdint>

#include "core/book.h"
#include "core/event.h"
#include "core/instrument.h"

namespace hw {

/// Depth kept on each side: options quote few levels, what we hedge with is kept deep.
constexpr std::uint16_t depth_of(Kind kind) {
    return kind == Kind::option || kind == Kind::combo ? 32 : 1024;
}

struct BookSlot {
    std::uint32_t first_level = 0;  ///< bids, then asks
    std::uint16_t depth = 0;        ///< levels a side; zero: no book
    std::uint8_t trusted = 0;
    std::uint8_t partial = 0;  ///< 1: in the middle of a venue message, not to be looked at
    BookSideState bids;
    BookSideState asks;
    Nanos heard;  ///< receive time of the last change
};
static_assert(sizeof(BookSlot) == 24);

class BookSet {
  public:
    static constexpr std::uint32_t kLevels = 1u << 22;

    /// Carves out levels for an instrument. False: the pool is used up.
    bool open(InstrumentId, Kind);
    const BookSlot& slot(InstrumentId id) const { return slots_[index(id)]; }
    BookSlot& slot(InstrumentId id) { return slots_[index(id)]; }
    BookSide bids(InstrumentId);
    BookSide asks(InstrumentId);
    /// Applies one level; false when the book cannot be right any more (a level that was not there, a side
    /// whose known depth is used up).
    bool apply(InstrumentId, const BookLevel&, Nanos recv_time);
    void clear(InstrumentId);

    struct Touch {
        Price bid;
        Price ask;
        Qty bid_qty;
        Qty ask_qty;
        bool has_bid = false;
        bool has_ask = false;
    };
    Touch touch(InstrumentId) const;
    std::span<const Level> levels(InstrumentId, Side) const;  ///< worst first, touch last

  private:
    std::uint32_t used_;
    std::uint32_t reserved_;
    std::array<BookSlot, InstrumentTable::kCapacity> slots_;
    std::array<Level, kLevels> levels_;
};

}  // namespace hw
