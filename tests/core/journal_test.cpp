// The journal in good times: every record comes back, in order, while and after it is written.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/core/journal_fixture.h"

namespace hw::test {
namespace {

Event random_event(std::mt19937_64& random, EventType type, std::uint64_t sequence) {
    Event e{};
    e.header.sequence = sequence;
    e.header.recv_time = Nanos::from_ns(static_cast<std::int64_t>(sequence));
    e.header.venue_time = Nanos::from_ns(static_cast<std::int64_t>(random() >> 1));
    e.header.type = type;
    e.header.flags = static_cast<std::uint16_t>(random() % 2);
    e.header.instrument = InstrumentId{static_cast<std::uint32_t>(random())};
    for (std::size_t i = 0; i < payload_size(type); ++i)
        e.payload.bytes[i] = static_cast<std::byte>(random());
    return e;
}

TEST_F(JournalTest, EveryEventTypeComesBackOverManySegments) {
    const std::uint64_t seed = 61;
    std::mt19937_64 random(seed);
    std::vector<Event> written;
    auto writer = open_writer();
    const auto types = static_cast<std::uint16_t>(EventType::count_);
    for (std::uint64_t n = 1; n <= 70'000; ++n) {
        const EventType type{static_cast<std::uint16_t>(1 + n % (types - 1u))};
        written.push_back(random_event(random, type, n));
        writer->append(written.back());
    }
    EXPECT_EQ(writer->failure(), "");
    writer.reset();
    const ReadBack r = read_all();
    ASSERT_EQ(r.events.size(), written.size()) << r.error;
    for (std::size_t n = 0; n < written.size(); ++n) {
        ASSERT_EQ(std::memcmp(&r.events[n], &written[n], sizeof(Event)), 0)
            << to_string(written[n].header.type) << ", seed " << seed;
    }
    EXPECT_EQ(r.runs, 1);
    EXPECT_GT(segments_in(config.dir).size(), 4u);
    EXPECT_TRUE(fs::is_empty(config.memory_dir)) << "an orderly end leaves nothing in memory";
}

TEST_F(JournalTest, ActionsAndTimingsFollowTheirEvent) {
    auto writer = open_writer();
    Action action{};
    action.header.type = ActionType::alert;
    action.payload.alert.value = 2.5;
    Timing timing;
    for (std::uint64_t n = 1; n <= 1'000; ++n) {
        writer->append(event(n));
        action.header.sequence = timing.sequence = n;
        action.payload.alert.limit = static_cast<double>(n);
        writer->append(action);
        timing.to_sent_ns = static_cast<std::uint32_t>(n);
        writer->append(timing);
    }
    writer.reset();
    JournalReader reader(config.dir);
    ASSERT_TRUE(reader.open_at(500));
    ASSERT_EQ(reader.next(), JournalReader::Next::new_run);
    EXPECT_NE(reader.config().find("epoch = 1"), std::string_view::npos);
    EXPECT_EQ(reader.header().build.view(), "test build");
    for (std::uint64_t n = 500; n <= 1'000; ++n) {
        ASSERT_EQ(reader.next(), JournalReader::Next::event);
        ASSERT_TRUE(is_event(reader.event(), n));
        ASSERT_EQ(reader.next(), JournalReader::Next::action);
        action.header.sequence = n;
        action.payload.alert.limit = static_cast<double>(n);
        ASSERT_TRUE(same_action(reader.action(), action));
        action.payload.alert.limit += 1;
        ASSERT_FALSE(same_action(reader.action(), action));
        ASSERT_EQ(reader.next(), JournalReader::Next::timing);
        ASSERT_EQ(reader.timing().to_sent_ns, n);
    }
    EXPECT_EQ(reader.next(), JournalReader::Next::end);
    EXPECT_TRUE(reader.ends_cleanly());
    EXPECT_EQ(reader.last_sequence(), 1'000u);
}

TEST_F(JournalTest, CanBeOpenedAtAnySequence) {
    auto writer = open_writer();
    append(*writer, 1, 40'000);
    writer.reset();
    for (const std::uint64_t from : {0ull, 1ull, 2ull, 15'000ull, 39'999ull, 40'000ull}) {
        const ReadBack r = read_all(from);
        ASSERT_FALSE(r.events.empty()) << from;
        EXPECT_EQ(r.events.front().header.sequence, std::max<std::uint64_t>(from, 1));
        EXPECT_EQ(r.events.back().header.sequence, 40'000u);
    }
    EXPECT_TRUE(read_all(40'001).events.empty());
}

TEST_F(JournalTest, IsReadWhileItIsWritten) {
    constexpr std::uint64_t kEvents = 60'000;
    auto writer = open_writer();
    std::uint64_t wrong = 0;
    std::uint64_t seen = 0;
    std::string error;
    std::thread follower([&] {
        JournalReader reader(config.dir, true);
        while (!reader.open_at(1)) std::this_thread::yield();
        while (seen < kEvents) {
            switch (reader.next()) {
                case JournalReader::Next::event:
                    wrong += !is_event(reader.event(), ++seen);
                    break;
                case JournalReader::Next::end:
                    std::this_thread::yield();
                    break;
                case JournalReader::Next::damaged:
                    error = reader.error();
                    return;
                default:
                    break;
            }
        }
    });
    for (std::uint64_t n = 1; n <= kEvents; ++n) {
        writer->append(event(n));
        if (n % 512 == 0) std::this_thread::yield();
    }
    follower.join();
    EXPECT_EQ(error, "");
    EXPECT_EQ(seen, kEvents);
    EXPECT_EQ(wrong, 0u);
    writer.reset();
    expect_events(kEvents);
}

TEST_F(JournalTest, GoesOnAfterAnOrderlyEnd) {
    RecoveredJournal found;
    std::uint64_t last = 0;
    for (int run = 1; run <= 4; ++run) {
        auto writer = reopen(found);
        EXPECT_EQ(found.fresh, run == 1);
        EXPECT_EQ(found.last_sequence, last);
        EXPECT_EQ(found.torn_bytes, 0u);
        append(*writer, last + 1, last + 9'000);
        last += 9'000;
    }
    expect_events(last);
    EXPECT_EQ(read_all().runs, 4);
}

TEST_F(JournalTest, ARunWithoutEventsLeavesNoHole) {
    RecoveredJournal found;
    reopen(found);
    reopen(found);
    append(*reopen(found), 1, 10);
    expect_events(10);
}

}  // namespace
}  // namespace hw::test
