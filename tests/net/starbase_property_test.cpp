// Random losses, duplicates and reordering on the wire of two Starbase channels, on both lines, on snapshots,
// requests and answers. Whenever a book is trusted it must be one that the venue had at the end of some
// transaction; and in the end all must be the venue's.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/net/fuzz.h"
#include "tests/net/starbase_harness.h"

namespace hw::net {
namespace {

/// A bad network between a venue of two channels and a feed.
class BadWire {
  public:
    explicit BadWire(std::uint64_t seed) : random_(seed) {
        StarbaseConfig config = starbase_config();
        config.held_packets = 1u << (2 + random_() % 5);
        config.recovery_buffer = 1u << (3 + random_() % 8);
        config.retransmit_attempts = 1 + static_cast<std::uint32_t>(random_() % 5);
        feed_ = std::make_unique<StarbaseFeed<Receiver>>(config, *receiver_.table, receiver_);
        if (random_() % 4 != 0) feed_->connect(UdpSender(catcher_));
        loss_ = 0.03 * static_cast<double>(random_() % 5);
        venues_.emplace_back(0, std::vector<std::int64_t>{11, 12, 13});
        venues_.emplace_back(2, std::vector<std::int64_t>{31, 32});
        history_.resize(venues_.size());
        for (std::size_t v = 0; v < venues_.size(); ++v) {
            history_[v].resize(venues_[v].size());
            note(v);
        }
    }

