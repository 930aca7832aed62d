#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tests/net/feed_harness.h"
#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

// Random losses, duplicates and reordering on both lines of two channels. Whenever a book is trusted, it must
// be the venue's book as of some update that was sent, and in the end, after quiet snapshots, all must be
// equal.
TEST(RecoveryProperty, ATrustedBookIsAlwaysOneThatTheVenueHad) {
    const std::uint64_t first_seed = fuzz_seed();
    const std::size_t rounds = std::clamp<std::size_t>(fuzz_iterations(0) / 100, 20, 5'000);
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        Receiver receiver;
        FeedConfig config;
        config.recovery_buffer = 1u << (random() % 8);
        DeribitFeed<Receiver> feed(config, *receiver.table, receiver);
        Venue venue(static_cast<std::uint16_t>(1 + random() % 20), {1, 2, 3, 4});
        Nanos now = Nanos::from_seconds(1);
        std::vector<std::vector<TwoSides>> history(venue.size());
        for (std::size_t i = 0; i < venue.size(); ++i) history[i].push_back(venue.book(i).expected());
        // By sequence number: which states of which books a frame completes.
        std::map<std::uint32_t, std::vector<std::pair<std::size_t, std::size_t>>> completes;
        std::vector<std::pair<std::size_t, std::size_t>> in_frame;
        std::uint32_t newest_sequence = venue.event_sequence() - 1;
        std::vector<std::size_t> received(venue.size());
        std::vector<std::pair<Venue::Bytes, bool>> delayed;
        const double loss = 0.02 * static_cast<double>(random() % 5);
        bool faults = true;

        const auto deliver = [&](const Venue::Bytes& bytes, bool snapshot) {
            now = now + Nanos::from_us(static_cast<std::int64_t>(random() % 3000));
            feed.on_datagram(venue.datagram(bytes, snapshot), now);
            receiver.flush();
            const auto sequence = deribit::frame_header(bytes)->sequence;
            if (!snapshot && static_cast<std::int32_t>(sequence - newest_sequence) > 0) {
                newest_sequence = sequence;
                for (const auto& [i, state] : completes[sequence]) received[i] = std::max(received[i], state);
            }
            for (std::size_t i = 0; i < venue.size(); ++i) {
                if (receiver.table->find_feed_id(venue.book(i).feed_id) == kNoInstrument) continue;
                const auto& seen = receiver.book(venue.book(i).feed_id);
                if (!seen.trusted) continue;
                ASSERT_FALSE(seen.partial);
                const auto oldest = history[i].begin() + static_cast<std::ptrdiff_t>(received[i]);
                ASSERT_NE(std::find(oldest, history[i].end(), seen.book), history[i].end()) << "book " << i;
            }
        };
        const auto transmit = [&](bool snapshot) {
            const auto bytes = venue.bytes();
            if (!snapshot) completes[deribit::frame_header(bytes)->sequence] = std::exchange(in_frame, {});
            const double dice = static_cast<double>(random() % 10'000) / 10'000;
            if (faults && dice < loss) return;
            if (faults && dice < 2 * loss) return void(delayed.emplace_back(bytes, snapshot));
            deliver(bytes, snapshot);
            if (faults && dice > 1 - loss) deliver(bytes, snapshot);
            if (!delayed.empty() && random() % 2 == 0) {
                const auto [late, kind] = delayed.front();
                delayed.erase(delayed.begin());
                deliver(late, kind);
            }
        };
        const auto send_updates = [&] {
            std::vector<std::pair<wire::BookMsg, std::size_t>> messages;
            for (std::size_t n = 1 + random() % 3; n > 0; --n) {
                const std::size_t i = random() % venue.size();
                const wire::BookMsg m = venue.change(i, random, random() % 6);
                history[i].push_back(venue.book(i).expected());
                if (m.changes.size() > 1 && random() % 4 == 0) {  // split
                    wire::BookMsg part = m;
                    part.is_last = false;
                    part.changes.resize(1);
                    messages.emplace_back(part, history[i].size() - 1);
                    part = m;
                    part.changes.erase(part.changes.begin());
                    messages.emplace_back(part, history[i].size() - 1);
                } else {
                    messages.emplace_back(m, history[i].size() - 1);
                }
            }
            // Sometimes every message in a packet of its own, so that parts can be lost apart.
            const bool apart = random() % 2 == 0;
            if (!apart) venue.start_events();
            for (const auto& [m, state] : messages) {
                auto& frame = apart ? venue.start_events() : venue.current();
                frame.add(m);
                if (m.is_last) in_frame.emplace_back(m.instrument - 1, state);
                if (apart) transmit(false);
                if (::testing::Test::HasFatalFailure()) return;
            }
            if (!apart) transmit(false);
        };
        const auto send_snapshot = [&](std::size_t i) {
            auto& frame = venue.start_snapshots();
            frame.add(perpetual(venue.book(i).feed_id, "P" + std::to_string(i)));
            frame.add(venue.snapshot(i));
            transmit(true);
        };
        for (std::size_t i = 0; i < venue.size(); ++i) send_snapshot(i);
        for (int step = 0; step < 300; ++step) {
            if (random() % 8 == 0) {
                send_snapshot(random() % venue.size());
            } else {
                send_updates();
            }
            ASSERT_FALSE(::testing::Test::HasFatalFailure());
        }
        faults = false;
        delayed.clear();
        send_updates();
        for (int round = 0; round < 3; ++round) {
            now = now + BookRecovery::kSnapshotLag;
            for (std::size_t i = 0; i < venue.size(); ++i) send_snapshot(i);
        }
        for (std::size_t i = 0; i < venue.size(); ++i) {
            const auto& seen = receiver.book(venue.book(i).feed_id);
            ASSERT_TRUE(seen.trusted) << "book " << i;
            ASSERT_EQ(seen.book, venue.book(i).expected()) << "book " << i;
        }
        ASSERT_EQ(receiver.removals_of_nothing, 0u);
    }
}

}  // namespace
}  // namespace hw::net
