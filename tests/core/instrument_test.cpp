// Definitions, the tick and lot grids, and the table against maps.
#include "core/instrument.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>

namespace hw {
namespace {

Instrument future(const std::string& symbol, std::uint64_t feed_id) {
    Instrument i{};
    i.symbol = *Symbol::from(symbol);
    i.base = *Currency::from("BTC");
    i.settle = *Currency::from("USDC");
    i.feed_id = feed_id;
    i.expiry = Nanos::from_seconds(2'000'000'000);
    i.contract_size = Qty::from_units(10);
    i.lot = Qty::from_units(1);
    i.tick = Price::from_units(1);
    i.kind = Kind::future;
    return i;
}

TEST(Definition, NamesWhatIsWrong) {
    EXPECT_TRUE(definition_error(future("F", 1)).empty());
    const auto broken = [](auto change) {
        Instrument i = future("F", 1);
        change(i);
        return std::string(definition_error(i));
    };
    EXPECT_EQ(broken([](Instrument& i) { i.symbol = {}; }), "no symbol");
    EXPECT_EQ(broken([](Instrument& i) { i.base = {}; }), "no base asset");
    EXPECT_EQ(broken([](Instrument& i) { i.kind = Kind{9}; }), "unknown kind");
    EXPECT_EQ(broken([](Instrument& i) { i.settlement = Settlement{9}; }), "unknown settlement");
    EXPECT_EQ(broken([](Instrument& i) { i.settle = {}; }), "quote-settled without a settlement currency");
    EXPECT_TRUE(broken([](Instrument& i) { i.settle = {}, i.settlement = Settlement::inverse; }).empty());
    EXPECT_EQ(broken([](Instrument& i) { i.contract_size = {}; }), "contract size is not positive");
    EXPECT_EQ(broken([](Instrument& i) { i.lot = Qty::from_units(-1); }), "lot is not positive");
    EXPECT_EQ(broken([](Instrument& i) { i.tick = {}; }), "tick is not positive");
    EXPECT_EQ(broken([](Instrument& i) { i.tick_threshold = Price::from_units(5); }),
              "upper tick is not positive");
    EXPECT_EQ(broken([](Instrument& i) { i.expiry = {}; }), "no expiry");
    EXPECT_EQ(broken([](Instrument& i) { i.kind = Kind::option; }), "option of no type");
    EXPECT_EQ(broken([](Instrument& i) { i.kind = Kind::option, i.option_type = OptionType::put; }),
              "strike is not positive");
    EXPECT_TRUE(broken([](Instrument& i) { i.kind = Kind::perpetual, i.expiry = {}; }).empty());
}

TEST(Grid, RoundsBothWaysOnBothSidesOfZero) {
    const Price tick = Price::from_nanos(5);
    const auto down = [&](std::int64_t n) { return round_down_to_tick(Price::from_nanos(n), tick).nanos(); };
    const auto up = [&](std::int64_t n) { return round_up_to_tick(Price::from_nanos(n), tick).nanos(); };
    EXPECT_EQ(down(12), 10);
    EXPECT_EQ(down(10), 10);
    EXPECT_EQ(down(-12), -15);
    EXPECT_EQ(up(12), 15);
    EXPECT_EQ(up(15), 15);
    EXPECT_EQ(up(-12), -10);
    EXPECT_EQ(truncate_to_lot(Qty::from_nanos(-12), Qty::from_nanos(5)).nanos(), -10);
    EXPECT_EQ(truncate_to_lot(Qty::from_nanos(12), Qty::from_nanos(5)).nanos(), 10);
}

TEST(Grid, TheUpperTickAppliesFromTheThreshold) {
    Instrument i = future("F", 1);
    i.tick_threshold = Price::from_units(100);
    i.tick_above = Price::from_units(5);
    EXPECT_EQ(i.tick_at(Price::from_units(99)), Price::from_units(1));
    EXPECT_EQ(i.tick_at(Price::from_units(100)), Price::from_units(5));
}

class Table : public testing::Test {
  protected:
    using AddResult = InstrumentTable::AddResult;
    AddResult add(const Instrument& i) { return table->add(i, &id); }
    std::unique_ptr<InstrumentTable> table = std::make_unique<InstrumentTable>();
    InstrumentId id = kNoInstrument;
};

TEST_F(Table, ReplacesTermsThatMayChangeAndKeepsTheUnderlying) {
    ASSERT_EQ(add(future("A", 1)), AddResult::added);
    EXPECT_EQ(index(id), 0u);
    (*table)[id].underlying = UnderlyingId{3};
    Instrument changed = future("A", 1);
    changed.taker_fee_nanos = 7;
    EXPECT_EQ(add(changed), AddResult::replaced);
    EXPECT_EQ(index(id), 0u);
    EXPECT_EQ((*table)[id].taker_fee_nanos, 7);
    EXPECT_EQ((*table)[id].underlying, UnderlyingId{3});
    EXPECT_EQ(table->size(), 1u);
}

TEST_F(Table, RelistsUnderANewId) {
    add(future("A", 1));
    Instrument relisted = future("A", 2);
    ASSERT_EQ(add(relisted), AddResult::added);
    EXPECT_EQ(index(id), 1u);
    EXPECT_EQ(table->find_symbol("A"), InstrumentId{1});
    EXPECT_EQ(table->find_feed_id(2), InstrumentId{1});
    relisted.contract_size = Qty::from_units(1);  // the same ids, another contract
    ASSERT_EQ(add(relisted), AddResult::added);
    EXPECT_EQ(table->find_symbol("A"), InstrumentId{2});
    EXPECT_EQ(table->find_feed_id(2), InstrumentId{2});
}

TEST_F(Table, AFeedIdBelongsToOneLiveSymbol) {
    add(future("A", 1));
    EXPECT_EQ(add(future("B", 1)), AddResult::conflict);
    EXPECT_EQ(table->find_symbol("B"), kNoInstrument);
    add(future("A", 2));  // A goes elsewhere: 1 is free again
    EXPECT_EQ(add(future("B", 1)), AddResult::added);
    EXPECT_EQ(table->find_feed_id(1), id);
    (*table)[table->find_symbol("A")].state = TradingState::settled;
    EXPECT_EQ(add(future("C", 2)), AddResult::added);
    EXPECT_EQ(table->find_feed_id(2), id);
}

TEST_F(Table, SaysWhenItIsFull) {
    for (std::uint32_t n = 0; n < InstrumentTable::kCapacity; ++n) {
        ASSERT_EQ(add(future("S" + std::to_string(n), n + 1)), AddResult::added);
    }
    EXPECT_EQ(add(future("ONE-MORE", 999'999)), AddResult::full);
    EXPECT_EQ(add(future("S5", 6)), AddResult::replaced);
    for (std::uint32_t n = 0; n < InstrumentTable::kCapacity; n += 97) {
        ASSERT_EQ(table->find_symbol("S" + std::to_string(n)), InstrumentId{n});
        ASSERT_EQ(table->find_feed_id(n + 1), InstrumentId{n});
    }
}

TEST_F(Table, AgreesWithMaps) {
    const std::uint64_t seed = 31;
    std::mt19937_64 random(seed);
    std::map<std::string, std::uint32_t> symbols;
    std::map<std::uint64_t, std::uint32_t> feeds;
    for (int step = 0; step < 20'000; ++step) {
        const std::string symbol = "S" + std::to_string(random() % 2'000);
        const std::uint64_t feed_id = random() % 4'000;
        const auto result = add(future(symbol, feed_id));
        if (result == AddResult::added) {
            symbols[symbol] = index(id);
            feeds[feed_id] = index(id);
        }
        const auto expected = symbols.find(symbol);
        ASSERT_EQ(table->find_symbol(symbol),
                  expected == symbols.end() ? kNoInstrument : InstrumentId{expected->second})
            << "seed " << seed << " step " << step;
        const std::uint64_t other = random() % 4'000;
        const auto feed = feeds.find(other);
        ASSERT_EQ(table->find_feed_id(other),
                  feed == feeds.end() ? kNoInstrument : InstrumentId{feed->second})
            << "seed " << seed << " step " << step;
    }
}

}  // namespace
}  // namespace hw
