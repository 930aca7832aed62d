// Positions that do not fit into the book.
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Capacity : public EngineTest {
  protected:
    /// Calls of as many expiries as there may be, one coin of each, and one more.
    void fill_all_expiries() {
        start();
        for (int n = 0; n <= static_cast<int>(kMaxExpiryGroups); ++n) {
            Instrument i = option("BTC-X" + std::to_string(n), Settlement::inverse, OptionType::call, 50'000);
            i.expiry = kExpiry + Nanos::from_seconds(n * 86'400);
            define(i);
        }
        std::vector<SmileSlice> slices;
        for (int n = 0; n < static_cast<int>(kMaxSlices); ++n)
            slices.push_back(flat_slice(kExpiry + Nanos::from_seconds(n * 86'400), Settlement::inverse, 0.6));
        surface(slices);
        for (int n = 0; n < static_cast<int>(kMaxExpiryGroups); ++n) position(of(n), 1, 0.01);
        EXPECT_FALSE(killed());
        position(of(static_cast<int>(kMaxExpiryGroups)), 1'000, 0.01);
    }
    static InstrumentId of(int n) { return InstrumentId{static_cast<std::uint32_t>(5 + n)}; }
    AlertCode known() {
        Exposure sum;
        return evaluate(memory.state(), config, kBtc, sum);
    }
};

TEST_F(Capacity, ABookWithAHoleIsNotHedgedAfterAResetEither) {
    fill_all_expiries();
    EXPECT_TRUE(killed());
    EXPECT_EQ(btc().left_out, 1u);
    command(CommandKind::reset);
    EXPECT_FALSE(killed());
    EXPECT_EQ(known(), AlertCode::book_incomplete);
    quote(kPerpetual, kReference * 1.1);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_EQ(btc().blocked_by, AlertCode::book_incomplete);
}

TEST_F(Capacity, WhatWasLeftOutComesInWhenThereIsRoom) {
    fill_all_expiries();
    // Changes of what has its place arrive there all the same.
    position(of(3), 7, 0.01);
    EXPECT_EQ(btc().left_out, 1u);
    EXPECT_EQ(memory.state().inventory.nodes(), kMaxExpiryGroups);
    position(of(3), 0, 0.01);
    EXPECT_EQ(btc().left_out, 0u);
    EXPECT_TRUE(memory.state().inventory.holds(of(static_cast<int>(kMaxExpiryGroups))));
    EXPECT_NE(known(), AlertCode::book_incomplete);
}

TEST_F(Capacity, WhatWasLeftOutMayAlsoGoItself) {
    fill_all_expiries();
    position(of(static_cast<int>(kMaxExpiryGroups)), 0, 0.01);
    EXPECT_EQ(btc().left_out, 0u);
    EXPECT_EQ(known(), AlertCode::none);
}

}  // namespace
}  // namespace hw::hedge::test
