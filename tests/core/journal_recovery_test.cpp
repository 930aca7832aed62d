// The journal in bad times: killed writers, torn tails, damage, missing parts, a disk that goes away.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "core/hash.h"
#include "tests/core/journal_fixture.h"

namespace hw::test {
namespace {

/// Appends for ever, telling the pipe what has been appended, until it is killed.
[[noreturn]] void write_until_killed(JournalWriter& writer, std::uint64_t first, int pipe) {
    for (std::uint64_t n = first;; ++n) {
        Event e{};
        e.header.sequence = n;
        e.header.type = EventType::timer;
        e.payload.timer.count = n * 3;
        writer.append(e);
        if (n % 64 == 0 && write(pipe, &n, sizeof n) != sizeof n) _exit(3);
    }
}

TEST_F(JournalTest, AKilledWriterLosesNothingItHadAppended) {
    const std::uint64_t seed = 71;
    std::mt19937_64 random(seed);
    std::uint64_t last = 0;
    for (int round = 0; round < 12; ++round) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            close(ends[0]);
            RecoveredJournal found;
            std::string error;
            if (!recover_journal(config.dir, found, error)) _exit(1);
            const std::uint16_t epoch = begin_epoch(config.dir, error);
            const auto writer = open_writer(found.last_sequence + 1, found.next_segment, epoch);
            if (epoch == 0 || writer == nullptr) _exit(2);
            write_until_killed(*writer, found.last_sequence + 1, ends[1]);
        }
        close(ends[1]);
        std::uint64_t appended = 0;
        const std::uint64_t enough = last + random() % 30'000;
        while (read(ends[0], &appended, sizeof appended) == sizeof appended && appended < enough) {
        }
        kill(child, SIGKILL);
        for (std::uint64_t n = 0; read(ends[0], &n, sizeof n) == sizeof n;) appended = n;
        close(ends[0]);
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself with " << WEXITSTATUS(status);

        const ReadBack live = read_all();  // records still in memory, without recovery
        ASSERT_FALSE(live.damaged) << live.error;
        ASSERT_GE(live.events.size(), appended) << "seed " << seed << " round " << round;
        RecoveredJournal found;
        std::string error;
        ASSERT_TRUE(recover_journal(config.dir, found, error)) << error;
        ASSERT_EQ(found.last_sequence, live.events.size());
        ASSERT_GT(found.memory_segments, 0u);
        last = found.last_sequence;
    }
    const ReadBack r = read_all();
    ASSERT_FALSE(r.damaged) << r.error;
    ASSERT_EQ(r.events.size(), last);
    for (std::uint64_t n = 1; n <= last; ++n) {
        ASSERT_EQ(r.events[n - 1].header.sequence, n);
        ASSERT_EQ(r.events[n - 1].payload.timer.count, n * 3);
    }
    EXPECT_EQ(r.runs, 12);
}

TEST_F(JournalTest, ATornTailIsCutAtAnyByte) {
    append(*open_writer(), 1, 50);
    const std::size_t record = sizeof(RecordPrefix) + sizeof(EventHeader) + sizeof(BookLevel);
    const std::string path = segment_path(1);
    const std::string whole = read_text(path);
    const std::size_t begin = whole.size() - 3 * record;
    ASSERT_EQ(begin, 4096 + 47 * record);
    for (std::size_t size = begin; size <= whole.size(); ++size) {
        std::string error;
        ASSERT_TRUE(write_durably(path, std::as_bytes(std::span(whole)).first(size), error)) << error;
        RecoveredJournal found;
        ASSERT_TRUE(recover_journal(config.dir, found, error)) << size << ": " << error;
        const std::size_t kept = (size - begin) / record;
        ASSERT_EQ(found.last_sequence, 47 + kept) << size;
        ASSERT_EQ(found.torn_bytes, (size - begin) % record) << size;
        ASSERT_EQ(fs::file_size(path), begin + kept * record);
        ASSERT_EQ(read_all().events.size(), 47 + kept);
    }
}

