// What the status and the report say of the account at the venue.
#include "deploy/runtime/reconciliation_report.h"

#include <gtest/gtest.h>

#include "tests/hedge/engine_fixture.h"

namespace hw::deploy {
namespace {

using namespace hedge::test;

class ReconciliationReport : public hedge::test::EngineTest {
  protected:
    nlohmann::ordered_json json() { return reconciliation_json(memory.state(), config); }
    std::string text() { return reconciliation_text(memory.state()); }
};

TEST_F(ReconciliationReport, NothingToSayBeforeTheFirstSnapshot) {
    config.reconcile = true;
    start();
    EXPECT_EQ(text(), "");
    const auto j = json();
    EXPECT_TRUE(j["last_snapshot"].is_null());
    EXPECT_TRUE(j["credits"].is_null());
    EXPECT_FALSE(j["session_up"]);
    EXPECT_FALSE(j["underlyings"]["BTC"]["reconciled"]);
    EXPECT_TRUE(j["underlyings"]["BTC"]["permit_withdrawn"]);
}

TEST_F(ReconciliationReport, BothSidesBreaksAndOrphans) {
    config.credits.capacity = 100;
    config.credits.refill_per_s = 1;
    config.credits.cancel_reserve = 5;
    start();
    account_session(true);
    fill(kLinear, Side::buy, 100, kReference);
    fill(kFuture, Side::buy, 7, kReference);
    EXPECT_EQ(text(), "");
    for (int n = 0; n < 2; ++n) {
        snapshot(SnapshotPhase::begin);
        venue_position(kLinear, 150);
        venue_position(kFuture, 7);
        venue_order(OrderId::make(9, 9, 9), 3);
        snapshot(SnapshotPhase::end);
    }
    const auto j = json();
    EXPECT_TRUE(j["session_up"]);
    EXPECT_EQ(j["last_snapshot"]["positions"], 2);
    EXPECT_EQ(j["last_snapshot"]["open_orders"], 1);
    EXPECT_EQ(j["snapshots"]["counted"], 2);
    EXPECT_EQ(j["positions"]["BTC-FUTURE"]["standing"], "agrees");
    EXPECT_EQ(j["positions"]["BTC_USDC-PERPETUAL"]["venue"], 150);
    ASSERT_EQ(j["breaks"].size(), 1u);
    EXPECT_EQ(j["breaks"]["BTC_USDC-PERPETUAL"]["ours"], 100);
    EXPECT_EQ(j["breaks"]["BTC_USDC-PERPETUAL"]["difference"], 50);
    ASSERT_EQ(j["orphans"].size(), 1u);
    EXPECT_EQ(j["orphans"][0]["instrument"], "BTC-PERPETUAL");
    EXPECT_EQ(j["orphans"][0]["leaves"], 3);
    EXPECT_NEAR(j["credits"]["left"].get<double>(), 50 - 3, 0.01) << "two questions and a cancel";
    EXPECT_EQ(text(),
              "account: 2 of 2 snapshots counted; BREAK BTC_USDC-PERPETUAL: ours 100, venue 150; 1 ORPHAN "
              "orders\n");
}

}  // namespace
}  // namespace hw::deploy
