// What the book would lose if the market moved at once: every held option, future, perpetual and coin of one
// underlying, repriced over a grid of spot, volatility and time, and under the stresses that the
// configuration names. Off the hot thread.
//
// The underlying moves by a part of itself and every expiry's forward with it; each option's own volatility
// moves by a part of itself; time passes, and an option whose expiry it passes is worth what it pays at that
// price (where a settlement average had begun, at the average with the rest of it at that price). Profit is
// in quote currency at the price of the scenario: what coin-settled positions gain in coin counts there, what
// quote-settled ones gain counts as it is, and the equity that the numeraire makes part of the net delta
// (hedge/exposure.h) moves like so many coins. With the numeraire usd those are the wallet's coins, with coin
// the quote wallets' worth the other way round: a book that the hedger calls neutral has no slope here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

/// A move of the market: spot and vol relative (-0.3 is a fall by 30 %), days that pass.
struct Shock {
    double spot = 0;
    double vol = 0;
    double days = 0;
};

/// The grid (days outermost, then spot, then vol), then the named stresses.
std::vector<Shock> scenario_shocks(const EngineConfig&);
/// For people: "spot -30 % vol +50 % 1 d", or a stress's own name; empty when there is no such place.
std::string scenario_name(const EngineConfig&, std::uint32_t place);

struct Outcome {
    double profit = 0;  ///< against now, quote currency
    double delta = 0;   ///< net delta there, coins, equity included
    double price = 0;   ///< of the reference there
};

/// In the order of scenario_shocks. Nothing while the underlying has no price, or an option is held that
/// cannot be priced, or the equity is not known. Works on the oneTBB threads of the caller's arena.
std::optional<std::vector<Outcome>> run_scenarios(const EngineState&, const EngineConfig&, UnderlyingId);

/// Margin on the hedge that the worst scenario would call for: initial margin of a future, as a part of its
/// notional. Venues charge 2 % for small positions and more for large ones.
inline constexpr double kHedgeMarginRate = 0.05;

struct WorstScenario {
    double loss = 0;          ///< quote currency, not negative
    double margin = 0;        ///< sum of |delta - target| * price there * kHedgeMarginRate
    std::uint32_t place = 0;  ///< into scenario_shocks
};

/// One underlying's outcomes and the delta that it is hedged to.
struct ScenarioBook {
    std::span<const Outcome> outcomes;
    double target = 0;  ///< coins
};
/// The scenario in which all of them together lose most: the same one for all.
WorstScenario worst_scenario(std::span<const ScenarioBook>);

}  // namespace hw::hedge
