// Gaps, duplicates, reordering and recovery, end to end through encoder, decoder, arbiter and recovery.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/net/feed_harness.h"
#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

class RecoveryTest : public ::testing::Test {
  protected:
    static FeedConfig config() {
        FeedConfig c;
        c.channels = {{"a", 0xef6f6f01, 6100, 6101}, {"b", 0xef6f6f02, 6100, 6101}};
        return c;
    }

    void send(const Venue& venue, const Venue::Bytes& bytes, bool snapshot) {
        now_ = now_ + Nanos::from_ms(1);
        feed_.on_datagram(venue.datagram(bytes, snapshot), now_);
        receiver_.flush();
    }
    /// A random update of book `i`, in a frame of its own; not sent.
    Venue::Bytes update(Venue& venue, std::size_t i, std::size_t levels = 3) {
        const wire::BookMsg m = venue.change(i, random_, levels);
        venue.start_events().add(m);
        return venue.bytes();
    }
    void send_update(Venue& venue, std::size_t i) { send(venue, update(venue, i), false); }
    Venue::Bytes snapshot(Venue& venue, std::size_t i) {
        auto& frame = venue.start_snapshots();
        frame.add(perpetual(venue.book(i).feed_id, "P" + std::to_string(venue.book(i).feed_id)));
        frame.add(venue.snapshot(i));
        return venue.bytes();
    }
    void send_snapshot(Venue& venue, std::size_t i) { send(venue, snapshot(venue, i), true); }
    /// So that the next update is not the first thing ever seen of the channel.
    void open_channel(Venue& venue) {
        venue.start_events().add(wire::RfqMsg{});
        send(venue, venue.bytes(), false);
    }
    void send_snapshots(Venue& venue) {
        for (std::size_t i = 0; i < venue.size(); ++i) send_snapshot(venue, i);
    }
    void define_and_start(Venue& venue) {
        open_channel(venue);
        send_snapshots(venue);
        for (std::size_t n = 0; n < 20; ++n) send_update(venue, n % venue.size());
    }
    bool trusted(Venue& venue, std::size_t i) { return receiver_.book(venue.book(i).feed_id).trusted; }
    void expect_equal(Venue& venue) {
        for (std::size_t i = 0; i < venue.size(); ++i) {
            ASSERT_TRUE(trusted(venue, i)) << "book " << i;
            ASSERT_EQ(receiver_.book(venue.book(i).feed_id).book, venue.book(i).expected()) << "book " << i;
        }
    }
    void later(Nanos duration) { now_ = now_ + duration; }