TEST_F(JournalTest, AfterATornTailTheNextRunGoesOn) {
    append(*open_writer(), 1, 50);
    fs::resize_file(segment_path(1), fs::file_size(segment_path(1)) - 5);
    RecoveredJournal found;
    append(*reopen(found), 50, 80);
    EXPECT_EQ(found.last_sequence, 49u);
    expect_events(80);
}

TEST_F(JournalTest, ADamagedByteInTheMiddleIsRefusedAndNamesTheLastGoodRecord) {
    append(*open_writer(), 1, 50);
    const std::size_t record = sizeof(RecordPrefix) + sizeof(EventHeader) + sizeof(BookLevel);
    const std::string whole = read_text(segment_path(1));
    for (std::size_t at = 4096 + 20 * record; at < 4096 + 21 * record; ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        std::string error;
        ASSERT_TRUE(write_durably(segment_path(1), std::as_bytes(std::span(damaged)), error));
        RecoveredJournal found;
        ASSERT_FALSE(recover_journal(config.dir, found, error)) << at;
        ASSERT_NE(error.find("last good record has sequence 20"), std::string::npos) << error;
        ASSERT_NE(error.find("segment-00000001"), std::string::npos) << error;
        ASSERT_EQ(read_text(segment_path(1)), damaged) << "a refused journal must stay as it is";
    }
}

TEST_F(JournalTest, DamageInAMemorySegmentIsRefusedToo) {
    auto writer = open_writer();
    append(*writer, 1, 50);
    const std::string memory = memory_folder(config.memory_dir, config.dir);
    fs::copy(memory, root + "/kept", fs::copy_options::recursive);
    writer.reset();
    fs::copy(root + "/kept", memory, fs::copy_options::recursive);
    fs::remove(segment_path(1));
    const std::size_t record = sizeof(RecordPrefix) + sizeof(EventHeader) + sizeof(BookLevel);
    overwrite(memory + "/" + segment_name(1), 4096 + 20 * record + 30, "X", 1);
    RecoveredJournal found;
    std::string error;
    EXPECT_FALSE(recover_journal(config.dir, found, error));
    EXPECT_NE(error.find("last good record has sequence 20"), std::string::npos) << error;
    EXPECT_TRUE(fs::exists(memory + "/" + segment_name(1)));
}

TEST_F(JournalTest, AnotherVersionIsRefusedNamingBoth) {
    append(*open_writer(), 1, 5);
    SegmentHeader header;
    std::memcpy(&header, read_text(segment_path(1)).data(), sizeof header);
    header.version = 7;
    header.crc = header_crc(header);
    overwrite(segment_path(1), 0, &header, sizeof header);
    RecoveredJournal found;
    std::string error;
    EXPECT_FALSE(recover_journal(config.dir, found, error));
    EXPECT_NE(error.find("journal version 7; this build reads version " + std::to_string(kJournalVersion)), std::string::npos) << error;
    EXPECT_NE(read_all().error.find("version 7"), std::string::npos);
}

TEST_F(JournalTest, ADamagedHeaderOrConfigurationIsRefused) {
    append(*open_writer(), 1, 5);
    const std::string whole = read_text(segment_path(1));
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{20}, std::size_t{60}, sizeof(SegmentHeader) + 3}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        overwrite(segment_path(1), 0, damaged.data(), damaged.size());
        RecoveredJournal found;
        std::string error;
        EXPECT_FALSE(recover_journal(config.dir, found, error)) << at;
        EXPECT_FALSE(error.empty());
    }
}

