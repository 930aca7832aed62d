#include "core/inventory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>

namespace hw {
namespace {

constexpr UnderlyingId kBtc{0};

Instrument option(OptionType type, int strike, int day, Settlement settlement) {
    Instrument i{};
    i.kind = Kind::option;
    i.option_type = type;
    i.strike = Price::from_units(strike);
    i.expiry = Nanos::from_seconds(1'700'000'000 + day * 86'400);
    i.settlement = settlement;
    i.contract_size = Qty::from_units(1);
    return i;
}

/// All-zero memory is an empty inventory.
std::unique_ptr<Inventory> empty() { return std::make_unique<Inventory>(); }

TEST(Inventory, ACallAndAPutOfOneStrikeAreOneNode) {
    const auto book = empty();
    const Instrument call = option(OptionType::call, 50'000, 1, Settlement::inverse);
    const Instrument put = option(OptionType::put, 50'000, 1, Settlement::inverse);
    EXPECT_TRUE(book->set(kBtc, InstrumentId{0}, call, 2).added);
    const auto place = book->set(kBtc, InstrumentId{1}, put, -0.5);
    EXPECT_FALSE(place.added);
    EXPECT_EQ(book->nodes(), 1u);
    EXPECT_EQ(book->risk()[place.block].coins[place.lane], 1.5);
    EXPECT_EQ(book->blocks()[place.block].weight[place.lane], 75'000);  // coin-settled: times strike
    EXPECT_EQ(book->groups(kBtc)[0].puts, -0.5);
    EXPECT_EQ(book->groups(kBtc)[0].put_strikes, -25'000);
}

TEST(Inventory, TwoContractsOfTheSameTermsAreTwoNodes) {
    const auto book = empty();
    const Instrument call = option(OptionType::call, 50'000, 1, Settlement::linear);
    book->set(kBtc, InstrumentId{0}, call, 2);
    EXPECT_TRUE(book->set(kBtc, InstrumentId{7}, call, 3).added);  // relisted, say
    EXPECT_EQ(book->nodes(), 2u);
}

TEST(Inventory, FullIsSaidAndChangesNothing) {
    const auto book = empty();
    for (std::uint32_t n = 0; n < kMaxNodes; ++n) {
        const auto i = option(OptionType::call, static_cast<int>(n) + 1, 1, Settlement::linear);
        ASSERT_TRUE(book->set(kBtc, InstrumentId{n}, i, 1).ok) << n;
    }
    const Instrument more = option(OptionType::call, 20'000, 1, Settlement::linear);
    EXPECT_FALSE(book->set(kBtc, InstrumentId{kMaxNodes}, more, 1).ok);
    const Instrument other = option(OptionType::call, 20'000, 2, Settlement::linear);
    EXPECT_FALSE(book->set(kBtc, InstrumentId{kMaxNodes}, other, 1).ok);
    EXPECT_EQ(book->nodes(), kMaxNodes);
    EXPECT_EQ(book->groups(kBtc).size(), 1u);
    // One that goes makes room for one that comes.
    book->set(kBtc, InstrumentId{5}, option(OptionType::call, 6, 1, Settlement::linear), 0);
    EXPECT_TRUE(book->set(kBtc, InstrumentId{kMaxNodes}, more, 1).ok);
}

TEST(Inventory, AllNodesFitHoweverTheyAreSpreadOverUnderlyingsAndExpiries) {
    const auto book = empty();
    std::uint32_t n = 0;
    for (std::uint16_t u = 0; u < kMaxInventories; ++u) {
        for (std::size_t g = 0; g < kMaxExpiryGroups; ++g) {
            for (int strike = 1; strike <= 4; ++strike) {
                const Instrument i =
                    option(OptionType::call, 1'000 * strike, static_cast<int>(g), Settlement::linear);
                ASSERT_TRUE(book->set(UnderlyingId{u}, InstrumentId{n++}, i, 1).ok) << n;
            }
        }
    }
    EXPECT_EQ(book->nodes(), kMaxNodes);
}

/// What is held, by instrument, as the inventory tells it.
std::map<std::uint32_t, double> holdings(const Inventory& book, UnderlyingId u) {
    std::map<std::uint32_t, double> all;
    for (const pricing::BlockRef ref : book.refs(u)) {
        const NodeBlock& k = book.keys(ref.block);
        for (std::size_t lane = 0; lane < pricing::kLanes; ++lane) {
            if (k.call[lane] != 0) all[k.call[lane] - 1] += k.call_coins[lane];
            if (k.put[lane] != 0) all[k.put[lane] - 1] += k.put_coins[lane];
            const double coins = k.call_coins[lane] + k.put_coins[lane];
            EXPECT_EQ(book.risk()[ref.block].coins[lane], coins);
            EXPECT_EQ(book.risk()[ref.block].strike_coins[lane], coins * book.risk()[ref.block].strike[lane]);
        }
    }
    return all;
}

// Against a map: random positions come, change and go over two underlyings; at the end everything goes.
TEST(Inventory, PropertyAgreesWithAMapAndEndsEmpty) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto book = empty();
    std::map<std::uint32_t, Instrument> listed;
    for (std::uint32_t n = 0; n < 600; ++n) {
        listed[n] =
            option(n % 2 ? OptionType::call : OptionType::put, 1'000 * (1 + static_cast<int>(n / 2 % 37)),
                   static_cast<int>(n % 5), n % 3 ? Settlement::inverse : Settlement::linear);
    }
    std::array<std::map<std::uint32_t, double>, 2> held;
    for (int step = 0; step < 20'000; ++step) {
        const auto n = static_cast<std::uint32_t>(random() % 600);
        const std::uint16_t u = n % 2 == 0 ? 0 : (n / 2) % 2;
        const double coins = random() % 3 == 0 ? 0 : static_cast<double>(random() % 200) / 10 - 10;
        ASSERT_TRUE(book->set(UnderlyingId{u}, InstrumentId{n}, listed[n], coins).ok);
        if (coins == 0) {
            held[u].erase(n);
        } else {
            held[u][n] = coins;
        }
        if (step % 97 != 0) continue;
        ASSERT_EQ(holdings(*book, UnderlyingId{0}), held[0]) << "step " << step;
        ASSERT_EQ(holdings(*book, UnderlyingId{1}), held[1]) << "step " << step;
    }
    for (std::uint16_t u = 0; u < 2; ++u) {
        for (const auto& [n, coins] : held[u]) book->set(UnderlyingId{u}, InstrumentId{n}, listed[n], 0);
        EXPECT_TRUE(book->groups(UnderlyingId{u}).empty());
        EXPECT_TRUE(book->refs(UnderlyingId{u}).empty());
    }
    EXPECT_EQ(book->nodes(), 0u);
}

}  // namespace
}  // namespace hw
