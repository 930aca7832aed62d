// Why the book made or lost money: every change of its worth, taken apart as it happens.
//
// Fed with each Event and the engine's state after it, off the hot thread. Between fills the positions stand
// still, and a change of a mark is taken apart by repricing from the step's beginning, one cause at a time,
// in the settlement currency itself (coin prices of coin-settled options, so that no conversion is
// explained): delta is the slope times the forward's move, gamma the rest of that move's effect, theta the
// passing of time, vega the slope times the volatility's move, volga the rest of it, vanna what forward and
// volatility do together, basis the forward's or future's own move against the hedge instrument. A fill adds
// what it was away from the mark (slippage for hedges, edge for options) and its fee. Worth is cash,
// positions at marks, less fees, in exact units; what no cause accounts for is `unexplained`, so that the
// parts always add up to the total, to the last unit. Funding is accrued from the venue's rate: the ledger
// does not see it, so it stands beside the total of the ledger and is counted in `total`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

enum class Cause : std::uint8_t {
    delta = 0,
    gamma,
    theta,
    vega,
    vanna,
    volga,
    funding,
    basis,
    trading_fees,
    delivery_fees,
    slippage,
    edge,
    unexplained,
    count_
};
std::string_view to_string(Cause);
inline constexpr std::size_t kCauses = static_cast<std::size_t>(Cause::count_);

/// Amounts of one settlement currency.
struct ExplainLine {
    std::array<Cash, kCauses> parts{};
    Cash total;  ///< change of worth since the beginning, funding included: the sum of the parts
    Cash& operator[](Cause c) { return parts[static_cast<std::size_t>(c)]; }
    Cash operator[](Cause c) const { return parts[static_cast<std::size_t>(c)]; }
};

/// One underlying: what settles in coin, what in quote currency; and of both what the hedge instruments did.
struct Explanation {
    ExplainLine coin, quote;
    ExplainLine hedges_coin, hedges_quote;  ///< futures, perpetuals and spot: part of the above
};

class Explainer {
  public:
    /// The state at which everything is counted from zero.
    void begin(const EngineState&);
    /// `state` is what it is after the Event.
    void observe(const Event&, const EngineState& state, const EngineConfig&);
    /// Brings all underlyings up to now.
    void finish(const EngineState&, const EngineConfig&);

    const Explanation& of(UnderlyingId id) const { return explanations_[index(id)]; }

  private:
    /// An instrument with a position, as of the last step.
    struct Holding {
        Qty qty;
        Cash worth;  ///< cash plus position at `mark`, less fees
        Cash fees;
        double mark = 0;
        double forward = 0;
        double vol = 0;
        double reference = 0;
        Nanos time;
    };
    /// What a step or a fill did to one instrument, before rounding.
    using Parts = std::array<double, kCauses>;

    void step(const EngineState&, const EngineConfig&, UnderlyingId);
    void step_one(const EngineState&, const EngineConfig&, InstrumentId, Holding&);
    void fill(const EngineState&, const EngineConfig&, InstrumentId, const Execution&);
    void settle(const EngineState&, InstrumentId);
    void restart(const EngineState&, const EngineConfig&, InstrumentId);
    void book(const Instrument&, const Parts&, Cash total);

    std::unordered_map<std::uint32_t, Holding> holdings_;
    std::unordered_map<std::uint32_t, double> funding_;  ///< perpetuals' rate for eight hours
    std::array<Explanation, kMaxUnderlyings> explanations_{};
    std::array<Nanos, kMaxUnderlyings> stepped_{};
};

}  // namespace hw::hedge
