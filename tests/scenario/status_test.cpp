// A running hedger says how its clock does and what kept its thread from polling, and hands out its last
// packets.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "net/packet.h"
#include "net/pcapng.h"
#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

void expect_host_figures(const nlohmann::json& report) {
    const auto& clock = report.at("clock");
    if (clock.at("source") == "tsc") {
        EXPECT_GT(clock.at("tsc_hz").get<double>(), 1e8);
        EXPECT_LT(std::abs(clock.at("calibration_error_ppm").get<double>()), 100);
    }
    EXPECT_GT(clock.at("reading_ns").get<double>(), 0);
    EXPECT_TRUE(clock.at("ntp_synchronised").is_boolean());
    EXPECT_TRUE(clock.at("ntp_offset_us").is_number());
    EXPECT_GE(clock.at("ntp_max_error_us").get<double>(), 0);
    const auto& gaps = report.at("gaps");
    EXPECT_EQ(gaps.at("threshold_us").get<double>(), 10);
    EXPECT_GE(gaps.at("total_us").get<double>(), gaps.at("max_us").get<double>());
    EXPECT_GE(gaps.at("count").get<int>(), gaps.at("while_working").get<int>());
    EXPECT_GT(report.at("capture").at("rx_frames").get<int>(), 0);
}

struct Counted {
    std::uint64_t frames = 0;
    std::uint64_t market_data_in = 0;
};

Counted count_frames(const std::string& path) {
    Counted counted;
    std::string error;
    const auto reader = net::CaptureReader::open(path, error);
    EXPECT_TRUE(reader) << error;
    if (!reader) return counted;
    Nanos last;
    for (net::CaptureFrame frame; reader->next(frame); ++counted.frames) {
        EXPECT_GE(frame.time, last);
        last = frame.time;
        const auto c = net::classify(frame.bytes);
        counted.market_data_in +=
            c.verdict == net::Verdict::udp && frame.direction == net::CaptureDirection::in ? 1 : 0;
    }
    EXPECT_EQ(reader->error(), "");
    return counted;
}

TEST(Status, ShowsClockAndGapsAndHandsOutTheLastPackets) {
    TwoProcesses world(8, 11);
    ASSERT_TRUE(world.start_exchange());
    auto hedger = world.start_hedger(0);
    ASSERT_TRUE(hedger);
    world.wait_until_running(*hedger);
    std::this_thread::sleep_for(3s);
    std::string said;
    ASSERT_EQ(world.ctl({"status"}, said), 0) << said;
    expect_host_figures(nlohmann::json::parse(said));
    const std::string path =
        (std::filesystem::temp_directory_path() / ("hw_status_" + std::to_string(getpid()) + ".pcapng"))
            .string();
    ASSERT_EQ(world.ctl({"capture", "--out", path}, said), 0) << said;
    const auto answer = nlohmann::json::parse(said);
    EXPECT_EQ(answer.at("out"), path);
    const Counted all = count_frames(path);
    EXPECT_EQ(all.frames, answer.at("frames").get<std::uint64_t>());
    EXPECT_GT(all.market_data_in, 100u);
    ASSERT_EQ(world.ctl({"capture", "--seconds", "1", "--out", path}, said), 0) << said;
    const Counted last = count_frames(path);
    EXPECT_GT(last.frames, 0u);
    EXPECT_LT(last.frames, all.frames);
    EXPECT_EQ(world.ctl({"capture", "--out", "/nonexistent/f"}, said), 1);
    EXPECT_NE(said.find("No such file"), std::string::npos) << said;
    EXPECT_EQ(world.ctl({"capture"}, said), 2) << "where to?";
    EXPECT_EQ(world.ctl({"capture", "--seconds", "0", "--out", path}, said), 2);
    std::filesystem::remove(path);
    hedger->stop(8s);
    EXPECT_EQ(hedger->exit_code(), 0);
    world.stop_exchange();
    expect_host_figures(world.hedger_report());
}

TEST(Status, NothingIsHeldWhenItIsConfiguredOff) {
    TwoProcesses world(4, 12);
    world.configure("[control]", "[capture]\nseconds = 0\n\n[control]");
    ASSERT_TRUE(world.start_exchange());
    auto hedger = world.start_hedger(0);
    ASSERT_TRUE(hedger);
    world.wait_until_running(*hedger);
    std::this_thread::sleep_for(1s);
    std::string said;
    EXPECT_EQ(world.ctl({"capture", "--out", "/tmp/hedgewire-none"}, said), 1);
    EXPECT_NE(said.find("no packets are held"), std::string::npos) << said;
    hedger->stop(8s);
    EXPECT_EQ(hedger->exit_code(), 0);
}

}  // namespace
}  // namespace hw::scenario
