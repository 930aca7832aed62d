// Profit explained across what the venue changes: trades taken back, and positions that begin as it has them.
#include "tests/hedge/explain_fixture.h"

namespace hw::hedge::test {
namespace {

using ExplainAccount = Explained;

TEST_F(ExplainAccount, ATradeThatIsTakenBackLeavesNothing) {
    begin();
    mark(kLinear, 50'000);
    const Event e = execution(kLinear, Side::buy, 1'000, 49'900);
    see(e);
    mark(kLinear, 50'100);
    Event bust = execution(kLinear, Side::buy, 1'000, 49'900);
    bust.payload.execution.change = TradeChange::bust;
    bust.payload.execution.ref = e.payload.execution.key;
    see(bust);
    mark(kLinear, 50'300);
    const Explanation& x = finish();
    EXPECT_EQ(x.quote.total, Cash{});
    EXPECT_EQ(sum(x.quote), x.quote.total);
}

TEST_F(ExplainAccount, AnAdoptedPositionCountsFromThereOn) {
    config.reconcile = true;
    begin();
    mark(kLinear, 50'000);
    Event e = make(EventType::account_snapshot);
    e.payload.account_snapshot.id = 1;
    see(e);
    Event p = make(EventType::position, kLinear);
    p.payload.position.qty = qty(2'000);
    p.payload.position.average_price = price(40'000);
    p.payload.position.source = 1;
    see(p);
    e.payload.account_snapshot.phase = SnapshotPhase::end;
    e.payload.account_snapshot.positions = 1;
    see(e);
    ASSERT_EQ(line(kLinear).qty, qty(2'000));
    mark(kLinear, 50'100);
    const Explanation& x = finish();
    EXPECT_EQ(x.quote.total, Cash::from_units(200)) << "what was earned before is not this run's";
    EXPECT_EQ(sum(x.quote), x.quote.total);
}

}  // namespace
}  // namespace hw::hedge::test
