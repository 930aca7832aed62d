// Instruments that trade inside every snapshot: adopted and compared all the same, once it can be told.
#include "hedge/unfenced.h"

#include <random>

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Unfenced : public EngineTest {
  protected:
    void start_both(bool reconcile) {
        config.reconcile = reconcile;
        start();
        account_session(true);
    }
    double ours() { return line(kLinear).qty.to_double(); }
    /// A snapshot with these fills in it, of which the venue's figure has the first `seen`; the venue has
    /// `more` that we do not have.
    const std::vector<Action>& trading_snapshot(const std::vector<double>& fills, std::size_t seen,
                                                double more) {
        double told = ours() + more;
        for (std::size_t n = 0; n < seen; ++n) told += fills[n];
        snapshot(SnapshotPhase::begin);
        for (const double f : fills) fill(kLinear, f > 0 ? Side::buy : Side::sell, std::abs(f), kReference);
        venue_position(kLinear, told);
        return snapshot(SnapshotPhase::end);
    }
    bool waiting() { return btc().unadopted != 0; }
    const VenuePosition& venue() { return memory.state().venue_positions[index(kLinear)]; }
};

TEST_F(Unfenced, APositionThatIsOursAlreadyIsAdoptedAfterThreeSnapshots) {
    start_both(true);
    position(kLinear, 500, kReference);
    trading_snapshot({10}, 1, 0);
    EXPECT_TRUE(waiting()) << "the venue may have had ten more, and looked before the fill";
    EXPECT_EQ(memory.state().account.waiting, 1u);
    trading_snapshot({10}, 1, 0);
    EXPECT_TRUE(waiting());
    trading_snapshot({10}, 1, 0);
    EXPECT_FALSE(waiting());
    EXPECT_TRUE(btc().reconciled);
    EXPECT_EQ(memory.state().account.waiting, 0u);
    EXPECT_EQ(ours(), 530);
    EXPECT_EQ(alerts(AlertCode::position_adopted), 0u);
}

TEST_F(Unfenced, WhatTheVenueHasMoreOfIsAdoptedWhenOnlyOneDifferenceIsLeft) {
    start_both(true);
    trading_snapshot({10}, 1, 5'000);  // 5,000 more, or 5,010 and before the fill
    EXPECT_TRUE(waiting());
    trading_snapshot({10, 10}, 2, 5'000);
    EXPECT_TRUE(waiting()) << "neither can be told from the other";
    trading_snapshot({-7}, 1, 5'000);
    EXPECT_FALSE(waiting());
    EXPECT_EQ(ours(), 10 + 20 - 7 + 5'000);
    EXPECT_EQ(alerts(AlertCode::position_adopted), 1u);
}

TEST_F(Unfenced, TheDifferenceOfAFencedSnapshotNeedsNoOther) {
    start_both(true);
    trading_snapshot({10}, 0, 100);
    EXPECT_TRUE(waiting());
    whole_snapshot({{kLinear, 110}});
    EXPECT_FALSE(waiting());
    EXPECT_EQ(ours(), 110);
}

TEST_F(Unfenced, ABreakIsFoundAndGoes) {
    start_both(false);
    position(kLinear, 500, kReference);
    const auto trade_both_ways = [&](double more) {
        trading_snapshot({10, 3}, 1, more);
        trading_snapshot({-4, 2}, 0, more);
        trading_snapshot({6}, 1, more);
    };
    trade_both_ways(0);
    EXPECT_EQ(venue().standing, Standing::agrees);
    trade_both_ways(250);
    trade_both_ways(250);
    EXPECT_EQ(venue().standing, Standing::broken);
    EXPECT_EQ(venue().difference, qty(250));
    EXPECT_EQ(btc().breaks, 1u);
    trade_both_ways(0);
    trade_both_ways(0);
    EXPECT_EQ(btc().breaks, 0u);
}

TEST_F(Unfenced, MoreMovesThanThereIsRoomForTellNothing) {
    start_both(true);
    position(kLinear, 500, kReference);
    const std::vector<double> many(300, 1.0);
    for (int n = 0; n < 5; ++n) trading_snapshot(many, 300, 0);
    EXPECT_TRUE(waiting());
    for (int n = 0; n < 5; ++n) trading_snapshot(std::vector<double>(9, 1.0), 9, 0);
    EXPECT_TRUE(waiting()) << "ten positions, and room for eight differences";
    EXPECT_EQ(memory.state().account.unfenced.narrowed_count, 0u);
    for (int n = 0; n < 3; ++n) trading_snapshot({1, 1}, 1, 0);
    EXPECT_FALSE(waiting());
}

TEST_F(Unfenced, ANewRunBeginsAnew) {
    start_both(true);
    position(kLinear, 500, kReference);
    trading_snapshot({10}, 1, 0);
    trading_snapshot({10}, 1, 0);
    run_started(2);
    definitions_complete();
    session(true);
    account_session(true);
    trading_snapshot({10}, 1, 0);
    EXPECT_TRUE(waiting());
}

/// The venue looks at some moment of each snapshot, every one of which has fills in it: it always ends, never
/// with another difference than the true one, unless that looks like none.
TEST_F(Unfenced, WhateverTheFillsTheTrueDifferenceIsTheOneThatIsAdopted) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    start_both(true);
    std::uint16_t epoch = 1;
    for (int day = 0; day < 300; ++day) {
        run_started(++epoch);
        definitions_complete();
        session(true);
        account_session(true);
        const double more = below(2) == 0 ? 0 : 1'000 + static_cast<double>(below(1'000));
        double traded = ours();
        int snapshots = 0;
        do {
            std::vector<double> fills;
            for (std::uint64_t n = 1 + below(4); n > 0; --n)
                fills.push_back((below(2) == 0 ? 1.0 : -1.0) * static_cast<double>(1 + below(20)));
            for (const double f : fills) traded += f;
            trading_snapshot(fills, below(fills.size() + 1), more);
        } while (waiting() && ++snapshots < 60);
        ASSERT_FALSE(waiting()) << "day " << day;
        ASSERT_NEAR(ours(), traded + more, 1e-6) << "day " << day;
        ASSERT_FALSE(killed());
    }
}

}  // namespace
}  // namespace hw::hedge::test
