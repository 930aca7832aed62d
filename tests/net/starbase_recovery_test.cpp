// Losses on a Starbase channel: held packets, damaged ones, snapshots, silence, and the other line.
#include <gtest/gtest.h>

#include "tests/net/starbase_fixture.h"

namespace hw::net {
namespace {

using starbase::Fate;

TEST_F(StarbaseRecoveryTest, MessagesBeforeTheFirstSnapshotAreKeptAndApplied) {
    send(a_, a_.heartbeat());
    // Definitions first, so that messages can be kept.
    for (std::size_t i = 0; i < a_.size(); ++i) send(a_, a_.one(starbase_perpetual(a_.book(i).instrument)));
    for (int n = 0; n < 10; ++n) send_update(a_);
    const auto old = a_.snapshot(0);
    for (int n = 0; n < 10; ++n) send_update(a_);
    EXPECT_EQ(receiver_.count(EventType::book_level), 0u);
    deliver(a_.snapshot_event(old));
    EXPECT_TRUE(trusted(a_, 0));
    EXPECT_EQ(seen(a_, 0), a_.book(0).expected());
    EXPECT_FALSE(trusted(a_, 1));
    send_snapshots(a_);
    send_update(a_);
    expect_equal(a_);
    EXPECT_EQ(feed_.counters().books.orders_unknown, 0u);
}

TEST_F(StarbaseRecoveryTest, ASnapshotThatIsOlderThanAMessageOfAnUndefinedBookIsNotEnough) {
    send(a_, a_.heartbeat());
    const auto old = a_.snapshot(0);
    send(a_, a_.one(a_.put(0, true, 100 * kNano, 50)));
    deliver(a_.snapshot_event(old));
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(feed_.counters().books.snapshots_too_old, 1u);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ASnapshotInFrontOfItsChannelIsNotAppliedTwice) {
    send(a_, a_.heartbeat());
    const auto ahead = a_.transaction(random_, 6);
    send_snapshots(a_);
    EXPECT_TRUE(trusted(a_, 0));
    send(a_, ahead);
    for (int n = 0; n < 10; ++n) send_update(a_);
    expect_equal(a_);
    EXPECT_GT(feed_.counters().books.stale_orders, 0u);
    EXPECT_EQ(feed_.counters().channels.gaps, 0u);
}

TEST_F(StarbaseRecoveryTest, ADamagedPacketsSoundPartIsAppliedAndTheRestAskedFor) {
    start(a_);
    a_.start();
    a_.add(a_.put(0, true, 20'000 * kNano, 50));
    a_.add(a_.put(0, true, 20'001 * kNano, 50));
    a_.add(a_.put(1, true, 20'001 * kNano, 50));
    auto bytes = a_.bytes();
    bytes.resize(bytes.size() - 60);
    send(a_, bytes);
    expect_untrusted(a_);
    EXPECT_EQ(feed_.counters().decode.malformed_total(), 1u);
    turn();
    const SentRequest r = request();
    EXPECT_EQ(r.begin, a_.sequence() - 2);
    EXPECT_EQ(r.count, 2u);
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, FailOverToLineBIsToldAndIsNoOutage) {
    start(a_);
    const std::size_t trust_changes = receiver_.count(EventType::book_trust);
    later(Nanos::from_ms(60));
    for (int n = 0; n < 20; ++n) send_update(a_, true);
    expect_equal(a_);
    EXPECT_EQ(receiver_.count(EventType::book_trust), trust_changes);
    EXPECT_EQ(states(LineStatus::switched), 1u);
    EXPECT_EQ(states(LineStatus::gap), 0u);
    EXPECT_EQ(feed_.counters().channels.failovers, 1u);
    later(Nanos::from_ms(60));
    for (int n = 0; n < 20; ++n) send_update(a_, false);
    EXPECT_EQ(states(LineStatus::switched), 2u);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, LinesThatSendAtTheSameTimeAreOneSequenceAndNoFailOver) {
    start(a_);
    for (int n = 0; n < 50; ++n) {
        const auto bytes = a_.transaction(random_);
        const bool b_first = random_() % 2 == 0;
        if (random_() % 10 != 0) send(a_, bytes, b_first);
        send(a_, bytes, !b_first);
    }
    expect_equal(a_);
    EXPECT_EQ(states(LineStatus::switched), 0u);
    EXPECT_EQ(states(LineStatus::gap), 0u);
}

TEST_F(StarbaseRecoveryTest, WhatIsLostInAFailOverIsAskedFor) {
    start(a_);
    lose(a_);
    later(Nanos::from_ms(60));
    send_update(a_, true);
    EXPECT_EQ(states(LineStatus::switched), 1u);
    turn();
    const SentRequest r = request();
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
    // Snapshots go on on line B, too.
    const auto bytes = a_.snapshot(0);
    deliver(a_.snapshot_event(bytes, true));
    EXPECT_GT(feed_.counters().books.snapshot_checks, 0u);
    EXPECT_EQ(feed_.counters().books.snapshot_mismatches, 0u);
}

TEST_F(StarbaseRecoveryTest, ASilentChannelsBooksAreNotBelievedUntilItIsHeardAgain) {
    start(a_);
    start(b_);
    turn();
    const Nanos step = Nanos::from_ms(1'000);
    for (int n = 0; n < 14; ++n) {
        later(step);
        send(b_, b_.heartbeat());
        turn();
    }
    expect_untrusted(a_);
    EXPECT_EQ(receiver_.book(11).lost.back(), TrustReason::line_silent);
    expect_equal(b_);
    send(a_, a_.heartbeat());
    expect_equal(a_);
    EXPECT_EQ(states(LineStatus::up), 1u);
    // Those of the other two channels were never heard.
    EXPECT_EQ(feed_.counters().channels.silences, 3u);
}

TEST_F(StarbaseRecoveryTest, ASenderThatStartsAgainIsFollowedFromItsSnapshots) {
    start(a_);
    const auto old = a_.snapshot(0);
    a_.restart(1);
    send_update(a_);
    expect_untrusted(a_);
    EXPECT_EQ(feed_.counters().channels.resets, 1u);
    deliver(a_.snapshot_event(old));
    EXPECT_FALSE(trusted(a_, 0)) << "its numbers are of another life";
    later(Nanos::from_ms(1'000));
    send_snapshots(a_);
    expect_equal(a_);
    for (int n = 0; n < 10; ++n) send_update(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ASenderThatStartsAgainIsFoundOutEvenWhenItsClockIsWrong) {
    start(a_);
    a_.restart(1);
    a_.clock_ns() -= 1'000 * kNano;
    for (int n = 0; n < 300; ++n) send_update(a_);
    EXPECT_EQ(feed_.counters().channels.resets, 1u);
    later(Nanos::from_ms(1'000));
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, HeartbeatsMayNameTheLastMessageAsWellAsTheNext) {
    start(a_);
    for (int n = 0; n < 3; ++n) {
        later(Nanos::from_ms(5'000));
        a_.clock_ns() += 5 * kNano;
        sb::PacketEncoder p;
        p.start(a_.number(), a_.sequence() - 1, sb::kIncremental, a_.clock_ns());
        send(a_, {p.bytes().begin(), p.bytes().end()});
    }
    EXPECT_EQ(feed_.counters().channels.resets, 0u);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ABookThatTheEngineFoundImpossibleComesBackWithASnapshot) {
    start(a_);
    feed_.distrust(receiver_.table->find_feed_id(11), now_);
    receiver_.flush();
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_TRUE(trusted(a_, 1));
    for (int n = 0; n < 5; ++n) send_update(a_);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ASnapshotWithAMissingPartOrABadOrderIsNotUsed) {
    send(a_, a_.heartbeat());
    a_.put(0, true, 100 * kNano, 50);
    a_.begin_snapshot();
    auto& packet = a_.snapshot_packet();
    packet.add(sb::SnapshotHeaderMsg{11, 1'700'000'001 * kNano, a_.sequence() - 1});
    packet.add(starbase_perpetual(11));
    const auto head = a_.end_snapshot();
    a_.begin_snapshot();
    packet.add(sb::PutMsg{true, 1, 11, 50, 100 * kNano, 1});
    a_.end_snapshot();  // lost
    a_.begin_snapshot();
    packet.add(sb::SnapshotTrailerMsg{11, 1'700'000'001 * kNano, a_.sequence() - 1});
    const auto tail = a_.end_snapshot();
    deliver(a_.snapshot_event(head));
    deliver(a_.snapshot_event(tail));
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(feed_.counters().snapshots_abandoned, 1u);
    for (const std::int64_t quantity : {0LL, -5LL}) {
        a_.begin_snapshot();
        packet.add(sb::SnapshotHeaderMsg{11, 1'700'000'001 * kNano, a_.sequence() - 1});
        packet.add(sb::PutMsg{true, 1, 11, quantity, 100 * kNano, 1});
        packet.add(sb::SnapshotTrailerMsg{11, 1'700'000'001 * kNano, a_.sequence() - 1});
        deliver(a_.snapshot_event(a_.end_snapshot()));
        EXPECT_FALSE(trusted(a_, 0)) << quantity;
    }
    send_snapshots(a_);
    expect_equal(a_);
}

class StarbaseWithoutRetransmitter : public StarbaseRecoveryTest {
  protected:
    StarbaseWithoutRetransmitter() : StarbaseRecoveryTest(starbase_config(), false) {}
};

TEST_F(StarbaseWithoutRetransmitter, AGapWaitsALittleAndThenForSnapshots) {
    start(a_);
    start(b_);
    lose(a_);
    send_update(a_);
    turn();
    turn(Nanos::from_ms(4));
    EXPECT_EQ(feed_.counters().retransmit.given_up, 0u);
    turn(Nanos::from_ms(2));
    EXPECT_EQ(feed_.counters().retransmit.given_up, 1u);
    expect_untrusted(a_);
    expect_equal(b_);
    send_snapshots(a_);
    expect_equal(a_);
    EXPECT_EQ(feed_.counters().books.books_recovered, 3u);
}

TEST_F(StarbaseWithoutRetransmitter, AFullPoolOfKeptMessagesOnlyPutsABooksRecoveryOff) {
    StarbaseConfig config = starbase_config();
    config.recovery_buffer = 16;
    Receiver receiver;
    StarbaseFeed<Receiver> feed(config, *receiver.table, receiver);
    const auto to_feed = [&](const UdpDatagram& d) {
        later(Nanos::from_us(10));
        feed.on_datagram(d, now_);
        receiver.flush();
    };
    to_feed(a_.event(a_.heartbeat()));
    for (std::size_t i = 0; i < a_.size(); ++i)
        to_feed(a_.event(a_.one(starbase_perpetual(a_.book(i).instrument))));
    const auto old = a_.snapshot(0);
    for (int n = 0; n < 60; ++n) to_feed(a_.event(a_.transaction(random_)));
    EXPECT_GT(feed.counters().books.overflows, 0u);
    to_feed(a_.snapshot_event(old));
    EXPECT_FALSE(receiver.book(11).trusted);
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < a_.size(); ++i) to_feed(a_.snapshot_event(a_.snapshot(i)));
    }
    for (std::size_t i = 0; i < a_.size(); ++i) {
        const auto& seen = receiver.book(static_cast<std::uint32_t>(a_.book(i).instrument));
        EXPECT_TRUE(seen.trusted);
        EXPECT_EQ(seen.book, a_.book(i).expected());
    }
}

}  // namespace
}  // namespace hw::net
