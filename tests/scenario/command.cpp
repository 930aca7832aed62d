#include "tests/scenario/command.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "deploy/demo_runner/child_process.h"

namespace hw::scenario {

using namespace std::chrono_literals;

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

CommandResult hedgewire(const std::filesystem::path& dir, const std::vector<std::string>& arguments) {
    demo::Command command{{std::string(HW_BIN_DIR) + "/hedgewire"}, dir / "stdout", dir / "stderr"};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    CommandResult result;
    std::string error;
    auto process = demo::ChildProcess::start(command, error);
    if (!process) {
        ADD_FAILURE() << error;
        return result;
    }
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    bool ended = false;
    while (!(ended = !process->running()) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(2ms);
    if (!ended) process->crash();
    result.exit_code = ended ? process->exit_code() : -1000;
    result.out = read_file(command.stdout_file);
    result.err = read_file(command.stderr_file);
    return result;
}

}  // namespace hw::scenario
