// The real program, run as a user runs it: exit codes, and what goes to stdout and to stderr.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "deploy/demo_runner/child_process.h"
#include "tests/deploy/config_samples.h"

namespace hw::deploy {
namespace {

namespace fs = std::filesystem;

struct Said {
    int exit_code = 0;
    std::string out;
    std::string err;
};

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class CommandLine : public testing::Test {
  protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        dir_ = fs::path(testing::TempDir()) / (std::string("hedgewire_cli_") + test->name());
        fs::create_directories(dir_);
    }
    void TearDown() override { fs::remove_all(dir_); }

    Said run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), HW_BIN_DIR "/hedgewire");
        std::string error;
        auto child = demo::ChildProcess::start({arguments, dir_ / "out", dir_ / "err"}, error);
        EXPECT_TRUE(child) << error;
        if (!child) return {};
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (child->running() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        child->stop(std::chrono::milliseconds(0));
        return {child->exit_code(), read_file(dir_ / "out"), read_file(dir_ / "err")};
    }

    std::string file(std::string_view text) {
        std::ofstream(dir_ / "c.toml") << text;
        return dir_ / "c.toml";
    }

    fs::path dir_;
};

TEST_F(CommandLine, CheckPrintsTheEffectiveConfiguration) {
    const Said said = run({"check", "--config", file(kSample)});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_EQ(said.err, "");
    EXPECT_EQ(said.out, std::get<RunConfig>(parse_config(kSample, "c.toml")).text);
}

TEST_F(CommandLine, CheckNamesFileLineAndColumnAndExitsWith2) {
    const std::string path = file(spoilt("band = 0.5", "band = 0"));
    const Said said = run({"check", "--config", path});
    EXPECT_EQ(said.exit_code, 2);
    EXPECT_EQ(said.out, "");
    EXPECT_EQ(said.err,
              path + ":29:8: underlying[0].band must be greater than 0 and at most 1000000000, but is 0\n");
}

TEST_F(CommandLine, RunStartsNothingOnABadConfiguration) {
    const std::string journal = dir_ / "journal";
    const std::string path = file(spoilt("dir = \"journal\"", "dir = \"" + journal + "\"\nsegment_mbi = 3"));
    const Said said = run({"run", "--config", path});
    EXPECT_EQ(said.exit_code, 2);
    EXPECT_NE(
        said.err.find(path + ":25:1: unknown key journal.segment_mbi; did you mean journal.segment_mib?"),
        std::string::npos)
        << said.err;
    EXPECT_FALSE(fs::exists(journal));
}

TEST_F(CommandLine, BadUsageExitsWith2AndSaysSoOnStderr) {
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {}, {"hedge"}, {"check"}, {"check", "--config"}, {"check", "--colour", "x"}}) {
        const Said said = run(arguments);
        EXPECT_EQ(said.exit_code, 2);
        EXPECT_EQ(said.out, "");
        EXPECT_NE(said.err, "");
    }
}

TEST_F(CommandLine, HelpAndVersionGoToStdout) {
    const Said help = run({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const char* command : {"run", "check", "ctl", "decode", "replay", "why"})
        EXPECT_NE(help.out.find(std::string("  ") + command + " "), std::string::npos) << command;
    const Said version = run({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_EQ(version.out.find("hedgewire "), 0u);
}

TEST_F(CommandLine, EveryCommandHasItsHelp) {
    for (const char* command : {"run", "check", "ctl", "decode", "replay", "why"}) {
        const Said said = run({command, "--help"});
        EXPECT_EQ(said.exit_code, 0) << command;
        EXPECT_NE(said.out.find("--"), std::string::npos) << command;
    }
}

}  // namespace
}  // namespace hw::deploy
