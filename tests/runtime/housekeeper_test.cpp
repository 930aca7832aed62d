// Captures are written by the housekeeper's thread while the others go on, and it keeps the clock.
#include "deploy/runtime/housekeeper.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "core/clock.h"
#include "deploy/runtime/stopwatch.h"

namespace hw::deploy {
namespace {

cpu_set_t all_cores() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    sched_getaffinity(0, sizeof cores, &cores);
    return cores;
}

CaptureStatus wait_for(const Housekeeper& housekeeper) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    CaptureStatus status = housekeeper.capture_status();
    while (status.state == CaptureStatus::State::writing && std::chrono::steady_clock::now() < patience) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        status = housekeeper.capture_status();
    }
    EXPECT_EQ(status.state, CaptureStatus::State::done);
    return status;
}

TEST(Housekeeper, WritesWhatTheRingHolds) {
    net::CaptureRing ring({.seconds = 10, .mib = 1});
    Housekeeper housekeeper(all_cores());
    housekeeper.captures_from(&ring);
    EXPECT_EQ(housekeeper.capture_status().state, CaptureStatus::State::none);
    ring.tx(std::vector<std::byte>(100));
    const std::string path =
        (std::filesystem::temp_directory_path() / ("hw_keeper_" + std::to_string(getpid()) + ".pcapng"))
            .string();
    std::string error;
    ASSERT_TRUE(housekeeper.request({path, Nanos::from_seconds(10)}, error)) << error;
    const CaptureStatus status = wait_for(housekeeper);
    EXPECT_TRUE(status.written.ok) << status.written.error;
    EXPECT_EQ(status.written.frames, 1u);
    EXPECT_EQ(status.path, path);
    EXPECT_EQ(std::filesystem::file_size(path), status.written.bytes);
    std::filesystem::remove(path);
}

TEST(Housekeeper, SaysWhyItCannot) {
    net::CaptureRing ring({.seconds = 10, .mib = 1});
    Housekeeper housekeeper(all_cores());
    std::string error;
    EXPECT_FALSE(housekeeper.request({"/tmp/x", Nanos::from_seconds(1)}, error));
    EXPECT_NE(error.find("[capture] seconds"), std::string::npos) << error;
    housekeeper.captures_from(&ring);
    error.clear();
    EXPECT_FALSE(housekeeper.request({"", Nanos::from_seconds(1)}, error));
    EXPECT_NE(error.find("file"), std::string::npos) << error;
    error.clear();
    ASSERT_TRUE(housekeeper.request({"/nonexistent/f", Nanos::from_seconds(1)}, error)) << error;
    const CaptureStatus status = wait_for(housekeeper);
    EXPECT_FALSE(status.written.ok);
    EXPECT_EQ(status.written.error, "/nonexistent/f: No such file or directory");
}

TEST(Housekeeper, TheEnginesTimeGoesOnWhileTheClockIsKept) {
    process_clock.start();
    const double first_hz = process_clock.report().tsc_hz;
    const Nanos wall = wall_time();
    const SteadyClock clock(Nanos{});
    EXPECT_GE(clock.now(), wall);
    Housekeeper housekeeper(all_cores());
    Nanos last = clock.now();
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
    while (std::chrono::steady_clock::now() < until) {
        const Nanos now = clock.now();
        ASSERT_GE(now, last);
        last = now;
    }
    const Nanos before = wall_time();
    const Nanos now = clock.now();
    EXPECT_GE(now, before - Nanos::from_us(100)) << "wall time without the host's steps";
    EXPECT_LE(now, wall_time() + Nanos::from_us(100));
    if (tsc_is_invariant()) {
        EXPECT_NE(process_clock.report().tsc_hz, first_hz) << "nobody kept it";
    }
}

TEST(SteadyClock, BeginsAfterTheJournalsLastEvent) {
    const Nanos future = wall_time() + Nanos::from_seconds(3'600);
    const SteadyClock clock(future);
    const Nanos first = clock.now();
    EXPECT_GT(first, future);
    EXPECT_LT(first, future + Nanos::from_seconds(60));
}

}  // namespace
}  // namespace hw::deploy
