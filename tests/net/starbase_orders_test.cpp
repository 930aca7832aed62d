// The order store against a naive one: the same random orders, level by level the same sums.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

#include "net/feed/starbase_orders.h"
#include "tests/net/fuzz.h"

namespace hw::net::starbase {
namespace {

struct Naive {
    struct Resting {
        Side side;
        std::int64_t price;
        std::int64_t qty;
    };
    using LevelKey = std::tuple<std::uint32_t, Side, std::int64_t>;
    std::map<std::pair<std::uint32_t, std::uint64_t>, Resting> orders;

    std::map<LevelKey, std::int64_t> levels() const {
        std::map<LevelKey, std::int64_t> out;
        for (const auto& [key, o] : orders) out[{key.first, o.side, o.price}] += o.qty;
        return out;
    }
};

TEST(StarbaseOrders, AgainstANaiveBook) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    constexpr std::uint32_t kBooks = 5;
    OrderStore store(300);
    Naive naive;
    std::map<Naive::LevelKey, std::int64_t> told;  // as a receiver would have it
    OrderStore::Touched touched;
    const std::size_t steps = std::max<std::size_t>(fuzz_iterations(50'000), 20'000);
    std::size_t full = 0;
    for (std::size_t step = 0; step < steps; ++step) {
        const std::uint32_t b = static_cast<std::uint32_t>(random() % kBooks);
        const InstrumentId id{b};
        const std::uint64_t order = random() % 120;
        const Side side = random() % 2 == 0 ? Side::buy : Side::sell;
        const Price price = Price::from_nanos(static_cast<std::int64_t>(random() % 20) - 5);
        const Qty qty = Qty::from_nanos(1 + static_cast<std::int64_t>(random() % 1'000));
        const auto known = naive.orders.find({b, order});
        const bool there = known != naive.orders.end() && known->second.side == side;
        const bool elsewhere = known != naive.orders.end() && !there;
        const auto dice = random() % 100;
        if (dice < 60) {
            const auto result = store.put(id, side, order, price, qty, touched);
            if (elsewhere) {
                ASSERT_EQ(result, OrderStore::Result::unknown);
            } else if (result == OrderStore::Result::full) {
                ++full;
                ASSERT_FALSE(there);
            } else {
                ASSERT_EQ(result, OrderStore::Result::done);
                naive.orders[{b, order}] = {side, price.nanos(), qty.nanos()};
            }
        } else if (dice < 75) {
            const auto result = store.reduce(id, side, order, qty, touched);
            if (!there) {
                ASSERT_EQ(result, OrderStore::Result::unknown);
            } else if (qty.nanos() > known->second.qty) {
                ASSERT_EQ(result, OrderStore::Result::larger);
            } else {
                ASSERT_EQ(result, OrderStore::Result::done);
                known->second.qty = qty.nanos();
            }
        } else if (dice < 99) {
            const auto result = store.remove(id, side, order, touched);
            ASSERT_EQ(result, there ? OrderStore::Result::done : OrderStore::Result::unknown);
            if (there) naive.orders.erase(known);
        } else {
            store.clear(id);
            std::erase_if(naive.orders, [&](const auto& o) { return o.first.first == b; });
            std::erase_if(told, [&](const auto& l) { return std::get<0>(l.first) == b; });
        }
        if (random() % 4 != 0 && touched.size() < 200) continue;
        for (const std::uint32_t at : touched) {
            OrderLevel& l = store.level(at);
            if (!l.detached) {
                const Naive::LevelKey key{index(l.instrument), l.side, l.price.nanos()};
                if (l.qty.is_zero()) {
                    told.erase(key);
                } else {
                    told[key] = l.qty.nanos();
                }
                l.published = l.qty;
            }
            store.settle(at);
        }
        touched.clear();
        if (step % 64 == 0) {
            ASSERT_EQ(told, naive.levels());
            ASSERT_EQ(store.used(), naive.orders.size());
        }
    }
    EXPECT_GT(full, 0u) << "the pool was never full";
    for (const auto& [key, o] : naive.orders) {
        EXPECT_TRUE(store.holds(InstrumentId{key.first}, o.side, key.second, Price::from_nanos(o.price),
                                Qty::from_nanos(o.qty)));
        EXPECT_FALSE(store.holds(InstrumentId{key.first}, o.side, key.second, Price::from_nanos(o.price),
                                 Qty::from_nanos(o.qty + 1)));
    }
    for (std::uint32_t b = 0; b < kBooks; ++b) store.clear(InstrumentId{b});
    EXPECT_EQ(store.used(), 0u);
}

TEST(StarbaseOrders, SumsBeyondBeliefAreRefused) {
    OrderStore store(8);
    OrderStore::Touched touched;
    const InstrumentId id{0};
    const Qty most = Qty::from_units(4'000'000'000);
    EXPECT_EQ(store.put(id, Side::buy, 1, Price{}, most, touched), OrderStore::Result::done);
    EXPECT_EQ(store.put(id, Side::buy, 2, Price{}, Qty::from_nanos(1), touched),
              OrderStore::Result::too_much);
    EXPECT_EQ(store.put(id, Side::buy, 3, Price::from_nanos(1), most + Qty::from_nanos(1), touched),
              OrderStore::Result::too_much);
    EXPECT_EQ(store.put(id, Side::buy, 3, Price::from_nanos(1), Qty{}, touched),
              OrderStore::Result::too_much);
}

}  // namespace
}  // namespace hw::net::starbase
