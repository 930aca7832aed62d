// The command line of hedgewire-exchange.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/exchange/fix_acceptor.h"
#include "tests/exchange/simulation.h"

namespace hw::exchange {

struct Options {
    SimulationConfig simulation;
    FixAcceptorConfig fix;
    double seconds = 0.0;          ///< 0: until a signal
    double quiesce_seconds = 0.0;  ///< at the end of the run
    std::vector<std::string> eal;  ///< empty: market data goes nowhere
    std::string device;            ///< empty: the first port
    std::string json;              ///< summary file; empty: none
    std::uint32_t fix_drop_every_ms = 0;
    Nanos fill_delay;
};

/// Fills `options`. Returns -1 to go on, otherwise the exit code (0 after --help, 2 for bad usage); what is
/// to be said has been printed.
int parse_options(int argc, const char* const* argv, Options& options);

/// "perpetual=0,future=0,option=1000", microseconds; a kind left out keeps its delay. Empty when it can be
/// read, otherwise what is wrong.
std::string parse_delays(const std::string& text, VenueConfig& venue);

}  // namespace hw::exchange
