// deploy/demo --stress, as its program runs it: an extreme market that ends flat and within capital.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "deploy/demo_runner/child_process.h"

namespace hw::scenario {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Stress, EndsFlatAndSaysWhatTheMarketDid) {
    std::string pattern = (fs::temp_directory_path() / "hedgewire-stress-XXXXXX").string();
    const fs::path dir = mkdtemp(pattern.data());
    std::string error;
    auto demo = demo::ChildProcess::start(
        {{HW_BIN_DIR "/hedgewire-demo", "--stress", "--seconds", "12", "--config",
          HW_SOURCE_DIR "/deploy/config/demo.toml", "--transport", "kernel", "--out", dir / "out"},
         dir / "table.log",
         dir / "words.log"},
        error);
    ASSERT_TRUE(demo) << error;
    while (demo->running()) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(demo->exit_code(), 0) << text_of(dir / "words.log");
    const auto summary = nlohmann::json::parse(text_of(dir / "out" / "demo-summary.json"), nullptr, false);
    ASSERT_TRUE(summary.is_object());
    const auto& stress = summary.at("stress");
    EXPECT_GT(stress.at("regimes").value("dislocated", 0), 0) << stress.dump();
    EXPECT_TRUE(stress.at("stops").is_object());
    EXPECT_NE(text_of(dir / "words.log").find("changes of regime: "), std::string::npos);
    fs::remove_all(dir);
}

}  // namespace
}  // namespace hw::scenario
