// The ring between threads: order, bounds, and (under the thread sanitizer) no race.
#include "core/ring.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <thread>

namespace hw {
namespace {

TEST(SpscRing, HoldsItsCapacityAndNoMore) {
    SpscRing<int> ring(4);
    int out = 0;
    EXPECT_FALSE(ring.pop(out));
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.push(i));
        EXPECT_FALSE(ring.push(9));
        for (int i = 0; i < 4; ++i) {
            ASSERT_TRUE(ring.pop(out));
            EXPECT_EQ(out, i);
        }
        EXPECT_FALSE(ring.pop(out));
    }
}

TEST(SpscRing, TwoThreadsSeeEveryItemOnceInOrder) {
    struct Item {
        std::array<std::uint64_t, 5> words;
    };
    constexpr std::uint64_t kItems = 200'000;
    SpscRing<Item> ring(64);
    std::thread producer([&] {
        for (std::uint64_t n = 0; n < kItems; ++n) {
            while (!ring.push(Item{{n, n + 1, n + 2, n + 3, n + 4}})) std::this_thread::yield();
        }
    });
    std::uint64_t wrong = 0;
    for (std::uint64_t n = 0; n < kItems; ++n) {
        Item item{};
        while (!ring.pop(item)) std::this_thread::yield();
        for (std::uint64_t k = 0; k < 5; ++k) wrong += item.words[k] != n + k;
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace hw
