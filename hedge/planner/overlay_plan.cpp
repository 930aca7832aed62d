#include "hedge/planner/overlay_plan.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/ledger.h"
#include "core/pricing/settlement.h"
#include "hedge/context.h"
#include "hedge/exposure.h"
#include "hedge/planner/book_greeks.h"
#include "hedge/planner/overlay.h"

namespace hw::hedge {

namespace {

/// A Greek that has a limit.
struct Limited {
    LimitedGreek greek;
    unsigned bucket;
};

struct Candidate {
    InstrumentId id;
    BookSet::Touch touch;
};

double aim(const GreekLimit& limit) { return limit.soft > 0 ? limit.soft : limit.hard; }

std::vector<Limited> limited_greeks(const UnderlyingConfig& rules) {
    std::vector<Limited> all;
    for (unsigned b = 0; b <= kAllExpiries; ++b) {
        for (const LimitedGreek greek : kLimitedGreeks) {
            if (aim(limit_of(limits_of(rules, b), greek)) > 0) all.push_back({greek, b});
        }
    }
    return all;
}

std::vector<OverlayRow> rows_of(const UnderlyingConfig& rules, const std::vector<Limited>& limited,
                                const BookGreeks& book) {
    std::vector<OverlayRow> rows;
    for (const Limited& l : limited)
        rows.push_back({book[l.bucket].of(l.greek), aim(limit_of(limits_of(rules, l.bucket), l.greek))});
    return rows;
}

bool all_inside(const std::vector<OverlayRow>& rows) {
    return std::all_of(rows.begin(), rows.end(),
                       [](const OverlayRow& r) { return std::abs(r.value) <= r.limit; });
}

/// Half the spread and the fee, quote currency a contract.
double cost_of(const Instrument& i, const BookSet::Touch& t, double reference) {
    const Qty one = Qty::from_units(1);
    const double spread = (contract_value(i, one, t.ask) - contract_value(i, one, t.bid)).to_double();
    const double fee = definition_fee(i, one, t.ask, reference, true).to_double();
    return std::max(0.5 * spread + fee, 0.0) * (i.is_inverse() ? reference : 1);
}

bool tradeable(const EngineState& state, const UnderlyingConfig& rules, InstrumentId id, Nanos stale_after) {
    const Instrument& i = state.instruments[id];
    return i.state == TradingState::open && (i.expiry - state.now).to_years() >= rules.overlay.min_years &&
           state.now - state.books.slot(id).heard <= stale_after && mid_price(state, id) > 0;
}

OverlayColumn column_of(const EngineState& state, const UnderlyingConfig& rules, const Candidate& c,
                        const std::vector<Limited>& limited, const LimitedGreeks& greeks) {
    const Instrument& i = state.instruments[c.id];
    const unsigned bucket = bucket_of(rules, i.expiry, state.now);
    OverlayColumn column;
    for (const Limited& l : limited) {
        const bool counts = l.bucket == kAllExpiries || l.bucket == bucket;
        column.greeks.push_back(counts ? greeks.of(l.greek) : 0);
    }
    column.cost = cost_of(i, c.touch, state.underlyings[index(i.underlying)].reference);
    column.lot = i.lot.to_double();
    column.max_buy = std::min(rules.overlay.max_contracts, c.touch.ask_qty.to_double());
    column.max_sell = std::min(rules.overlay.max_contracts, c.touch.bid_qty.to_double());
    return column;
}

/// What is to be traded, on the grid of whole nano-lots.
void write_legs(const EngineState& state, const std::vector<Candidate>& candidates,
                const OverlaySolution& solution, Overlay& overlay) {
    for (const OverlayLeg& leg : solution.legs) {
        if (overlay.count == kMaxOverlayLegs) break;
        const Candidate& c = candidates[leg.column];
        const std::int64_t lot = state.instruments[c.id].lot.nanos();
        const auto lots = std::llrint(leg.contracts * 1e9 / static_cast<double>(lot));
        overlay.legs[overlay.count] = {Qty::from_nanos(lots * lot), lots > 0 ? c.touch.ask : c.touch.bid};
        overlay.instruments[overlay.count++] = c.id;
    }
}

}  // namespace

std::optional<Overlay> plan_overlay(const EngineState& state, const EngineConfig& config, UnderlyingId id,
                                    Nanos quote_stale_after) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const UnderlyingConfig& rules = rules_of(config, u);
    if (rules.overlay.mode == OverlayMode::off) return std::nullopt;
    const auto limited = limited_greeks(rules);
    const auto book = book_greeks(state, rules, id);
    if (limited.empty() || !book) return std::nullopt;
    Overlay overlay{};
    overlay.underlying = id;
    overlay.position_sequence = state.last_sequence;
    overlay.to_send = rules.overlay.mode == OverlayMode::automatic;
    const auto rows = rows_of(rules, limited, *book);
    if (all_inside(rows)) {
        if (u.risk.overlay.count == 0) return std::nullopt;
        return overlay;
    }
    std::vector<Candidate> candidates;
    std::vector<OverlayColumn> columns;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        if (i.underlying != id || !i.is_option()) continue;
        if (!tradeable(state, rules, InstrumentId{n}, quote_stale_after)) continue;
        const auto greeks = contract_greeks(state, rules, i);
        if (!greeks) continue;
        candidates.push_back({InstrumentId{n}, state.books.touch(InstrumentId{n})});
        columns.push_back(column_of(state, rules, candidates.back(), limited, *greeks));
    }
    write_legs(state, candidates, solve_overlay(rows, columns, rules.overlay.cost_weight), overlay);
    if (overlay.count == 0 && u.risk.overlay.count == 0) return std::nullopt;
    return overlay;
}

}  // namespace hw::hedge
