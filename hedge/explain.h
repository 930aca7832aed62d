// Why the book made or lost money: every change of its worth, taken apart as it happens.
//
// Fed with each Event and the engine's state after it, off the hot thread. Between fills the positions stand
// still, and a change of a mark is taken apart by repricing from the step's beginning, one cause at a time,
// in the settlement currency itself (coin prices of coin-settled options, so that no conversion is
// explained): delta is the slope times the forward's move, gamma the rest of that move's effect, theta the
// passing of time, vega the slope times the move of the volatility that the mark implies, volga the rest of
// it, vanna what forward and volatility do together, basis the forward's or future's own move against the
// hedge instrument. A mark is taken together with the market of the moment it came; until the next one the
// worth does not change, however the market moves and the smile is fitted. A fill adds its fee, and what it
// was away from the mark: how far the market has left the mark behind is the market's doing, the rest the
// fill's own (slippage for hedges, edge for options); a delivery is one more step, to the delivery price.
// Worth is cash, positions at marks, less fees, in exact units; what no cause accounts for (rounding, and
// marks that no volatility and no forward near by explain) is `unexplained`, so that the parts always add up
// to the total, to the last unit. Funding is accrued from the venue's rate: the ledger does not see it, so it
// stands beside the total of the ledger and is counted in `total`.
//
// What the books held before counts from its first known mark on, whenever that comes: what it was worth
// before is no profit. A fill that comes before any mark waits for it, its fee does not.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/explain_change.h"
#include "hedge/marked_forwards.h"
#include "hedge/state.h"

namespace hw::hedge {

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
    /// A line of the books, as far as it is explained.
    struct Holding {
        Qty qty;
        Cash cash;
        Cash fees;
        bool open = false;  ///< its worth is known: it had a mark, or there was nothing to be marked
        Cash worth;         ///< cash less fees, and the position at the point's mark
        PricePoint point;   ///< of the last step
        Nanos funded;       ///< up to when funding is accrued
    };

    void step(const EngineState&, const EngineConfig&, UnderlyingId);
    void step_one(const EngineState&, const EngineConfig&, InstrumentId, Holding&);
    void fill(const EngineState&, const EngineConfig&, InstrumentId);
    void take_fees(const Instrument&, const PositionLine&, Holding&);
    void take_fills(const EngineState&, const EngineConfig&, InstrumentId, Holding&);
    void settle(const EngineState&, const EngineConfig&, InstrumentId, Price delivery);
    void restart(const EngineState&, InstrumentId);
    void take_adopted(const EngineState&);
    void take_command(const Command&, const EngineState&, const EngineConfig&);
    PricePoint latest(const EngineState&, InstrumentId) const;
    void know_volatility(const EngineState&, const UnderlyingConfig&, InstrumentId, Holding&) const;
    ExplainParts change(const EngineState&, const UnderlyingConfig&, InstrumentId, Holding&,
                        PricePoint& now) const;
    void take_mark(const Ticker&, const EngineState&, const EngineConfig&, InstrumentId);
    void observe_ticker(const Ticker&, const EngineState&, const EngineConfig&, InstrumentId);
    double funding_since(const Instrument&, InstrumentId, const Holding&, double mark, Nanos now) const;
    void book(const Instrument&, ExplainParts, Cash total);

    std::unordered_map<std::uint32_t, Holding> holdings_;
    std::unordered_map<std::uint32_t, double> funding_;  ///< perpetuals' rate for eight hours
    std::vector<PricePoint> points_;                     ///< by instrument, as its last mark came
    MarkedForwards forwards_;
    std::array<Explanation, kMaxUnderlyings> explanations_{};
    std::array<Nanos, kMaxUnderlyings> stepped_{};
};

}  // namespace hw::hedge
