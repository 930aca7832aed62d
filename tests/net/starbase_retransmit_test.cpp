// What a Starbase channel lost is asked for: pacing, partial and lost answers, rejects, giving up.
#include <gtest/gtest.h>

#include "tests/net/starbase_fixture.h"

namespace hw::net {
namespace {

using starbase::Fate;

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

}  // namespace
}  // namespace hw::net
