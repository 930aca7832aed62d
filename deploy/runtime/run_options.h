// What the command line adds to the configuration of one run.
#pragma once

#include <cstdint>
#include <string>

namespace hw::deploy {

struct RunOptions {
    std::string config;       ///< where the configuration came from, for `ctl reload`
    std::string capture;      ///< pcap or pcapng to be driven by; empty: live
    std::string positions;    ///< CSV of starting positions; used while the journal has no positions or fills
    std::string instruments;  ///< CSV of definitions
    bool allow_unknown = false;  ///< positions in unknown instruments are left out instead of refused
    std::string json;            ///< where the report goes; empty: nowhere; "-": stdout
    double seconds = 0;          ///< live: stop after this long; zero: at SIGINT or SIGTERM
    bool table = false;          ///< a line a second on stderr
};

}  // namespace hw::deploy
