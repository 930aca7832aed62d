#include "tests/scenario/two_processes.h"

#include <stdlib.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <thread>

namespace hw::scenario {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {
std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
}  // namespace

TwoProcesses::TwoProcesses(std::uint32_t seconds, std::uint64_t seed) {
    std::string pattern = (fs::temp_directory_path() / "hedgewire-scenario-XXXXXX").string();
    dir_ = mkdtemp(pattern.data());
    options_.seconds = seconds;
    options_.seed = seed;
    options_.programs = HW_BIN_DIR;
    options_.out = dir_ / "out";
    options_.config = fs::path(HW_SOURCE_DIR) / "deploy/config/demo.toml";
    options_.transport = "kernel";
    std::string error;
    auto made = demo::Workspace::make(options_.out, error);
    if (made) workspace_.emplace(std::move(*made));
    if (!workspace_) ADD_FAILURE() << error;
}

TwoProcesses::~TwoProcesses() {
    exchange_.reset();
    if (testing::Test::HasFailure()) {
        fprintf(stderr, "kept for inspection: %s\n", dir_.c_str());
        return;
    }
    fs::remove_all(dir_);
}

bool TwoProcesses::start_exchange() {
    std::string error;
    const demo::FixPorts ports = demo::free_ports();
    std::optional<std::string> example = read_file(options_.config);
    if (options_.feed == "starbase") example = demo::with_starbase(*example, error);
    if (example) example = demo::with_transport(*example, options_, ports, error);
    auto config = example ? demo::hedger_config(*example, *workspace_, error) : std::nullopt;
    if (!config) {
        ADD_FAILURE() << error;
        return false;
    }
    demo::Command command = demo::exchange_command(options_, *workspace_, ports);
    if (devices_) give_devices(*config, command);
    for (const auto& [from, to] : changes_) change(*config, from, to);
    std::ofstream(workspace_->out("hedger.toml")) << *config;
    command.arguments.insert(command.arguments.end(), exchange_arguments_.begin(), exchange_arguments_.end());
    auto started = demo::ChildProcess::start(command, error);
    if (!started) {
        ADD_FAILURE() << error;
        return false;
    }
    exchange_.emplace(std::move(*started));
    begun_ = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000 && !exchange_is_ready() && exchange_->running(); ++i)
        std::this_thread::sleep_for(20ms);
    if (!exchange_->running()) ADD_FAILURE() << "the exchange did not start:\n" << log("exchange.log");
    return exchange_->running();
}

void TwoProcesses::change(std::string& config, const std::string& from, const std::string& to) const {
    const auto at = config.find(from);
    if (at == std::string::npos) {
        ADD_FAILURE() << "the example configuration does not hold " << from;
        return;
    }
    config.replace(at, from.size(), to);
}

std::string TwoProcesses::memif(const std::string& role) const {
    return "net_memif0,role=" + role + ",id=0,socket=" + workspace_->socket("memif.sock").string() +
           ",socket-abstract=no";
}

void TwoProcesses::give_devices(std::string& config, demo::Command& exchange) const {
    const auto name = [](const std::string& device) { return device.substr(0, device.find(',')); };
    const auto& [ours, theirs] = *devices_;
    change(config, memif("client"), ours);
    change(config, "device = \"net_memif0\"", "device = \"" + name(ours) + "\"");
    for (std::string& argument : exchange.arguments) {
        const auto at = argument.find(memif("server"));
        if (argument == "net_memif0") argument = name(theirs);
        if (at != std::string::npos) argument.replace(at, std::string::npos, theirs);
    }
}

/// A memif server has made its socket; with another device there is the first summary to be seen.
bool TwoProcesses::exchange_is_ready() const {
    return fs::exists(devices_ ? workspace_->out("exchange.json") : workspace_->socket("memif.sock"));
}

