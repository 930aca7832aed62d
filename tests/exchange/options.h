// The command line of hedgewire-exchange.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/exchange/account_desk.h"
#include "tests/exchange/fix_acceptor.h"
#include "tests/exchange/simulation.h"

namespace hw::exchange {

/// How customers reach the FIX session.
enum class FixWire : std::uint8_t {
    kernel,  ///< on 127.0.0.1
    bypass   ///< by TCP on the exchange's own port, relayed to 127.0.0.1
};

struct Options {
    SimulationConfig simulation;
    FixAcceptorConfig fix;
    FixAcceptorConfig account;  ///< the second session's
    AccountDeskConfig desk;
    std::map<std::string, Qty> initial_positions;  ///< contracts, by symbol
    bool has_account = false;                      ///< there is a second session
    FixWire fix_wire = FixWire::kernel;
    std::uint32_t address = 0;          ///< the port's, with bypass; host byte order
    std::uint8_t prefix_length = 24;    ///< of its subnet
    std::uint16_t bypass_port = 9'881;  ///< TCP port on it
    double seconds = 0.0;               ///< 0: until a signal
    double quiesce_seconds = 0.0;       ///< at the end of the run
    std::vector<std::string> eal;       ///< empty: market data goes nowhere
    std::string device;                 ///< empty: the first port
    std::string json;                   ///< summary file; empty: none
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
