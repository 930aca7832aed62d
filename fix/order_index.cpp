#include "fix/order_index.h"

#include <algorithm>

namespace hw::fix {

void OrderIndex::reset(std::uint32_t capacity) {
    const std::size_t size = std::size_t{capacity} * 2;
    entries_.assign(size, {});
    mask_ = size - 1;
    shift_ = 64 - std::countr_zero(size);
}

void OrderIndex::add(OrderId order, std::uint32_t sequence) {
    std::size_t i = home(order.value);
    while (entries_[i].order != 0) i = after(i);
    entries_[i] = {order.value, sequence, 0};
}

void OrderIndex::remove(OrderId order, std::uint32_t sequence) {
    std::size_t hole = home(order.value);
    const auto is_it = [&](const Entry& e) { return e.order == order.value && e.sequence == sequence; };
    while (entries_[hole].order != 0 && !is_it(entries_[hole])) hole = after(hole);
    if (entries_[hole].order == 0) return;
    // Those behind move up, unless that would put one before its home.
    for (std::size_t i = after(hole); entries_[i].order != 0; i = after(i)) {
        const std::size_t at = home(entries_[i].order);
        if (((i - at) & mask_) < ((i - hole) & mask_)) continue;
        entries_[hole] = entries_[i];
        hole = i;
    }
    entries_[hole] = {};
}

std::uint32_t OrderIndex::find(OrderId order) const {
    std::uint32_t newest = 0;
    for (std::size_t i = home(order.value); entries_[i].order != 0; i = after(i)) {
        if (entries_[i].order == order.value) newest = std::max(newest, entries_[i].sequence);
    }
    return newest;
}

}  // namespace hw::fix
