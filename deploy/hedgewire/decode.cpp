// `hedgewire decode`: a capture of a feed as JSON, message by message or counted.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>
#include <string>

#include "deploy/hedgewire/commands.h"
#include "net/feed/decode_report.h"
#include "net/feed/starbase_report.h"

namespace hw::deploy {

int cmd_decode(int argc, char** argv) {
    CLI::App app{
        "Decodes a capture (pcap or pcapng): one JSON object a line for each message, or counts.\n"
        "With the counts come the comparisons of rebuilt books with the snapshots and tickers.\n"
        "Exit code 0: all well; 1: gaps, malformed messages or unequal books, or the capture is damaged\n"
        "(what stands before the damaged place is decoded); 2: bad usage, or not a capture.",
        "hedgewire decode"};
    std::string feed;
    std::string path;
    bool summary = false;
    app.add_option("--feed", feed, "which feed's format")
        ->required()
        ->check(CLI::IsMember({"deribit", "starbase"}));
    app.add_option("--in", path, "the capture")->required();
    app.add_flag("--summary", summary, "one object with counts and checks");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    std::ios::sync_with_stdio(false);
    const net::DecodeOutcome outcome = feed == "starbase"
                                           ? net::decode_starbase_capture(path, summary, std::cout)
                                           : net::decode_deribit_capture(path, summary, std::cout);
    std::cout.flush();
    if (!outcome.error.empty()) std::fprintf(stderr, "hedgewire decode: %s\n", outcome.error.c_str());
    if (!outcome.opened) return 2;
    if (!std::cout) {
        std::fputs("hedgewire decode: cannot write the output\n", stderr);
        return 1;
    }
    return outcome.complete && outcome.clean ? 0 : 1;
}

}  // namespace hw::deploy
