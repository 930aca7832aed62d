// A run's figures as JSON (`--json`, the control socket's status) and as lines of a table for a terminal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/gap_detector.h"
#include "deploy/runtime/follower.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state.h"
#include "net/capture_ring.h"

namespace hw::deploy {

/// What the engine's state does not say.
struct RunReport {
    double seconds = 0;
    std::uint64_t packets = 0;
    std::uint64_t journal_stalls = 0;
    std::uint64_t unknown_positions = 0;  ///< lines of the positions file left out (--allow-unknown)
    std::map<std::string, std::uint64_t> packets_by_verdict;  ///< other than good
    std::map<std::string, std::uint64_t> feed;                ///< counters of the feed
    std::map<std::string, std::uint64_t> session;             ///< counters of the order session
    std::map<std::string, std::uint64_t> account_session;     ///< counters of the second session
    std::map<std::string, std::uint64_t> tcp;  ///< of the stack on the bypass port, if there is one
    std::uint64_t shadow_walks = 0;            ///< of the hot thread, in idle moments
    std::vector<AlertCode> why_not;            ///< per underlying, at the moment the run was asked to stop
    std::string journal_dir;
    ClockReport clock;
    GapFigures gaps;               ///< of the hot thread
    net::CaptureCounters capture;  ///< of the packets held in memory
};

/// The whole report as JSON text, pretty-printed.
std::string report_json(const RunReport&, const RunConfig&, const hedge::EngineState&, const RunFigures&);

/// A summary for people.
std::string report_text(const RunReport&, const RunConfig&, const hedge::EngineState&, const RunFigures&);

/// One line per configured underlying and second; prints its header every 20 lines.
class LiveTable {
  public:
    /// Lines to print now; empty until a second has passed.
    std::string lines(const hedge::EngineState&, const RunFigures&, const RunConfig&);

  private:
    std::int64_t next_ns_ = 0;
    std::int64_t last_ns_ = 0;
    std::uint64_t last_ticks_ = 0;
    std::uint64_t printed_ = 0;
};

}  // namespace hw::deploy
