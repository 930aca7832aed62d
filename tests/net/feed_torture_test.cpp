// A session of the feed over two faulty lines: it has to end in the books of the clean one, and no book may
// be believed on the way that the venue never had.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "tests/net/feed_session.h"
#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

using BookStates = std::map<std::uint32_t, std::set<std::pair<Ladder, Ladder>>>;

std::uint32_t feed_id_of(const Receiver& receiver, std::uint32_t id) {
    return static_cast<std::uint32_t>((*receiver.table)[InstrumentId{id}].feed_id);
}

/// Calls `look(id, seen)` for every trusted book that an Event since the last call was about.
template <class Look>
void look_at_changed(Receiver& receiver, std::size_t& looked, Look&& look) {
    std::set<std::uint32_t> changed;
    for (; looked < receiver.events.size(); ++looked) {
        const InstrumentId id = receiver.events[looked].header.instrument;
        if (id != kNoInstrument) changed.insert(index(id));
    }
    for (const std::uint32_t id : changed) {
        const auto seen = receiver.books.find(id);
        if (seen == receiver.books.end() || !seen->second.trusted) continue;
        look(feed_id_of(receiver, id), seen->second);
    }
}

class FeedTorture : public ::testing::Test {
  protected:
    /// The clean session, on one line: how it ends, and every state of every book that was believed.
    void play_clean(const Session& session) {
        FeedConfig config;
        config.silent_after = Nanos::from_seconds(60);
        clean_ = std::make_unique<Receiver>();
        DeribitFeed<Receiver> feed(config, *clean_->table, *clean_);
        std::size_t looked = 0;
        states_.clear();
        play(session, arrivals(session, {}, {1, 0, 0, {}, kForever}, {}, random_), ToldBy::group, feed,
             *clean_, [&] {
                 look_at_changed(*clean_, looked, [&](std::uint32_t feed_id, const Receiver::Seen& seen) {
                     states_[feed_id].emplace(seen.book.bids, seen.book.asks);
                 });
             });
        ASSERT_EQ(feed.counters().lines.gaps, 0u);
    }

    /// The same over two lines.
    void play_torture(const Session& session, const LineFaults& a, const LineFaults& b, ToldBy told_by,
                      const std::set<std::size_t>& lost_on_both = {}) {
        receiver_ = std::make_unique<Receiver>();
        DeribitFeed<Receiver> feed(two_line_config(session, told_by), *receiver_->table, *receiver_);
        const auto arriving = arrivals(session, a, b, lost_on_both, random_);
        std::size_t looked = 0;
        play(session, arriving, told_by, feed, *receiver_, [&] {
            look_at_changed(*receiver_, looked, [&](std::uint32_t feed_id, const Receiver::Seen& seen) {
                const bool known = states_[feed_id].contains({seen.book.bids, seen.book.asks});
                ASSERT_TRUE(known || seen.partial) << "a book that the venue never had: " << feed_id;
            });
        });
        counters_ = feed.counters();
        const LineCounters& c = counters_.lines;
        EXPECT_EQ(c.datagrams + c.copies + c.duplicates + c.late + c.strays + c.held_dropped, arriving.size())
            << "every packet once, under one reason";
        EXPECT_EQ(receiver_->removals_of_nothing, 0u);
    }

    void expect_same_end() {
        ASSERT_EQ(receiver_->table->size(), clean_->table->size());
        for (const auto& [id, clean] : clean_->books) {
            const std::uint32_t feed_id = feed_id_of(*clean_, id);
            const Receiver::Seen& seen = receiver_->book(feed_id);
            EXPECT_EQ(seen.trusted, clean.trusted) << feed_id;
            EXPECT_EQ(seen.book, clean.book) << feed_id;
        }
    }

    static LineFaults one_percent(Nanos until) { return {0.01, 0.01, 0.01, Nanos::from_us(300), until}; }

    Random random_{0};
    std::unique_ptr<Receiver> clean_;
    std::unique_ptr<Receiver> receiver_;
    BookStates states_;
    FeedCounters counters_;
};

