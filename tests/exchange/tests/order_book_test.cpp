#include "tests/exchange/order_book.h"

#include <gtest/gtest.h>

#include "tests/exchange/rng.h"

namespace hw::exchange {
namespace {

Price p(double v) { return *Price::from_double(v); }
Qty q(double v) { return *Qty::from_double(v); }
Level at(double price, double qty) { return {p(price), q(qty)}; }

class OrderBookTest : public ::testing::Test {
  protected:
    void SetUp() override {
        book_.requote(std::vector<Level>{at(99, 5), at(98, 7)}, std::vector<Level>{at(100, 3), at(101, 4)});
    }
    OrderBook book_;
};

TEST_F(OrderBookTest, TakesTheBestPriceFirstAndStopsAtTheLimit) {
    const MatchResult r = book_.take(Side::buy, p(101), q(5), Taker::account);
    ASSERT_EQ(r.matches.size(), 2u);
    EXPECT_EQ(r.matches[0].price, p(100));
    EXPECT_EQ(r.matches[0].qty, q(3));
    EXPECT_EQ(r.matches[1].price, p(101));
    EXPECT_EQ(r.matches[1].qty, q(2));
    EXPECT_TRUE(r.left.is_zero());
    EXPECT_EQ(book_.depth(Side::sell), (std::vector<Level>{at(101, 2)}));
}

TEST_F(OrderBookTest, WhatTheLimitDoesNotReachIsLeft) {
    const MatchResult r = book_.take(Side::sell, p(99), q(20), Taker::account);
    ASSERT_EQ(r.matches.size(), 1u);
    EXPECT_EQ(r.left, q(15));
    EXPECT_EQ(book_.best(Side::buy), at(98, 7));
}

TEST_F(OrderBookTest, FirstComeFirstServedWithinAPrice) {
    book_.rest(1, Side::buy, p(99), q(2));
    book_.rest(2, Side::buy, p(99), q(2));
    // Synthetic liquidity stood there first: 5, then 2 of order 1, then 1 of order 2.
    const MatchResult r = book_.take(Side::sell, p(99), q(8), Taker::others);
    ASSERT_EQ(r.matches.size(), 3u);
    EXPECT_EQ(r.matches[0].maker, 0u);
    EXPECT_EQ(r.matches[0].qty, q(5));
    EXPECT_EQ(r.matches[1].maker, 1u);
    EXPECT_EQ(r.matches[1].qty, q(2));
    EXPECT_EQ(r.matches[2].maker, 2u);
    EXPECT_EQ(r.matches[2].qty, q(1));
    EXPECT_EQ(book_.best(Side::buy), at(99, 1));
}

TEST_F(OrderBookTest, QuotesThatGrowQueueBehindWhatWasThere) {
    book_.rest(1, Side::buy, p(99), q(2));
    book_.requote(std::vector<Level>{at(99, 8)}, std::vector<Level>{at(100, 3)});
    const MatchResult r = book_.take(Side::sell, p(99), q(7), Taker::others);
    ASSERT_EQ(r.matches.size(), 2u);
    EXPECT_EQ(r.matches[1].maker, 1u);
    EXPECT_EQ(book_.best(Side::buy), at(99, 3));
}

TEST_F(OrderBookTest, TheAccountNeverTradesWithItself) {
    book_.rest(1, Side::buy, p(99.5), q(2));
    const MatchResult r = book_.take(Side::sell, p(99), q(3), Taker::account);
    EXPECT_EQ(r.self_matched, std::vector<std::uint64_t>{1});
    ASSERT_EQ(r.matches.size(), 1u);
    EXPECT_EQ(r.matches[0].maker, 0u);
    EXPECT_EQ(r.matches[0].price, p(99));
}

TEST_F(OrderBookTest, QuotesThatReachARestingOrderTradeWithItAtItsPrice) {
    book_.rest(7, Side::buy, p(99.5), q(4));
    const auto matches =
        book_.requote(std::vector<Level>{at(97, 1)}, std::vector<Level>{at(98, 3), at(99, 9)});
    ASSERT_EQ(matches.size(), 2u);
    EXPECT_EQ(matches[0].maker, 7u);
    EXPECT_EQ(matches[0].price, p(99.5));
    EXPECT_EQ(matches[0].qty + matches[1].qty, q(4));
    EXPECT_EQ(book_.best(Side::sell), at(99, 8));
    EXPECT_EQ(book_.best(Side::buy), at(97, 1));
}

TEST_F(OrderBookTest, CancelTakesOutOnlyThatOrder) {
    book_.rest(1, Side::buy, p(99), q(2));
    EXPECT_EQ(book_.cancel(1), q(2));
    EXPECT_TRUE(book_.cancel(1).is_zero());
    EXPECT_EQ(book_.best(Side::buy), at(99, 5));
    book_.rest(2, Side::sell, p(105), q(1));
    EXPECT_EQ(book_.close(), std::vector<std::uint64_t>{2});
    EXPECT_TRUE(book_.empty(Side::buy) && book_.empty(Side::sell));
}

// Whatever is done to a book, it is never crossed and no quantity appears or disappears.
TEST(OrderBook, StaysUncrossedAndConservesQuantity) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Rng rng(seed);
        OrderBook book;
        std::map<std::uint64_t, Qty> resting;
        std::uint64_t next = 0;
        for (int i = 0; i < 400; ++i) {
            const Side side = rng.chance(0.5) ? Side::buy : Side::sell;
            const Price price = Price::from_units(90 + rng.below(20));
            const Qty qty = Qty::from_units(1 + rng.below(9));
            std::vector<Match> made;
            switch (rng.below(4)) {
                case 0: {
                    const auto mid = static_cast<std::int64_t>(95 + rng.below(10));
                    made = book.requote(
                        std::vector<Level>{{Price::from_units(mid), qty}, {Price::from_units(mid - 2), qty}},
                        std::vector<Level>{{Price::from_units(mid + 1), qty}});
                    break;
                }
                case 1:
                    made = book.take(side, price, qty, Taker::others).matches;
                    break;
                case 2: {
                    MatchResult r = book.take(side, price, qty, Taker::account);
                    Qty sum = r.left;
                    for (const Match& m : r.matches) sum += m.qty;
                    EXPECT_EQ(sum, qty);
                    for (const std::uint64_t order : r.self_matched) EXPECT_EQ(resting.erase(order), 1u);
                    if (r.left.is_zero()) break;
                    book.rest(++next, side, price, r.left);
                    resting[next] = r.left;
                    break;
                }
                default: {
                    if (resting.empty()) break;
                    const auto [order, left] = *resting.begin();
                    EXPECT_EQ(book.cancel(order), left);
                    resting.erase(order);
                }
            }
            for (const Match& m : made) {
                if (m.maker == 0) continue;
                ASSERT_TRUE(resting.contains(m.maker));
                resting[m.maker] -= m.qty;
                ASSERT_GE(resting[m.maker], Qty{});
                if (resting[m.maker].is_zero()) resting.erase(m.maker);
            }
            if (!book.empty(Side::buy) && !book.empty(Side::sell)) {
                ASSERT_LT(book.best(Side::buy).price, book.best(Side::sell).price);
            }
        }
        for (const auto& [order, left] : resting) EXPECT_EQ(book.cancel(order), left);
    }
}

}  // namespace
}  // namespace hw::exchange
