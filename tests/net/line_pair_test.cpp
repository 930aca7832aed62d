// Two lines of a channel: who wins, what waits and for how long, what is lost, and a line that dies.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/net/feed_harness.h"

namespace hw::net {
namespace {

class LinePairTest : public ::testing::Test {
  protected:
    static FeedConfig config() {
        FeedConfig c;
        c.channels = {{"one", 0xef6f6f01, 6100, 6101, 0xef706f01, 6200, 0},
                      {"two", 0xef6f6f02, 6100, 6101, 0xef706f02, 0, 0}};
        c.silent_after = Nanos::from_seconds(1);
        return c;
    }
    void SetUp() override {
        for (Venue* venue : {&one_, &two_}) {
            venue->start_events().add(wire::RfqMsg{});
            both(*venue, venue->bytes(), false);
            for (std::size_t i = 0; i < venue->size(); ++i) {
                auto& frame = venue->start_snapshots();
                frame.add(perpetual(venue->book(i).feed_id, "P" + std::to_string(venue->book(i).feed_id)));
                frame.add(venue->snapshot(i));
                both(*venue, venue->bytes(), true);
            }
        }
    }

    /// Something else comes first in each packet: an update right behind a gap might be the rest of one.
    Venue::Bytes update(Venue& venue, std::size_t i) {
        venue.start_events().add(wire::RfqMsg{});
        venue.current().add(venue.change(i, random_, 3));
        return venue.bytes();
    }
    void send(const Venue& venue, LineSide side, const Venue::Bytes& bytes, bool snapshot = false) {
        UdpDatagram d = venue.datagram(bytes, snapshot);
        if (side == LineSide::b) {
            d.dst_ip += 0x0001'0000;
            if (d.dst_ip == 0xef706f01 && !snapshot) d.dst_port = 6200;
        }
        feed_.on_datagram(d, now_);
        receiver_.flush();
    }
    void a(const Venue::Bytes& bytes) { send(one_, LineSide::a, bytes); }
    void b(const Venue::Bytes& bytes) { send(one_, LineSide::b, bytes); }
    void both(const Venue& venue, const Venue::Bytes& bytes, bool snapshot) {
        send(venue, LineSide::a, bytes, snapshot);
        send(venue, LineSide::b, bytes, snapshot);
    }
    void later(Nanos duration) {
        now_ = now_ + duration;
        feed_.on_time(now_);
        receiver_.flush();
    }
    LineCounters lines() const { return feed_.counters().lines; }
    bool trusted(Venue& venue, std::size_t i = 0) { return receiver_.book(venue.book(i).feed_id).trusted; }
    void expect_equal(Venue& venue) {
        for (std::size_t i = 0; i < venue.size(); ++i) {
            ASSERT_TRUE(trusted(venue, i)) << "book " << i;
            ASSERT_EQ(receiver_.book(venue.book(i).feed_id).book, venue.book(i).expected()) << "book " << i;
        }
    }

