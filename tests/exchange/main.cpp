// hedgewire-exchange: the simulated venue as a program.

#include <atomic>
#include <csignal>
#include <cstdio>

#include "fix/dictionary.h"
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

int refuse(const std::string& why) {
    std::fprintf(stderr, "hedgewire-exchange: %s\n", why.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace hw::exchange;
    Options options;
    if (const int code = parse_options(argc, argv, options); code >= 0) return code;
    catch_signals();

    std::string error;
    std::unique_ptr<MarketDataPort> port;
    if (!options.eal.empty()) {
        port = MarketDataPort::open(options.eal, options.device, error);
        if (!port) return refuse(error);
    }
    options.fix.dictionary_xml = hw::fix::fix44_dictionary_xml();
    const auto fix = FixAcceptor::start(options.fix, error);
    if (!fix) return refuse(error);

    std::fprintf(stderr, "hedgewire-exchange: FIX 4.4 on 127.0.0.1:%u, %s -> %s; market data %s\n",
                 fix->port(), options.fix.sender_comp_id.c_str(), options.fix.target_comp_id.c_str(),
                 port ? "on its port" : "goes nowhere (no --eal)");
    Runner runner(options, *fix, port.get(), stop_requested);
    const bool clean = runner.run();
    fix->stop();
    return clean ? 0 : 1;
}
