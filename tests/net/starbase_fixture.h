// Two Starbase channels, a feed that follows them, and a network that the test plays.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/net/fuzz.h"
#include "tests/net/starbase_harness.h"

namespace hw::net {

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

}  // namespace hw::net
