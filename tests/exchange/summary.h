// What a run of the venue amounted to, as JSON: the truth that a hedger's own figures are compared with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/exchange/account_desk.h"
#include "tests/exchange/fix_acceptor.h"
#include "tests/exchange/simulation.h"

namespace hw::exchange {

struct RunFigures {
    Nanos wall;  ///< when these are of
    double seconds = 0.0;
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_unsent = 0;  ///< no peer, or the peer's ring was full
    FixCounts fix;
    std::optional<FixCounts> account_fix;  ///< of the second session, if there is one
    AccountDeskCounts desk;
    bool fix_drained = true;
};

/// The text, one object.
std::string summary_json(const Simulation&, const RunFigures&);
/// Replaces `path` in one step, so that a reader or a crash never meets half a file. False: it could not be
/// written.
bool write_file(const std::string& path, const std::string& text);

}  // namespace hw::exchange
