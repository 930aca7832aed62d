// The hedger is killed at random moments and started again on the same journal: no fill is lost, no order
// sent twice.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

TEST(Crash, TwentyKillsLoseNoFillAndSendNoOrderTwice) {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<int> life_ms(0, 1'600);

    TwoProcesses world(60, seed);
    // Many fills, and a slow venue: the more is under way when the process dies, the better.
    for (const char* argument :
         {"--option-fill-every-ms", "60", "--delay-us", "perpetual=5000", "--delay-fills-us", "5000"}) {
        world.exchange_argument(argument);
    }
    ASSERT_TRUE(world.start_exchange());
    for (int kill = 0; kill < 20; ++kill) {
        auto hedger = world.start_hedger(0);
        ASSERT_TRUE(hedger);
        world.wait_until_running(*hedger);
        std::this_thread::sleep_for(std::chrono::milliseconds(life_ms(random)));
        ASSERT_TRUE(hedger->running())
            << "run " << kill + 1 << " ended by itself, exit code " << hedger->exit_code();
        hedger->crash();
    }
    // Fills go on for a while without us, then stop.
    while (world.seconds_running() < 58) std::this_thread::sleep_for(50ms);
    auto last = world.start_hedger(5);
    ASSERT_TRUE(last);
    while (last->running()) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(last->exit_code(), 0);
    world.stop_exchange();

    const auto hedger = world.hedger_report();
    const auto exchange = world.exchange_report();
    ASSERT_TRUE(hedger.is_object() && exchange.is_object());
    EXPECT_EQ(hedger.at("executions"), exchange.at("executions")) << "a fill was lost or counted twice";
    EXPECT_GT(exchange.at("option_fills").get<int>(), 10);
    EXPECT_GT(exchange.at("orders").at("filled").get<int>(), 0);
    EXPECT_EQ(exchange.at("orders").at("duplicate_cl_ord_ids"), 0) << "an order was sent twice";
    expect_same_positions(hedger, exchange);
    std::printf("%d option fills, %d orders, %d executions\n", exchange.at("option_fills").get<int>(),
                exchange.at("orders").at("received").get<int>(), exchange.at("executions").get<int>());
    EXPECT_FALSE(hedger.at("killed").get<bool>());
    EXPECT_TRUE(hedger.at("underlyings").at("BTC").at("in_band").get<bool>())
        << hedger.at("underlyings").dump(2);

    const auto replay = world.replay();
    EXPECT_TRUE(replay.value("identical", false));
    EXPECT_EQ(replay.value("runs", 0), 21);
    EXPECT_EQ(replay.value("state_hash", std::string("none")), hedger.at("journal").at("state_hash"));
}

}  // namespace
}  // namespace hw::scenario
