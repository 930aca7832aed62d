#include "hedge/planner/risk_figures.h"

#include <algorithm>

#include "hedge/context.h"

namespace hw::hedge {

namespace {

void take_worst(std::span<const ScenarioBook> books, RiskFigures& f) {
    const WorstScenario worst = worst_scenario(books);
    f.worst_loss = worst.loss;
    f.margin = worst.margin;
    f.worst_scenario = worst.place;
}

void take_greeks(const LimitedGreeks& greeks, double gamma, const Breaches& breaches, RiskFigures& f) {
    f.gamma = gamma;
    f.vega = greeks.vega;
    f.theta = greeks.theta;
    f.soft = breaches.soft;
    f.hard = breaches.hard;
}

}  // namespace

std::optional<UnderlyingRound> risk_round(const EngineState& state, const EngineConfig& config,
                                          UnderlyingId id, DayProfit& day) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const UnderlyingConfig& rules = rules_of(config, u);
    const DayProfit::Figure profit = day.observe(state, config, id);
    auto outcomes = run_scenarios(state, config, id);
    const auto greeks = book_greeks(state, rules, id);
    if (!outcomes || !greeks) return std::nullopt;
    UnderlyingRound round;
    round.outcomes = std::move(*outcomes);
    round.greeks = (*greeks)[kAllExpiries];
    round.reference = u.reference;
    round.target = rules.target_delta;
    round.figures.underlying = id;
    round.figures.position_sequence = state.last_sequence;
    round.figures.profit = profit.profit;
    round.figures.profit_known = profit.known;
    take_greeks(round.greeks, round.greeks.gamma / (0.01 * u.reference), breaches_of(rules, *greeks),
                round.figures);
    const ScenarioBook book{round.outcomes, round.target};
    take_worst({&book, 1}, round.figures);
    return round;
}

RiskFigures account_figures(const EngineState& state, const EngineConfig& config,
                            std::span<const UnderlyingRound> rounds) {
    RiskFigures f{};
    f.underlying = kNoUnderlying;
    f.position_sequence = state.last_sequence;
    f.profit_known = 1;
    LimitedGreeks sum;
    std::vector<ScenarioBook> books;
    for (const UnderlyingRound& r : rounds) {
        f.profit += r.figures.profit;
        f.profit_known &= r.figures.profit_known;
        sum.add({r.greeks.gamma * r.reference, r.greeks.vega, r.greeks.theta});
        books.push_back({r.outcomes, r.target});
    }
    Breaches breaches;
    compare(sum, config.greek_limits, kAllExpiries, breaches);
    take_greeks(sum, sum.gamma, breaches, f);
    take_worst(books, f);
    return f;
}

}  // namespace hw::hedge
