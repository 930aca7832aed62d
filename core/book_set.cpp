#include "core/book_set.h"

namespace hw {

bool BookSet::open(InstrumentId id, Kind kind) {
    BookSlot& s = slot(id);
    if (s.depth != 0) return true;
    const std::uint32_t depth = depth_of(kind);
    if (used_ + 2 * depth > kLevels) return false;
    s.first_level = used_;
    s.depth = static_cast<std::uint16_t>(depth);
    used_ += 2 * depth;
    return true;
}

BookSide BookSet::bids(InstrumentId id) {
    BookSlot& s = slot(id);
    return {s.bids, std::span(levels_).subspan(s.first_level, s.depth), Side::buy};
}

BookSide BookSet::asks(InstrumentId id) {
    BookSlot& s = slot(id);
    return {s.asks, std::span(levels_).subspan(s.first_level + s.depth, s.depth), Side::sell};
}

bool BookSet::apply(InstrumentId id, const BookLevel& level, Nanos recv_time) {
    BookSlot& s = slot(id);
    BookSide side = level.side == Side::buy ? bids(id) : asks(id);
    const bool known = side.set(level.price, level.qty);
    s.partial = level.last == 0;
    s.heard = recv_time;
    return known && !side.exhausted();
}

void BookSet::clear(InstrumentId id) {
    bids(id).clear();
    asks(id).clear();
    slot(id).partial = 0;
}

BookSet::Touch BookSet::touch(InstrumentId id) const {
    const BookSlot& s = slot(id);
    Touch t;
    if (s.bids.count > 0) {
        const Level& best = levels_[s.first_level + s.bids.count - 1u];
        t.bid = best.price, t.bid_qty = best.qty, t.has_bid = true;
    }
    if (s.asks.count > 0) {
        const Level& best = levels_[s.first_level + s.depth + s.asks.count - 1u];
        t.ask = best.price, t.ask_qty = best.qty, t.has_ask = true;
    }
    return t;
}

std::span<const Level> BookSet::levels(InstrumentId id, Side side) const {
    const BookSlot& s = slot(id);
    return side == Side::buy ? std::span(levels_).subspan(s.first_level, s.bids.count)
                             : std::span(levels_).subspan(s.first_level + s.depth, s.asks.count);
}

}  // namespace hw
