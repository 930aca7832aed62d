// The account's second session, two processes: every fill counts once whichever session tells it first, or
// alone; trades taken back and corrected; positions taken over at the start of day.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr std::uint32_t kSeconds = 10;

class SecondSession : public ::testing::Test {
  protected:
    void SetUp() override { std::printf("seed %llu\n", static_cast<unsigned long long>(seed)); }
    void exchange(std::initializer_list<const char*> arguments) {
        for (const char* argument : arguments) world.exchange_argument(argument);
    }
    /// Both, until the hedger has had its time; what must hold at the end of any of these runs.
    void run() {
        exchange({"--option-fill-every-ms", "150", "--combo-share", "0.3"});
        ASSERT_TRUE(world.start_exchange());
        auto process = world.start_hedger(kSeconds + 3);
        ASSERT_TRUE(process);
        while (process->running()) std::this_thread::sleep_for(20ms);
        EXPECT_EQ(process->exit_code(), 0);
        world.stop_exchange();
        hedger = world.hedger_report();
        venue = world.exchange_report();
        ASSERT_TRUE(hedger.is_object() && venue.is_object());
        EXPECT_FALSE(hedger.at("killed").get<bool>()) << hedger.at("alerts").dump();
        expect_same_positions(hedger, venue);
        EXPECT_GE(snapshots().at("counted").get<int>(), 2);
        EXPECT_TRUE(account().at("breaks").empty()) << account().at("breaks").dump();
        EXPECT_TRUE(world.replay().value("identical", false));
        std::printf("drop copy %s\nsnapshots %s\nvenue %s\nalerts %s\n", drop_copy().dump().c_str(),
                    snapshots().dump().c_str(), venue.at("account_session").dump().c_str(),
                    hedger.at("alerts").dump().c_str());
    }
    const Json& account() const { return hedger.at("reconciliation"); }
    const Json& drop_copy() const { return account().at("drop_copy"); }
    const Json& snapshots() const { return account().at("snapshots"); }
    std::uint64_t of_venue(const char* name) const {
        return venue.at("account_session").at(name).get<std::uint64_t>();
    }

    const std::uint64_t seed = std::random_device{}();
    TwoProcesses world{kSeconds, seed};
    Json hedger;
    Json venue;
};

TEST_F(SecondSession, FillsCountOnceWhenTheCopyComesLateAndTwice) {
    exchange({"--copy-delay-us", "40000", "--copy-twice-every", "3", "--split-fills", "3"});
    run();
    EXPECT_EQ(hedger.at("executions"), venue.at("executions"));
    EXPECT_EQ(drop_copy().at("matched"), venue.at("executions"));
    EXPECT_EQ(drop_copy().at("not_on_drop_copy"), 0);
    EXPECT_EQ(drop_copy().at("only_on_drop_copy"), 0);
    EXPECT_GT(of_venue("fills_repeated"), 0u);
}

TEST_F(SecondSession, FillsCountOnceWhenTheCopyComesFirstByFixt) {
    world.configure("[account] ", "[account]\nprotocol = \"FIXT.1.1\" ");
    // The last one counts.
    exchange({"--account", "FIXT.1.1", "--delay-fills-us", "40000"});
    run();
    EXPECT_EQ(hedger.at("executions"), venue.at("executions"));
    EXPECT_EQ(drop_copy().at("matched"), venue.at("executions"));
    EXPECT_EQ(drop_copy().at("only_on_drop_copy"), 0);
}

TEST_F(SecondSession, AFillThatOneSessionNeverToldIsBookedAndSaid) {
    world.configure("snapshot_every_s = 2", "snapshot_every_s = 2\nunmatched_after_ms = 1000");
    // The copy comes well after the end of an order whose fill was lost.
    exchange({"--copy-lose-every", "7", "--report-lose-every", "2", "--copy-delay-us", "100000"});
    run();
    // Every second fill is lost, so one of our own all but certainly; tests/hedge has it for sure.
    std::printf("orders in doubt: %d\n", hedger.at("alerts").value("order_unknown", 0));
    EXPECT_EQ(hedger.at("executions"), venue.at("executions"));
    EXPECT_GT(of_venue("reports_lost"), 0u);
    EXPECT_GT(of_venue("copies_lost"), 0u);
    EXPECT_GT(drop_copy().at("only_on_drop_copy").get<int>(), 0);
    EXPECT_GT(drop_copy().at("not_on_drop_copy").get<int>(), 0);
}

TEST_F(SecondSession, BustsAndCorrectionsAreBookedOnce) {
    exchange({"--bust-every", "6", "--correct-every", "4"});
    run();
    EXPECT_GT(of_venue("busts"), 0u);
    EXPECT_GT(of_venue("corrections"), 0u);
    EXPECT_EQ(account().at("busts").get<std::uint64_t>(), of_venue("busts"));
    EXPECT_EQ(account().at("corrections").get<std::uint64_t>(), of_venue("corrections"));
}

TEST_F(SecondSession, TheVenuesPositionsAreTakenOverAtTheStart) {
    exchange({"--initial-position", "BTC-PERPETUAL=20000"});
    run();
    EXPECT_EQ(hedger.at("executions"), venue.at("executions"));
    EXPECT_GT(hedger.at("hedges").at("filled").get<int>(), 0);
    EXPECT_TRUE(hedger.at("underlyings").at("BTC").at("in_band").get<bool>());
    EXPECT_GT(hedger.at("account_session").at("positions_told").get<int>(), 0);
}

}  // namespace
}  // namespace hw::scenario
