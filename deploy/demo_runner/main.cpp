// hedgewire-demo: the hedger and a simulated exchange, two processes on one machine, and what came of it.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "deploy/demo_runner/child_process.h"
#include "deploy/demo_runner/options.h"
#include "deploy/demo_runner/programs.h"
#include "deploy/demo_runner/stress.h"
#include "deploy/demo_runner/summary.h"
#include "deploy/demo_runner/workspace.h"

namespace {

using namespace hw::demo;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPoll = 20ms;
constexpr auto kExchangeStart = 30s;
constexpr auto kHedgerOverrun = 30s;  // start-up and orderly end beside the seconds asked for
constexpr auto kReplayLimit = 300s;
constexpr auto kGrace = 8'000ms;

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int) { interrupted = 1; }

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

int fail(const std::string& why, int code = 1) {
    std::fprintf(stderr, "hedgewire-demo: %s\n", why.c_str());
    return code;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    return static_cast<bool>(file.flush());
}

// Until `done`, an interruption or the end of time; true when done.
template <class Condition>
bool wait_until(Condition done, Clock::duration limit) {
    const auto deadline = Clock::now() + limit;
    while (!done()) {
        if (interrupted || Clock::now() > deadline) return false;
        std::this_thread::sleep_for(kPoll);
    }
    return true;
}

bool prepare_config(const Options& options, const Workspace& workspace, const FixPorts& ports,
                    std::string& error) {
    std::string example = read_file(options.config);
    if (example.empty()) {
        error = options.config.string() + ": cannot be read";
        return false;
    }
    if (options.feed == "starbase") {
        auto other = with_starbase(std::move(example), error);
        if (!other) return false;
        example = std::move(*other);
    }
    if (options.stress) {
        auto stressed = with_stress(std::move(example), error);
        if (!stressed) return false;
        example = std::move(*stressed);
    }
    auto wired = with_transport(std::move(example), options, ports, error);
    if (!wired) return false;
    const auto text = hedger_config(std::move(*wired), workspace, error);
    if (!text) return false;
    if (options.paper() && !write_file(workspace.out("positions.csv"), paper_positions())) {
        error = workspace.out("positions.csv").string() + ": cannot be written";
        return false;
    }
    if (write_file(workspace.out("hedger.toml"), *text)) return true;
    error = workspace.out("hedger.toml").string() + ": cannot be written";
    return false;
}

// Both programs, until the hedger has had its time. Empty when all went its way.
std::string run_both(const Options& options, const Workspace& workspace, const FixPorts& ports) {
    std::string error;
    auto exchange = ChildProcess::start(exchange_command(options, workspace, ports), error);
    if (!exchange) return error;
    const auto socket = workspace.socket("memif.sock");
    wait_until([&] { return !exchange->running() || std::filesystem::exists(socket); }, kExchangeStart);
    if (!exchange->running())
        return "the exchange did not start:\n" + read_file(workspace.out("exchange.log"));
    auto hedger = ChildProcess::start(hedger_command(options, workspace), error);
    if (!hedger) return error;
    const bool ended = wait_until([&] { return !hedger->running() || !exchange->running(); },
                                  std::chrono::seconds(options.seconds) + kHedgerOverrun);
    const bool venue_was_there = exchange->running();
    hedger->stop(kGrace);
    exchange->stop(kGrace);
    if (interrupted) return "interrupted";
    if (!venue_was_there) return "the exchange ended early:\n" + read_file(workspace.out("exchange.log"));
    if (!ended) return "the hedger did not end in time";
    if (hedger->exit_code() != 0)
        return "the hedger ended with exit code " + std::to_string(hedger->exit_code());
    if (exchange->exit_code() != 0)
        return "the exchange ended with exit code " + std::to_string(exchange->exit_code()) + ":\n" +
               read_file(workspace.out("exchange.log"));
    return {};
}

// Exit code 0 of the replay says that every action was identical.
bool replay(const Options& options, const Workspace& workspace) {
    std::string error;
    auto replay = ChildProcess::start(replay_command(options, workspace), error);
    if (!replay) {
        fail(error);
        return false;
    }
    return wait_until([&] { return !replay->running(); }, kReplayLimit) && replay->exit_code() == 0;
}

int conclude(const Options& options, const Workspace& workspace, const std::string& trouble) {
    const bool identical = std::filesystem::exists(workspace.out("journal")) && replay(options, workspace);
    const Outcome outcome =
        summarize(read_file(workspace.out("hedger.json")), read_file(workspace.out("exchange.json")),
                  identical, options.transport, options.stress);
    const auto path = workspace.out("demo-summary.json");
    const bool written = write_file(path, outcome.summary_json);
    if (!options.keep) workspace.remove_bulk();
    std::fputs(outcome.words.c_str(), stderr);
    if (!trouble.empty()) return fail(trouble);
    if (!written) return fail(path.string() + ": cannot be written");
    std::fprintf(stderr, "%s\n", path.c_str());
    return outcome.failures.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (const int code = parse_options(argc, argv, options); code >= 0) return code;
    catch_signals();
    std::string error;
    const auto workspace = Workspace::make(options.out, error);
    if (!workspace) return fail(error, 2);
    const FixPorts ports = free_ports();
    if (!ports.found()) return fail("no two free TCP ports on 127.0.0.1");
    if (!prepare_config(options, *workspace, ports, error)) return fail(error, 2);
    std::fprintf(stderr, "hedgewire-demo: hedger and simulated exchange for %u s\n", options.seconds);
    const std::string trouble = run_both(options, *workspace, ports);
    if (interrupted) return fail(trouble);
    return conclude(options, *workspace, trouble);
}
