// Order books: known answers, and random operations against a sorted map.
#include "core/book.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "core/book_set.h"

namespace hw {
namespace {

Price price(std::int64_t units) { return Price::from_units(units); }
Qty qty(std::int64_t units) { return Qty::from_units(units); }

struct OneSide {
    explicit OneSide(Side s, std::size_t depth = 4) : levels(depth), side(state, levels, s) {}
    BookSideState state;
    std::vector<Level> levels;
    BookSide side;
};

TEST(BookSide, KeepsTheTouchOnTop) {
    OneSide bids(Side::buy);
    EXPECT_TRUE(bids.side.set(price(10), qty(1)));
    EXPECT_TRUE(bids.side.set(price(12), qty(2)));
    EXPECT_TRUE(bids.side.set(price(11), qty(3)));
    EXPECT_EQ(bids.side.best(), (Level{price(12), qty(2)}));
    EXPECT_EQ(bids.side.from_touch(2).price, price(10));
    EXPECT_TRUE(bids.side.set(price(12), qty(9)));
    EXPECT_EQ(bids.side.best().qty, qty(9));
    EXPECT_TRUE(bids.side.set(price(12), Qty{}));
    EXPECT_EQ(bids.side.best().price, price(11));

    OneSide asks(Side::sell);
    asks.side.set(price(10), qty(1));
    asks.side.set(price(12), qty(2));
    EXPECT_EQ(asks.side.best().price, price(10));
}

TEST(BookSide, SaysWhenARemovedLevelWasNotThere) {
    OneSide bids(Side::buy);
    EXPECT_FALSE(bids.side.set(price(10), Qty{}));
    bids.side.set(price(10), qty(1));
    EXPECT_FALSE(bids.side.set(price(11), Qty{}));
    EXPECT_TRUE(bids.side.set(price(10), Qty{}));
    EXPECT_TRUE(bids.side.empty());
    EXPECT_FALSE(bids.side.exhausted());
}

TEST(BookSide, LetsTheWorstGoWhenFull) {
    OneSide bids(Side::buy, 3);
    for (const int p : {10, 11, 12}) bids.side.set(price(p), qty(1));
    EXPECT_TRUE(bids.side.set(price(13), qty(1)));
    EXPECT_EQ(bids.side.size(), 3);
    EXPECT_EQ(bids.side.best().price, price(13));
    EXPECT_EQ(bids.side.from_touch(2).price, price(11));
    EXPECT_TRUE(bids.side.set(price(9), qty(1)));  // worse than all that is kept
    EXPECT_EQ(bids.side.from_touch(2).price, price(11));
    EXPECT_TRUE(bids.side.set(price(10), Qty{}));   // beyond the known part: may well have been there
    EXPECT_FALSE(bids.side.set(price(14), Qty{}));  // inside it: was not
}

TEST(BookSide, ADepthLimitedSideThatRunsEmptyIsExhausted) {
    OneSide asks(Side::sell, 2);
    for (const int p : {10, 11, 12}) asks.side.set(price(p), qty(1));
    EXPECT_EQ(asks.side.best().price, price(10));
    asks.side.set(price(10), Qty{});
    EXPECT_TRUE(asks.side.set(price(20), qty(1)));  // its neighbours are unknown: not placed
    EXPECT_EQ(asks.side.size(), 1);
    EXPECT_FALSE(asks.side.exhausted());
    asks.side.set(price(11), Qty{});
    EXPECT_TRUE(asks.side.exhausted());
    asks.side.clear();
    EXPECT_FALSE(asks.side.exhausted());
}

/// What the side shows must always be the top of the true book, and the answer of `set` must be right.
void run_against_map(Side side, std::size_t depth, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    OneSide book(side, depth);
    std::map<std::int64_t, std::int64_t> truth;  // by price, the touch first after the sign is turned
    const std::int64_t sign = side == Side::buy ? -1 : 1;
    for (int step = 0; step < 20'000; ++step) {
        const std::int64_t p = 100 + static_cast<std::int64_t>(random() % 40);
        const bool remove = random() % 2 == 0;
        const std::int64_t q = 1 + static_cast<std::int64_t>(random() % 9);
        if (remove && truth.count(sign * p) == 0) continue;  // a venue does not do that
        ASSERT_TRUE(book.side.set(price(p), remove ? Qty{} : qty(q))) << "seed " << seed << " step " << step;
        if (remove) {
            truth.erase(sign * p);
        } else {
            truth[sign * p] = q;
        }
        if (book.side.exhausted()) {
            book.side.clear();
            std::vector<std::pair<std::int64_t, std::int64_t>> snapshot(truth.begin(), truth.end());
            for (const auto& [at, amount] : snapshot) book.side.set(price(sign * at), qty(amount));
        }
        std::uint16_t n = 0;
        for (const auto& [at, amount] : truth) {
            if (n == book.side.size()) break;
            ASSERT_EQ(book.side.from_touch(n), (Level{price(sign * at), qty(amount)}))
                << "seed " << seed << " step " << step << " level " << n;
            ++n;
        }
        ASSERT_TRUE(n == book.side.size()) << "more levels than there are, seed " << seed;
        if (book.state.depth_limited == 0) {
            ASSERT_EQ(book.side.size(), truth.size());
        }
    }
}

TEST(BookSide, AgreesWithAMap) {
    for (const std::uint64_t seed : {1, 2, 3}) {
        for (const std::size_t depth : {1, 2, 7, 20, 64}) {
            run_against_map(Side::buy, depth, seed);
            run_against_map(Side::sell, depth, seed);
        }
    }
}

TEST(BookSet, GivesEachInstrumentItsOwnLevels) {
    const auto set = std::make_unique<BookSet>();
    const InstrumentId a{0}, b{1};
    ASSERT_TRUE(set->open(a, Kind::option));
    ASSERT_TRUE(set->open(b, Kind::perpetual));
    ASSERT_TRUE(set->open(a, Kind::option));  // again: nothing happens
    BookLevel level{};
    level.price = price(10), level.qty = qty(1), level.side = Side::buy, level.last = 0;
    EXPECT_TRUE(set->apply(a, level, Nanos::from_ns(5)));
    EXPECT_EQ(set->slot(a).partial, 1);
    level.side = Side::sell, level.price = price(12), level.last = 1;
    EXPECT_TRUE(set->apply(a, level, Nanos::from_ns(6)));
    EXPECT_EQ(set->slot(a).partial, 0);
    EXPECT_EQ(set->slot(a).heard, Nanos::from_ns(6));
    const BookSet::Touch t = set->touch(a);
    EXPECT_TRUE(t.has_bid && t.has_ask);
    EXPECT_EQ(t.bid, price(10));
    EXPECT_EQ(t.ask, price(12));
    EXPECT_FALSE(set->touch(b).has_bid);
    EXPECT_EQ(set->levels(a, Side::buy).size(), 1u);
    level.price = price(13), level.qty = Qty{};
    EXPECT_FALSE(set->apply(a, level, Nanos::from_ns(7)));
    set->clear(a);
    EXPECT_FALSE(set->touch(a).has_bid);
}

TEST(BookSet, SaysWhenThePoolIsUsedUp) {
    const auto set = std::make_unique<BookSet>();
    const std::uint32_t fit = BookSet::kLevels / (2u * depth_of(Kind::future));
    for (std::uint32_t i = 0; i < fit; ++i) ASSERT_TRUE(set->open(InstrumentId{i}, Kind::future));
    EXPECT_FALSE(set->open(InstrumentId{fit}, Kind::future));
    EXPECT_FALSE(set->open(InstrumentId{fit}, Kind::option));
    set->clear(InstrumentId{fit});
    EXPECT_FALSE(set->touch(InstrumentId{fit}).has_bid);
}

}  // namespace
}  // namespace hw