TEST_F(JournalTest, AMissingMiddleSegmentIsNotTakenForTheEnd) {
    append(*open_writer(), 1, 60'000);
    ASSERT_GE(segments_in(config.dir).size(), 4u);
    fs::remove(segment_path(2));
    const ReadBack r = read_all();
    EXPECT_TRUE(r.damaged);
    EXPECT_NE(r.error.find("segment-00000002"), std::string::npos) << r.error;
    EXPECT_NE(r.error.find("sequence " + std::to_string(r.events.size())), std::string::npos) << r.error;
}

TEST_F(JournalTest, EmptySegmentsOfAPowerFailureLeaveNoHole) {
    append(*open_writer(), 1, 50);
    std::fclose(std::fopen(segment_path(2).c_str(), "wb"));
    RecoveredJournal found;
    append(*reopen(found), 51, 60);
    EXPECT_EQ(found.next_segment, 2u);
    expect_events(60);
}

TEST_F(JournalTest, OneWriterAJournal) {
    std::string error;
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const auto lock = JournalLock::take(config.dir, error);
        const char answer = lock != nullptr ? 'y' : 'n';
        if (write(ends[1], &answer, 1) != 1) _exit(1);
        pause();
    }
    char answer = 0;
    ASSERT_EQ(read(ends[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    EXPECT_EQ(JournalLock::take(config.dir, error), nullptr);
    EXPECT_NE(error.find("in use by another process"), std::string::npos) << error;
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ends[0]);
    close(ends[1]);
    EXPECT_NE(JournalLock::take(config.dir, error), nullptr) << "the lock ends with its holder: " << error;
}

TEST_F(JournalTest, EpochsOnlyRise) {
    std::string error;
    for (std::uint16_t n = 1; n <= 5; ++n) EXPECT_EQ(begin_epoch(config.dir, error), n) << error;
    const std::string path = config.dir + "/epoch";
    for (const std::string bad : {"", "x", "12x", "-1", "0", "65536", "99999999999999", "7 8"}) {
        ASSERT_TRUE(write_durably(path, std::as_bytes(std::span(bad)), error));
        EXPECT_EQ(begin_epoch(config.dir, error), 0) << bad;
        EXPECT_NE(error.find("is not an epoch number"), std::string::npos) << error;
    }
    const std::string last = "65534\n";
    ASSERT_TRUE(write_durably(path, std::as_bytes(std::span(last)), error));
    EXPECT_EQ(begin_epoch(config.dir, error), 65535);
    EXPECT_EQ(begin_epoch(config.dir, error), 0);
    EXPECT_NE(error.find("all epochs are used"), std::string::npos) << error;
}

TEST_F(JournalTest, ALostEpochFileDoesNotBringEpochsBack) {
    append(*open_writer(1, 1, 9), 1, 5);
    std::string error;
    EXPECT_EQ(begin_epoch(config.dir, error), 10);
}

TEST_F(JournalTest, EpochsRiseOverJournalsThatShareAMessageStore) {
    std::string error;
    const std::string store = root + "/store";
    EXPECT_EQ(begin_epoch(config.dir, error, store), 1) << error;
    EXPECT_EQ(begin_epoch(config.dir, error, store), 2) << error;
    const std::string tomorrow = root + "/tomorrow";
    fs::create_directories(tomorrow);
    EXPECT_EQ(begin_epoch(tomorrow, error, store), 3) << "the venue knows the orders of epochs 1 and 2";
    EXPECT_EQ(begin_epoch(config.dir, error, store), 4) << error;
    const std::string bad = "x";
    ASSERT_TRUE(write_durably(store + "/epoch", std::as_bytes(std::span(bad)), error));
    EXPECT_EQ(begin_epoch(config.dir, error, store), 0);
    EXPECT_NE(error.find("is not an epoch number"), std::string::npos) << error;
}

TEST_F(JournalTest, WhatWasAppendedBecomesDurableInOrder) {
    auto writer = open_writer();
    EXPECT_EQ(writer->durable_sequence(), 0u);
    append(*writer, 1, 30'000);  // over several segments
    std::uint64_t seen = 0;
    for (int i = 0; i < 5'000 && seen < 30'000; ++i) {
        const std::uint64_t now = writer->durable_sequence();
        ASSERT_GE(now, seen);
        seen = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(seen, 30'000u);
}

bool failed_within(const JournalWriter& writer, std::chrono::seconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < until) {
        if (!writer.failure().empty()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
}

TEST_F(JournalTest, WhatADiskThatWentAwayMissedIsRecoveredWhenItIsBack) {
    auto writer = open_writer();
    append(*writer, 1, 1'000);
    fs::rename(config.dir, root + "/elsewhere");
    append(*writer, 1'001, 30'000);  // into the next segments, which cannot be created now
    EXPECT_TRUE(failed_within(*writer, std::chrono::seconds(5)));
    EXPECT_NE(writer->failure().find("segment-0000000"), std::string::npos) << writer->failure();
    append(*writer, 30'001, 30'100);
    writer.reset();
    fs::rename(root + "/elsewhere", config.dir);
    RecoveredJournal found;
    auto next = reopen(found);
    EXPECT_GT(found.memory_segments, 0u);
    EXPECT_EQ(found.last_sequence, 30'100u);
    append(*next, 30'101, 30'200);
    next.reset();
    expect_events(30'200);
}

TEST_F(JournalTest, WhatARemovedDiskFolderHeldIsStillInMemory) {
    auto writer = open_writer(1, 1, 4);
    append(*writer, 1, 1'000);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // drained by now
    fs::remove_all(config.dir);
    EXPECT_TRUE(failed_within(*writer, std::chrono::seconds(5)));
    writer.reset();
    RecoveredJournal found;
    std::string error;
    ASSERT_TRUE(recover_journal(config.dir, found, error, config.memory_dir)) << error;
    EXPECT_EQ(found.last_sequence, 1'000u);
    expect_events(1'000);
    EXPECT_EQ(begin_epoch(config.dir, error), 5) << error;
}

TEST_F(JournalTest, ACopiedFolderLeavesTheMemoryOfTheOriginalAlone) {
    auto writer = open_writer();
    append(*writer, 1, 100);
    const std::string copy = root + "/copy";
    fs::copy(config.dir, copy, fs::copy_options::recursive);
    EXPECT_EQ(noted_memory_folder(copy), "");
    RecoveredJournal found;
    std::string error;
    EXPECT_FALSE(recover_journal(copy, found, error));
    EXPECT_NE(error.find("another path"), std::string::npos) << error;
    append(*writer, 101, 200);
    writer.reset();
    expect_events(200);
}

TEST_F(JournalTest, FoldersThatCannotBeUsedAreSaidSo) {
    config.memory_dir = "/proc/no-such-place";
    JournalWriter::Start start;
    std::string error;
    EXPECT_EQ(JournalWriter::open(config, start, error), nullptr);
    EXPECT_NE(error.find("/proc/no-such-place"), std::string::npos) << error;
    config.memory_dir = root + "/memory";
    start.config_text = std::string(2 << 20, 'x');
    EXPECT_EQ(JournalWriter::open(config, start, error), nullptr);
    EXPECT_NE(error.find("cannot hold the configuration"), std::string::npos) << error;
}

TEST_F(JournalTest, RandomDamageNeverCrashesAndNeverInventsEvents) {
    append(*open_writer(), 1, 200);
    const std::string whole = read_text(segment_path(1));
    const std::uint64_t seed = 72;
    std::mt19937_64 random(seed);
    for (int step = 0; step < 300; ++step) {
        std::string damaged = whole;
        for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        overwrite(segment_path(1), 0, damaged.data(), damaged.size());
        const ReadBack r = read_all();
        ASSERT_LE(r.events.size(), 200u);
        for (std::size_t n = 0; n < r.events.size(); ++n)
            ASSERT_TRUE(is_event(r.events[n], n + 1)) << "seed " << seed << " step " << step;
    }
}

}  // namespace
}  // namespace hw::test