    std::mt19937_64 random_{1};
    Receiver receiver_;
    DeribitFeed<Receiver> feed_{config(), *receiver_.table, receiver_};
    Venue one_{1, {11, 12}};
    Venue two_{2, {21}};
    Nanos now_ = Nanos::from_seconds(1'700'000'000);
};

TEST_F(LinePairTest, TheFirstCopyCountsAndTheOtherIsDropped) {
    const LineCounters before = lines();
    a(update(one_, 0));
    b(one_.bytes());
    b(update(one_, 1));
    a(one_.bytes());
    a(one_.bytes());
    const LineCounters c = lines();
    EXPECT_EQ(c.datagrams - before.datagrams, 2u);
    EXPECT_EQ(c.copies - before.copies, 2u);
    EXPECT_EQ(c.duplicates, 1u) << "the same line again";
    EXPECT_EQ(c.sides[0].duplicates, 1u);
    EXPECT_EQ(c.sides[0].first - before.sides[0].first, 1u);
    EXPECT_EQ(c.sides[1].first - before.sides[1].first, 1u);
    EXPECT_EQ(c.sides[0].lost + c.sides[1].lost, 0u);
    expect_equal(one_);
}

TEST_F(LinePairTest, WhatOneLineLostTheOtherBringsAndNothingIsMarked) {
    const auto first = update(one_, 0);
    const auto second = update(one_, 0);
    const auto third = update(one_, 1);
    const std::size_t events = receiver_.events.size();
    a(second);
    a(third);
    EXPECT_EQ(receiver_.events.size(), events) << "held: what comes before them may be on its way";
    b(first);
    expect_equal(one_);
    b(second);
    b(third);
    const LineCounters c = lines();
    EXPECT_EQ(c.held, 2u);
    EXPECT_EQ(c.gaps, 0u);
    EXPECT_EQ(c.sides[0].lost, 1u);
    EXPECT_EQ(c.sides[1].lost, 0u);
    EXPECT_TRUE(receiver_.book(11).lost.empty());
}

TEST_F(LinePairTest, WhatBothHavePassedIsLostAtOnceAndOnlyItsChannelIsMarked) {
    update(one_, 0);  // lost on both
    const auto second = update(one_, 0);
    a(second);
    EXPECT_TRUE(trusted(one_, 0));
    EXPECT_EQ(lines().gaps, 0u);
    b(second);
    EXPECT_EQ(lines().gaps, 1u);
    EXPECT_EQ(lines().packets_lost, 1u);
    EXPECT_FALSE(trusted(one_, 0));
    EXPECT_FALSE(trusted(one_, 1));
    EXPECT_TRUE(trusted(two_, 0));
    now_ = now_ + BookRecovery::kSnapshotLag;
    for (std::size_t i = 0; i < one_.size(); ++i) {
        one_.start_snapshots().add(one_.snapshot(i));
        both(one_, one_.bytes(), true);
    }
    expect_equal(one_);
    EXPECT_EQ(receiver_.last(EventType::line_state).payload.line_state.status, LineStatus::recovered);
}

TEST_F(LinePairTest, WhatIsMissingForTooLongIsLost) {
    update(one_, 0);
    a(update(one_, 1));
    later(Nanos::from_us(1'999));
    EXPECT_EQ(lines().gaps, 0u);
    EXPECT_TRUE(trusted(one_, 1));
    later(Nanos::from_us(1));
    EXPECT_EQ(lines().gaps, 1u);
    EXPECT_FALSE(trusted(one_, 0));
    EXPECT_TRUE(trusted(one_, 1)) << "its chain is whole";
    EXPECT_EQ(receiver_.book(12).book, one_.book(1).expected());
}

TEST_F(LinePairTest, ALineThatIsTooFarAheadDoesNotWait) {
    update(one_, 0);
    for (std::uint32_t n = 0; n < FeedConfig{}.gap_packets; ++n) {
        EXPECT_EQ(lines().gaps, 0u) << n;
        a(update(one_, 1));
    }
    EXPECT_EQ(lines().gaps, 1u);
    EXPECT_EQ(receiver_.book(12).book, one_.book(1).expected()) << "all that was held, in order";
}

TEST_F(LinePairTest, AJumpBeyondWhatCanBeHeldReleasesTheHeldFirst) {
    update(one_, 0);
    a(update(one_, 1));
    for (std::uint32_t n = 0; n < 200; ++n) update(one_, 0);
    a(update(one_, 1));
    EXPECT_EQ(lines().gaps, 2u);
    EXPECT_EQ(lines().packets_lost, 201u);
    EXPECT_EQ(receiver_.book(12).book, one_.book(1).expected());
}

TEST_F(LinePairTest, TwoGapsCloseOneAfterTheOther) {
    std::vector<Venue::Bytes> p;
    for (int n = 0; n < 6; ++n) p.push_back(update(one_, static_cast<std::size_t>(n % 2)));
    a(p[1]);
    a(p[3]);
    a(p[5]);
    b(p[4]);
    EXPECT_EQ(lines().gaps, 2u) << "both have passed the first and the third";
    EXPECT_EQ(lines().packets_lost, 2u);
    EXPECT_EQ(lines().held, 4u);
}

TEST_F(LinePairTest, ADeadLineIsAnAlertAndNotAnOutage) {
    for (int n = 0; n < 100; ++n) {
        a(update(one_, 0));
        later(Nanos::from_ms(20));
    }
    const auto is_down = [](const Event& e) {
        return e.header.type == EventType::line_state && e.payload.line_state.status == LineStatus::side_down;
    };
    const auto found = std::ranges::find_if(receiver_.events, is_down);
    ASSERT_NE(found, receiver_.events.end());
    const LineState& down = found->payload.line_state;
    EXPECT_EQ(down.status, LineStatus::side_down);
    EXPECT_EQ(down.channel, 1u);
    EXPECT_EQ(down.side, 1u);
    EXPECT_GE(down.lost, LinePair::kDeadPackets);
    EXPECT_EQ(lines().sides[1].downs, 1u);
    EXPECT_EQ(lines().silences, 1u) << "channel two, which is silent on both";
    expect_equal(one_);

    update(one_, 0);
    a(update(one_, 1));
    EXPECT_EQ(lines().gaps, 1u) << "a dead line is not waited for";
    b(one_.bytes());
    const LineState& up = receiver_.last(EventType::line_state).payload.line_state;
    EXPECT_EQ(up.status, LineStatus::side_up);
    EXPECT_EQ(up.side, 1u);
    EXPECT_EQ(lines().sides[1].lost, 101u);
}

TEST_F(LinePairTest, AChannelThatIsQuietOnBothLinesHasNoDeadLine) {
    for (int n = 0; n < 20; ++n) a(update(one_, 0));  // a burst that line B lost
    later(Nanos::from_seconds(30));
    EXPECT_EQ(lines().sides[1].downs, 0u) << "it had no time to show that it lives";
    EXPECT_EQ(lines().silences, 2u);
}

TEST_F(LinePairTest, ALineThatNeverCameIsFoundDead) {
    Receiver receiver;
    DeribitFeed<Receiver> feed(config(), *receiver.table, receiver);
    for (std::uint32_t n = 0; n < 100; ++n) {
        one_.start_events().add(wire::RfqMsg{});
        now_ = now_ + Nanos::from_ms(20);
        feed.on_time(now_);
        feed.on_datagram(one_.datagram(one_.bytes(), false), now_);
    }
    EXPECT_EQ(feed.counters().lines.sides[1].downs, 1u);
}

TEST_F(LinePairTest, ASenderThatStartsAgainIsFollowedOnceAndTheSlowLinesOldPacketsAreStrays) {
    one_.event_sequence() = 5'000;
    both(one_, update(one_, 0), false);  // far ahead: a gap, whose losses do not matter here
    std::vector<Venue::Bytes> old;
    for (int n = 0; n < 3; ++n) old.push_back(update(one_, 0));
    for (const auto& bytes : old) a(bytes);
    one_.event_sequence() = 1;
    std::vector<Venue::Bytes> fresh;
    for (int n = 0; n < 3; ++n) fresh.push_back(update(one_, 0));
    a(fresh[0]);
    EXPECT_EQ(lines().resets, 1u);
    for (const auto& bytes : old) b(bytes);
    EXPECT_EQ(lines().strays, 3u);
    a(fresh[1]);
    for (const auto& bytes : fresh) b(bytes);
    EXPECT_EQ(lines().resets, 1u);
    EXPECT_EQ(lines().sides[1].strays, 3u);
}

TEST_F(LinePairTest, WhatWasGivenUpAndComesAfterAllIsLate) {
    const auto first = update(one_, 0);
    a(update(one_, 0));
    later(Nanos::from_ms(3));
    EXPECT_EQ(lines().gaps, 1u);
    b(first);
    EXPECT_EQ(lines().late, 1u);
    b(one_.bytes());
    EXPECT_EQ(lines().sides[1].lost, 0u);
}

TEST_F(LinePairTest, APayloadTooLongToBeHeldIsTakenAtOnce) {
    update(one_, 0);
    a(update(one_, 1));
    auto& frame = one_.start_events();
    frame.add(wire::RfqMsg{});
    for (int n = 0; n < 12; ++n) frame.add(one_.change(1, random_, 20));
    ASSERT_GT(one_.bytes().size(), LinePair::kSlotBytes);
    const auto longer = one_.bytes();
    const auto behind = update(one_, 1);
    a(behind);
    EXPECT_EQ(lines().gaps, 0u);
    a(longer);
    EXPECT_EQ(lines().packets_lost, 1u);
    EXPECT_EQ(receiver_.book(12).book, one_.book(1).expected()) << "in order";
}

TEST_F(LinePairTest, TwoPortsTellTheLinesApartToo) {
    FeedConfig ports;
    ports.two_ports = true;
    Receiver receiver;
    DeribitFeed<Receiver> feed(ports, *receiver.table, receiver);
    const auto first = update(two_, 0);
    feed.on_datagram(two_.datagram(first, false), now_, LineSide::b);
    const auto second = update(two_, 0);
    const auto third = update(two_, 0);
    feed.on_datagram(two_.datagram(third, false), now_, LineSide::a);
    feed.on_datagram(two_.datagram(second, false), now_, LineSide::b);
    const LineCounters c = feed.counters().lines;
    EXPECT_EQ(c.datagrams, 3u);
    EXPECT_EQ(c.gaps, 0u);
    EXPECT_EQ(c.sides[0].first, 1u);
    EXPECT_EQ(c.sides[1].first, 2u);
}

}  // namespace
}  // namespace hw::net
