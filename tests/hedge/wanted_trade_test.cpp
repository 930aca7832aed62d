// How much is traded, and in how many lots.
#include "hedge/policy/wanted_trade.h"

#include <gtest/gtest.h>

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

TEST(Policy, WantedTradeIsWhatIsCertain) {
    const Corridor corridor{2, 1, 1, false};
    EXPECT_EQ(wanted_trade(corridor, 0.5, {2.9, 3.1, 0}), 0);
    EXPECT_DOUBLE_EQ(wanted_trade(corridor, 0.5, {3.5, 4.0, 0}), -1.0);
    EXPECT_DOUBLE_EQ(wanted_trade(corridor, 0.5, {-1, 0.5, 0}), 1.0);
    EXPECT_EQ(wanted_trade(corridor, 0.5, {-5, 9, 0}), 0);
    EXPECT_EQ(wanted_trade(corridor, 0.5, {std::nan(""), std::nan(""), 0}), 0);
}

TEST(Policy, LotsNeverCrossTheFarEdge) {
    EXPECT_EQ(lots_for(-0.55, 0.1, qty(1), 0.05, 2.05), qty(-5));
    EXPECT_EQ(lots_for(0.55, 0.1, qty(1), 0.55, 2.05), qty(6)) << "five would end outside";
    EXPECT_EQ(lots_for(0.05, 0.1, qty(1), 0.05, 0.09), Qty{}) << "one lot would end beyond";
    EXPECT_EQ(lots_for(1, 0, qty(1), 1, 2), Qty{});
    EXPECT_EQ(lots_for(1, std::nan(""), qty(1), 1, 2), Qty{});
    EXPECT_EQ(lots_for(0, 0.1, qty(1), 0, 2), Qty{});
}

}  // namespace
}  // namespace hw::hedge::test
