// `hedgewire ctl`: one command to a running hedger through its control socket.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "deploy/hedgewire/commands.h"
#include "deploy/runtime/operator_commands.h"

namespace hw::deploy {

namespace {

/// Sends one line, returns the answer's line; empty and `error` when there is no answer.
std::string ask(const std::string& path, const std::string& line, std::string& error) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        error = "socket path is too long: " + path;
        return {};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string text;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        error = "no hedger listens on " + path + ": " + std::strerror(errno);
    } else if (send(fd, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
        error = "cannot send to " + path + ": " + std::strerror(errno);
    } else {
        char buffer[4096];
        for (ssize_t n;
             text.find('\n') == std::string::npos && (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
            text.append(buffer, static_cast<std::size_t>(n));
        }
        if (text.find('\n') == std::string::npos) error = "no answer from " + path + " within 5 s";
    }
    close(fd);
    return text;
}

/// The hedger says at once that it writes; what became of it is asked until it is known.
std::string wait_for_capture(const std::string& path, std::string reply, std::string& error) {
    const auto state = [&] { return nlohmann::json::parse(reply, nullptr, false); };
    for (auto said = state(); error.empty() && said.is_object() && said.value("ok", false); said = state()) {
        if (said.value("state", "writing") != "writing") break;
        usleep(20'000);
        reply = ask(path, "{\"command\":\"capture-status\"}\n", error);
    }
    return reply;
}

/// What a command needs on the command line, beside --who and --why.
struct Needs {
    const char* command;
    bool underlying;
    const char* option;  ///< one more that must be there; null: none
    bool value;
};
constexpr Needs kNeeds[] = {
    {"status", false, nullptr, false},         {"positions", false, nullptr, false},
    {"kill", false, nullptr, false},           {"reset", false, nullptr, false},
    {"pause", false, nullptr, false},          {"resume", false, nullptr, false},
    {"accept-surface", false, nullptr, false}, {"set-band", true, nullptr, true},
    {"set-limit", false, "--limit", true},     {"hedge", true, nullptr, true},
    {"reset-stop", false, nullptr, false},     {"external-position", false, "--instrument", true},
    {"equity", false, "--currency", false},    {"reload", false, nullptr, false},
    {"capture", false, "--out", false},
};

constexpr const char* kHelp =
    "Commands a running hedger through its control socket. Every command is an Event in its journal, with "
    "who\n"
    "and why. Prints the answer as one line of JSON (status and positions: more).\n"
    "  status      the run's figures: deltas, permits, limits set by people, alerts, profit\n"
    "  positions   what we hold beside what the venue says, by instrument\n"
    "  kill        stops new orders and cancels everything of ours; stays so over restarts until reset\n"
    "  reset       takes a kill back\n"
    "  pause       stops hedging (of one underlying with --underlying); resume goes on\n"
    "  set-band    --underlying BTC --value 0.5: coins, inside the configured band; 0: the configured one "
    "again\n"
    "  set-limit   --limit max_order_coins --value 5 [--underlying BTC]: tighter than configured; 0: as "
    "configured\n"
    "  hedge       --underlying BTC --value -1.5: trades so many coins (positive buys) through the gate, now "
    "or\n"
    "              within a second; afterwards the policy goes on from there\n"
    "  external-position  --instrument BTC-PERPETUAL --value 100: the position changed by so many contracts "
    "that\n"
    "              no report of the venue told; booked at the mark\n"
    "  reset-stop  begins a loss stop again from the present profit: --underlying BTC, or the account's\n"
    "  accept-surface  goes on with a volatility surface that disagrees with the venue's marks\n"
    "  equity      what a wallet is worth: --currency BTC --amount 12.5\n"
    "  reload      reads the configuration file again; takes bands and limits that became tighter, names the "
    "rest\n"
    "  capture     the last packets of both directions to a pcapng file: --out F [--seconds N]\n"
    "Exit codes: 0 done; 1 the hedger refused it, or (reload) not everything was taken; 2 bad usage, or "
    "nobody\n"
    "listens. Example: hedgewire ctl --socket run/control.sock kill --why 'fat finger'";

/// Empty, or what is missing.
std::string missing(const CLI::App& app, const std::string& command) {
    for (const Needs& needs : kNeeds) {
        if (command != needs.command) continue;
        if (needs.underlying && app.count("--underlying") == 0) return "--underlying";
        if (needs.option != nullptr && app.count(needs.option) == 0) return needs.option;
        if (needs.value && app.count("--value") == 0) return "--value";
    }
    return {};
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const Needs& needs : kNeeds) names.emplace_back(needs.command);
    return names;
}

/// status and positions are for people's eyes too.
void print(const std::string& command, const nlohmann::json& answer, const std::string& reply) {
    const bool long_answer = command == "status" || command == "positions";
    std::printf("%s\n", long_answer ? answer.at(command).dump(2).c_str() : reply.c_str());
}

}  // namespace

int cmd_ctl(int argc, char** argv) {
    CLI::App app{kHelp, "hedgewire ctl"};
    std::string socket_path, command, underlying, why, currency, out, limit, instrument;
    double amount = 0;
    double seconds = 0;
    double value = 0;
    const char* user = std::getenv("USER");
    std::string who = user != nullptr ? user : "unknown";
    app.add_option("--socket", socket_path, "control socket of the hedger ([control] socket)")->required();
    app.add_option("command", command, "one of those above")
        ->required()
        ->check(CLI::IsMember(command_names()));
    app.add_option("--underlying", underlying,
                   "base asset, e.g. BTC; pause, resume, reset-stop without: all");
    app.add_option("--value", value,
                   "set-band, hedge: coins; set-limit: its unit; external-position: contracts");
    app.add_option("--limit", limit, "set-limit: " + limit_names());
    app.add_option("--instrument", instrument, "external-position: the venue's symbol");
    app.add_option("--currency", currency, "equity: of this currency's wallet");
    app.add_option("--amount", amount, "equity: cash and positions at their marks, in that currency");
    app.add_option("--out", out, "capture: the file to be written (mode 0600), by the hedger");
    auto* const last = app.add_option("--seconds", seconds, "capture: only the last of what is held")
                           ->check(CLI::PositiveNumber);
    app.add_option("--why", why, "reason, kept in the journal (63 characters)");
    app.add_option("--who", who, "who commands it, kept in the journal")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    if (const std::string lacks = missing(app, command); !lacks.empty()) {
        std::fprintf(stderr, "hedgewire ctl: %s needs %s (hedgewire ctl --help shows how)\n", command.c_str(),
                     lacks.c_str());
        return 2;
    }
    nlohmann::json request{{"command", command},       {"who", who},           {"why", why},
                           {"underlying", underlying}, {"currency", currency}, {"amount", amount},
                           {"value", value},           {"limit", limit},       {"instrument", instrument}};
    // The hedger has a working directory of its own.
    if (!out.empty()) request["out"] = std::filesystem::absolute(out).string();
    if (last->count() != 0) request["seconds"] = seconds;
    std::string error;
    // An argument that is no UTF-8 must not keep a kill from being sent.
    const std::string line = request.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    std::string reply = ask(socket_path, line, error);
    if (command == "capture" && error.empty()) reply = wait_for_capture(socket_path, reply, error);
    if (!error.empty()) {
        std::fprintf(stderr, "hedgewire ctl: %s\n", error.c_str());
        return 2;
    }
    const auto answer = nlohmann::json::parse(reply, nullptr, false);
    if (!answer.is_object() || !answer.value("ok", false)) {
        std::fprintf(stderr, "hedgewire ctl: %s", reply.c_str());
        return 1;
    }
    print(command, answer, reply);
    return 0;
}

}  // namespace hw::deploy