    std::mt19937_64 random_{fuzz_seed()};
    Receiver receiver_;
    DeribitFeed<Receiver> feed_{config(), *receiver_.table, receiver_};
    Venue a_{1, {11, 12, 13}};
    Venue b_{2, {21, 22}};
    Nanos now_ = Nanos::from_seconds(1'700'000'000);
};

TEST_F(RecoveryTest, ABookIsTrustedFromItsFirstSnapshotAndFollowsItsUpdates) {
    open_channel(a_);
    send_snapshot(a_, 0);
    EXPECT_TRUE(trusted(a_, 0));
    for (int n = 0; n < 100; ++n) send_update(a_, 0);
    EXPECT_EQ(receiver_.book(11).book, a_.book(0).expected());
    EXPECT_FALSE(receiver_.book(11).partial);
    EXPECT_EQ(feed_.counters().lines.gaps, 0u);
    EXPECT_EQ(feed_.counters().recovery.change_id_gaps, 0u);
}

TEST_F(RecoveryTest, UpdatesBeforeTheFirstSnapshotAreKeptAndApplied) {
    open_channel(a_);
    a_.start_snapshots().add(perpetual(11, "P11"));
    send(a_, a_.bytes(), true);
    send_update(a_, 0);
    const Venue::Bytes old_snapshot = snapshot(a_, 0);
    for (int n = 0; n < 5; ++n) send_update(a_, 0);
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(receiver_.count(EventType::book_level), 0u);
    EXPECT_TRUE(receiver_.book(11).lost.empty()) << "what was never trusted cannot lose trust";
    send(a_, old_snapshot, true);
    EXPECT_TRUE(trusted(a_, 0));
    EXPECT_EQ(receiver_.book(11).book, a_.book(0).expected());
    send_update(a_, 0);
    EXPECT_EQ(receiver_.book(11).book, a_.book(0).expected());
}

TEST_F(RecoveryTest, AChannelGapConcernsOnlyTheBooksOfThatChannel) {
    define_and_start(a_);
    define_and_start(b_);
    update(a_, 0);  // lost
    a_.start_events().add(wire::RfqMsg{});
    send(a_, a_.bytes(), false);
    for (std::size_t i = 0; i < a_.size(); ++i) EXPECT_FALSE(trusted(a_, i));
    for (std::size_t i = 0; i < b_.size(); ++i) EXPECT_TRUE(trusted(b_, i));
    const LineState& line = receiver_.last(EventType::line_state).payload.line_state;
    EXPECT_EQ(line.channel, 1u);
    EXPECT_EQ(line.status, LineStatus::gap);
    EXPECT_EQ(line.lost, 1u);
    EXPECT_EQ(receiver_.book(11).lost.back(), TrustReason::channel_gap);
    expect_equal(b_);
}

TEST_F(RecoveryTest, AfterAGapSnapshotsBringTheBooksBack) {
    define_and_start(a_);
    update(a_, 0);  // lost
    a_.start_events().add(wire::RfqMsg{});
    send(a_, a_.bytes(), false);
    send_update(a_, 0);
    send_update(a_, 0);
    EXPECT_FALSE(trusted(a_, 0));
    later(BookRecovery::kSnapshotLag);
    send_snapshots(a_);
    expect_equal(a_);
    EXPECT_EQ(receiver_.last(EventType::line_state).payload.line_state.status, LineStatus::recovered);
    send_update(a_, 0);
    expect_equal(a_);
}

TEST_F(RecoveryTest, ASnapshotFromRightAfterTheGapProvesNothingForAQuietBook) {
    define_and_start(a_);
    const Venue::Bytes on_its_way = snapshot(a_, 1);
    update(a_, 1);  // lost
    a_.start_events().add(wire::RfqMsg{});
    send(a_, a_.bytes(), false);
    send(a_, on_its_way, true);
    EXPECT_FALSE(trusted(a_, 1)) << "the snapshot is older than what was lost";
    later(BookRecovery::kSnapshotLag);
    send_snapshot(a_, 1);
    EXPECT_TRUE(trusted(a_, 1));
    EXPECT_EQ(receiver_.book(12).book, a_.book(1).expected());
}

TEST_F(RecoveryTest, AnUpdateThatFollowsWhatWeHoldProvesTheBookWhole) {
    define_and_start(a_);
    update(a_, 0);  // lost
    a_.start_events().add(wire::RfqMsg{});
    send(a_, a_.bytes(), false);
    EXPECT_FALSE(trusted(a_, 1));
    send_update(a_, 1);
    EXPECT_TRUE(trusted(a_, 1));
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(receiver_.book(12).book, a_.book(1).expected());
    EXPECT_EQ(feed_.counters().recovery.books_proven, 1u);
}

TEST_F(RecoveryTest, AChangeIdGapConcernsOnlyThatBook) {
    define_and_start(a_);
    a_.change(0, random_, 2);  // never sent, without a missing packet
    send_update(a_, 0);
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(receiver_.book(11).lost.back(), TrustReason::change_id_gap);
    EXPECT_TRUE(trusted(a_, 1));
    EXPECT_TRUE(trusted(a_, 2));
    send_update(a_, 0);
    send_snapshot(a_, 0);
    expect_equal(a_);
    EXPECT_EQ(feed_.counters().recovery.change_id_gaps, 1u);
}

TEST_F(RecoveryTest, ASnapshotOlderThanTheGapDoesNotHelp) {
    define_and_start(a_);
    const Venue::Bytes old = snapshot(a_, 0);
    a_.change(0, random_, 2);
    send_update(a_, 0);
    send(a_, old, true);
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(feed_.counters().recovery.snapshots_too_old, 1u);
    send_update(a_, 0);
    send_snapshot(a_, 0);
    expect_equal(a_);
}

TEST_F(RecoveryTest, DuplicatesAndReorderedPacketsAreDroppedAndCounted) {
    define_and_start(a_);
    const auto first = update(a_, 0);
    const auto second = update(a_, 1);
    send(a_, first, false);
    send(a_, first, false);
    send(a_, second, false);
    send(a_, first, false);
    expect_equal(a_);
    EXPECT_EQ(feed_.counters().lines.duplicates, 2u);
    const auto third = update(a_, 0);
    const auto fourth = update(a_, 1);
    send(a_, fourth, false);  // overtook the third
    send(a_, third, false);
    EXPECT_EQ(feed_.counters().lines.late, 1u);
    EXPECT_EQ(feed_.counters().lines.gaps, 1u);
    EXPECT_FALSE(trusted(a_, 0));
    later(BookRecovery::kSnapshotLag);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(RecoveryTest, ASnapshotOfSeveralMessagesCountsWhenItIsWhole) {
    for (int n = 0; n < 30; ++n) a_.change(0, random_, 10);
    wire::SnapshotMsg whole = a_.snapshot(0);
    ASSERT_GT(whole.levels.size(), 4u);
    a_.start_snapshots().add(perpetual(11, "P11"));
    send(a_, a_.bytes(), true);
    wire::SnapshotMsg part = whole;
    part.is_last_in_book = false;
    part.levels.assign(whole.levels.begin(), whole.levels.begin() + 3);
    a_.start_snapshots().add(part);
    send(a_, a_.bytes(), true);
    EXPECT_FALSE(trusted(a_, 0));
    part.is_last_in_book = true;
    part.levels.assign(whole.levels.begin() + 3, whole.levels.end());
    a_.start_snapshots().add(part);
    send(a_, a_.bytes(), true);
    EXPECT_TRUE(trusted(a_, 0));
    EXPECT_EQ(receiver_.book(11).book, a_.book(0).expected());
}

TEST_F(RecoveryTest, TheRestOfASnapshotWhoseBeginningWasLostIsNotUsed) {
    for (int n = 0; n < 30; ++n) a_.change(0, random_, 10);
    a_.start_snapshots().add(perpetual(11, "P11"));
    send(a_, a_.bytes(), true);
    wire::SnapshotMsg rest = a_.snapshot(0);
    a_.snapshot_sequence() += 1;  // the first part
    rest.levels.resize(2);
    a_.start_snapshots().add(rest);
    send(a_, a_.bytes(), true);
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_GE(feed_.counters().snapshots_abandoned, 1u);
    send_snapshot(a_, 0);
    EXPECT_TRUE(trusted(a_, 0));
    EXPECT_EQ(receiver_.book(11).book, a_.book(0).expected());
}

TEST_F(RecoveryTest, ASnapshotThatTheVenueCallsIncompleteIsNotUsed) {
    auto& frame = a_.start_snapshots();
    frame.add(perpetual(11, "P11"));
    wire::SnapshotMsg m = a_.snapshot(0);
    m.is_book_complete = false;
    frame.add(m);
    send(a_, a_.bytes(), true);
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(feed_.counters().snapshots_incomplete, 1u);
}

TEST_F(RecoveryTest, AnUpdateSplitOverMessagesIsAppliedAtItsEnd) {
    define_and_start(a_);
    const TwoSides before = a_.book(0).expected();
    wire::BookMsg whole = a_.change(0, random_, 8);
    while (whole.changes.size() < 2) whole = a_.change(0, random_, 8);
    ASSERT_GE(whole.changes.size(), 2u);
    if (a_.book(0).change_id != whole.change_id) FAIL();
    wire::BookMsg first = whole;
    wire::BookMsg second = whole;
    first.is_last = false;
    first.changes.resize(1);
    second.changes.erase(second.changes.begin());
    a_.start_events().add(first);
    send(a_, a_.bytes(), false);
    EXPECT_EQ(receiver_.book(11).book, before);
    EXPECT_TRUE(trusted(a_, 0));
    a_.start_events().add(second);
    send(a_, a_.bytes(), false);
    expect_equal(a_);
    EXPECT_FALSE(receiver_.book(11).partial);
    send_update(a_, 0);
    expect_equal(a_);
}

TEST_F(RecoveryTest, ASplitUpdateMayEndWithAnEmptyPart) {
    define_and_start(a_);
    wire::BookMsg first = a_.change(0, random_, 1);
    wire::BookMsg end = first;
    first.is_last = false;
    end.changes.clear();
    a_.start_events().add(first);
    send(a_, a_.bytes(), false);
    a_.start_events().add(end);
    send(a_, a_.bytes(), false);
    expect_equal(a_);
    EXPECT_FALSE(receiver_.book(11).partial);
}

TEST_F(RecoveryTest, TheRestOfASplitUpdateWhoseBeginningWasLostIsNotUsed) {
    define_and_start(a_);
    wire::BookMsg rest = a_.change(0, random_, 6);
    a_.event_sequence() += 1;  // the first part
    rest.changes.resize(1);
    a_.start_events().add(rest);
    send(a_, a_.bytes(), false);
    EXPECT_FALSE(trusted(a_, 0));
    send_update(a_, 0);
    EXPECT_FALSE(trusted(a_, 0));
    later(BookRecovery::kSnapshotLag);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(RecoveryTest, TheFirstUpdateEverSeenOfAChannelMayBeARest) {
    send_snapshot(a_, 0);
    wire::BookMsg rest = a_.change(0, random_, 6);
    rest.changes.resize(1);
    a_.start_events().add(rest);
    send(a_, a_.bytes(), false);
    EXPECT_FALSE(trusted(a_, 0));
    later(BookRecovery::kSnapshotLag);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(RecoveryTest, ALostEndOfASplitUpdateIsNotMadeUpByTheNextOne) {
    define_and_start(a_);
    wire::BookMsg first = a_.change(0, random_, 6);
    first.is_last = false;
    a_.start_events().add(first);
    send(a_, a_.bytes(), false);
    a_.event_sequence() += 1;  // the last part
    a_.start_events().add(wire::RfqMsg{});
    send(a_, a_.bytes(), false);
    send_update(a_, 0);
    EXPECT_FALSE(trusted(a_, 0));
    later(BookRecovery::kSnapshotLag);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(RecoveryTest, AValueThatDoesNotConvertTakesTheTrustOfItsBook) {
    define_and_start(a_);
    wire::BookMsg bad = a_.change(0, random_, 2);
    bad.changes.push_back({wire::WireSide::bid, wire::WireChange::added, wire::null_double(), 10.0});
    a_.start_events().add(bad);
    send(a_, a_.bytes(), false);
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(receiver_.book(11).lost.back(), TrustReason::malformed);
    EXPECT_TRUE(trusted(a_, 1));
    EXPECT_EQ(feed_.counters().bad_levels, 1u);
    later(BookRecovery::kSnapshotLag);
    send_snapshot(a_, 0);
    expect_equal(a_);
}

TEST_F(RecoveryTest, ADamagedFrameCountsAsLost) {
    define_and_start(a_);
    define_and_start(b_);
    auto bytes = update(a_, 0);
    bytes.resize(bytes.size() - 3);
    send(a_, bytes, false);
    for (std::size_t i = 0; i < a_.size(); ++i) {
        EXPECT_FALSE(trusted(a_, i));
        EXPECT_EQ(receiver_.book(a_.book(i).feed_id).lost.back(), TrustReason::malformed);
    }
    expect_equal(b_);
    later(BookRecovery::kSnapshotLag);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(RecoveryTest, ASnapshotAheadOfItsUpdatesIsTakenAtOnce) {
    define_and_start(a_);
    const auto first = update(a_, 0);
    const auto second = update(a_, 0);
    send_snapshot(a_, 0);
    expect_equal(a_);
    send(a_, first, false);
    send(a_, second, false);
    expect_equal(a_);
    EXPECT_EQ(feed_.counters().recovery.snapshots_ahead, 1u);
    EXPECT_EQ(feed_.counters().recovery.stale_updates, 2u);
    send_update(a_, 0);
    expect_equal(a_);
}

TEST_F(RecoveryTest, AVenueThatStartsAgainIsFollowed) {
    define_and_start(a_);
    a_.event_sequence() = 1'000'000;
    for (std::size_t i = 0; i < a_.size(); ++i) a_.book(i) = {a_.book(i).feed_id, 5, {}, {}};
    send_update(a_, 0);
    EXPECT_EQ(feed_.counters().lines.gaps, 1u);  // ahead: a gap, however large
    a_.event_sequence() = 1;
    for (std::size_t i = 0; i < a_.size(); ++i) a_.book(i) = {a_.book(i).feed_id, 5, {}, {}};
    send_update(a_, 0);
    EXPECT_EQ(feed_.counters().lines.resets, 1u);
    later(BookRecovery::kSnapshotLag);
    send_snapshots(a_);
    send_update(a_, 1);
    expect_equal(a_);
}

TEST_F(RecoveryTest, SilenceTakesTheTrustAndTheNextPacketGivesItBack) {
    define_and_start(a_);
    define_and_start(b_);
    feed_.on_time(now_);
    later(Nanos::from_ms(1500));
    send_update(b_, 0);
    later(Nanos::from_ms(1000));
    feed_.on_time(now_);
    receiver_.flush();
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(receiver_.book(11).lost.back(), TrustReason::line_silent);
    EXPECT_EQ(receiver_.last(EventType::book_trust).header.instrument, receiver_.table->find_feed_id(13));
    expect_equal(b_);
    EXPECT_EQ(feed_.counters().lines.silences, 1u);
    send_update(a_, 0);
    EXPECT_EQ(receiver_.count(EventType::line_state), 2u);
    EXPECT_EQ(receiver_.last(EventType::line_state).payload.line_state.status, LineStatus::up);
    expect_equal(a_);
}

TEST_F(RecoveryTest, AConfiguredChannelThatIsNeverHeardIsSilent) {
    define_and_start(a_);
    feed_.on_time(now_);
    later(Nanos::from_ms(1000));
    send_update(a_, 0);
    later(Nanos::from_ms(1500));
    feed_.on_time(now_);
    feed_.on_time(now_ + Nanos::from_seconds(1));
    receiver_.flush();
    std::size_t silent_b = 0;
    for (const Event& e : receiver_.events) {
        if (e.header.type == EventType::line_state && e.payload.line_state.channel == 2) ++silent_b;
    }
    EXPECT_EQ(silent_b, 1u);
}

TEST_F(RecoveryTest, ADistrustedBookComesBackWithTheNextSnapshot) {
    define_and_start(a_);
    feed_.distrust(receiver_.table->find_feed_id(11), now_);
    receiver_.flush();
    EXPECT_FALSE(trusted(a_, 0));
    send_update(a_, 0);
    EXPECT_FALSE(trusted(a_, 0)) << "the receiver's book is wrong, whatever the change ids say";
    send_snapshot(a_, 0);
    expect_equal(a_);
}

TEST(RecoveryOverflow, ABookWhoseUpdatesDoNotFitStartsItsRecoveryAnew) {
    std::mt19937_64 random(fuzz_seed());
    Receiver receiver;
    FeedConfig config;
    config.recovery_buffer = 4;  // 16 levels
    DeribitFeed<Receiver> feed(config, *receiver.table, receiver);
    Venue venue(1, {11});
    Nanos now = Nanos::from_seconds(1);
    const auto send = [&](bool snapshot) {
        now = now + Nanos::from_ms(1);
        const auto bytes = venue.bytes();
        feed.on_datagram(venue.datagram(bytes, snapshot), now);
        receiver.flush();
    };
    venue.start_snapshots().add(perpetual(11, "P11"));
    send(true);
    wire::SnapshotMsg early = venue.snapshot(0);
    for (int n = 0; n < 100; ++n) {
        venue.start_events().add(venue.change(0, random, 1));
        send(false);
    }
    EXPECT_GT(feed.counters().recovery.overflows, 0u);
    auto& frame = venue.start_snapshots();
    frame.add(wire::RfqMsg{});
    frame.add(early);
    send(true);
    EXPECT_FALSE(receiver.book(11).trusted) << "the updates after that snapshot were thrown away";
    venue.start_snapshots().add(venue.snapshot(0));
    send(true);
    EXPECT_TRUE(receiver.book(11).trusted);
    EXPECT_EQ(receiver.book(11).book, venue.book(0).expected());
}

}  // namespace
}  // namespace hw::net
