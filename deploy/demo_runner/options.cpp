#include "deploy/demo_runner/options.h"

#include <CLI/CLI.hpp>

#include <system_error>

namespace hw::demo {

int parse_options(int argc, char** argv, Options& options) {
    CLI::App app{
        "Runs hedgewire against a simulated exchange on this machine and says how it went. Exit codes: "
        "0 it hedged and every figure agrees, 1 it did not, 2 bad usage.",
        "hedgewire-demo"};
    app.add_option("--seconds", options.seconds, "how long to hedge")
        ->check(CLI::Range(5, 86'400))
        ->capture_default_str();
    app.add_flag("--keep", options.keep, "keep the journal, the message stores and the logs");
    app.add_flag("--stress", options.stress,
                 "an extreme market: jumps, gaps, a thin and a crossed book; regimes and stops configured");
    app.add_option("--out", options.out, "directory of demo-summary.json and of all else")
        ->capture_default_str();
    app.add_option("--config", options.config, "the hedger's configuration to start from")
        ->capture_default_str();
    app.add_option("--programs", options.programs,
                   "directory of the two programs; default: that of this one");
    app.add_option("--seed", options.seed, "of the simulated market")->capture_default_str();
    app.add_option("--feed", options.feed, "format of the market data: deribit or starbase")
        ->check(CLI::IsMember({"deribit", "starbase"}))
        ->capture_default_str();
    app.add_option(
           "--transport", options.transport,
           "of orders: bypass (TCP on the port of the market data), kernel (a socket) or paper (filled "
           "against our own view of the book)")
        ->check(CLI::IsMember({"bypass", "kernel", "paper"}))
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    std::error_code error;
    if (options.programs.empty())
        options.programs = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    options.out = std::filesystem::absolute(options.out, error).lexically_normal();
    return -1;
}

}  // namespace hw::demo
