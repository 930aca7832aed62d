// RiskFigures: what the planner tells the engine of the risk of one underlying, and of all of them together.
//
// Of an underlying, gamma is the book's in coins per unit of quote currency, and its limits are in coins per
// 1 % move. Of the account, gamma is in quote currency per 1 % move, as its limits are: coins of different
// kinds do not add up. The account has no expiry buckets.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/planner/book_greeks.h"
#include "hedge/planner/day_profit.h"
#include "hedge/planner/scenarios.h"
#include "hedge/state.h"

namespace hw::hedge {

/// What is known of one underlying's risk in one round.
struct UnderlyingRound {
    RiskFigures figures{};
    LimitedGreeks greeks;
    std::vector<Outcome> outcomes;
    double reference = 0;
    double target = 0;  ///< coins
};

/// Nothing when its scenarios or Greeks cannot be known now: old figures then grow stale in the engine.
std::optional<UnderlyingRound> risk_round(const EngineState&, const EngineConfig&, UnderlyingId, DayProfit&);

/// Sums, and the scenario in which all of them together lose most.
RiskFigures account_figures(const EngineState&, const EngineConfig&, std::span<const UnderlyingRound>);

}  // namespace hw::hedge
