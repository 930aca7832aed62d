// Book updates kept for later: one bounded pool of levels for a whole feed, and a queue of them for each book
// that waits for a snapshot or for the rest of a split update. All memory is taken at construction. What is
// kept is the feed's: levels for L2 (DeltaPool), order messages for L3.
#pragma once

#include <cstdint>
#include <vector>

#include "core/event.h"

namespace hw::net {

/// One level of a kept update, or an update without levels.
struct KeptLevel {
    std::uint64_t prev_change_id = 0;
    std::uint64_t change_id = 0;
    Nanos venue_time;
    BookLevel level{};
    std::uint32_t next = 0;
    bool has_level = false;
    bool ends_update = false;  ///< the last level of the last part: from here on the book is whole
};

/// Head and tail of a book's queue; all zero is an empty one.
struct DeltaQueue {
    std::uint32_t head = 0;  ///< index + 1; zero: empty
    std::uint32_t tail = 0;
    bool empty() const { return head == 0; }
};

/// `Item` has a member `next` of its own for the pool.
template <class Item>
class KeptPool {
  public:
    explicit KeptPool(std::size_t capacity) : items_(capacity) {
        for (std::size_t i = 0; i < capacity; ++i) items_[i].next = static_cast<std::uint32_t>(i);
        free_ = static_cast<std::uint32_t>(capacity);
    }

    /// False: the pool is full, nothing was done.
    bool push(DeltaQueue& queue, const Item& item) {
        if (free_ == 0) return false;
        const std::uint32_t at = free_;
        free_ = get(at).next;
        get(at) = item;
        get(at).next = 0;
        if (queue.empty()) {
            queue.head = at;
        } else {
            get(queue.tail).next = at;
        }
        queue.tail = at;
        ++used_;
        return true;
    }
    void pop(DeltaQueue& queue) {
        const std::uint32_t at = queue.head;
        queue.head = get(at).next;
        get(at).next = free_;
        free_ = at;
        --used_;
    }
    void clear(DeltaQueue& queue) {
        while (!queue.empty()) pop(queue);
    }
    const Item& front(const DeltaQueue& queue) const { return items_[queue.head - 1]; }
    const Item& back(const DeltaQueue& queue) const { return items_[queue.tail - 1]; }
    /// What follows `item`, or null.
    const Item* after(const Item& item) const {
        return item.next == 0 ? nullptr : &items_[item.next - 1];
    }
    std::size_t used() const { return used_; }

  private:
    Item& get(std::uint32_t at) { return items_[at - 1]; }

    std::vector<Item> items_;
    std::uint32_t free_ = 0;
    std::size_t used_ = 0;
};

using DeltaPool = KeptPool<KeptLevel>;

}  // namespace hw::net
