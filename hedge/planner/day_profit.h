// The profit of the UTC day of one underlying: what its loss stops look at.
//
// The ledger knows what all fills ever paid and what they cost; with the positions at their marks that is the
// profit since the journal began (hedge/valuation.h). The day's is the difference to a baseline: what stood
// there when the day began, or when the run first could know it (positions reconciled, a mark for everything
// held). Coin earned today counts at the price of now; the equity that the numeraire makes part of the net
// delta is carried along from the baseline on, as so many coins: a hedged wallet has no profit from the price
// alone. Deposits are none either.
//
// A restart on the same day goes on from the last profit that the engine's state has of it (RiskFigures, at
// most one planner interval old): losses are not forgotten. What positions did while no hedger was running is
// in no day's profit. Works on the follower's state; one object per underlying, for one run.
#pragma once

#include <cstdint>

#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

class DayProfit {
  public:
    struct Figure {
        double profit = 0;   ///< quote currency; the last known one where it is not known
        bool known = false;  ///< false: something held has no mark, or no baseline could be taken yet
    };
    Figure observe(const EngineState&, const EngineConfig&, UnderlyingId);

  private:
    /// What the profit counts from.
    struct Baseline {
        double coin = 0, quote = 0;  ///< of valuation.h
        double equity = 0;           ///< coins of delta
        double reference = 0;
    };
    void begin(const UnderlyingState&, std::int64_t day);

    Baseline base_;
    Figure last_;
    double carried_ = 0;     ///< of an earlier run on the same day
    std::int64_t day_ = -1;  ///< days since 1970; -1: not begun
    bool based_ = false;
};

}  // namespace hw::hedge
