#include "deploy/runtime/control_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/journal/segment_file.h"
#include "deploy/runtime/config.h"
#include "deploy/runtime/housekeeper.h"
#include "deploy/runtime/operator_commands.h"
#include "deploy/runtime/reconciliation_report.h"
#include "deploy/runtime/reload.h"

namespace hw::deploy {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxClients = 16;

bool make_address(const std::string& path, sockaddr_un& address) {
    address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    return true;
}

/// A socket file that nobody listens on was left by a process that died.
bool somebody_listens(const sockaddr_un& address) {
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool answered = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return answered;
}

/// What a client sent may be no UTF-8, which `dump` would throw at.
std::string failure(const std::string& what) {
    return json{{"ok", false}, {"error", what}}.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string take_equity(const json& request, const ControlSocket::Handlers& handlers) {
    Equity equity{};
    const std::string currency = text_of(request, "currency");
    const auto name = Currency::from(currency);
    if (!name || name->empty()) return failure("equity needs a currency, not \"" + currency + "\"");
    const auto found = request.find("amount");
    const auto amount =
        found != request.end() && found->is_number() ? Cash::from_double(found->get<double>()) : std::nullopt;
    if (!amount) return failure("equity needs an amount in " + currency);
    equity.currency = *name;
    equity.amount = *amount;
    equity.source = EquitySource::person;
    if (!handlers.equity(equity)) return failure("too many equities at once");
    return json{{"ok", true}, {"command", "equity"}, {"currency", currency}}.dump() + "\n";
}

constexpr double kMostSeconds = 1e6;

/// Without seconds, all that is held.
std::string start_capture(const json& request, const ControlSocket::Handlers& handlers) {
    const auto found = request.find("seconds");
    const bool given = found != request.end() && !found->is_null();
    const double seconds = !given ? kMostSeconds : found->is_number() ? found->get<double>() : 0;
    if (!(seconds > 0 && seconds <= kMostSeconds)) return failure("a capture needs seconds above 0, or none");
    std::string error;
    const CaptureRequest wanted{text_of(request, "out"),
                                Nanos::from_ns(static_cast<std::int64_t>(seconds * 1e9))};
    if (!handlers.housekeeper->request(wanted, error)) return failure(error);
    return json{{"ok", true}, {"command", "capture"}}.dump() + "\n";
}

std::string capture_status(const ControlSocket::Handlers& handlers) {
    const CaptureStatus status = handlers.housekeeper->capture_status();
    if (status.state == CaptureStatus::State::none) return failure("no capture was asked for");
    if (status.state == CaptureStatus::State::writing)
        return json{{"ok", true}, {"state", "writing"}}.dump() + "\n";
    if (!status.written.ok) return failure(status.written.error);
    const net::CaptureWritten& w = status.written;
    return json{{"ok", true},         {"state", "done"},          {"frames", w.frames},    {"bytes", w.bytes},
                {"out", status.path}, {"first_ns", w.first.ns()}, {"last_ns", w.last.ns()}}
               .dump(-1, ' ', false, json::error_handler_t::replace) +
           "\n";
}

/// Everything that differs is either on its way or named.
std::string reload(const json& request, const ControlSocket::Handlers& handlers) {
    const ConfigResult loaded = load_config(handlers.config_path);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) return failure(to_string(*errors));
    Reload changes = compare_configurations(*handlers.config, std::get<RunConfig>(loaded), *handlers.state);
    for (Command& command : changes.commands) {
        command.who = Name<32>::cut(text_of(request, "who"));
        command.why = Name<64>::cut("reload: " + text_of(request, "why"));
        if (!handlers.submit(command)) return failure("too many commands at once: reload again");
    }
    json answer{{"ok", changes.not_taken.empty()},
                {"command", "reload"},
                {"taken", changes.taken},
                {"not_taken", changes.not_taken}};
    if (!changes.not_taken.empty()) answer["error"] = "not everything that differs was taken";
    return answer.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string answer(const std::string& line, const ControlSocket::Handlers& handlers) {
    const json request = json::parse(line, nullptr, false);
    if (!request.is_object()) return failure("not a JSON object: " + line.substr(0, 80));
    const std::string name = text_of(request, "command");
    if (name == "status") return json{{"ok", true}, {"status", json::parse(handlers.status())}}.dump() + "\n";
    if (name == "equity") return take_equity(request, handlers);
    if (name == "capture") return start_capture(request, handlers);
    if (name == "capture-status") return capture_status(handlers);
    if (name == "positions")
        return json{{"ok", true}, {"positions", position_list_json(*handlers.state)}}.dump() + "\n";
    if (name == "reload") return reload(request, handlers);
    const auto kind = command_named(name);
    if (!kind)
        return failure(
            "unknown command \"" + name +
            "\"; known: status, positions, kill, reset, pause, resume, set-band, set-limit, hedge, "
            "external-position, reset-stop, accept-surface, equity, reload, capture, "
            "capture-status");
    const auto command = command_from(*kind, request, *handlers.state, handlers.config->engine);
    if (const auto* fault = std::get_if<std::string>(&command)) return failure(*fault);
    if (!handlers.submit(std::get<Command>(command))) return failure("too many commands at once");
    return json{{"ok", true}, {"command", name}}.dump() + "\n";
}

}  // namespace

std::unique_ptr<ControlSocket> ControlSocket::open(const std::string& path, std::string& error) {
    sockaddr_un address;
    if (!make_address(path, address)) {
        error = "control socket path is too long: " + path;
        return nullptr;
    }
    if (somebody_listens(address)) {
        error = "another process listens on the control socket " + path;
        return nullptr;
    }
    struct stat info {};
    if (lstat(path.c_str(), &info) == 0 && !S_ISSOCK(info.st_mode)) {
        error = "the control socket's path is a file that is no socket: " + path;
        return nullptr;
    }
    unlink(path.c_str());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const mode_t before = umask(0177);
    const bool bound = fd >= 0 &&
                       bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                       listen(fd, 8) == 0;
    umask(before);
    if (!bound) {
        error = system_error("cannot listen on", path);
        if (fd >= 0) close(fd);
        return nullptr;
    }
    return std::unique_ptr<ControlSocket>(new ControlSocket(fd, path));
}

ControlSocket::~ControlSocket() {
    for (const Client& client : clients_) close(client.fd);
    close(fd_);
    unlink(path_.c_str());
}

void ControlSocket::accept_clients() {
    for (;;) {
        const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        // Connections left open must not keep a kill out.
        if (clients_.size() == kMaxClients) {
            close(clients_.front().fd);
            clients_.erase(clients_.begin());
        }
        clients_.push_back({fd, {}, {}});
    }
}

/// Reads lines, answers them, and closes (fd -1) when the client is gone or sends what is no line.
void ControlSocket::serve(Client& client, const Handlers& handlers) {
    char buffer[1024];
    bool gone = false;
    for (;;) {
        const ssize_t n = recv(client.fd, buffer, sizeof buffer, 0);
        if (n > 0) client.in.append(buffer, static_cast<std::size_t>(n));
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) gone = true;
        if (n <= 0 || client.in.size() > kMaxLine) break;
    }
    for (std::size_t end; (end = client.in.find('\n')) != std::string::npos;) {
        client.out += answer(client.in.substr(0, end), handlers);
        client.in.erase(0, end + 1);
    }
    if (client.in.size() > kMaxLine) {
        client.out += failure("a line may have 4096 bytes at most");
        gone = true;
    }
    while (!client.out.empty()) {
        const ssize_t n = ::send(client.fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
        if (n <= 0) {
            gone = gone || (errno != EAGAIN && errno != EINTR);
            break;
        }
        client.out.erase(0, static_cast<std::size_t>(n));
    }
    if (!gone) return;
    close(client.fd);
    client.fd = -1;
}

void ControlSocket::poll(const Handlers& handlers) {
    for (Client& client : clients_) serve(client, handlers);
    clients_.erase(std::remove_if(clients_.begin(), clients_.end(), [](const Client& c) { return c.fd < 0; }),
                   clients_.end());
    accept_clients();  // served the next time: one that makes room has been heard before
}

}  // namespace hw::deploy
