// What a contract is to the order gateway and to the feed: a difference stops the hedging.
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class ContractCheck : public EngineTest {
  protected:
    const std::vector<Action>& terms(InstrumentId id, double size) {
        Event e = make(EventType::contract_terms, id);
        e.payload.contract_terms.contract_size = qty(size);
        return step(e);
    }
};

TEST_F(ContractCheck, TheSameSizeIsNothing) {
    start();
    terms(kPerpetual, 10);
    EXPECT_EQ(alerts(AlertCode::contract_mismatch), 0u);
    EXPECT_EQ(orders_in(gain_delta(5)).size(), 1u);
}

TEST_F(ContractCheck, AnotherSizeOfTheHedgeInstrumentStopsTheHedgingForGood) {
    start();
    terms(kPerpetual, 1);
    ASSERT_EQ(alerts(AlertCode::contract_mismatch), 1u);
    EXPECT_EQ(last.front().payload.alert.value, 1);
    EXPECT_EQ(last.front().payload.alert.limit, 10);
    EXPECT_TRUE(btc().permit_withdrawn);
    EXPECT_TRUE(orders_in(gain_delta(5)).empty());
    terms(kPerpetual, 10);
    terms(kPerpetual, 1);
    timer(Nanos::from_seconds(5));
    EXPECT_TRUE(orders_in(all).empty()) << "which of the two was right is not for us to say";
    EXPECT_EQ(alerts(all, AlertCode::contract_mismatch), 1u) << "said once";
    EXPECT_EQ(btc().blocked_by, AlertCode::contract_mismatch);
    run_started(2);
    EXPECT_FALSE(btc().contract_mismatch) << "the next run is told anew";
}

TEST_F(ContractCheck, OfOthersOnlyWhatIsHeldMatters) {
    start();
    terms(kLinear, 0.01);
    terms(kFuture, 1);
    EXPECT_EQ(alerts(all, AlertCode::contract_mismatch), 0u);
    fill(kFuture, Side::buy, 1, kReference);
    terms(kFuture, 1);
    EXPECT_EQ(alerts(AlertCode::contract_mismatch), 1u);
}

TEST_F(ContractCheck, WhatTheVenueHoldsAndWeDoNotYetMatters) {
    start();
    account_session(true);
    snapshot(SnapshotPhase::begin);
    venue_position(kFuture, 5);
    terms(kFuture, 1);
    EXPECT_EQ(alerts(AlertCode::contract_mismatch), 1u);
}

TEST_F(ContractCheck, AGatewayThatDoesNotTellIsAWarning) {
    start();
    account_session(true);
    snapshot(SnapshotPhase::begin);
    Event e = make(EventType::account_snapshot);
    e.payload.account_snapshot.id = snapshot_id;
    e.payload.account_snapshot.phase = SnapshotPhase::end;
    e.payload.account_snapshot.contracts = ContractList::not_told;
    EXPECT_EQ(alerts(step(e), AlertCode::contracts_unchecked), 1u);
    EXPECT_EQ(memory.state().account.counted, 1u) << "and the snapshot counts";
    EXPECT_EQ(orders_in(gain_delta(5)).size(), 1u);
}

}  // namespace
}  // namespace hw::hedge::test
