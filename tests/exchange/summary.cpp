#include "tests/exchange/summary.h"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/exchange/decimal.h"

namespace hw::exchange {

namespace {

using Json = nlohmann::ordered_json;

Json orders_json(const Venue& venue) {
    const OrderCounts& c = venue.counts();
    return {{"received", c.received},
            {"filled", c.filled},
            {"partially_filled", c.partially_filled},
            {"canceled", c.canceled},
            {"rejected", c.rejected},
            {"open", venue.open_orders()},
            {"duplicate_cl_ord_ids", c.duplicate_cl_ord_ids}};
}

/// The first orders; times from the beginning of the incidents.
Json arrivals_json(const Simulation& s) {
    Json out = Json::array();
    for (const OrderArrival& a : s.venue().arrivals())
        out.push_back({{"at_s", (a.time - s.incidents_begun()).to_seconds()},
                       {"symbol", a.request.symbol},
                       {"side", a.request.side == Side::buy ? "buy" : "sell"},
                       {"quantity", a.request.qty.to_double()},
                       {"price", a.request.price.to_double()},
                       {"ioc", a.request.ioc}});
    return out;
}

Json fix_json(const FixCounts& c, bool drained) {
    return {{"received", c.received},
            {"sent", c.sent},
            {"logons", c.logons},
            {"logouts", c.logouts},
            {"refused_logons", c.refused_logons},
            {"unsupported_messages", c.unsupported},
            {"drained", drained}};
}

Json account_json(const RunFigures& run) {
    const AccountDeskCounts& d = run.desk;
    Json out{{"fills_copied", d.fills_copied},
             {"fills_repeated", d.fills_repeated},
             {"copies_lost", d.copies_lost},
             {"reports_lost", d.reports_lost},
             {"busts", d.busts},
             {"corrections", d.corrections},
             {"position_requests", d.position_requests},
             {"order_requests", d.order_requests},
             {"equity_requests", d.equity_requests},
             {"list_requests", d.list_requests}};
    if (run.account_fix) out["fix"] = fix_json(*run.account_fix, run.fix_drained);
    return out;
}

Json positions_json(const Simulation& s) {
    Json out = Json::object();
    for (std::size_t i = 0; i < s.market().contracts().size(); ++i) {
        const Qty qty = s.account().holding(i).qty;
        if (!qty.is_zero())
            out[std::string(s.market().contracts()[i].terms.symbol.view())] = nearest_double(qty.nanos());
    }
    return out;
}

Json prices_json(const Market& market) {
    Json out = Json::object();
    for (const Family& f : market.families()) out[f.index_name] = market.underlyings()[f.underlying].spot;
    for (const Contract& c : market.contracts()) out[std::string(c.terms.symbol.view())] = market.fair(c);
    return out;
}

/// What the positions are worth at the marks, per settlement currency.
Json values_json(const Simulation& s) {
    std::map<std::string, double> sums;
    for (std::size_t i = 0; i < s.market().contracts().size(); ++i) {
        const Contract& c = s.market().contracts()[i];
        sums[std::string(c.terms.settle.view())] += s.account().value(i, s.market().fair(c));
    }
    return sums;
}

}  // namespace

std::string summary_json(const Simulation& s, const RunFigures& run) {
    const PacketFaultCounts& faults = s.packet_faults();
    Json out;
    out["seconds"] = run.seconds;
    out["packets_sent"] = run.packets_sent;
    out["packets_dropped"] = faults.dropped + run.packets_unsent;
    out["packet_faults"] = {{"dropped", faults.dropped},
                            {"duplicated", faults.duplicated},
                            {"reordered", faults.reordered},
                            {"unsent", run.packets_unsent}};
    out["messages_sent"] = s.publisher().messages();
    out["snapshot_rounds"] = s.snapshot_rounds();
    out["option_fills"] = s.venue().option_fills();
    out["executions"] = s.account().executions();
    out["orders"] = orders_json(s.venue());
    // Simulated time falls behind the wall's when the machine has no time for it: both, of one moment.
    const bool begun = !s.incidents_begun().is_zero();
    out["incidents"] = {{"begun", begun},
                        {"at_s", begun ? (s.now() - s.incidents_begun()).to_seconds() : 0.0},
                        {"wall_s", run.wall.to_seconds()}};
    out["arrivals"] = arrivals_json(s);
    out["fix"] = fix_json(run.fix, run.fix_drained);
    out["account_session"] = account_json(run);
    out["positions"] = positions_json(s);
    out["cash"] = s.account().cash();
    out["fees"] = s.account().fees();
    out["position_values"] = values_json(s);
    out["final_prices"] = prices_json(s.market());
    return out.dump(1) + "\n";
}

bool write_file(const std::string& path, const std::string& text) {
    const std::string part = path + ".part";
    {
        std::ofstream file(part, std::ios::binary | std::ios::trunc);
        file << text;
        if (!file.flush()) return false;
    }
    return std::rename(part.c_str(), path.c_str()) == 0;
}

}  // namespace hw::exchange
