// Which stored message carries an order's id: a hash table in process memory, made anew when a store is
// opened.
//
// An entry holds id and sequence number, so that neither finding nor forgetting looks into the store, where
// each look would be a cache miss. Open addressing, at most half full.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/event.h"

namespace hw::fix {

class OrderIndex {
  public:
    /// Room for `capacity` entries, a power of two; forgets everything.
    void reset(std::uint32_t capacity);

    /// It will be added soon: fetches the place into the cache.
    void expect(OrderId order) const { __builtin_prefetch(&entries_[home(order.value)], 1); }
    /// The caller knows that there is room.
    void add(OrderId, std::uint32_t sequence);
    /// Nothing happens when it is not there.
    void remove(OrderId, std::uint32_t sequence);
    /// The newest message with this id: its sequence number, or zero.
    std::uint32_t find(OrderId) const;

  private:
    struct Entry {
        std::uint64_t order = 0;  ///< zero: empty
        std::uint32_t sequence = 0;
        std::uint32_t reserved = 0;
    };
    std::size_t home(std::uint64_t order) const {
        return static_cast<std::size_t>(order * 0x9e37'79b9'7f4a'7c15ULL >> shift_);
    }
    std::size_t after(std::size_t i) const { return (i + 1) & mask_; }

    std::vector<Entry> entries_;
    std::size_t mask_ = 0;
    int shift_ = 63;
};

}  // namespace hw::fix
