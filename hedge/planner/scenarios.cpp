#include "hedge/planner/scenarios.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/ledger.h"
#include "core/pricing/black76.h"
#include "core/pricing/settlement.h"
#include "hedge/context.h"
#include "hedge/exposure.h"
#include "hedge/option_terms.h"
#include "hedge/settling.h"

namespace hw::hedge {

namespace {

constexpr std::array<double, 11> kSpots{-.5, -.4, -.3, -.2, -.1, 0, .1, .2, .3, .4, .5};
constexpr std::array<double, 7> kVols{-.5, -.25, 0, .25, .5, .75, 1};
constexpr std::array<double, 3> kDays{0, 1, 7};
constexpr std::size_t kCells = kSpots.size() * kVols.size() * kDays.size();
constexpr double kDayNs = 86'400e9;

/// A held option.
struct OptionLine {
    pricing::OptionTerms terms;
    Nanos expiry;
    double coins = 0;
    pricing::WindowState fixed;  ///< of its settlement average, elapsed 0 before the window
};

/// A held future, perpetual or spot pair.
struct DeltaOneLine {
    double contracts = 0;
    double size = 0;  ///< coins, or quote currency when inverse
    double price = 0;
    double moves = 1;  ///< part of its price that is not fixed by a settlement average
    bool inverse = false;
};

struct Book {
    std::vector<OptionLine> options;
    std::vector<DeltaOneLine> delta_ones;
    double reference = 0;
    double equity = 0;  ///< coins of delta
    Nanos now;
    Nanos window;
};

/// What is held of one settlement, and the delta of all of it.
struct Worth {
    double coin = 0, quote = 0;
    double delta = 0;
};

std::optional<OptionLine> option_line(const EngineState& state, const UnderlyingConfig& rules,
                                      InstrumentId id) {
    const Instrument& i = state.instruments[id];
    const auto terms = option_terms(state, rules, i);
    if (!terms) return std::nullopt;
    OptionLine line;
    line.terms = *terms;
    line.expiry = i.expiry;
    line.coins = state.positions[index(id)].qty.to_double() * i.contract_size.to_double();
    if (!settling(i.expiry, state.now, rules)) return line;
    const auto fixed = window_state(state, rules, i.underlying, i.expiry, i.settlement);
    if (!fixed) return std::nullopt;
    line.fixed = *fixed;
    return line;
}

DeltaOneLine delta_one_line(const EngineState& state, const UnderlyingConfig& rules, const UnderlyingState& u,
                            const Held& held) {
    const Instrument& i = state.instruments[held.instrument];
    const bool is_reference = u.has_hedge && held.instrument == u.hedge;
    const double own = is_reference ? 0 : mid_price(state, held.instrument);
    DeltaOneLine line;
    line.contracts = state.positions[index(held.instrument)].qty.to_double();
    line.size = i.contract_size.to_double();
    line.price = own > 0 ? own : forward_of(u, held);
    line.inverse = i.is_inverse();
    if (!i.expiry.is_zero())
        line.moves = 1 - pricing::window_elapsed(i.expiry, state.now, rules.settlement_window);
    return line;
}

std::optional<Book> book_of(const EngineState& state, const EngineConfig& config, UnderlyingId id) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const UnderlyingConfig& rules = rules_of(config, u);
    Exposure now;
    if (evaluate(state, config, id, now) != AlertCode::none) return std::nullopt;
    Book book{{}, {}, u.reference, now.equity, state.now, rules.settlement_window};
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        // One past its expiry is cash that has not been booked yet.
        const bool counts = i.underlying == id && i.is_option() && !state.positions[n].qty.is_zero();
        if (!counts || i.expiry <= state.now) continue;
        const auto line = option_line(state, rules, InstrumentId{n});
        if (!line) return std::nullopt;
        book.options.push_back(*line);
    }
    for (std::size_t n = 0; n < u.held_count; ++n)
        book.delta_ones.push_back(delta_one_line(state, rules, u, u.held[n]));
    return book;
}

/// What the settlement average will be at `elapsed`, when the index stands at `forward` from now on.
double average_at(const pricing::WindowState& fixed, double elapsed, double forward) {
    return (fixed.elapsed * fixed.average + (elapsed - fixed.elapsed) * forward) / elapsed;
}

/// Price and net delta of one coin.
struct Priced {
    double price, delta;
};

Priced priced_inside(const OptionLine& line, const pricing::OptionTerms& t, double elapsed, Nanos window) {
    pricing::WindowTerms w;
    w.settlement = t.settlement;
    w.type = t.type;
    w.strike = t.strike;
    w.forward = t.forward;
    w.vol = t.vol;
    w.window = window;
    const auto g = pricing::window_greeks(w, {elapsed, average_at(line.fixed, elapsed, t.forward)});
    return {g.price, g.net_delta};
}

