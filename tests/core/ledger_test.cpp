// Money: what fills cost and settlements bring, exactly, and executions that count once.
#include "core/ledger.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <set>

#include "core/hash.h"

namespace hw {
namespace {

Instrument contract(Kind kind, Settlement settlement, double size) {
    Instrument i{};
    i.kind = kind;
    i.settlement = settlement;
    i.contract_size = *Qty::from_double(size);
    i.taker_fee_nanos = 500'000;   // 5 bp
    i.maker_fee_nanos = -100'000;  // a rebate of 1 bp
    return i;
}
Price price(double p) { return *Price::from_double(p); }
Qty qty(double q) { return *Qty::from_double(q); }

Instrument option(Settlement settlement, OptionType type, double strike) {
    Instrument i = contract(Kind::option, settlement, 1);
    i.option_type = type;
    i.strike = price(strike);
    i.taker_fee_nanos = 300'000;  // 3 bp
    return i;
}

TEST(ContractValue, LinearAndInverse) {
    const Instrument linear = contract(Kind::perpetual, Settlement::linear, 0.001);
    EXPECT_EQ(contract_value(linear, qty(2'000), price(30'000)), Cash::from_units(60'000));
    EXPECT_EQ(contract_value(linear, qty(-2'000), price(30'000)), Cash::from_units(-60'000));
    const Instrument inverse = contract(Kind::perpetual, Settlement::inverse, 10);
    EXPECT_EQ(contract_value(inverse, qty(5'000), price(50'000)), Cash::from_units(-1));
    EXPECT_EQ(contract_value(inverse, qty(-5'000), price(50'000)), Cash::from_units(1));
    const Instrument coin_option = option(Settlement::inverse, OptionType::call, 30'000);
    EXPECT_EQ(contract_value(coin_option, qty(3), price(0.05)), *Cash::from_double(0.15));
}

TEST(ContractValue, AnInverseRoundTripEarnsTheDifferenceOfTheReciprocals) {
    const Instrument perpetual = contract(Kind::perpetual, Settlement::inverse, 10);
    Cash cash;
    cash -= contract_value(perpetual, qty(10'000), price(40'000));   // buy 100,000 USD
    cash -= contract_value(perpetual, qty(-10'000), price(50'000));  // sell them 25 % higher
    EXPECT_EQ(cash, *Cash::from_double(100'000 / 40'000.0 - 100'000 / 50'000.0));
    cash -= contract_value(perpetual, qty(7), price(43'210.5));
    cash -= contract_value(perpetual, qty(-7), price(43'210.5));
    EXPECT_EQ(cash, *Cash::from_double(0.5)) << "a round trip at one price leaves nothing behind";
}

TEST(SettlementValue, OptionsPayTheirExerciseValue) {
    const Instrument call = option(Settlement::inverse, OptionType::call, 40'000);
    EXPECT_EQ(settlement_value(call, qty(2), price(50'000)), *Cash::from_double(0.4));
    EXPECT_EQ(settlement_value(call, qty(-2), price(50'000)), *Cash::from_double(-0.4));
    EXPECT_EQ(settlement_value(call, qty(2), price(40'000)), Cash{});
    EXPECT_EQ(settlement_value(call, qty(2), price(30'000)), Cash{});
    const Instrument put = option(Settlement::linear, OptionType::put, 40'000);
    EXPECT_EQ(settlement_value(put, qty(3), price(39'000)), Cash::from_units(3'000));
    EXPECT_EQ(settlement_value(put, qty(3), price(41'000)), Cash{});
    EXPECT_EQ(settlement_value(put, qty(3), Price{}), Cash{}) << "no delivery price is no price";
}

TEST(SettlementValue, FuturesCloseAtTheDeliveryPrice) {
    const Instrument inverse = contract(Kind::future, Settlement::inverse, 10);
    Cash cash = -contract_value(inverse, qty(4'000), price(40'000));
    cash += settlement_value(inverse, qty(4'000), price(50'000));
    EXPECT_EQ(cash, *Cash::from_double(1.0 - 0.8));
    const Instrument linear = contract(Kind::future, Settlement::linear, 1);
    cash = -contract_value(linear, qty(-2), price(100));
    cash += settlement_value(linear, qty(-2), price(90));
    EXPECT_EQ(cash, Cash::from_units(20));
}

TEST(DefinitionFee, ByKindAndSettlement) {
    const Instrument inverse = contract(Kind::perpetual, Settlement::inverse, 10);
    EXPECT_EQ(definition_fee(inverse, qty(5'000), price(50'000), 0, true), *Cash::from_double(0.0005));
    EXPECT_EQ(definition_fee(inverse, qty(5'000), price(50'000), 0, false), *Cash::from_double(-0.0001));
    const Instrument linear = contract(Kind::perpetual, Settlement::linear, 1);
    EXPECT_EQ(definition_fee(linear, qty(2), price(1'000), 0, true), Cash::from_units(1));
    const Instrument coin_option = option(Settlement::inverse, OptionType::call, 1);
    EXPECT_EQ(definition_fee(coin_option, qty(2), price(0.05), 0, true), *Cash::from_double(0.0006));
    EXPECT_EQ(definition_fee(coin_option, qty(2), price(0.001), 0, true), *Cash::from_double(0.00025))
        << "at most an eighth of the value";
    const Instrument usd_option = option(Settlement::linear, OptionType::call, 1);
    EXPECT_EQ(definition_fee(usd_option, qty(1), price(500), 40'000, true), Cash::from_units(12));
    EXPECT_EQ(definition_fee(usd_option, qty(1), price(8), 40'000, true), Cash::from_units(1));
}

/// Homes 32 slots apart: many keys share one, and holes are made in the middle of their runs.
ExecKey key_of(std::uint64_t n) {
    const std::uint64_t mixed = hash64(&n, sizeof n);
    return {mixed | 1, mixed & ~0x1fULL};
}

TEST(ExecutionMemory, RemembersTheLastOnesExactly) {
    const auto memory = std::make_unique<ExecutionMemory>();
    std::set<std::uint64_t> known;
    std::deque<std::uint64_t> order;
    const std::uint64_t seed = 41;
    std::mt19937_64 random(seed);
    for (std::uint64_t step = 0; step < 600'000; ++step) {
        const std::uint64_t n = random() % 300'000;
        const bool fresh = known.count(n) == 0;
        ASSERT_EQ(memory->insert(key_of(n)), fresh) << "seed " << seed << " step " << step;
        if (!fresh) continue;
        known.insert(n);
        order.push_back(n);
        if (order.size() > ExecutionMemory::kCapacity) {
            known.erase(order.front());
            order.pop_front();
        }
    }
    EXPECT_GT(memory->inserted(), 2u * ExecutionMemory::kCapacity) << "the window must have wrapped";
    EXPECT_FALSE(memory->insert(key_of(order.front())));
    EXPECT_FALSE(memory->insert(key_of(order.back())));
}

TEST(ExecutionMemory, NumbersAreFoundWhileTheyAreHeld) {
    const auto memory = std::make_unique<ExecutionMemory>();
    EXPECT_EQ(memory->find(key_of(1)), 0u);
    EXPECT_FALSE(memory->holds(0));
    const std::uint64_t many = ExecutionMemory::kCapacity + 1'000;
    for (std::uint64_t n = 1; n <= many; ++n) {
        ASSERT_TRUE(memory->insert(key_of(n)));
        ASSERT_EQ(memory->find(key_of(n)), n);
    }
    for (std::uint64_t n = 1; n <= many; ++n) {
        const bool held = n > many - ExecutionMemory::kCapacity;
        ASSERT_EQ(memory->find(key_of(n)), held ? n : 0u);
        ASSERT_EQ(memory->holds(n), held);
    }
    EXPECT_EQ(ExecutionMemory::place(1), ExecutionMemory::place(1 + ExecutionMemory::kCapacity));
}

}  // namespace
}  // namespace hw
