// `hedgewire run`: the hedger.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "deploy/hedgewire/commands.h"
#include "deploy/runtime/capture_run.h"
#include "deploy/runtime/config.h"
#include "deploy/runtime/live_run.h"

namespace hw::deploy {

int cmd_run(int argc, char** argv) {
    CLI::App app{
        "Keeps the configured underlyings delta-neutral: live on the configured port until SIGINT or "
        "SIGTERM,\n"
        "or, with --in, driven by a capture through DPDK's pcap port and the paper transport.\n"
        "Example: hedgewire run --config deploy/config/capture.toml --in feed.pcapng --positions book.csv "
        "--json out.json\n"
        "Exit codes: 0 done; 1 the run found something wrong (a cut-off capture, a journal that could not "
        "be\n"
        "written, a follower that disagrees); 2 bad usage or input, and nothing was hedged.",
        "hedgewire run"};
    std::string config_path;
    RunOptions options;
    app.add_option("--config", config_path, "configuration (TOML); `hedgewire check` validates it")
        ->required();
    app.add_option("--in", options.capture, "pcap or pcapng capture to be driven by");
    app.add_option("--positions", options.positions,
                   "starting positions, CSV with the header instrument,quantity,average_price (signed "
                   "contracts); only for "
                   "a journal that has no positions or fills yet");
    app.add_option("--instruments", options.instruments,
                   "instrument definitions, CSV (README has the columns)");
    app.add_flag("--allow-unknown", options.allow_unknown, "leave out positions in unknown instruments");
    app.add_option("--json", options.json, "write the report there (- for stdout)");
    app.add_option("--seconds", options.seconds, "stop after this long; 0: run on")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--table", options.table, "print a line a second on stderr");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kExitDone : kExitBadInput;
    }
    auto loaded = load_config(config_path);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) {
        std::fputs(to_string(*errors).c_str(), stderr);
        return kExitBadInput;
    }
    RunConfig& config = std::get<RunConfig>(loaded);
    if (!options.capture.empty() && config.transport != Transport::paper) {
        std::fprintf(
            stderr,
            "hedgewire run: --in needs [order] transport = \"paper\": a capture must not reach a venue\n");
        return kExitBadInput;
    }
    options.config = config_path;
    const bool captured = !options.capture.empty();
    Hedger hedger(std::move(config), std::move(options));
    if (!hedger.prepare()) return kExitBadInput;
    return captured ? run_capture(hedger) : run_live(hedger);
}

}  // namespace hw::deploy
