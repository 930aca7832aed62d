// An open-addressing index over a pool: from a key's hash to the place of the item that has the key.
//
// It holds places only; what the key is, and whether an item has it, the caller says. Fixed size, at most
// half full, linear probing, erasure by shifting back, so that there are no tombstones. All memory is taken
// at construction.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hw::net {

/// A good mix of 64 bits (splitmix64's finaliser).
constexpr std::uint64_t mix64(std::uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58'476d'1ce4'e5b9ULL;
    x = (x ^ x >> 27) * 0x94d0'49bb'1331'11ebULL;
    return x ^ x >> 31;
}

class FlatIndex {
  public:
    static constexpr std::uint32_t kNone = 0xffff'ffffu;

    /// For up to `items` entries.
    explicit FlatIndex(std::size_t items) : slots_(std::bit_ceil(2 * items + 2)) {}

    /// The item of this hash for which `is_it(item)`; kNone when there is none.
    template <class IsIt>
    std::uint32_t find(std::uint64_t hash, IsIt&& is_it) const {
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            if (slots_[at] == 0) return kNone;
            if (is_it(slots_[at] - 1)) return slots_[at] - 1;
        }
    }
    /// There must be no item of the same key, and room.
    void insert(std::uint64_t hash, std::uint32_t item) {
        std::size_t at = hash & mask();
        while (slots_[at] != 0) at = (at + 1) & mask();
        slots_[at] = item + 1;
    }
    /// The item must be there; `hash_of(item)` gives the hash that an item was inserted under.
    template <class HashOf>
    void erase(std::uint64_t hash, std::uint32_t item, HashOf&& hash_of) {
        std::size_t hole = hash & mask();
        while (slots_[hole] != item + 1) hole = (hole + 1) & mask();
        for (std::size_t at = (hole + 1) & mask(); slots_[at] != 0; at = (at + 1) & mask()) {
            const std::size_t home = hash_of(slots_[at] - 1) & mask();
            // It may move back only as far as its home.
            if (((at - home) & mask()) < ((at - hole) & mask())) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = 0;
    }

  private:
    std::size_t mask() const { return slots_.size() - 1; }
    std::vector<std::uint32_t> slots_;  ///< item + 1; zero: empty
};

}  // namespace hw::net
