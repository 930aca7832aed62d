// A logon with the wrong password: refused, told in the venue's words, and the secret is nowhere to be found.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "fix/credentials.h"
#include "tests/scenario/command.h"
#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSecret = "open-sesame-7f3a91";

class Logon : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        ::setenv(fix::kOrderCredentials.username, "desk", 1);
        ::setenv(fix::kOrderCredentials.secret, kSecret, 1);
    }
    void TearDown() override {
        ::unsetenv(fix::kOrderCredentials.username);
        ::unsetenv(fix::kOrderCredentials.secret);
    }
    /// A run against an exchange that wants `password`.
    void run(TwoProcesses& world, const char* password) {
        for (const char* argument : {"--fix-user", "desk", "--fix-password", password})
            world.exchange_argument(argument);
        world.configure("[fix]\n", std::string("[fix]\ndialect = \"") + GetParam() + "\"\n");
        ASSERT_TRUE(world.start_exchange());
        auto hedger = world.start_hedger(8);
        ASSERT_TRUE(hedger);
        while (hedger->running()) std::this_thread::sleep_for(20ms);
        EXPECT_EQ(hedger->exit_code(), 0);
        world.stop_exchange();
    }
    /// In every file of the run: journal, store, logs, reports.
    static void expect_secret_nowhere(const TwoProcesses& world, int least_files) {
        int files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(world.dir())) {
            if (!entry.is_regular_file()) continue;
            ++files;
            EXPECT_EQ(read_file(entry.path()).find(kSecret), std::string::npos) << entry.path();
        }
        EXPECT_GE(files, least_files);
    }
};

TEST_P(Logon, WithAWrongPasswordIsRefusedAndToldAndTheSecretIsNowhere) {
    TwoProcesses world(6, 5);
    run(world, "something-else");
    const std::string log = world.log("hedger-1.log");
    EXPECT_NE(log.find("session_down"), std::string::npos);
    EXPECT_NE(log.find("unknown username or wrong password"), std::string::npos) << log;
    EXPECT_EQ(log.find(" session_up"), std::string::npos);
    const auto exchange = world.exchange_report();
    EXPECT_GT(exchange.at("fix").at("refused_logons").get<int>(), 0);
    EXPECT_EQ(exchange.at("orders").at("received"), 0);
    EXPECT_EQ(world.hedger_report().at("hedges").at("sent"), 0);
    const auto told = hedgewire(world.dir(), {"fix-log", "--store", world.store_dir()});
    EXPECT_EQ(told.exit_code, 0) << told.err;
    EXPECT_NE(told.out.find("Username=desk Password=***"), std::string::npos) << told.out;
    EXPECT_NE(told.out.find("wrong password"), std::string::npos) << told.out;
    expect_secret_nowhere(world, 6);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Logon, ::testing::Values("plain", "deribit"),
                         [](const auto& dialect) { return std::string(dialect.param); });

class PlainLogon : public Logon {};

TEST_P(PlainLogon, WithTheRightPasswordGoesThroughAndTheSecretIsNowhere) {
    TwoProcesses world(6, 5);
    run(world, kSecret);
    EXPECT_NE(world.log("hedger-1.log").find("session_up"), std::string::npos) << world.log("hedger-1.log");
    EXPECT_EQ(world.exchange_report().at("fix").at("refused_logons"), 0);
    expect_secret_nowhere(world, 6);
}

INSTANTIATE_TEST_SUITE_P(Dialects, PlainLogon, ::testing::Values("plain"),
                         [](const auto& dialect) { return std::string(dialect.param); });

}  // namespace
}  // namespace hw::scenario
