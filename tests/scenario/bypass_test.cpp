// Orders by TCP on the port that the market data comes in by: nothing of it touches the kernel's network.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

void wait_for(demo::ChildProcess& process) {
    while (process.running()) std::this_thread::sleep_for(20ms);
}

std::uint64_t new_seed() {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

/// One that fills an option every 150 ms; both sides on bypass ports.
bool start_busy_venue(TwoProcesses& world) {
    world.use_bypass();
    for (const char* argument : {"--option-fill-every-ms", "150"}) world.exchange_argument(argument);
    return world.start_exchange();
}

TEST(Bypass, HedgesLeaveByThePortOfTheMarketData) {
    TwoProcesses world(14, new_seed());
    ASSERT_TRUE(start_busy_venue(world));
    auto hedger = world.start_hedger(17);
    ASSERT_TRUE(hedger);
    wait_for(*hedger);
    EXPECT_EQ(hedger->exit_code(), 0);
    world.stop_exchange();

    const auto report = world.hedger_report();
    const auto exchange = world.exchange_report();
    ASSERT_TRUE(report.is_object() && exchange.is_object());
    std::printf("tcp %s\n", report.at("tcp").dump().c_str());
    EXPECT_GT(report.at("hedges").at("filled").get<int>(), 0);
    EXPECT_EQ(report.at("executions"), exchange.at("executions"));
    EXPECT_EQ(exchange.at("orders").at("duplicate_cl_ord_ids"), 0);
    expect_same_positions(report, exchange);
    // Orders leave before lwIP knows of them; what it then sends for the first time is swallowed.
    EXPECT_GT(report.at("tcp").at("delegated_sends").get<int>(), report.at("hedges").at("sent").get<int>());
    EXPECT_GT(report.at("tcp").at("first_transmissions_swallowed").get<int>(), 0);
    EXPECT_GT(report.at("shadow_walks").get<int>(), 0);
    EXPECT_TRUE(world.replay().value("identical", false));
}

// It says goodbye to nobody: no FIN, no logout. The venue finds out by itself, and the next run logs on.
TEST(Bypass, AfterAKillTheNextRunLogsOnAndHasEveryFill) {
    TwoProcesses world(16, new_seed());
    ASSERT_TRUE(start_busy_venue(world));
    auto first = world.start_hedger(0);
    ASSERT_TRUE(first);
    world.wait_until_running(*first);
    std::this_thread::sleep_for(3s);
    ASSERT_TRUE(first->running()) << "exit code " << first->exit_code();
    first->crash();
    auto second = world.start_hedger(18);
    ASSERT_TRUE(second);
    wait_for(*second);
    EXPECT_EQ(second->exit_code(), 0);
    world.stop_exchange();

    const auto report = world.hedger_report();
    const auto exchange = world.exchange_report();
    ASSERT_TRUE(report.is_object() && exchange.is_object());
    EXPECT_EQ(report.at("executions"), exchange.at("executions")) << "a fill was lost or counted twice";
    EXPECT_EQ(exchange.at("orders").at("duplicate_cl_ord_ids"), 0);
    EXPECT_NE(world.log("hedger-2.log").find("session_up"), std::string::npos) << world.log("hedger-2.log");
    EXPECT_FALSE(report.at("killed").get<bool>()) << report.at("alerts").dump();
    expect_same_positions(report, exchange);
    EXPECT_EQ(world.replay().value("runs", 0), 2);
}

}  // namespace
}  // namespace hw::scenario
