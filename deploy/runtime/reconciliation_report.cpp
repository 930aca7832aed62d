#include "deploy/runtime/reconciliation_report.h"

#include <fmt/format.h>

#include "hedge/credits.h"
#include "hedge/valuation.h"

namespace hw::deploy {
namespace {

using nlohmann::ordered_json;

std::string_view word(hedge::Standing s) {
    switch (s) {
        case hedge::Standing::agrees:
            return "agrees";
        case hedge::Standing::differs:
            return "differs";
        case hedge::Standing::broken:
            return "break";
    }
    return "invalid";
}

std::string symbol_of(const hedge::EngineState& state, InstrumentId id) {
    return state.instruments.contains(id) ? std::string(state.instruments[id].symbol.view()) : "unknown";
}

std::string text_of(OrderId id) {
    const auto text = id.to_text();
    return {text.data(), text.size()};
}

/// Ours is of now, the venue's of the last snapshot that counted.
ordered_json positions_json(const hedge::EngineState& state, bool breaks_only) {
    ordered_json all = ordered_json::object();
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Qty ours = state.positions[n].qty;
        const hedge::VenuePosition& v = state.venue_positions[n];
        const bool shown =
            breaks_only ? v.standing == hedge::Standing::broken : !ours.is_zero() || !v.venue.is_zero();
        if (!shown) continue;
        ordered_json line = {{"ours", ours.to_double()}, {"venue", v.venue.to_double()}};
        if (breaks_only) {
            line["difference"] = v.difference.to_double();
        } else {
            line["standing"] = word(v.standing);
        }
        all[symbol_of(state, InstrumentId{n})] = line;
    }
    return all;
}

ordered_json orphans_json(const hedge::EngineState& state) {
    ordered_json all = ordered_json::array();
    for (std::uint32_t n = 0; n < state.account.orphan_count; ++n) {
        const hedge::Orphan& o = state.account.orphans[n];
        if (o.in_a_row < 2) continue;
        all.push_back({{"order", text_of(o.order)},
                       {"instrument", symbol_of(state, o.instrument)},
                       {"side", to_string(o.side)},
                       {"leaves", o.leaves.to_double()}});
    }
    return all;
}

ordered_json drop_copy_json(const hedge::EngineState& state) {
    const hedge::DropCopyState& d = state.account.drop_copy;
    return {{"matched", d.matched},
            {"waiting", d.count},
            {"not_on_drop_copy", d.not_on_drop_copy},
            {"only_on_drop_copy", d.only_on_drop_copy},
            {"not_watched", d.not_watched}};
}

ordered_json underlyings_json(const hedge::EngineState& state) {
    ordered_json all = ordered_json::object();
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        const hedge::UnderlyingState& u = state.underlyings[i];
        if (!u.configured) continue;
        all[std::string(u.name.view())] = {{"reconciled", u.reconciled != 0},
                                           {"permit_withdrawn", u.permit_withdrawn != 0},
                                           {"breaks", u.breaks},
                                           {"waiting", u.unadopted},
                                           {"filled_today_coins", u.filled_today}};
    }
    return all;
}

ordered_json margins_json(const hedge::EngineState& state) {
    ordered_json all = ordered_json::object();
    for (const hedge::Wallet& w : state.wallets) {
        if (!w.margin_known) continue;
        all[std::string(w.currency.view())] = {{"equity", w.amount.to_double()},
                                               {"initial_margin", w.initial_margin.to_double()},
                                               {"maintenance_margin", w.maintenance_margin.to_double()},
                                               {"low", w.margin_low != 0}};
    }
    return all;
}

ordered_json credits_json(const hedge::EngineState& state, const hedge::EngineConfig& config) {
    if (!hedge::credits_counted(config)) return nullptr;
    return {{"left", hedge::credits_left(state, config)},
            {"for_orders", hedge::credits_above_reserve(state, config)},
            {"low", state.credits.low != 0}};
}

}  // namespace

ordered_json reconciliation_json(const hedge::EngineState& state, const hedge::EngineConfig& config) {
    const hedge::AccountState& a = state.account;
    ordered_json j;
    j["session_up"] = a.up != 0;
    j["last_snapshot"] = nullptr;
    if (a.counted != 0)
        j["last_snapshot"] = {{"time_ns", a.counted_time.ns()},
                              {"age_s", (state.now - a.counted_time).to_seconds()},
                              {"positions", a.venue_positions},
                              {"unknown_positions", a.unknown},
                              {"open_orders", a.venue_orders}};
    j["snapshots"] = {{"begun", a.begun},
                      {"counted", a.counted},
                      {"not_counted", a.uncounted},
                      {"failed", a.failed},
                      {"stray", a.stray}};
    j["underlyings"] = underlyings_json(state);
    j["positions"] = positions_json(state, false);
    j["breaks"] = positions_json(state, true);
    j["orphans"] = orphans_json(state);
    j["drop_copy"] = drop_copy_json(state);
    j["busts"] = a.busts;
    j["corrections"] = a.corrections;
    j["margins"] = margins_json(state);
    j["credits"] = credits_json(state, config);
    return j;
}

ordered_json position_list_json(const hedge::EngineState& state) {
    ordered_json all = ordered_json::array();
    const bool told = state.account.counted != 0;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        const Qty ours = state.positions[n].qty;
        const hedge::VenuePosition& v = state.venue_positions[n];
        if (ours.is_zero() && v.venue.is_zero()) continue;
        ordered_json line = {
            {"instrument", i.symbol.view()}, {"underlying", i.base.view()},
            {"ours", ours.to_double()},      {"venue", nullptr},
            {"standing", nullptr},           {"mark", hedge::mark_price(state, InstrumentId{n})}};
        if (told) {
            line["venue"] = v.venue.to_double();
            line["standing"] = word(v.standing);
        }
        all.push_back(line);
    }
    return all;
}

std::string reconciliation_text(const hedge::EngineState& state) {
    const hedge::AccountState& a = state.account;
    if (a.begun == 0) return {};
    std::string out = fmt::format("account: {} of {} snapshots counted", a.counted, a.begun);
    const ordered_json breaks = positions_json(state, true);
    if (breaks.empty()) out += ", no breaks";
    for (const auto& [symbol, line] : breaks.items())
        out += fmt::format("; BREAK {}: ours {:g}, venue {:g}", symbol, line["ours"].get<double>(),
                           line["venue"].get<double>());
    if (const std::size_t count = orphans_json(state).size(); count != 0)
        out += fmt::format("; {} ORPHAN orders", count);
    return out + "\n";
}

}  // namespace hw::deploy
