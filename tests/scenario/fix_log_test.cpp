// `hedgewire fix-log` on a session that is running, and on what is left of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "tests/scenario/command.h"
#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

std::vector<nlohmann::json> objects(const std::string& text) {
    std::vector<nlohmann::json> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        found.push_back(nlohmann::json::parse(line, nullptr, false));
        EXPECT_TRUE(found.back().is_object()) << line;
    }
    return found;
}

std::string field(const nlohmann::json& message, int tag) {
    for (const auto& candidate : message.at("fields"))
        if (candidate.at("tag") == tag) return candidate.at("value");
    return {};
}

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(FixLog, TellsBothDirectionsWhileTheHedgerRunsAndAllOfItAfterwards) {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    TwoProcesses world(6, seed);
    for (const char* argument : {"--option-fill-every-ms", "100"}) world.exchange_argument(argument);
    ASSERT_TRUE(world.start_exchange());
    auto hedger = world.start_hedger(15);
    ASSERT_TRUE(hedger);
    CommandResult during;
    for (int n = 0; n < 200 && hedger->running(); ++n) {
        during = hedgewire(world.dir(), {"fix-log", "--store", world.store_dir(), "--type", "D"});
        if (during.exit_code == 0 && !during.out.empty()) break;
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_TRUE(hedger->running());
    EXPECT_EQ(during.exit_code, 0) << during.err;
    EXPECT_NE(during.out.find(" -> "), std::string::npos);
    EXPECT_NE(during.out.find(" NewOrderSingle ClOrdID="), std::string::npos) << during.out;
    while (hedger->running()) std::this_thread::sleep_for(20ms);
    world.stop_exchange();
    const auto report = world.hedger_report();

    const auto log = [&](std::vector<std::string> arguments) {
        std::vector<std::string> all{"fix-log", "--config", world.configuration()};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const CommandResult result = hedgewire(world.dir(), all);
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return result.out;
    };
    const auto orders = objects(log({"--json", "--direction", "sent", "--type", "NewOrderSingle"}));
    EXPECT_EQ(orders.size(), report.at("hedges").at("sent").get<std::size_t>());
    const auto fills = objects(log({"--json", "--direction", "received", "--type", "8"}));
    // One that overtook the resend of those before it comes twice.
    std::set<std::string> traded;
    for (const auto& m : fills)
        if (field(m, 150) == "F") traded.insert(field(m, 17));
    EXPECT_EQ(traded.size(), report.at("executions").get<std::size_t>());
    ASSERT_FALSE(orders.empty());

    // One order's whole life, and nothing else.
    const std::string id = field(orders.front(), 11);
    const auto life = objects(log({"--json", "--order", id}));
    ASSERT_GE(life.size(), 2u);
    EXPECT_EQ(life.front().at("direction"), "sent");
    EXPECT_EQ(life.back().at("direction"), "received");
    for (const auto& message : life)
        EXPECT_TRUE(field(message, 11) == id || field(message, 41) == id) << message.dump();

    const std::string all = log({});
    EXPECT_EQ(lines_of(all),
              lines_of(log({"--direction", "sent"})) + lines_of(log({"--direction", "received"})));
    EXPECT_GT(lines_of(all), lines_of(log({"--no-admin"})));
    EXPECT_NE(all.find(" Logon "), std::string::npos);
    EXPECT_NE(all.find("Side=1(buy)"), std::string::npos);
    EXPECT_EQ(all.find("CheckSum"), std::string::npos);
    const auto few = objects(log({"--json", "--from", "2", "--to", "4", "--direction", "sent"}));
    ASSERT_EQ(few.size(), 3u);
    EXPECT_EQ(few[0].at("sequence"), 2);
    EXPECT_EQ(few[2].at("sequence"), 4);
}

class FixLogSays : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "hedgewire-fix-log-XXXXXX").string();
        dir = ::mkdtemp(pattern.data());
    }
    void TearDown() override { std::filesystem::remove_all(dir); }
    std::filesystem::path dir;
};

TEST_F(FixLogSays, HowItIsUsed) {
    const auto help = hedgewire(dir, {"fix-log", "--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const char* word : {"--store", "--direction", "--order", "Examples:", "Exit codes:", "masked"})
        EXPECT_NE(help.out.find(word), std::string::npos) << word;
}

TEST_F(FixLogSays, WhatIsWrong) {
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "fix-log");
        return hedgewire(dir, arguments);
    };
    auto result = run({});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(result.says("needs --store DIR or --config F")) << result.err;
    result = run({"--store", dir / "none"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(result.says("none/messages")) << result.err;
    result = run({"--store", dir, "--type", "Nonsense"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(result.says("there is no message type 'Nonsense'")) << result.err;
    result = run({"--store", dir, "--direction", "sideways"});
    EXPECT_EQ(result.exit_code, 2);
    result = run({"--store", dir, "--config", "x.toml"});
    EXPECT_EQ(result.exit_code, 2);
    result = run({"--config", dir / "x.toml"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(result.says("x.toml")) << result.err;
    std::ofstream(dir / "messages") << std::string(5'000, 'x');
    result = run({"--store", dir});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(result.says("is not a message store")) << result.err;
}

}  // namespace
}  // namespace hw::scenario