    void run(int steps) {
        for (int step = 0; step < steps && !::testing::Test::HasFatalFailure(); ++step) {
            const std::size_t v = random_() % venues_.size();
            const auto dice = random_() % 20;
            if (dice < 13) {
                transaction(v);
            } else if (dice < 16) {
                transmit(v, Kind::snapshot, venues_[v].snapshot(random_() % venues_[v].size()));
            } else if (dice == 16) {
                transmit(v, Kind::event, venues_[v].heartbeat());
            } else if (dice == 17 && random_() % 10 == 0) {
                line_b_ = !line_b_;
                now_ = now_ + Nanos::from_ms(60);
            } else {
                turn(Nanos::from_us(static_cast<std::int64_t>(random_() % 5'000)));
            }
        }
    }
    /// From here on nothing is lost; then the books must come to agree.
    void settle() {
        faults_ = false;
        delayed_.clear();
        for (int round = 0; round < 60; ++round) {
            for (std::size_t v = 0; v < venues_.size(); ++v) {
                transmit(v, Kind::event, venues_[v].heartbeat());
                if (round % 20 == 0) transaction(v);
                if (round % 20 != 10) continue;
                for (std::size_t i = 0; i < venues_[v].size(); ++i)
                    transmit(v, Kind::snapshot, venues_[v].snapshot(i));
            }
            turn(Nanos::from_ms(20));
        }
        for (std::size_t v = 0; v < venues_.size(); ++v) {
            for (std::size_t i = 0; i < venues_[v].size(); ++i) {
                const auto& seen = book(v, i);
                ASSERT_TRUE(seen.trusted) << "book " << v << "/" << i;
                ASSERT_EQ(seen.book, venues_[v].book(i).expected()) << "book " << v << "/" << i;
            }
        }
        ASSERT_EQ(receiver_.removals_of_nothing, 0u);
        const StarbaseCounters c = feed_->counters();
        ASSERT_EQ(c.books.orders_unknown + c.books.orders_larger + c.books.snapshot_mismatches, 0u)
            << "sequence numbers alone prove the books";
        ASSERT_EQ(c.channels.datagrams(), delivered_) << "every datagram under one reason";
    }
    StarbaseCounters counters() const { return feed_->counters(); }

  private:
    enum class Kind { event, snapshot, answer };
    struct Delayed {
        std::size_t venue;
        Kind kind;
        bool line_b;
        StarbaseVenue::Bytes bytes;
    };

    Receiver::Seen& book(std::size_t v, std::size_t i) {
        return receiver_.books[hw::index(
            receiver_.table->find_feed_id(static_cast<std::uint64_t>(venues_[v].book(i).instrument)))];
    }
    void note(std::size_t v) {
        for (std::size_t i = 0; i < venues_[v].size(); ++i)
            history_[v][i].push_back(venues_[v].book(i).expected());
    }
    bool chance(double p) { return static_cast<double>(random_() % 10'000) < p * 10'000; }

    void transaction(std::size_t v) {
        if (random_() % 3 != 0) {
            const auto bytes = venues_[v].transaction(random_);
            note(v);
            return transmit(v, Kind::event, bytes);
        }
        // One message a packet.
        const std::size_t n = 1 + random_() % 4;
        for (std::size_t k = 0; k < n; ++k) {
            venues_[v].start();
            venues_[v].act(
                random_() % venues_[v].size(), random_,
                static_cast<std::uint16_t>((k == 0 ? sb::kStart : 0) | (k + 1 == n ? sb::kEnd : 0)));
            if (k + 1 == n) note(v);
            transmit(v, Kind::event, venues_[v].bytes());
        }
    }

    void transmit(std::size_t v, Kind kind, StarbaseVenue::Bytes bytes) {
        if (faults_ && chance(loss_)) return;
        if (faults_ && chance(loss_)) return void(delayed_.push_back({v, kind, line_b_, std::move(bytes)}));
        deliver({v, kind, line_b_, bytes});
        if (faults_ && chance(loss_)) deliver({v, kind, line_b_, bytes});
        if (!delayed_.empty() && random_() % 2 == 0) {
            const Delayed late = delayed_.front();
            delayed_.erase(delayed_.begin());
            deliver(late);
        }
    }
    void deliver(const Delayed& d) {
        if (::testing::Test::HasFatalFailure()) return;
        now_ = now_ + Nanos::from_us(static_cast<std::int64_t>(random_() % 500));
        ++delivered_;
        const StarbaseVenue& venue = venues_[d.venue];
        const UdpDatagram datagram = d.kind == Kind::event      ? venue.event(d.bytes, d.line_b)
                                     : d.kind == Kind::snapshot ? venue.snapshot_event(d.bytes, d.line_b)
                                                                : venue.answer(d.bytes);
        feed_->on_datagram(datagram, now_);
        receiver_.flush();
        check();
    }
    void turn(Nanos duration) {
        now_ = now_ + duration;
        feed_->on_time(now_);
        receiver_.flush();
        check();
        while (!catcher_.requests.empty()) {
            const SentRequest r = catcher_.requests.front();
            catcher_.requests.pop_front();
            if (faults_ && chance(loss_)) continue;
            const std::size_t v = r.channel == 70 ? 0 : 1;
            const auto reason = static_cast<std::int8_t>(1 + random_() % 4);
            // Too low ends in snapshots, so it is the rare one.
            const bool reject = faults_ && chance(loss_) && (reason != 1 || random_() % 4 == 0);
            transmit(v, Kind::answer,
                     reject ? venues_[v].reject(r.correlation, reason,
                                                static_cast<std::int64_t>(random_() % 5'000'000))
                            : venues_[v].retransmit(r.begin, 1 + random_() % r.count));
        }
    }

    void check() {
        for (std::size_t v = 0; v < venues_.size(); ++v) {
            for (std::size_t i = 0; i < venues_[v].size(); ++i) {
                if (receiver_.table->find_feed_id(
                        static_cast<std::uint64_t>(venues_[v].book(i).instrument)) == kNoInstrument)
                    continue;
                const auto& seen = book(v, i);
                if (!seen.trusted) continue;
                ASSERT_FALSE(seen.partial);
                const auto& states = history_[v][i];
                // The newest first: that is nearly always it.
                ASSERT_NE(std::find(states.rbegin(), states.rend(), seen.book), states.rend())
                    << "book " << v << "/" << i;
            }
        }
    }

    std::mt19937_64 random_;
    Receiver receiver_;
    RequestCatcher catcher_;
    std::unique_ptr<StarbaseFeed<Receiver>> feed_;
    std::vector<StarbaseVenue> venues_;
    std::vector<std::vector<std::vector<TwoSides>>> history_;
    std::vector<Delayed> delayed_;
    double loss_ = 0;
    bool faults_ = true;
    bool line_b_ = false;
    std::uint64_t delivered_ = 0;
    Nanos now_ = Nanos::from_seconds(1'700'000'000);
};

TEST(StarbaseProperty, ATrustedBookIsAlwaysOneThatTheVenueHadAndAllAgreeInTheEnd) {
    const std::uint64_t first_seed = fuzz_seed();
    const std::size_t rounds = std::clamp<std::size_t>(fuzz_iterations(0) / 100, 30, 3'000);
    StarbaseCounters all;
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        BadWire wire(seed);
        wire.run(400);
        ASSERT_FALSE(::testing::Test::HasFatalFailure());
        wire.settle();
        ASSERT_FALSE(::testing::Test::HasFatalFailure());
        const StarbaseCounters c = wire.counters();
        all.channels.gaps += c.channels.gaps;
        all.channels.failovers += c.channels.failovers;
        all.retransmit.answers += c.retransmit.answers;
        all.retransmit.timeouts += c.retransmit.timeouts;
        all.retransmit.given_up += c.retransmit.given_up;
        all.books.books_recovered += c.books.books_recovered;
        all.books.snapshot_checks += c.books.snapshot_checks;
    }
    // That there was something to survive.
    EXPECT_GT(all.channels.gaps, rounds);
    EXPECT_GT(all.channels.failovers, 0u);
    EXPECT_GT(all.retransmit.answers, rounds);
    EXPECT_GT(all.retransmit.timeouts, 0u);
    EXPECT_GT(all.retransmit.given_up, 0u);
    EXPECT_GT(all.books.books_recovered, 0u);
    EXPECT_GT(all.books.snapshot_checks, rounds);
}

}  // namespace
}  // namespace hw::net
