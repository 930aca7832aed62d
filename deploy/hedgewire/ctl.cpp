// `hedgewire ctl`: one command to a running hedger through its control socket.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "deploy/hedgewire/commands.h"

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

}  // namespace

int cmd_ctl(int argc, char** argv) {
    CLI::App app{
        "Commands a running hedger through its control socket.\n"
        "  status   prints the run's figures as JSON\n"
        "  kill     stops new orders and cancels everything of ours; stays so over restarts until reset\n"
        "  reset    takes a kill back\n"
        "  pause    stops hedging (of one underlying with --underlying), resume goes on\n"
        "  accept-surface  goes on with a volatility surface that disagrees with the venue's marks\n"
        "  equity   says what a wallet is worth: --currency BTC --amount 12.5\n"
        "  capture  writes the last packets of both directions to a pcapng file: --out F [--seconds N]\n"
        "Example: hedgewire ctl --socket run/control.sock kill --why 'fat finger'",
        "hedgewire ctl"};
    std::string socket_path, command, underlying, why, currency, out;
    double amount = 0;
    double seconds = 0;
    const char* user = std::getenv("USER");
    std::string who = user != nullptr ? user : "unknown";
    app.add_option("--socket", socket_path, "control socket of the hedger ([control] socket)")->required();
    app.add_option("command", command,
                   "status, kill, reset, pause, resume, accept-surface, equity or capture")
        ->required()
        ->check(CLI::IsMember(
            {"status", "kill", "reset", "pause", "resume", "accept-surface", "equity", "capture"}));
    app.add_option("--underlying", underlying, "pause, resume, accept-surface: only this base asset");
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
    if (command == "capture" && out.empty()) {
        std::fprintf(stderr, "hedgewire ctl: capture needs --out\n");
        return 2;
    }
    nlohmann::json request{{"command", command},       {"who", who},           {"why", why},
                           {"underlying", underlying}, {"currency", currency}, {"amount", amount}};
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
    std::printf("%s\n", command == "status" ? answer["status"].dump(2).c_str() : reply.c_str());
    return 0;
}

}  // namespace hw::deploy
