// Incidents of the simulated venue's day: what goes wrong, when, and for how long.
//
// Each is written KIND@AT_S[+FOR_S][=VALUE]: at so many seconds, for so many (without it, to the end of the
// run), with a figure that means what its kind says. The plan only keeps time; the simulation makes them
// happen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.h"

namespace hw::exchange {

enum class IncidentKind : std::uint8_t {
    gap = 0,        ///< spot prices jump by VALUE, a fraction, in one step
    crossed,        ///< the perpetuals' published books are crossed
    feed_dead,      ///< no market data leaves
    halt,           ///< the perpetuals are not open: orders are refused
    outside_band,   ///< the perpetuals' price band is VALUE away: negative, below the touch that buyers want
    thin,           ///< every level is one lot
    reject_all,     ///< every order is refused
    margin_reject,  ///< every order is refused for want of margin
    block,          ///< the quoting engine trades a call against the perpetual, delta-neutral, one block; the
                    ///< second leg is told VALUE ms after the first
    invert_fills,   ///< fault: reports of the customer's fills tell the opposite side
    fill,           ///< the quoting engine buys VALUE coins of the perpetual; negative: sells
    options,        ///< likewise calls at the money that live for days
    itm_call,       ///< likewise the call deepest in the money of the first expiry
    empty,          ///< the perpetuals' books are
    fix_dead,       ///< the order session is cut off, and every logon is refused
    count_
};
std::string_view to_string(IncidentKind);

struct Incident {
    IncidentKind kind = IncidentKind::gap;
    Nanos at;
    Nanos length;  ///< zero: to the end of the run
    double value = 0;
};

/// "gap@3=0.08", "crossed@2+1.5". Nothing when it cannot be read.
std::optional<Incident> parse_incident(std::string_view);

class IncidentPlan {
  public:
    explicit IncidentPlan(const std::vector<Incident>&);

    /// Time zero of the plan; nothing happens before it is known.
    void start(Nanos now) { start_ = now; }
    Nanos begun() const { return start_; }
    bool started() const { return !start_.is_zero(); }
    /// Calls `change(incident, begins)` for each beginning and end that is due, in the order of time.
    template <class Change>
    void advance(Nanos now, Change&& change) {
        for (; started() && next_ < edges_.size() && start_ + edges_[next_].at <= now; ++next_)
            change(edges_[next_].incident, edges_[next_].begins);
    }

  private:
    struct Edge {
        Nanos at;
        Incident incident;
        bool begins;
    };
    std::vector<Edge> edges_;
    std::size_t next_ = 0;
    Nanos start_;
};

}  // namespace hw::exchange
