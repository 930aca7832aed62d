// The record of received messages: in order, word for word, bounded, through kills and damage.
#include "fix/received_ring.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <thread>

#include "fix/framing.h"
#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

class Ring : public ::testing::Test {
  protected:
    std::unique_ptr<ReceivedRing> open(std::string_view owner = "A->B", std::uint32_t mib = 1) {
        return ReceivedRing::open(dir.path(), owner, mib, error);
    }
    ReceivedReader reader() {
        auto found = ReceivedReader::open(dir.path(), error);
        if (!found) throw std::runtime_error(error);
        return std::move(*found);
    }
    static std::string message(std::uint64_t n) {
        return "message " + std::to_string(n) + std::string(n * 37 % 1'500, 'x');
    }
    static void put(ReceivedRing& ring, std::uint64_t n) {
        ring.put(message(n), Nanos::from_seconds(static_cast<std::int64_t>(n)));
    }
    /// Everything a reader finds, checked word for word; the numbers of first and last.
    std::pair<std::uint64_t, std::uint64_t> check(ReceivedReader& found) {
        ReceivedReader::Record record;
        std::uint64_t first = 0;
        while (found.next(record)) {
            if (first == 0) first = record.number;
            EXPECT_EQ(record.message, message(record.number));
            EXPECT_EQ(record.time, Nanos::from_seconds(static_cast<std::int64_t>(record.number)));
        }
        return {first, record.number};
    }
    void overwrite(off_t at, std::string_view bytes) {
        const int fd = ::open((dir / "received").c_str(), O_WRONLY);
        ASSERT_EQ(::pwrite(fd, bytes.data(), bytes.size(), at), static_cast<ssize_t>(bytes.size()));
        ::close(fd);
    }

    ScratchDir dir;
    std::string error;
};

TEST_F(Ring, KeepsMessagesOverARestartAndNobodyElseMayReadThem) {
    auto ring = open();
    ASSERT_NE(ring, nullptr) << error;
    auto empty = reader();
    EXPECT_EQ(check(empty).second, 0u);
    for (std::uint64_t n = 1; n <= 100; ++n) put(*ring, n);
    ring = open();
    ASSERT_NE(ring, nullptr) << error;
    for (std::uint64_t n = 101; n <= 200; ++n) put(*ring, n);
    auto found = reader();
    EXPECT_EQ(check(found), (std::pair<std::uint64_t, std::uint64_t>{1, 200}));
    EXPECT_EQ(found.let_go() + found.damaged(), 0u);
    EXPECT_EQ(found.owner(), "A->B");
    struct stat info {};
    ASSERT_EQ(::stat((dir / "received").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(Ring, TakesTheLargestMessageAside) {
    auto ring = open();
    const std::string large(StreamFramer::kMaxMessage, 'x');
    ring->set_aside("small", Nanos{});
    ring->set_aside(large, Nanos{});
    ring->put_away();
    auto found = reader();
    ReceivedReader::Record record;
    ASSERT_TRUE(found.next(record));
    EXPECT_EQ(record.message, "small");
    ASSERT_TRUE(found.next(record));
    EXPECT_EQ(record.message, large);
    EXPECT_FALSE(found.next(record));
}

TEST_F(Ring, WhatIsSetAsideIsHeldUntilItIsPutAway) {
    auto ring = open();
    const auto set_aside = [&](std::uint64_t n) {
        ring->set_aside(message(n), Nanos::from_seconds(static_cast<std::int64_t>(n)));
    };
    const auto last_found = [&] {
        auto found = reader();
        return check(found).second;
    };
    put(*ring, 1);
    set_aside(2);
    set_aside(3);
    EXPECT_EQ(last_found(), 1u);
    ring->put_away();
    EXPECT_EQ(last_found(), 3u);
    ring->put_away();
    EXPECT_EQ(last_found(), 3u);
    set_aside(4);
    put(*ring, 5);  // those that came before come first
    EXPECT_EQ(last_found(), 5u);
    for (std::uint64_t n = 6; n <= 1'000; ++n) set_aside(n);  // more than there is room for
    EXPECT_GT(last_found(), 700u);
    ring.reset();
    EXPECT_EQ(last_found(), 1'000u);
}

TEST_F(Ring, GoesRoundAndSaysHowManyItLetGo) {
    auto ring = open();
    for (std::uint64_t n = 1; n <= 10'000; ++n) put(*ring, n);
    auto found = reader();
    const auto [first, last] = check(found);
    EXPECT_EQ(last, 10'000u);
    EXPECT_GT(first, 8'000u);
    EXPECT_LT(first, 9'000u);
    EXPECT_EQ(found.let_go(), first - 1);
    EXPECT_EQ(found.damaged(), 0u);
}

TEST_F(Ring, TakesTheLongestMessages) {
    auto ring = open();
    const std::string longest(65'536, 'y');
    for (int n = 0; n < 40; ++n) ring->put(longest, Nanos::from_seconds(1));
    auto found = reader();
    ReceivedReader::Record record;
    int whole = 0;
    while (found.next(record)) whole += record.message == longest ? 1 : 0;
    EXPECT_EQ(whole, 15);
    EXPECT_EQ(record.number, 40u);
}

TEST_F(Ring, DamageIsSteppedOverAndCounted) {
    auto ring = open();
    for (std::uint64_t n = 1; n <= 100; ++n) put(*ring, n);
    overwrite(4096 + 20'000, std::string(300, '\x7f'));
    auto found = reader();
    const auto [first, last] = check(found);
    EXPECT_EQ(first, 1u);
    EXPECT_EQ(last, 100u);
    EXPECT_GE(found.damaged(), 1u);
    EXPECT_LE(found.damaged(), 3u);
}

// A whole record behind the end had been received; half a one never was.
TEST_F(Ring, WhatWasWholeBeforeAKillIsTakenIn) {
    auto ring = open();
    for (std::uint64_t n = 1; n <= 10; ++n) put(*ring, n);
    std::string header(8, '\0');
    const int fd = ::open((dir / "received").c_str(), O_RDWR);
    const off_t head_at = 24 + 112 + 16;
    ASSERT_EQ(::pread(fd, header.data(), 8, head_at), 8);
    put(*ring, 11);
    ring.reset();
    ASSERT_EQ(::pwrite(fd, header.data(), 8, head_at), 8);
    ::close(fd);
    ring = open();
    put(*ring, 12);
    auto found = reader();
    EXPECT_EQ(check(found), (std::pair<std::uint64_t, std::uint64_t>{1, 12}));
}

TEST_F(Ring, RefusesAnotherSessionAnotherSizeAndAnotherVersion) {
    ASSERT_NE(open(), nullptr);
    EXPECT_EQ(open("A->C"), nullptr);
    EXPECT_NE(error.find("belongs to session A->B"), std::string::npos) << error;
    EXPECT_EQ(open("A->B", 2), nullptr);
    EXPECT_NE(error.find("has 1 MiB, the configuration wants 2"), std::string::npos) << error;
    EXPECT_EQ(open("A->B", 3), nullptr);
    EXPECT_NE(error.find("power of two"), std::string::npos) << error;
    overwrite(40, "?");
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("damaged header"), std::string::npos) << error;
    overwrite(8, std::string_view("\x09\0\0\0", 4));
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("version 9"), std::string::npos) << error;
    EXPECT_FALSE(ReceivedReader::open(dir.path(), error).has_value());
    EXPECT_NE(error.find("version 9"), std::string::npos) << error;
    overwrite(0, "something else");
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("is not a record"), std::string::npos) << error;
    ASSERT_EQ(::truncate((dir / "received").c_str(), 10), 0);
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("too short"), std::string::npos) << error;
}

// A child writes as fast as it can and is killed at a random moment, while somebody reads.
TEST_F(Ring, SurvivesBeingKilledInTheMiddleOfWritingWhileItIsRead) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::uint64_t reached = 0;
    ASSERT_NE(open(), nullptr);
    for (int round = 0; round < 20 || (reached < 3'000 && round < 500); ++round) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            auto ring = open();
            if (ring == nullptr) ::_exit(1);
            for (std::uint64_t n = reached + 1;; ++n) put(*ring, n);
        }
        ::usleep(2'000 + static_cast<useconds_t>(random() % 5'000));
        auto meanwhile = reader();
        check(meanwhile);
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << error;
        ASSERT_NE(open(), nullptr) << error;
        auto found = reader();
        const auto last = check(found).second;
        ASSERT_GE(last, reached);
        EXPECT_LE(found.damaged(), 0u);
        reached = last;
    }
    EXPECT_GE(reached, 3'000u) << "it has to have gone round";
}

}  // namespace
}  // namespace hw::fix::test
