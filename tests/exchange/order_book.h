// One contract's book at the simulated venue: price-time priority over synthetic liquidity and the account's
// own resting orders.
//
// Every level is a queue of entries; entry 0 names the venue's synthetic liquidity, any other number one of
// the account's orders. The account never trades with itself: an arriving order of the account takes its own
// resting ones out of its way (self-match prevention, "cancel maker").
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/book.h"
#include "core/types.h"

namespace hw::exchange {

/// One trade: what stood there, and at which price.
struct Match {
    std::uint64_t maker = 0;  ///< the account's resting order; 0: synthetic liquidity
    Price price;
    Qty qty;
};

enum class Taker : std::uint8_t { account, others };

struct MatchResult {
    std::vector<Match> matches;
    std::vector<std::uint64_t> self_matched;  ///< resting orders of the account that were taken out
    Qty left;                                 ///< of the taker
};

class OrderBook {
  public:
    /// Trades `qty` against what stands at `limit` or better.
    MatchResult take(Side taker, Price limit, Qty qty, Taker who);
    /// True when an order at `limit` would trade at once.
    bool crosses(Side taker, Price limit) const;
    /// Puts an order of the account at the end of its level's queue. It must not cross.
    void rest(std::uint64_t order, Side side, Price price, Qty qty);
    /// What was left of the order; zero when it does not rest here.
    Qty cancel(std::uint64_t order);
    /// Replaces the synthetic liquidity. A level that shrinks keeps its place in the queue; what is added
    /// queues behind. Resting orders that the new quotes reach are traded with, the account as maker.
    std::vector<Match> requote(std::span<const Level> bids, std::span<const Level> asks);
    /// Everything goes; the account's orders that rested here are returned.
    std::vector<std::uint64_t> close();

    bool empty(Side side) const { return levels(side).empty(); }
    /// Best level; the side must not be empty.
    Level best(Side side) const;
    /// One piece of a level's queue.
    struct Standing {
        Price price;
        std::uint64_t order = 0;  ///< the account's; 0: synthetic liquidity
        Qty qty;
    };
    /// All of a side, best price first, in the order of their queues.
    std::vector<Standing> standing(Side side) const;
    /// Aggregated, best first.
    std::vector<Level> depth(Side side) const;

  private:
    struct Entry {
        std::uint64_t order;
        Qty qty;
    };
    using Queue = std::vector<Entry>;
    // Keyed so that the best price comes first on both sides.
    using Levels = std::map<std::int64_t, Queue>;

    static std::int64_t key(Side side, Price p) { return side == Side::buy ? -p.nanos() : p.nanos(); }
    static Price price(Side side, std::int64_t k) { return Price::from_nanos(side == Side::buy ? -k : k); }
    Levels& levels(Side side) { return side == Side::buy ? bids_ : asks_; }
    const Levels& levels(Side side) const { return side == Side::buy ? bids_ : asks_; }
    void set_synthetic(Side side, std::span<const Level> wanted);
    static void set_synthetic(Queue& queue, Qty wanted);
    static Qty synthetic(const Queue& queue);
    std::vector<Match> uncross();

    Levels bids_;
    Levels asks_;
};

}  // namespace hw::exchange
