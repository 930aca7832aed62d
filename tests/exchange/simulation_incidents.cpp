// What each incident does to the simulation.

#include <array>
#include <cmath>

#include "tests/exchange/simulation.h"

namespace hw::exchange {

namespace {

constexpr const char* kRefused = "refused by fault injection";
constexpr const char* kNoMargin = "not_enough_funds";
constexpr Nanos kLivesForDays = Nanos::from_seconds(86'400);
constexpr double kBlockCoins = 3.0;

/// Whole lots; at least one.
Qty lots(const Contract& c, double contracts) {
    const Qty qty = truncate_to_lot(Qty::from_double(std::abs(contracts)).value_or(Qty{}), c.terms.lot);
    return std::max(qty, c.terms.lot);
}

}  // namespace

void Simulation::begin_incidents() {
    if (!incidents_.started()) incidents_.start(market_.now());
}

void Simulation::change(const Incident& incident, bool begins) {
    switch (incident.kind) {
        case IncidentKind::gap:
            return market_.gap(incident.value);
        case IncidentKind::feed_dead:
            return faults_.set_dead(begins);
        case IncidentKind::fix_dead:
            fix_dead_ = begins;
            return;
        case IncidentKind::thin:
            quoter_.set_thin(begins);
            for (const std::size_t i : futures_) requote(i);
            return;
        case IncidentKind::reject_all:
        case IncidentKind::margin_reject:
            venue_.incidents().refuse = !begins                                     ? ""
                                        : incident.kind == IncidentKind::reject_all ? kRefused
                                                                                    : kNoMargin;
            return;
        case IncidentKind::invert_fills:
            venue_.incidents().invert_fills = begins;
            return;
        case IncidentKind::block:
            return trade_block(Nanos::from_ns(static_cast<std::int64_t>(incident.value * 1e6)));
        case IncidentKind::fill:
            return trade(market_.find(market_.families().front().name + "-PERPETUAL"), incident.value);
        case IncidentKind::options:
            return trade(call_at_the_money(), incident.value);
        case IncidentKind::itm_call:
            return trade(call_in_the_money(), incident.value);
        case IncidentKind::outside_band:
        case IncidentKind::empty:
        case IncidentKind::crossed:
        case IncidentKind::halt:
            return change_perpetuals(incident, begins);
        case IncidentKind::count_:
            return;
    }
}

void Simulation::change_perpetuals(const Incident& incident, bool begins) {
    if (incident.kind == IncidentKind::outside_band)
        venue_.incidents().band_away = begins ? incident.value : 0;
    if (incident.kind == IncidentKind::empty) quoter_.set_empty(begins);
    for (const std::size_t i : futures_) {
        if (market_.contracts()[i].terms.kind != Kind::perpetual) continue;
        if (incident.kind == IncidentKind::crossed) publisher_->cross(i, begins);
        if (incident.kind == IncidentKind::halt) market_.halt(i, begins);
        if (incident.kind == IncidentKind::empty) requote(i);
        publisher_->ticker(i);
    }
}

/// The quoting engine trades `coins` of a contract at its own quote, the touch.
void Simulation::trade(std::size_t contract, double coins) {
    if (contract == market_.contracts().size()) return;
    const Contract& c = market_.contracts()[contract];
    const Side side = coins > 0 ? Side::buy : Side::sell;
    if (venue_.book(contract).empty(side)) return;
    const double per_contract =
        c.terms.is_option() ? c.terms.contract_size.to_double() : market_.coin_delta(c);
    const std::array<Venue::QuoteLeg, 1> leg{
        {{contract, side, lots(c, coins / per_contract), venue_.book(contract).best(side).price}}};
    venue_.quote_fill(leg, market_.now());
}

/// The nearest among those that live for days, so that a second moves its delta by little.
std::size_t Simulation::call_at_the_money() const {
    std::size_t best = market_.contracts().size();
    double nearest = 0.0;
    for (const std::size_t i : options_) {
        const Contract& c = market_.contracts()[i];
        const bool lives = c.open() && c.terms.expiry > market_.now() + kLivesForDays;
        if (!lives || c.terms.option_type != OptionType::call) continue;
        const double away = std::abs(c.terms.strike.to_double() - market_.forward(c));
        if (best != market_.contracts().size() && away >= nearest) continue;
        best = i;
        nearest = away;
    }
    return best;
}

std::size_t Simulation::call_in_the_money() const {
    std::size_t best = market_.contracts().size();
    for (const std::size_t i : options_) {
        const Contract& c = market_.contracts()[i];
        if (!c.open() || c.terms.option_type != OptionType::call) continue;
        if (best == market_.contracts().size()) best = i;
        const Contract& b = market_.contracts()[best];
        const bool sooner = c.terms.expiry < b.terms.expiry;
        if (sooner || (c.terms.expiry == b.terms.expiry && c.terms.strike < b.terms.strike)) best = i;
    }
    return best;
}

void Simulation::trade_block(Nanos apart) {
    const std::size_t call = call_at_the_money();
    if (call == market_.contracts().size()) return;
    const Contract& option = market_.contracts()[call];
    const std::size_t perpetual = market_.find(market_.family_of(option).name + "-PERPETUAL");
    const Contract& future = market_.contracts()[perpetual];
    if (venue_.book(call).empty(Side::buy) || venue_.book(perpetual).empty(Side::sell)) return;
    const Qty calls = lots(option, kBlockCoins / option.terms.contract_size.to_double());
    const double delta = calls.to_double() * market_.coin_delta(option);
    const Qty futures = lots(future, delta / market_.coin_delta(future));
    const std::array<Venue::QuoteLeg, 2> legs{
        {{call, Side::buy, calls, venue_.book(call).best(Side::buy).price},
         {perpetual, Side::sell, futures, venue_.book(perpetual).best(Side::sell).price}}};
    venue_.quote_fill(legs, market_.now(), apart);
}

}  // namespace hw::exchange
