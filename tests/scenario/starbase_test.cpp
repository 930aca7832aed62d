// Hedger and exchange on the Starbase feed: retransmission requests and their answers go over the same port
// as the market data, the lines change over, and what is hedged and booked stays right.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

TEST(Starbase, LostPacketsAreAskedForAndAFailOverIsNoOutage) {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    TwoProcesses world(12, seed);
    world.use_starbase();
    for (const char* argument : {"--drop", "0.01", "--duplicate", "0.01", "--reorder", "0.01",
                                 "--switch-lines-ms", "1500", "--option-fill-every-ms", "150"})
        world.exchange_argument(argument);
    ASSERT_TRUE(world.start_exchange());
    auto hedger = world.start_hedger(15);
    ASSERT_TRUE(hedger);
    while (hedger->running()) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(hedger->exit_code(), 0);
    world.stop_exchange();

    const auto report = world.hedger_report();
    const auto exchange = world.exchange_report();
    ASSERT_TRUE(report.is_object() && exchange.is_object());
    const auto& feed = report.at("feed");
    std::printf("alerts %s\nfeed %s\n", report.at("alerts").dump().c_str(), feed.dump().c_str());
    EXPECT_GT(feed.value("gaps", 0), 10);
    EXPECT_GT(feed.value("retransmit_answers", 0), 10);
    EXPECT_GT(feed.value("failovers", 0), 2);
    EXPECT_GT(report.at("alerts").value("feed_switched", 0), 2);
    EXPECT_EQ(feed.value("orders_unknown", 0), 0);
    EXPECT_EQ(feed.value("books_refused", 0), 0);
    EXPECT_GT(report.at("hedges").at("filled").get<int>(), 0);
    EXPECT_EQ(report.at("executions"), exchange.at("executions"));
    EXPECT_FALSE(report.at("killed").get<bool>()) << report.at("alerts").dump();
    expect_same_positions(report, exchange);
    EXPECT_TRUE(world.replay().value("identical", false));
}

}  // namespace
}  // namespace hw::scenario