std::optional<demo::ChildProcess> TwoProcesses::start_hedger(std::uint32_t seconds) {
    demo::Options options = options_;
    options.seconds = seconds;
    demo::Command command = demo::hedger_command(options, *workspace_);
    const std::string name = "hedger-" + std::to_string(++starts_) + ".log";
    command.stdout_file = workspace_->out("hedger-table.log");
    command.stderr_file = workspace_->out(name.c_str());
    std::string error;
    auto started = demo::ChildProcess::start(command, error);
    if (!started) ADD_FAILURE() << error;
    return started;
}

void TwoProcesses::wait_until_running(demo::ChildProcess& hedger) const {
    const std::string name = "hedger-" + std::to_string(starts_) + ".log";
    for (int i = 0; i < 1'000 && hedger.running(); ++i) {
        if (log(name.c_str()).find("definitions_incomplete") != std::string::npos) return;
        std::this_thread::sleep_for(10ms);
    }
}

void TwoProcesses::stop_exchange() { exchange_->stop(8'000ms); }

double TwoProcesses::seconds_running() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
}

std::string TwoProcesses::log(const char* name) const { return read_file(workspace_->out(name)); }

nlohmann::json TwoProcesses::read(const char* name) const {
    return nlohmann::json::parse(log(name), nullptr, false);
}

nlohmann::json TwoProcesses::replay() {
    std::string error;
    auto replay = demo::ChildProcess::start(demo::replay_command(options_, *workspace_), error);
    if (!replay) {
        ADD_FAILURE() << error;
        return {};
    }
    while (replay->running()) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(replay->exit_code(), 0) << log("replay.json");
    return read("replay.json");
}

int TwoProcesses::ctl(const std::vector<std::string>& arguments, std::string& output) {
    demo::Command command{
        {options_.programs / "hedgewire", "ctl", "--socket", workspace_->socket("control.sock")},
        workspace_->out("ctl.log"),
        workspace_->out("ctl.err")};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    std::string error;
    auto ctl = demo::ChildProcess::start(command, error);
    if (!ctl) {
        ADD_FAILURE() << error;
        return -1;
    }
    while (ctl->running()) std::this_thread::sleep_for(5ms);
    output = log("ctl.log") + log("ctl.err");
    return ctl->exit_code();
}

void expect_same_positions(const nlohmann::json& hedger, const nlohmann::json& exchange) {
    const auto ours = positions_of(hedger);
    const auto theirs = positions_of(exchange);
    EXPECT_EQ(ours.size(), theirs.size());
    for (const auto& [symbol, quantity] : theirs) {
        ASSERT_TRUE(ours.contains(symbol)) << symbol << ": the exchange has " << quantity << ", we have none";
        EXPECT_NEAR(ours.at(symbol), quantity, 1e-6) << symbol;
    }
}

void expect_consistent(TwoProcesses& world, bool killed) {
    const auto hedger = world.hedger_report();
    const auto exchange = world.exchange_report();
    ASSERT_TRUE(hedger.is_object() && exchange.is_object());
    EXPECT_EQ(hedger.at("executions"), exchange.at("executions"));
    EXPECT_EQ(exchange.at("orders").at("duplicate_cl_ord_ids"), 0);
    EXPECT_EQ(hedger.at("killed").get<bool>(), killed) << hedger.at("alerts").dump();
    expect_same_positions(hedger, exchange);
    const auto replay = world.replay();
    EXPECT_TRUE(replay.value("identical", false));
    EXPECT_EQ(replay.value("state_hash", std::string("none")), hedger.at("journal").at("state_hash"));
    std::printf("alerts %s\nfeed %s\nsession %s\n", hedger.at("alerts").dump().c_str(),
                hedger.at("feed").dump().c_str(), hedger.at("session").dump().c_str());
}

std::map<std::string, double> positions_of(const nlohmann::json& report) {
    std::map<std::string, double> positions;
    for (const auto& [symbol, quantity] : report.at("positions").items()) {
        if (std::abs(quantity.get<double>()) > 1e-9) positions[symbol] = quantity.get<double>();
    }
    return positions;
}

}  // namespace hw::scenario
