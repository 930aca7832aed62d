// The hedger is killed between a decision and the report on it, and started again on the same journal and
// store: no fill is lost, no order sent twice. Kills: HW_CRASH_KILLS.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "fix/history.h"
#include "fix/raw_message.h"
#include "tests/net/fuzz.h"
#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

Nanos wall_clock() {
    return Nanos::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count());
}

/// Orders that left since then and of whose end nothing has been heard, as the session's folder tells.
std::size_t under_way(const std::string& store, Nanos since) {
    std::string error;
    auto history = fix::History::open(store, error);
    if (!history) return 0;
    std::set<std::string, std::less<>> orders;
    fix::History::Entry entry;
    while (history->next(entry)) {
        if (entry.time < since) continue;
        const std::string_view order = fix::value_of(entry.text,
                                                     "\x01"
                                                     "11=");
        if (entry.sent && entry.type() == "D") orders.emplace(order);
        const std::string_view status = fix::value_of(entry.text,
                                                      "\x01"
                                                      "39=");
        if (entry.sent || entry.type() != "8" || status == "0" || status == "1") continue;
        if (const auto found = orders.find(order); found != orders.end()) orders.erase(found);
    }
    return orders.size();
}

TEST(Crash, KillsBetweenDecisionAndReportLoseNoFillAndSendNoOrderTwice) {
    const auto kills = static_cast<int>(net::environment_number("HW_CRASH_KILLS", 15));
    const std::uint64_t seed = net::fuzz_seed();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<int> pause_ms(0, 150);

    const auto seconds = static_cast<std::uint32_t>(5 * kills + 15);
    TwoProcesses world(seconds, seed);
    // Many fills, and a venue so slow that some order is under way most of the time.
    for (const char* argument :
         {"--option-fill-every-ms", "60", "--delay-us", "perpetual=200000", "--delay-fills-us", "200000"}) {
        world.exchange_argument(argument);
    }
    ASSERT_TRUE(world.start_exchange());
    int between = 0;
    int runs = 0;
    for (; between < kills && runs < 2 * kills && world.seconds_running() < seconds; ++runs) {
        const Nanos since = wall_clock();
        auto hedger = world.start_hedger(0);
        ASSERT_TRUE(hedger);
        world.wait_until_running(*hedger);
        for (int n = 0; n < 1'000 && under_way(world.store_dir(), since) == 0; ++n)
            std::this_thread::sleep_for(10ms);
        std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms(random)));
        ASSERT_TRUE(hedger->running())
            << "run " << runs + 1 << " ended by itself, exit code " << hedger->exit_code();
        hedger->crash();
        between += under_way(world.store_dir(), since) != 0 ? 1 : 0;
    }
    std::printf("%d kills, %d with an order under way, in %.0f s\n", runs, between, world.seconds_running());
    // A slow machine gets fewer of them into the exchange's time.
    EXPECT_GE(between, (kills + 2) / 3) << "the exchange's time was over before";
    // Fills go on for a while without us, then stop.
    while (world.seconds_running() < seconds - 2) std::this_thread::sleep_for(50ms);
    auto last = world.start_hedger(9);
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
    EXPECT_EQ(replay.value("runs", 0), runs + 1);
    EXPECT_EQ(replay.value("state_hash", std::string("none")), hedger.at("journal").at("state_hash"));
}

}  // namespace
}  // namespace hw::scenario