Priced priced_under(const OptionLine& line, const Book& book, const Shock& shock) {
    pricing::OptionTerms t = line.terms;
    t.forward *= 1 + shock.spot;
    t.vol *= 1 + shock.vol;
    const Nanos then = book.now + Nanos::from_ns(std::llrint(shock.days * kDayNs));
    const double elapsed = pricing::window_elapsed(line.expiry, then, book.window);
    if (elapsed >= 1) {
        t.forward = average_at(line.fixed, 1, t.forward);
        t.years = 0;
        return {pricing::black76(t).price, 0};
    }
    if (elapsed > 0) return priced_inside(line, t, elapsed, book.window);
    t.years = pricing::variance_years(line.expiry, then, book.window);
    const pricing::Greeks g = pricing::black76(t);
    return {g.price, g.net_delta};
}

void add_option(const OptionLine& line, const Book& book, const Shock& shock, Worth& sum) {
    const Priced p = priced_under(line, book, shock);
    (line.terms.settlement == Settlement::inverse ? sum.coin : sum.quote) += line.coins * p.price;
    sum.delta += line.coins * p.delta;
}

void add_delta_one(const DeltaOneLine& line, const Shock& shock, Worth& sum) {
    const double price = line.price * (1 + shock.spot * line.moves);
    const double amount = line.contracts * line.size;
    if (line.inverse) {
        sum.coin -= amount / price;
        sum.delta += line.moves * amount / price;
    } else {
        sum.quote += amount * price;
        sum.delta += line.moves * amount;
    }
}

Worth worth_under(const Book& book, const Shock& shock) {
    Worth sum;
    sum.delta = book.equity;
    for (const OptionLine& line : book.options) add_option(line, book, shock, sum);
    for (const DeltaOneLine& line : book.delta_ones) add_delta_one(line, shock, sum);
    return sum;
}

}  // namespace

std::vector<Shock> scenario_shocks(const EngineConfig& config) {
    std::vector<Shock> shocks;
    shocks.reserve(kCells + config.stresses.size());
    for (const double days : kDays)
        for (const double spot : kSpots)
            for (const double vol : kVols) shocks.push_back({spot, vol, days});
    for (const Stress& s : config.stresses) shocks.push_back({s.spot, s.vol, s.days});
    return shocks;
}

std::string scenario_name(const EngineConfig& config, std::uint32_t place) {
    if (place >= kCells)
        return place - kCells < config.stresses.size() ? config.stresses[place - kCells].name : std::string();
    const std::size_t days = place / (kSpots.size() * kVols.size());
    const std::size_t spot = place / kVols.size() % kSpots.size();
    char text[64];
    std::snprintf(text, sizeof text, "spot %+.0f %% vol %+.0f %% %.0f d", 100 * kSpots[spot],
                  100 * kVols[place % kVols.size()], kDays[days]);
    return text;
}

std::optional<std::vector<Outcome>> run_scenarios(const EngineState& state, const EngineConfig& config,
                                                  UnderlyingId id) {
    const auto book = book_of(state, config, id);
    if (!book) return std::nullopt;
    const std::vector<Shock> shocks = scenario_shocks(config);
    const Worth now = worth_under(*book, {});
    std::vector<Outcome> outcomes(shocks.size());
    tbb::parallel_for(std::size_t{0}, shocks.size(), [&](std::size_t n) {
        const Worth then = worth_under(*book, shocks[n]);
        const double price = book->reference * (1 + shocks[n].spot);
        const double equity = book->equity * book->reference * shocks[n].spot;
        outcomes[n] = {(then.coin - now.coin) * price + then.quote - now.quote + equity, then.delta, price};
    });
    const bool known = std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& o) {
        return std::isfinite(o.profit) && std::isfinite(o.delta);
    });
    if (!known) return std::nullopt;
    return outcomes;
}

WorstScenario worst_scenario(std::span<const ScenarioBook> books) {
    WorstScenario worst;
    double lowest = std::numeric_limits<double>::infinity();
    const std::size_t count = books.empty() ? 0 : books.front().outcomes.size();
    for (std::size_t n = 0; n < count; ++n) {
        double profit = 0;
        for (const ScenarioBook& b : books) profit += b.outcomes[n].profit;
        if (profit < lowest) lowest = profit, worst.place = static_cast<std::uint32_t>(n);
    }
    if (count == 0) return worst;
    worst.loss = std::max(-lowest, 0.0);
    for (const ScenarioBook& b : books) {
        const Outcome& there = b.outcomes[worst.place];
        worst.margin += std::abs(there.delta - b.target) * there.price * kHedgeMarginRate;
    }
    return worst;
}

}  // namespace hw::hedge