std::size_t rounds() { return std::clamp<std::size_t>(fuzz_iterations(0) / 1'000, 10, 300); }

TEST_F(FeedTorture, TwoFaultyLinesEndInTheBooksOfTheCleanSession) {
    const std::uint64_t first_seed = fuzz_seed();
    std::printf("first seed %llu\n", static_cast<unsigned long long>(first_seed));
    std::uint64_t lost = 0;
    std::uint64_t gaps = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        random_.seed(seed);
        const Session session = generated_session(random_, 2'000);
        play_clean(session);
        const Nanos quiet = session.back().at - Nanos::from_ms(200);
        play_torture(session, one_percent(quiet), one_percent(quiet),
                     seed % 2 == 0 ? ToldBy::group : ToldBy::port);
        expect_same_end();
        lost += counters_.lines.sides[0].lost + counters_.lines.sides[1].lost;
        gaps += counters_.lines.packets_lost;
        if (HasFailure()) return;
    }
    EXPECT_GT(lost, 20 * rounds()) << "the lines were too good";
    EXPECT_LT(gaps, lost / 10) << "the other line's copies were not used";
}

/// Runs of packets of one channel's events, far from each other and from the end.
std::set<std::size_t> chosen_losses(const Session& session, std::uint32_t group, Random& random) {
    std::set<std::size_t> lost;
    for (int n = 0; n < 4; ++n) {
        std::size_t at = session.size() / 8 + random() % (session.size() / 2);
        for (std::size_t run = 1 + random() % 3; run > 0 && at < session.size(); ++at) {
            if (session[at].group != group || session[at].port != 6100) continue;
            lost.insert(at);
            --run;
        }
    }
    return lost;
}

/// On which group each book's updates come.
struct ChannelsOfBooks {
    void on(const deribit::Book& m) { group_of[m.instrument()] = group; }
    template <class View>
    void on(const View&) {}
    std::map<std::uint32_t, std::uint32_t> group_of;
    std::uint32_t group = 0;
};

/// Of the books that lost their trust: those of `group` must, no other may.
void expect_only_those_marked(Receiver& receiver, const Session& session, std::uint32_t group) {
    ChannelsOfBooks channels;
    deribit::DecodeCounters counters;
    for (const SentPacket& packet : session) {
        channels.group = packet.group;
        deribit::decode_frame(packet.payload, channels, counters);
    }
    std::size_t marked = 0;
    for (const auto& [feed_id, channel] : channels.group_of) {
        if (channel == group) {
            marked += receiver.book(feed_id).lost.empty() ? 0 : 1;
        } else {
            EXPECT_TRUE(receiver.book(feed_id).lost.empty()) << "marked without need: " << feed_id;
        }
    }
    EXPECT_GT(marked, 0u);
}

TEST_F(FeedTorture, WhatBothLinesLostMarksOnlyTheBooksConcerned) {
    const std::uint64_t first_seed = fuzz_seed();
    std::printf("first seed %llu\n", static_cast<unsigned long long>(first_seed));
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        random_.seed(seed);
        const Session session = generated_session(random_, 2'000);
        play_clean(session);
        const auto lost = chosen_losses(session, 0xef6f6f01, random_);
        const LineFaults clean{0, 0, 0, Nanos::from_us(100), kForever};
        play_torture(session, clean, clean, ToldBy::group, lost);
        EXPECT_EQ(counters_.lines.packets_lost, lost.size());
        expect_only_those_marked(*receiver_, session, 0xef6f6f01);
        expect_same_end();
        EXPECT_GT(counters_.recovery.books_recovered, 0u);
        if (HasFailure()) return;
    }
}

class CaptureTorture : public FeedTorture {
  protected:
    void SetUp() override {
        const std::string path = HW_SOURCE_DIR "/../shared/data/deribit/capture_2023-06-15.pcapng";
        if (!std::filesystem::exists(path)) GTEST_SKIP() << "skipped: no ../shared";
        std::string error;
        session_ = captured_session(path, error);
        ASSERT_EQ(error, "");
        ASSERT_EQ(session_.size(), 5'066u);
        play_clean(session_);
    }
    Session session_;
};

TEST_F(CaptureTorture, TwoFaultyLinesEndInTheBooksOfTheCleanSession) {
    const std::uint64_t first_seed = fuzz_seed();
    std::printf("first seed %llu\n", static_cast<unsigned long long>(first_seed));
    // A cycle of snapshots takes some 30 s.
    const Nanos quiet = session_.back().at - Nanos::from_seconds(35);
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        random_.seed(seed);
        play_torture(session_, one_percent(quiet), one_percent(quiet),
                     seed % 2 == 0 ? ToldBy::group : ToldBy::port);
        expect_same_end();
        EXPECT_GT(counters_.lines.sides[0].lost, 5u);
        EXPECT_GT(counters_.lines.sides[1].lost, 5u);
        if (HasFailure()) return;
    }
}

TEST_F(CaptureTorture, WhatBothLinesLostMarksOnlyTheBooksConcerned) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    random_.seed(seed);
    std::set<std::uint32_t> groups;
    for (const SentPacket& packet : session_) {
        if (packet.port == 6100) groups.insert(packet.group);
    }
    for (const std::uint32_t group : groups) {
        SCOPED_TRACE(ip_text(group));
        // The first update of a book 25 s in: by then every book has been seen whole.
        const auto is_book = [&](const SentPacket& p) {
            return p.group == group && p.port == 6100 && p.payload.size() > 12 &&
                   deribit::load<std::uint16_t>(p.payload.data() + 10) == 1001;
        };
        std::size_t at = 0;
        while (at < session_.size() &&
               (session_[at].at < session_.front().at + Nanos::from_seconds(35) || !is_book(session_[at]))) {
            ++at;
        }
        if (at == session_.size()) continue;  // a channel of indices
        const LineFaults clean{0, 0, 0, Nanos::from_us(100), kForever};
        play_torture(session_, clean, clean, ToldBy::group, {at});
        EXPECT_EQ(counters_.lines.packets_lost, 1u);
        expect_only_those_marked(*receiver_, session_, group);
        expect_same_end();
    }
}

}  // namespace
}  // namespace hw::net
