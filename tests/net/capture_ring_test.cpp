// What the ring holds and writes, byte for byte, also while the hot thread goes on. A port's tap is in
// port_test.cpp.
#include "net/capture_ring.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "net/pcapng_writer.h"
#include "net/port.h"
#include "tests/net/fuzz.h"
#include "tests/net/held_frames.h"

namespace hw::net {
namespace {

constexpr Nanos kAll = Nanos::from_seconds(1'000);

class CaptureRingTest : public testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove(path_); }
    std::vector<HeldFrame> written(const CaptureRing& ring, Nanos span = kAll) {
        const CaptureWritten result = ring.write(path_, span);
        EXPECT_TRUE(result.ok) << result.error;
        EXPECT_EQ(result.bytes, std::filesystem::file_size(path_));
        auto frames = read_held_frames(path_);
        EXPECT_EQ(result.frames, frames.size());
        if (!frames.empty()) {
            EXPECT_EQ(result.first, frames.front().time);
            EXPECT_EQ(result.last, frames.back().time);
        }
        return frames;
    }
    static std::vector<std::byte> random_frame(std::mt19937_64& random, std::size_t most = 1'514) {
        std::vector<std::byte> bytes(1 + random() % most);
        for (std::byte& b : bytes) b = static_cast<std::byte>(random());
        return bytes;
    }

    const std::string path_ =
        (std::filesystem::temp_directory_path() / ("hw_ring_" + std::to_string(getpid()) + ".pcapng"))
            .string();
};

TEST_F(CaptureRingTest, TheOldestGoWhenItIsFull) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    CaptureRing ring({.seconds = 100, .mib = 1});
    std::vector<HeldFrame> all;
    std::uint64_t bytes = 0;
    while (bytes < 5'000'000) {
        auto frame = random_frame(random, all.size() % 50 == 0 ? 9'000 : 300);
        bytes += frame.size();
        ring.tx(frame);
        all.push_back({CaptureDirection::out, std::move(frame), {}});
    }
    const auto got = written(ring);
    const CaptureCounters c = ring.counters();
    EXPECT_EQ(c.tx_frames, all.size());
    EXPECT_EQ(c.bytes, bytes);
    EXPECT_EQ(c.evicted + got.size(), all.size());
    EXPECT_EQ(c.evicted_early, c.evicted) << "none was 100 s old";
    EXPECT_TRUE(std::equal(got.rbegin(), got.rend(), all.rbegin())) << "the newest are there, in order";
    std::uint64_t held_bytes = 0;
    for (const HeldFrame& f : got) held_bytes += (f.bytes.size() + 7) / 8 * 8 + 16;
    EXPECT_LE(held_bytes, 1u << 20);
    EXPECT_GT(held_bytes, (1u << 20) - 9'100u);
}

TEST_F(CaptureRingTest, OnlyTheLastSecondsAreWritten) {
    CaptureRing ring({.seconds = 100, .mib = 1});
    const std::vector<std::byte> old(60, std::byte{1}), young(60, std::byte{2});
    ring.tx(old);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ring.tx(young);
    const auto last = written(ring, Nanos::from_ms(200));
    for (const HeldFrame& f : last) EXPECT_EQ(f.bytes, young);  // none, should this thread have been held up
    EXPECT_LE(last.size(), 1u);
    EXPECT_EQ(written(ring).size(), 2u);
    CaptureRing brief({.seconds = 1, .mib = 1});
    brief.tx(old);
    std::this_thread::sleep_for(std::chrono::milliseconds(1'010));
    EXPECT_TRUE(written(brief).empty()) << "asked for more than is to be held";
}

TEST_F(CaptureRingTest, WhatABurstCausedComesAfterIt) {
    CaptureRing ring({.seconds = 100, .mib = 1});
    const std::vector<std::byte> tick(60, std::byte{1}), order(70, std::byte{2});
    ring.arrived();
    const std::int64_t until = process_clock.paced_ns() + 1'000;
    while (process_clock.paced_ns() < until) {
    }
    ring.tx(order);
    const RxPacket packet{tick, {}};
    ring.rx({&packet, 1});
    const auto got = written(ring);
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[0], (HeldFrame{CaptureDirection::in, tick, {}}));
    EXPECT_EQ(got[1], (HeldFrame{CaptureDirection::out, order, {}}));
    EXPECT_LT(got[0].time, got[1].time);
}

TEST_F(CaptureRingTest, AFrameTooLongIsCutAndCounted) {
    CaptureRing ring({.seconds = 100, .mib = 1});
    ring.tx(std::vector<std::byte>(70'000, std::byte{5}));
    ring.tx({});
    const auto got = written(ring);
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[0].bytes.size(), CaptureRing::kLongestFrame);
    EXPECT_TRUE(got[1].bytes.empty());
    EXPECT_EQ(ring.counters().cut, 1u);
}

TEST_F(CaptureRingTest, AFileThatCannotBeWrittenIsSaid) {
    CaptureRing ring({.seconds = 100, .mib = 1});
    ring.tx(std::vector<std::byte>(60));
    const CaptureWritten result = ring.write("/nonexistent/out.pcapng", kAll);
    EXPECT_FALSE(result.ok);
    EXPECT_EQ(result.bytes, 0u);
    EXPECT_EQ(result.error, "/nonexistent/out.pcapng: No such file or directory");
    const CaptureWritten full = ring.write("/dev/full/x", kAll);
    EXPECT_FALSE(full.ok);
}

TEST_F(CaptureRingTest, NothingIsLeftOfAFileThatWasNotFinished) {
    { PcapngWriter writer(path_); }
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_FALSE(std::filesystem::exists(path_ + ".partial"));
}

/// A frame whose every byte follows from its number: one that was overwritten in part is found out.
std::vector<std::byte> numbered_frame(std::uint64_t number) {
    std::vector<std::byte> bytes(60 + number % 1'000);
    std::memcpy(bytes.data(), &number, sizeof number);
    for (std::size_t i = sizeof number; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(number * 31 + i * 7);
    return bytes;
}

TEST_F(CaptureRingTest, AFileIsConsistentWhileTheHotThreadGoesOn) {
    CaptureRing ring({.seconds = 100, .mib = 1});
    std::atomic<bool> stop{false};
    std::thread hot([&] {
        for (std::uint64_t number = 0; !stop.load(std::memory_order_relaxed); ++number) {
            const auto frame = numbered_frame(number);
            if (number % 2 == 0) {
                const RxPacket packet{frame, {}};
                ring.arrived();
                ring.rx({&packet, 1});
            } else {
                ring.tx(frame);
            }
        }
    });
    std::uint64_t newest = 0;
    std::size_t seen = 0;
    for (int i = 0; i < 30; ++i) {
        const auto frames = written(ring);
        std::uint64_t expected = 0;
        for (std::size_t n = 0; n < frames.size(); ++n, ++seen) {
            std::uint64_t number = 0;
            std::memcpy(&number, frames[n].bytes.data(), sizeof number);
            if (n == 0) expected = number;
            ASSERT_EQ(number, expected++) << "frames are missing in the middle";
            ASSERT_EQ(frames[n].bytes, numbered_frame(number)) << number;
            ASSERT_EQ(frames[n].direction, number % 2 == 0 ? CaptureDirection::in : CaptureDirection::out);
        }
        if (frames.empty()) continue;  // the hot thread went round the whole ring meanwhile
        ASSERT_GE(expected, newest);
        newest = expected;
    }
    stop = true;
    hot.join();
    EXPECT_GT(seen, 0u);
    EXPECT_GT(ring.counters().evicted, 0u);
}

}  // namespace
}  // namespace hw::net
