// Losses on a Starbase channel: held packets, retransmission with its rejects and lost answers, snapshots,
// silence, and the other line.
#include <gtest/gtest.h>

#include "tests/net/fuzz.h"
#include "tests/net/starbase_harness.h"

namespace hw::net {
namespace {

using starbase::Fate;

class StarbaseRecoveryTest : public ::testing::Test {
  protected:
    explicit StarbaseRecoveryTest(StarbaseConfig config = starbase_config(), bool connected = true)
        : feed_(config, *receiver_.table, receiver_) {
        if (connected) feed_.connect(UdpSender(requests_));
    }

    void deliver(const UdpDatagram& datagram) {
        later(Nanos::from_us(10));
        feed_.on_datagram(datagram, now_);
        receiver_.flush();
    }
    void send(StarbaseVenue& venue, const StarbaseVenue::Bytes& bytes, bool line_b = false) {
        deliver(venue.event(bytes, line_b));
    }
    void send_update(StarbaseVenue& venue, bool line_b = false) {
        send(venue, venue.transaction(random_), line_b);
    }
    void send_snapshots(StarbaseVenue& venue) {
        for (std::size_t i = 0; i < venue.size(); ++i) deliver(venue.snapshot_event(venue.snapshot(i)));
    }
    void start(StarbaseVenue& venue) {
        send(venue, venue.heartbeat());
        send_snapshots(venue);
        for (int n = 0; n < 30; ++n) send_update(venue);
        expect_equal(venue);
    }
    /// A packet that never arrives.
    void lose(StarbaseVenue& venue) { venue.transaction(random_); }
    void later(Nanos duration) { now_ = now_ + duration; }
    void turn(Nanos duration = Nanos::from_us(100)) {
        later(duration);
        feed_.on_time(now_);
        receiver_.flush();
    }
    SentRequest request() {
        if (requests_.requests.empty()) {
            ADD_FAILURE() << "no request";
            return {};
        }
        const SentRequest r = requests_.requests.front();
        requests_.requests.pop_front();
        return r;
    }
    bool trusted(StarbaseVenue& venue, std::size_t i) {
        return receiver_.book(static_cast<std::uint32_t>(venue.book(i).instrument)).trusted;
    }
    const TwoSides& seen(StarbaseVenue& venue, std::size_t i) {
        return receiver_.book(static_cast<std::uint32_t>(venue.book(i).instrument)).book;
    }
    void expect_equal(StarbaseVenue& venue) {
        for (std::size_t i = 0; i < venue.size(); ++i) {
            ASSERT_TRUE(trusted(venue, i)) << "book " << i;
            ASSERT_EQ(seen(venue, i), venue.book(i).expected()) << "book " << i;
        }
        EXPECT_EQ(receiver_.removals_of_nothing, 0u);
    }
    void expect_untrusted(StarbaseVenue& venue) {
        for (std::size_t i = 0; i < venue.size(); ++i) EXPECT_FALSE(trusted(venue, i)) << "book " << i;
    }
    std::size_t states(LineStatus status) const {
        std::size_t n = 0;
        for (const Event& e : receiver_.events) {
            n += e.header.type == EventType::line_state && e.payload.line_state.status == status ? 1 : 0;
        }
        return n;
    }

