// The venue and the wire misbehave: what is booked, what is sent and what is replayed stay right.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

void wait_for_end(demo::ChildProcess& process) {
    while (process.running()) std::this_thread::sleep_for(20ms);
}

TEST(Faults, LostDoubledAndReorderedPacketsWithABadVenue) {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    TwoProcesses world(14, seed);
    for (const char* argument :
         {"--drop", "0.01", "--duplicate", "0.01", "--reorder", "0.01", "--fix-drop-every-ms", "2500",
          "--reject", "0.2", "--split-fills", "3", "--delay-fills-us", "3000", "--option-fill-every-ms",
          "150", "--combo-share", "0.4"}) {
        world.exchange_argument(argument);
    }
    ASSERT_TRUE(world.start_exchange());
    auto hedger = world.start_hedger(17);
    ASSERT_TRUE(hedger);
    wait_for_end(*hedger);
    EXPECT_EQ(hedger->exit_code(), 0);
    world.stop_exchange();
    expect_consistent(world);
    const auto report = world.hedger_report();
    EXPECT_GT(report.at("session").value("logons", 0), 2) << "the connection was to be dropped";
    EXPECT_GT(report.at("hedges").at("rejected").get<int>() + report.at("hedges").at("filled").get<int>(), 0);
    EXPECT_GT(report.at("feed").value("packets_lost", 0), 0);
}

TEST(Faults, ExpiriesAreSettledNotTraded) {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    TwoProcesses world(14, seed);
    for (const char* argument : {"--short-expiry-seconds", "8", "--option-fill-every-ms", "100"}) {
        world.exchange_argument(argument);
    }
    ASSERT_TRUE(world.start_exchange());
    auto hedger = world.start_hedger(16);
    ASSERT_TRUE(hedger);
    wait_for_end(*hedger);
    EXPECT_EQ(hedger->exit_code(), 0);
    world.stop_exchange();
    expect_consistent(world);
    EXPECT_GT(world.hedger_report().at("alerts").value("settled", 0), 0) << "nothing held expired";
}

TEST(Kill, StopsCancelsAndStaysDownUntilReset) {
    TwoProcesses world(20, 7);
    ASSERT_TRUE(world.start_exchange());
    std::string said;
    EXPECT_EQ(world.ctl({"status"}, said), 2) << "no hedger runs yet";
    {
        auto hedger = world.start_hedger(0);
        ASSERT_TRUE(hedger);
        world.wait_until_running(*hedger);
        std::this_thread::sleep_for(2500ms);
        EXPECT_EQ(world.ctl({"kill", "--why", "test"}, said), 0) << said;
        std::this_thread::sleep_for(300ms);
        ASSERT_EQ(world.ctl({"status"}, said), 0) << said;
        const auto status = nlohmann::json::parse(said);
        EXPECT_TRUE(status.at("killed").get<bool>());
        const int orders = status.at("orders").get<int>();
        std::this_thread::sleep_for(2s);
        ASSERT_EQ(world.ctl({"status"}, said), 0);
        EXPECT_EQ(nlohmann::json::parse(said).at("orders").get<int>(), orders)
            << "a killed hedger sent an order";
        hedger->stop(8s);
        EXPECT_EQ(hedger->exit_code(), 0);
    }
    EXPECT_GT(world.hedger_report().at("session").value("mass_cancels_sent", 0), 0);
    auto again = world.start_hedger(0);
    ASSERT_TRUE(again);
    world.wait_until_running(*again);
    std::this_thread::sleep_for(1500ms);
    ASSERT_EQ(world.ctl({"status"}, said), 0) << said;
    EXPECT_TRUE(nlohmann::json::parse(said).at("killed").get<bool>()) << "a restart is no reset";
    EXPECT_EQ(world.ctl({"reset", "--who", "test"}, said), 0) << said;
    while (world.seconds_running() < 19) std::this_thread::sleep_for(50ms);
    again->stop(8s);
    EXPECT_EQ(again->exit_code(), 0);
    world.stop_exchange();
    expect_consistent(world);
    EXPECT_TRUE(world.hedger_report().at("underlyings").at("BTC").at("in_band").get<bool>());
}

}  // namespace
}  // namespace hw::scenario
