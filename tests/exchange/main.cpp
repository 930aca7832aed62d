// hedgewire-exchange: the simulated venue as a program.

#include <atomic>
#include <csignal>
#include <cstdio>

#include "fix/dictionary.h"
#include "tests/exchange/bypass_port.h"
#include "tests/exchange/runner.h"

namespace {

std::atomic<bool> stop_requested{false};

void on_signal(int) { stop_requested = true; }

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

using namespace hw::exchange;

/// Null with an empty `error`: market data goes nowhere.
std::unique_ptr<MarketDataPort> open_port(const Options& options, std::uint16_t acceptor_port,
                                          std::string& error) {
    if (options.eal.empty()) return nullptr;
    if (options.fix_wire == FixWire::kernel) {
        return MarketDataPort::open(options.eal, options.device, error);
    }
    BypassFixConfig config;
    config.tcp.address = options.address;
    config.tcp.prefix_length = options.prefix_length;
    config.port = options.bypass_port;
    config.acceptor_port = acceptor_port;
    return open_bypass_port(options.eal, options.device, config, error);
}

int refuse(const std::string& why) {
    std::fprintf(stderr, "hedgewire-exchange: %s\n", why.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (const int code = parse_options(argc, argv, options); code >= 0) return code;
    catch_signals();

    std::string error;
    options.fix.dictionary_xml = hw::fix::fix44_dictionary_xml();
    const auto fix = FixAcceptor::start(options.fix, error);
    if (!fix) return refuse(error);
    options.account.dictionary_xml = options.fix.dictionary_xml;
    if (options.account.begin_string == "FIXT.1.1") {
        options.account.dictionary_xml = hw::fix::fix50sp2_dictionary_text();
        options.account.transport_dictionary_xml = hw::fix::fixt11_dictionary_text();
    }
    const auto account = options.has_account ? FixAcceptor::start(options.account, error) : nullptr;
    if (options.has_account && !account) return refuse(error);
    const auto port = open_port(options, fix->port(), error);
    if (!error.empty()) return refuse(error);

    std::string where = "127.0.0.1:" + std::to_string(fix->port());
    if (options.fix_wire == FixWire::bypass) {
        where += " and " + hw::net::ip_text(options.address) + ":" + std::to_string(options.bypass_port) +
                 " on its port";
    }
    std::fprintf(stderr, "hedgewire-exchange: FIX 4.4 on %s, %s -> %s; market data %s\n", where.c_str(),
                 options.fix.sender_comp_id.c_str(), options.fix.target_comp_id.c_str(),
                 port ? "on its port" : "goes nowhere (no --eal)");
    if (account) {
        std::fprintf(stderr,
                     "hedgewire-exchange: the account's second session by %s on 127.0.0.1:%u, %s -> %s\n",
                     options.account.begin_string.c_str(), unsigned{account->port()},
                     options.account.sender_comp_id.c_str(), options.account.target_comp_id.c_str());
    }
    Runner runner(options, *fix, account.get(), port.get(), stop_requested);
    const bool clean = runner.run();
    fix->stop();
    if (account) account->stop();
    return clean ? 0 : 1;
}