    std::uint64_t seed_ = fuzz_seed();
    std::mt19937_64 random_{seed_};
    ::testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
    RequestCatcher requests_;
    Receiver receiver_;
    StarbaseFeed<Receiver> feed_;
    StarbaseVenue a_{0, {11, 12, 13}};
    StarbaseVenue b_{1, {21, 22}, 50};
    Nanos now_ = Nanos::from_seconds(1'700'000'000);
};

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

TEST_F(StarbaseRecoveryTest, AGapConcernsTheBooksOfItsChannelAndIsAskedFor) {
    start(a_);
    start(b_);
    const std::int64_t from = a_.sequence();
    lose(a_);
    const std::int64_t to = a_.sequence();
    send_update(a_);
    send_update(a_);
    expect_untrusted(a_);
    expect_equal(b_);
    EXPECT_EQ(receiver_.last(EventType::line_state).payload.line_state.lost,
              static_cast<std::uint64_t>(to - from));
    EXPECT_EQ(receiver_.last(EventType::line_state).payload.line_state.channel, 70u);
    EXPECT_TRUE(requests_.requests.empty()) << "requests leave with the turn, not amid a burst";
    turn();
    const SentRequest r = request();
    EXPECT_EQ(r.to, (UdpEndpoint{kRetransmitIp, 4240}));
    EXPECT_EQ(r.channel, 70);
    EXPECT_EQ(r.begin, from);
    EXPECT_EQ(r.count, static_cast<std::size_t>(to - from));
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
    expect_equal(b_);
    EXPECT_EQ(receiver_.last(EventType::line_state).payload.line_state.status, LineStatus::recovered);
    EXPECT_EQ(feed_.counters().books.snapshots_applied, 5u) << "no snapshot was needed";
    turn(Nanos::from_ms(50));
    EXPECT_TRUE(requests_.requests.empty());
}

TEST_F(StarbaseRecoveryTest, APacketThatComesLateClosesItsGapByItself) {
    start(a_);
    const auto first = a_.transaction(random_);
    const auto second = a_.transaction(random_);
    const auto third = a_.transaction(random_);
    send(a_, third);
    send(a_, second);
    expect_untrusted(a_);
    send(a_, first);
    expect_equal(a_);
    turn();
    EXPECT_TRUE(requests_.requests.empty());
    send(a_, second);
    EXPECT_EQ(feed_.counters().channels[Fate::duplicate], 1u);
    EXPECT_EQ(feed_.counters().channels[Fate::held], 2u);
    EXPECT_EQ(states(LineStatus::gap), 1u);
    EXPECT_EQ(states(LineStatus::recovered), 1u);
}

TEST_F(StarbaseRecoveryTest, SeveralHolesAreFilledOneAfterTheOtherWithinThePace) {
    start(a_);
    for (int hole = 0; hole < 4; ++hole) {
        lose(a_);
        send_update(a_);
    }
    Nanos last;
    for (int hole = 0; hole < 4; ++hole) {
        while (requests_.requests.empty()) turn();
        if (hole > 0) {
            EXPECT_GE((now_ - last).ns(), starbase_config().retransmit_interval.ns());
        }
        last = now_;
        const SentRequest r = request();
        EXPECT_TRUE(requests_.requests.empty()) << "one at a time";
        expect_untrusted(a_);
        deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    }
    expect_equal(a_);
    EXPECT_EQ(feed_.counters().retransmit.requests, 4u);
}

TEST_F(StarbaseRecoveryTest, ThePaceHoldsOverAllChannels) {
    start(a_);
    start(b_);
    lose(a_);
    send_update(a_);
    lose(b_);
    send_update(b_);
    turn();
    EXPECT_EQ(requests_.requests.size(), 1u);
    turn(Nanos::from_us(100));
    EXPECT_EQ(requests_.requests.size(), 1u);
    turn(Nanos::from_us(950));
    EXPECT_EQ(requests_.requests.size(), 2u);
    EXPECT_NE(requests_.requests[0].channel, requests_.requests[1].channel);
}

TEST_F(StarbaseRecoveryTest, APartialAnswerIsFollowedByARequestForTheRest) {
    start(a_);
    const std::int64_t from = a_.sequence();
    while (a_.sequence() < from + 300) lose(a_);
    const std::int64_t to = a_.sequence();
    send_update(a_);
    std::int64_t expected = from;
    std::size_t asked = 0;
    for (; expected < to; ++asked) {
        ASSERT_LT(asked, 100u);
        turn(Nanos::from_ms(1));
        const SentRequest r = request();
        ASSERT_EQ(r.begin, expected);
        ASSERT_EQ(r.count, static_cast<std::size_t>(std::min<std::int64_t>(255, to - expected)));
        const auto answer = a_.retransmit(r.begin, std::min<std::size_t>(r.count, 20));
        deliver(a_.answer(answer));
        expected += 20;
    }
    EXPECT_EQ(asked, static_cast<std::size_t>((to - from + 19) / 20));
    expect_equal(a_);
    EXPECT_EQ(feed_.counters().retransmit.timeouts, 0u);
}

TEST_F(StarbaseRecoveryTest, ALostAnswerIsAskedForAgainAfterTheTimeout) {
    start(a_);
    lose(a_);
    send_update(a_);
    turn();
    const SentRequest first = request();
    turn(Nanos::from_ms(9));
    EXPECT_TRUE(requests_.requests.empty());
    turn(Nanos::from_ms(2));
    const SentRequest second = request();
    EXPECT_EQ(second.begin, first.begin);
    EXPECT_NE(second.correlation, first.correlation);
    EXPECT_EQ(feed_.counters().retransmit.timeouts, 1u);
    deliver(a_.answer(a_.retransmit(second.begin, second.count)));
    expect_equal(a_);
    // The first answer was only late.
    deliver(a_.answer(a_.retransmit(first.begin, first.count)));
    EXPECT_EQ(feed_.counters().channels[Fate::duplicate], 1u);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, AfterTooManyLostAnswersASnapshotHasToDo) {
    start(a_);
    lose(a_);
    send_update(a_);
    for (int n = 0; n < 100 && feed_.counters().retransmit.given_up == 0; ++n) turn(Nanos::from_ms(2));
    EXPECT_EQ(requests_.requests.size(), starbase_config().retransmit_attempts);
    EXPECT_EQ(feed_.counters().retransmit.given_up, 1u);
    EXPECT_GT(feed_.counters().channels.messages_lost, 0u);
    expect_untrusted(a_);
    send_update(a_);
    expect_untrusted(a_);
    EXPECT_EQ(states(LineStatus::recovered), 0u);
    send_snapshots(a_);
    expect_equal(a_);
    EXPECT_EQ(states(LineStatus::recovered), 1u);
    for (int n = 0; n < 10; ++n) send_update(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ASnapshotFromBeforeTheLossDoesNotBringABookBack) {
    start(a_);
    const auto old = a_.snapshot(0);
    lose(a_);
    send_update(a_);
    turn();
    deliver(a_.answer(a_.reject(request().correlation, 1)));
    turn();
    deliver(a_.snapshot_event(old));
    EXPECT_FALSE(trusted(a_, 0));
    EXPECT_EQ(feed_.counters().books.snapshots_too_old, 1u);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, RejectedAsTooLowTheSnapshotIsWaitedForAtOnce) {
    start(a_);
    lose(a_);
    send_update(a_);
    turn();
    deliver(a_.answer(a_.reject(request().correlation, 1)));
    EXPECT_EQ(feed_.counters().channels[Fate::reject], 1u);
    turn();
    EXPECT_EQ(feed_.counters().retransmit.given_up, 1u);
    turn(Nanos::from_ms(100));
    EXPECT_TRUE(requests_.requests.empty());
    // Updates go on into the kept queues meanwhile.
    for (int n = 0; n < 5; ++n) send_update(a_);
    const auto middle = a_.snapshot(0);
    for (int n = 0; n < 5; ++n) send_update(a_);
    deliver(a_.snapshot_event(middle));
    EXPECT_TRUE(trusted(a_, 0));
    EXPECT_EQ(seen(a_, 0), a_.book(0).expected()) << "what was kept above the snapshot is applied";
    EXPECT_FALSE(trusted(a_, 1));
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, RejectedAsTooHighTheRetransmitterIsOnlyBehind) {
    start(a_);
    lose(a_);
    send_update(a_);
    turn();
    deliver(a_.answer(a_.reject(request().correlation, 2, 20'000'000)));
    turn(Nanos::from_ms(19));
    EXPECT_TRUE(requests_.requests.empty());
    turn(Nanos::from_ms(2));
    const SentRequest r = request();
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ARateLimitSlowsAllChannelsDown) {
    start(a_);
    start(b_);
    lose(a_);
    send_update(a_);
    turn();
    deliver(a_.answer(a_.reject(request().correlation, 3, 30'000'000)));
    lose(b_);
    send_update(b_);
    turn(Nanos::from_ms(29));
    EXPECT_TRUE(requests_.requests.empty()) << "the limit is on our address, not on a channel";
    turn(Nanos::from_ms(2));
    EXPECT_EQ(requests_.requests.size(), 1u);
    EXPECT_EQ(feed_.counters().retransmit.rejects_rate, 1u);
}

TEST_F(StarbaseRecoveryTest, OtherRejectsBackOffAndAtLastGiveUp) {
    start(a_);
    lose(a_);
    send_update(a_);
    std::vector<Nanos> times;
    for (int n = 0; n < 4'000 && feed_.counters().retransmit.given_up == 0; ++n) {
        turn(Nanos::from_ms(1));
        if (requests_.requests.empty()) continue;
        times.push_back(now_);
        deliver(a_.answer(a_.reject(request().correlation, 4)));
    }
    ASSERT_EQ(times.size(), starbase_config().retransmit_attempts);
    for (std::size_t i = 2; i < times.size(); ++i)
        EXPECT_GT((times[i] - times[i - 1]).ns(), (times[i - 1] - times[i - 2]).ns());
    EXPECT_EQ(feed_.counters().retransmit.given_up, 1u);
    send_snapshots(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ARejectThatIsNotForTheOpenRequestChangesNothing) {
    start(a_);
    lose(a_);
    send_update(a_);
    turn();
    const SentRequest r = request();
    deliver(a_.answer(a_.reject(r.correlation + 1, 1)));
    EXPECT_EQ(feed_.counters().retransmit.stale_rejects, 1u);
    EXPECT_EQ(feed_.counters().channels[Fate::stray_answer], 1u);
    turn();
    EXPECT_EQ(feed_.counters().retransmit.given_up, 0u);
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, AnAnswerFromAnotherAddressIsNone) {
    start(a_);
    lose(a_);
    send_update(a_);
    turn();
    const SentRequest r = request();
    const auto bytes = a_.retransmit(r.begin, r.count);
    UdpDatagram forged = a_.answer(bytes);
    forged.src_ip ^= 1;
    deliver(forged);
    EXPECT_EQ(feed_.counters().channels[Fate::other_destination], 1u);
    expect_untrusted(a_);
}

TEST_F(StarbaseRecoveryTest, ARequestThatCannotLeaveIsTriedAgain) {
    start(a_);
    requests_.refuse = true;
    lose(a_);
    send_update(a_);
    turn();
    EXPECT_EQ(feed_.counters().retransmit.unsent, 1u);
    requests_.refuse = false;
    turn(Nanos::from_ms(10));
    const SentRequest r = request();
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, MoreThanCanBeHeldIsGivenUp) {
    start(a_);
    lose(a_);
    for (int n = 0; n < 80; ++n) send_update(a_);
    EXPECT_GE(feed_.counters().channels.hold_overflows, 1u);
    send_snapshots(a_);
    expect_equal(a_);
    for (int n = 0; n < 10; ++n) send_update(a_);
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, WhatAHeartbeatShowsToBeMissingIsAskedFor) {
    start(a_);
    lose(a_);
    send(a_, a_.heartbeat());
    turn(Nanos::from_ms(19));
    EXPECT_EQ(states(LineStatus::gap), 0u) << "it may be on its way";
    turn(Nanos::from_ms(2));
    EXPECT_EQ(states(LineStatus::gap), 1u);
    expect_untrusted(a_);
    const SentRequest r = request();
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
}

TEST_F(StarbaseRecoveryTest, ASnapshotShowsWhatTheChannelMisses) {
    start(a_);
    lose(a_);
    send_snapshots(a_);
    turn(Nanos::from_ms(21));
    const SentRequest r = request();
    deliver(a_.answer(a_.retransmit(r.begin, r.count)));
    expect_equal(a_);
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
