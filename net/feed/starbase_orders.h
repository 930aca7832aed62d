// Every order of every book, and the price levels that they add up to.
//
// Two pools of fixed capacity (orders, levels), each with an index by key, and lists through them: a book's
// levels, a level's orders. A level remembers what the receiver was told of it (`published`), so that what a
// transaction did to a level comes out once, as the difference, however many orders were touched; an order
// that is added and removed at once leaves no trace. No allocation after construction; every operation costs
// the same whatever the depth of the book.
//
// Levels that changed are noted in the caller's list (`touched`), which must live until `settle` has been
// called for each of them.
#pragma once

#include <cstdint>
#include <vector>

#include "core/instrument.h"
#include "core/types.h"
#include "net/feed/flat_index.h"

namespace hw::net::starbase {

struct Order {
    std::uint64_t id = 0;
    Qty qty;
    std::uint32_t level = 0;
    std::uint32_t next = FlatIndex::kNone;  ///< of its level; when free: of the free list
    std::uint32_t previous = FlatIndex::kNone;
};

struct OrderLevel {
    Price price;
    Qty qty;        ///< sum of its orders
    Qty published;  ///< what the receiver holds
    InstrumentId instrument = kNoInstrument;
    std::uint32_t first = FlatIndex::kNone;  ///< of its orders
    std::uint32_t next = FlatIndex::kNone;   ///< of its book; when free: of the free list
    std::uint32_t previous = FlatIndex::kNone;
    Side side = Side::buy;
    bool touched = false;   ///< stands in a list of touched levels
    bool detached = false;  ///< its book was cleared: only that list still knows it
};

class OrderStore {
  public:
    using Touched = std::vector<std::uint32_t>;

    enum class Result : std::uint8_t {
        done = 0,
        unknown,  ///< there is no such order on that side: the book is not the venue's
        larger,   ///< a reduction to more than there was
        full,     ///< no room
        too_much  ///< a quantity or a sum beyond what is believable
    };

    explicit OrderStore(std::size_t capacity);

    /// A new order, or an amended one under its old id.
    Result put(InstrumentId, Side, std::uint64_t id, Price, Qty, Touched&);
    /// `left` is what is left of it.
    Result reduce(InstrumentId, Side, std::uint64_t id, Qty left, Touched&);
    Result remove(InstrumentId, Side, std::uint64_t id, Touched&);
    /// Forgets a whole book, as if nothing of it had ever been published.
    void clear(InstrumentId);

    /// A level that was touched is looked at: it is no longer in the list. Frees it when nothing is left of
    /// it and `published` says so.
    void settle(std::uint32_t level);
    OrderLevel& level(std::uint32_t at) { return levels_[at]; }
    const OrderLevel& level(std::uint32_t at) const { return levels_[at]; }

    /// Calls `one(OrderLevel&)` for every level of a book that holds orders.
    template <class One>
    void for_each_level(InstrumentId id, One&& one) {
        for (std::uint32_t at = books_[index(id)].first; at != FlatIndex::kNone; at = levels_[at].next) {
            if (levels_[at].first != FlatIndex::kNone) one(levels_[at]);
        }
    }
    /// True when the order stands there with just these values.
    bool holds(InstrumentId, Side, std::uint64_t id, Price, Qty) const;
    /// The side of an order, if it is there.
    bool find_side(InstrumentId, std::uint64_t id, Side& side) const;
    std::uint32_t order_count(InstrumentId id) const { return books_[index(id)].orders; }
    std::size_t used() const { return used_; }

  private:
    /// Four billion units, as the engine believes.
    static constexpr std::int64_t kMostNanos = 4'000'000'000 * kNano;

    struct Book {
        std::uint32_t first = FlatIndex::kNone;
        std::uint32_t orders = 0;
    };

    static std::uint64_t order_hash(InstrumentId, std::uint64_t id);
    static std::uint64_t level_hash(InstrumentId, Side, Price);
    std::uint64_t hash_of_order(std::uint32_t order) const;
    std::uint64_t hash_of_level(std::uint32_t level) const;
    std::uint32_t find_order(InstrumentId, std::uint64_t id) const;
    std::uint32_t find_level(InstrumentId, Side, Price) const;
    std::uint32_t open_level(InstrumentId, Side, Price);
    void close_level(std::uint32_t level);
    void touch(std::uint32_t level, Touched&);
    void link(std::uint32_t order, std::uint32_t level);
    void unlink(std::uint32_t order);
    Result add(InstrumentId, Side, std::uint64_t id, Price, Qty, Touched&);
    void free_order(std::uint32_t order);

    std::vector<Order> orders_;
    std::vector<OrderLevel> levels_;
    std::vector<Book> books_;
    FlatIndex order_index_;
    FlatIndex level_index_;
    std::uint32_t free_order_ = FlatIndex::kNone;
    std::uint32_t free_level_ = FlatIndex::kNone;
    std::size_t used_ = 0;
};

}  // namespace hw::net::starbase
