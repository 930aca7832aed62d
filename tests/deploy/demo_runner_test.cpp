// The demonstration's tools: children that always end, a workspace that takes nothing away from others, and
// the configuration made from the example.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "deploy/demo_runner/child_process.h"
#include "deploy/demo_runner/programs.h"
#include "deploy/demo_runner/workspace.h"
#include "deploy/runtime/config.h"

namespace hw::demo {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

ChildProcess shell(const std::string& script) {
    std::string error;
    auto child = ChildProcess::start({{"/bin/sh", "-c", script}, "/dev/null", "/dev/null"}, error);
    EXPECT_TRUE(child) << error;
    return std::move(*child);
}

void wait_for_end(ChildProcess& child) {
    for (int i = 0; i < 2'000 && child.running(); ++i) std::this_thread::sleep_for(5ms);
}

TEST(ChildProcess, TellsTheExitCode) {
    auto child = shell("exit 7");
    wait_for_end(child);
    EXPECT_FALSE(child.running());
    EXPECT_EQ(child.exit_code(), 7);
}

TEST(ChildProcess, AProgramThatIsNotThereIsAnError) {
    std::string error;
    EXPECT_FALSE(ChildProcess::start({{"/nonexistent/program"}, "", ""}, error));
    EXPECT_EQ(error, "/nonexistent/program: No such file or directory");
}

TEST(ChildProcess, StopEndsIt) {
    auto child = shell("sleep 100");
    ASSERT_TRUE(child.running());
    child.stop(2s);
    EXPECT_FALSE(child.running());
    EXPECT_EQ(child.exit_code(), -SIGTERM);
}

TEST(ChildProcess, OneThatWillNotEndIsKilledAfterTheGrace) {
    const fs::path ready = fs::path(testing::TempDir()) / "hedgewire_child_ready";
    fs::remove(ready);
    auto child = shell("trap '' TERM; touch " + ready.string() + "; while :; do sleep 0.01; done");
    for (int i = 0; i < 2'000 && !fs::exists(ready); ++i) std::this_thread::sleep_for(5ms);
    child.stop(50ms);
    fs::remove(ready);
    EXPECT_FALSE(child.running());
    EXPECT_EQ(child.exit_code(), -SIGKILL);
}

TEST(ChildProcess, ItsOutputGoesToTheFile) {
    const fs::path file = fs::path(testing::TempDir()) / "hedgewire_child_out";
    std::string error;
    auto child = ChildProcess::start({{"/bin/echo", "two words"}, file, ""}, error);
    ASSERT_TRUE(child) << error;
    wait_for_end(*child);
    std::ifstream in(file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "two words\n");
    fs::remove(file);
}

class WorkspaceTest : public testing::Test {
  protected:
    void SetUp() override { fs::remove_all(out_); }
    void TearDown() override { fs::remove_all(out_); }
    fs::path out_ =
        fs::path(testing::TempDir()) /
        (std::string("hedgewire_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(WorkspaceTest, ClearsWhatAnEarlierDemonstrationLeft) {
    std::string error;
    ASSERT_TRUE(Workspace::make(out_, error)) << error;
    fs::create_directories(out_ / "journal");
    std::ofstream(out_ / "notes.txt") << "mine";
    ASSERT_TRUE(Workspace::make(out_, error)) << error;
    EXPECT_FALSE(fs::exists(out_ / "journal"));
    EXPECT_TRUE(fs::exists(out_ / "notes.txt"));
}

TEST_F(WorkspaceTest, RefusesToClearAJournalThatIsNotItsOwn) {
    fs::create_directories(out_ / "journal");
    std::string error;
    EXPECT_FALSE(Workspace::make(out_, error));
    EXPECT_TRUE(fs::exists(out_ / "journal"));
    EXPECT_NE(error.find("--out"), std::string::npos) << error;
}

TEST_F(WorkspaceTest, TheSocketsAreGoneAfterwards) {
    std::string error;
    fs::path sockets;
    {
        const auto workspace = Workspace::make(out_, error);
        ASSERT_TRUE(workspace) << error;
        sockets = workspace->socket("x").parent_path();
        EXPECT_TRUE(fs::exists(sockets));
        EXPECT_LT(workspace->socket("memif.sock").string().size(), 100u);
    }
    EXPECT_FALSE(fs::exists(sockets));
}

TEST_F(WorkspaceTest, TheExampleBecomesAConfigurationOfThisWorkspace) {
    std::string error;
    const auto workspace = Workspace::make(out_, error);
    ASSERT_TRUE(workspace) << error;
    std::ifstream in(HW_SOURCE_DIR "/deploy/config/demo.toml");
    Options options;
    options.transport = "kernel";
    const auto wired =
        with_transport({std::istreambuf_iterator<char>(in), {}}, options, {12345, 12346}, error);
    ASSERT_TRUE(wired) << error;
    const auto text = hedger_config(*wired, *workspace, error);
    ASSERT_TRUE(text) << error;
    const auto result = deploy::parse_config(*text, "demo.toml");
    ASSERT_TRUE(std::holds_alternative<deploy::RunConfig>(result))
        << to_string(std::get<deploy::ConfigErrors>(result));
    const auto& config = std::get<deploy::RunConfig>(result);
    EXPECT_EQ(config.transport, deploy::Transport::kernel);
    EXPECT_EQ(config.fix.host, "127.0.0.1");
    EXPECT_EQ(config.fix.port, 12345);
    ASSERT_TRUE(config.account);
    EXPECT_EQ(config.account->session.port, 12346);
    EXPECT_EQ(config.account->session.store_dir, (out_ / "account").string());
    EXPECT_TRUE(config.engine.reconcile && config.engine.drop_copy);
    EXPECT_EQ(config.journal.dir, (out_ / "journal").string());
    EXPECT_EQ(config.control.socket, workspace->socket("control.sock").string());
    EXPECT_EQ(config.port.idle, net::IdlePolicy::backoff);
    options.transport = "paper";
    std::ifstream again(HW_SOURCE_DIR "/deploy/config/demo.toml");
    const auto paper =
        with_transport({std::istreambuf_iterator<char>(again), {}}, options, {12345, 12346}, error);
    ASSERT_TRUE(paper) << error;
    EXPECT_EQ(paper->find("[account]"), std::string::npos);
    EXPECT_FALSE(hedger_config("version = 1", *workspace, error));
    EXPECT_FALSE(with_transport("version = 1", options, {12345, 12346}, error));
}

}  // namespace
}  // namespace hw::demo
