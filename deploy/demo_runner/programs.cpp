#include "deploy/demo_runner/programs.h"

#include <arpa/inet.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "deploy/demo_runner/stress.h"

namespace hw::demo {
namespace {

// After the hedger has stopped: the venue must outlive it, so that no message is lost at the end.
constexpr std::uint32_t kVenueOutlives_s = 30;
// Before the hedger stops: no option fills any more, so that the last hedges can finish.
constexpr std::uint32_t kQuiet_s = 3;

std::string text(std::uint64_t number) { return std::to_string(number); }

// EAL pins its threads to what --lcores says: to all processors that we may use, the scheduler chooses.
std::string processors() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::string list;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return "0";
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) list += (list.empty() ? "" : ",") + std::to_string(cpu);
    return list;
}

std::string toml_escaped(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

bool replace_all(std::string& text, const std::string& from, const std::string& to) {
    bool replaced = false;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
        replaced = true;
    }
    return replaced;
}

std::string exchange_eal(const Workspace& workspace) {
    return "--no-huge -m 256 --no-pci --no-shconf --no-telemetry --file-prefix=hedgewire-demo-exchange "
           "--lcores=0@(" +
           processors() +
           ") --vdev=net_memif0,role=server,id=0,socket=" + workspace.socket("memif.sock").string() +
           ",socket-abstract=no";
}

}  // namespace

namespace {
/// The listener stays open until both ports are known, so that they are two.
std::uint16_t listen_on_free_port(int listener) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = bind(listener, generic, size) == 0 && getsockname(listener, generic, &size) == 0;
    return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}
}  // namespace

FixPorts free_ports() {
    const int first = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int second = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FixPorts ports;
    if (first >= 0) ports.orders = listen_on_free_port(first);
    if (second >= 0) ports.account = listen_on_free_port(second);
    if (first >= 0) close(first);
    if (second >= 0) close(second);
    return ports;
}

namespace {
using Replacements = std::initializer_list<std::pair<std::string, std::string>>;

std::optional<std::string> replaced(std::string example, const Replacements& replacements,
                                    std::string& error) {
    for (const auto& [from, to] : replacements) {
        if (replace_all(example, from, to)) continue;
        error = "the example configuration does not hold " + from;
        return std::nullopt;
    }
    return example;
}
}  // namespace

std::optional<std::string> hedger_config(std::string example, const Workspace& workspace,
                                         std::string& error) {
    // Not there with paper orders.
    replace_all(example, "demo-out/account", toml_escaped(workspace.out("account")));
    return replaced(std::move(example),
                    {{"demo-out/memif.sock", workspace.socket("memif.sock")},
                     {"demo-out/control.sock", workspace.socket("control.sock")},
                     {"demo-out/fix", toml_escaped(workspace.out("fix"))},
                     {"demo-out/journal", toml_escaped(workspace.out("journal"))},
                     {"--lcores=0@(0)", "--lcores=0@(" + processors() + ")"}},
                    error);
}

std::optional<std::string> with_transport(std::string example, const Options& options, const FixPorts& ports,
                                          std::string& error) {
    const std::string bypass = "transport = \"bypass\"";
    auto wired = replaced(std::move(example), {{"port = 19879", "port = " + text(ports.account)}}, error);
    if (!wired || options.transport == "bypass") return wired;
    if (!options.paper())
        return replaced(std::move(*wired),
                        {{bypass, "transport = \"kernel\""},
                         {"host = \"10.0.0.1\"", "host = \"127.0.0.1\""},
                         {"port = 19878", "port = " + text(ports.orders)}},
                        error);
    const auto from = wired->find("[account]");
    const auto to = wired->find("[journal]");
    if (from == std::string::npos || to == std::string::npos || to < from) {
        error = "the example configuration does not hold [account] and after it [journal]";
        return std::nullopt;
    }
    wired->erase(from, to - from);
    return replaced(std::move(*wired), {{bypass, "transport = \"paper\""}}, error);
}

std::string paper_positions() { return "instrument,quantity,average_price\nBTC-PERPETUAL,20000,90000\n"; }

std::optional<std::string> with_starbase(std::string example, std::string& error) {
    // Both channels of the simulated BTC family, with the simulated exchange's retransmitters.
    constexpr const char* kFeed = R"([feed]
kind = "starbase"
silent_after_ms = 6000
max_orders = 65536
recovery_buffer = 65536
source = "10.0.0.2:7000"
gateway_mac = "02:00:00:00:00:01"

[[feed.channel]]
name = "btc_futures"
group = "224.0.12.193"
snapshot_group = "224.0.12.192"
retransmit = "10.0.0.1:4240"

[[feed.channel]]
name = "btc_options"
group = "224.0.12.195"
snapshot_group = "224.0.12.194"
retransmit = "10.0.0.1:4241"

)";
    const auto from = example.find("[feed]\n");
    const auto to = example.find("[order]\n");
    if (from == std::string::npos || to == std::string::npos || to < from) {
        error = "the example configuration does not hold [feed] and after it [order]";
        return std::nullopt;
    }
    example.replace(from, to - from, kFeed);
    return example;
}

Command exchange_command(const Options& options, const Workspace& workspace, const FixPorts& ports) {
    const std::uint32_t quiet_s = std::min(kQuiet_s, options.seconds / 3);
    Command command{{options.programs / "hedgewire-exchange",
                     "--seed",
                     text(options.seed),
                     "--seconds",
                     text(options.seconds + kVenueOutlives_s),
                     "--quiesce-seconds",
                     text(kVenueOutlives_s + quiet_s),
                     "--eal",
                     exchange_eal(workspace),
                     "--device",
                     "net_memif0",
                     "--fix-port",
                     text(ports.orders),
                     "--fix-dir",
                     workspace.out("exchange-fix"),
                     "--feed",
                     options.feed,
                     "--account",
                     "FIX.4.4",
                     "--account-port",
                     text(ports.account),
                     "--account-dir",
                     workspace.out("exchange-account"),
                     "--json",
                     workspace.out("exchange.json")},
                    workspace.out("exchange.log"),
                    workspace.out("exchange.log")};
    if (options.stress)
        for (std::string& word : stress_arguments(options)) command.arguments.push_back(std::move(word));
    // The address and port of the example.
    if (options.transport == "bypass")
        for (const char* word : {"--fix", "bypass", "--address", "10.0.0.1/24", "--bypass-port", "19878"})
            command.arguments.emplace_back(word);
    return command;
}

Command hedger_command(const Options& options, const Workspace& workspace) {
    Command command{{options.programs / "hedgewire", "run", "--config", workspace.out("hedger.toml"),
                     "--json", workspace.out("hedger.json"), "--table", "--seconds", text(options.seconds)},
                    "",
                    ""};
    if (options.paper()) {
        command.arguments.emplace_back("--positions");
        command.arguments.emplace_back(workspace.out("positions.csv"));
    }
    return command;
}

Command replay_command(const Options& options, const Workspace& workspace) {
    return {{options.programs / "hedgewire", "replay", "--journal", workspace.out("journal")},
            workspace.out("replay.json"),
            ""};
}

}  // namespace hw::demo
