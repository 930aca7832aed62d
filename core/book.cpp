#include "core/book.h"

#include <cstring>

namespace hw {

bool BookSide::set(Price price, Qty qty) {
    std::uint32_t at = state_.count;  // one past the last level that is worse than `price`
    while (at > 0 && better(levels_[at - 1].price, price)) --at;
    const bool present = at > 0 && levels_[at - 1].price == price;
    Level* const base = levels_.data();
    if (qty.is_zero()) {
        if (!present) return state_.depth_limited != 0 && at == 0;  // beyond what we keep
        std::memmove(base + at - 1, base + at, (state_.count - at) * sizeof(Level));
        --state_.count;
        return true;
    }
    if (present) {
        base[at - 1].qty = qty;
        return true;
    }
    if (state_.count == levels_.size()) {
        state_.depth_limited = 1;
        if (at == 0) return true;  // worse than all we keep
        std::memmove(base, base + 1, (at - 1) * sizeof(Level));
        base[at - 1] = {price, qty};
        return true;
    }
    // Beyond the known part of a depth-limited side nothing can be placed: its neighbours are unknown.
    if (state_.depth_limited && at == 0) return true;
    std::memmove(base + at + 1, base + at, (state_.count - at) * sizeof(Level));
    base[at] = {price, qty};
    ++state_.count;
    return true;
}

}  // namespace hw
