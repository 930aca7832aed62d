#include "deploy/demo_runner/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

#include "deploy/demo_runner/stress.h"

namespace hw::demo {
namespace {

using Json = nlohmann::ordered_json;

// Positions are multiples of a nano-unit that went through decimal text.
constexpr double kSamePosition = 1e-9;

Json position_differences(const Json& hedger, const Json& exchange) {
    std::set<std::string> symbols;
    for (const auto& [symbol, qty] : hedger.items()) symbols.insert(symbol);
    for (const auto& [symbol, qty] : exchange.items()) symbols.insert(symbol);
    Json differences = Json::array();
    for (const auto& symbol : symbols) {
        const double ours = hedger.contains(symbol) ? hedger.at(symbol).get<double>() : 0.0;
        const double theirs = exchange.contains(symbol) ? exchange.at(symbol).get<double>() : 0.0;
        if (!(std::abs(ours - theirs) <= kSamePosition))
            differences.push_back({{"symbol", symbol}, {"hedger", ours}, {"exchange", theirs}});
    }
    return differences;
}

/// What the second session has told, and what the hedger made of it.
Json account_of(const Json& hedger) {
    const Json& r = hedger.at("reconciliation");
    return {{"fills_matched", r.at("drop_copy").at("matched")},
            {"fills_unmatched", r.at("drop_copy").at("not_on_drop_copy").get<std::int64_t>() +
                                    r.at("drop_copy").at("only_on_drop_copy").get<std::int64_t>()},
            {"snapshots", r.at("snapshots").at("counted")},
            {"snapshots_failed", r.at("snapshots").at("failed")},
            {"breaks", r.at("breaks")}};
}

Json merge(const Json& hedger, const Json& exchange, bool replay_identical, const std::string& transport) {
    Json out;
    out["transport"] = transport;
    out["seconds"] = hedger.at("seconds");
    out["packets"] = hedger.at("packets");
    out["messages"] = hedger.at("messages");
    out["ticks"] = hedger.at("ticks");
    out["option_fills"] = exchange.at("option_fills");
    out["hedges"] = hedger.at("hedges");
    for (const auto& [name, figures] : hedger.at("underlyings").items()) {
        const Json& delta = figures.at("net_delta");
        out["net_delta"][name] = {{"max_before", delta.at("max_before")},
                                  {"final", delta.at("final")},
                                  {"band", delta.at("band")},
                                  {"target", delta.at("target")}};
        out["greeks"][name] = {
            {"gamma", figures.at("gamma")}, {"vega", figures.at("vega")}, {"theta", figures.at("theta")}};
        out["price"][name] = figures.at("price");
        out["risk"][name] = figures.value("risk", Json());
        out["overlay"][name] = figures.value("overlay", Json::array());
    }
    const Json differences = position_differences(hedger.at("positions"), exchange.at("positions"));
    out["positions_equal"] = differences.empty();
    out["position_differences"] = differences;
    out["unaccounted_fills"] =
        exchange.at("executions").get<std::int64_t>() - hedger.at("executions").get<std::int64_t>();
    out["duplicate_cl_ord_ids"] = exchange.at("orders").at("duplicate_cl_ord_ids");
    out["tick_to_hedge"] = hedger.at("tick_to_hedge");
    out["pnl"] = hedger.at("pnl");
    out["surfaces"] = Json::object();
    out["pnl_explain"] = Json::object();
    for (const auto& [name, underlying] : hedger.at("underlyings").items()) {
        out["surfaces"][name] = underlying.value("surfaces", Json::array());
        out["pnl_explain"][name] = underlying.value("pnl_explain", Json::object());
    }
    out["journal"] = hedger.at("journal");
    out["alerts"] = hedger.at("alerts");
    out["account"] = account_of(hedger);
    out["tcp"] = hedger.value("tcp", Json::object());
    out["replay_identical"] = replay_identical;
    return out;
}

void judge_deltas(const Json& summary, std::vector<std::string>& failures) {
    bool left = false;
    for (const auto& [name, delta] : summary.at("net_delta").items()) {
        const double band = delta.at("band").get<double>();
        left = left || delta.at("max_before").get<double>() > band;
        const double off = delta.at("final").get<double>() - delta.at("target").get<double>();
        if (!(std::abs(off) <= band))
            failures.push_back(fmt::format("net delta of {} ended at {:.4f}, outside its band of {}", name,
                                           delta.at("final").get<double>(), band));
    }
    if (!left) failures.emplace_back("no fill moved a net delta out of its band: there was nothing to show");
}

/// Both sides' books, fill for fill. Paper orders never reach the exchange.
void judge_books(const Json& summary, std::vector<std::string>& failures) {
    if (summary.at("option_fills").get<std::int64_t>() < 1) failures.emplace_back("there was no option fill");
    if (const auto missing = summary.at("unaccounted_fills").get<std::int64_t>(); missing != 0)
        failures.push_back(fmt::format("{} fills of the exchange are not in the hedger's books", missing));
    if (!summary.at("positions_equal").get<bool>())
        failures.push_back(
            fmt::format("positions differ in {} instruments", summary.at("position_differences").size()));
    if (const auto twice = summary.at("duplicate_cl_ord_ids").get<std::int64_t>(); twice != 0)
        failures.push_back(fmt::format("{} orders were sent twice", twice));
}

/// Both sessions' fills, and the venue's positions while it ran.
void judge_account(const Json& account, std::vector<std::string>& failures) {
    if (account.at("fills_matched").get<std::int64_t>() < 1)
        failures.emplace_back("no fill was told by both sessions");
    if (const auto alone = account.at("fills_unmatched").get<std::int64_t>(); alone != 0)
        failures.push_back(fmt::format("{} fills were told by one session only", alone));
    if (account.at("snapshots").get<std::int64_t>() < 1)
        failures.emplace_back("no snapshot of the account was reconciled");
    if (const std::size_t breaks = account.at("breaks").size(); breaks != 0)
        failures.push_back(fmt::format("the venue's positions broke with ours in {} instruments", breaks));
}

std::vector<std::string> judge(const Json& summary) {
    std::vector<std::string> failures;
    if (summary.at("hedges").at("filled").get<std::int64_t>() < 1)
        failures.emplace_back("no hedge was filled");
    judge_deltas(summary, failures);
    if (summary.at("transport") != "paper") {
        judge_books(summary, failures);
        judge_account(summary.at("account"), failures);
    }
    if (summary.contains("stress")) judge_stress(summary.at("stress"), failures);
    if (!summary.at("replay_identical").get<bool>())
        failures.emplace_back("the replay of the journal differs from the run");
    return failures;
}

double micros(const Json& ns) { return ns.get<double>() / 1'000; }

std::string underlying_words(const Json& summary, const std::string& name) {
    const Json& delta = summary.at("net_delta").at(name);
    const Json& greeks = summary.at("greeks").at(name);
    std::string words =
        fmt::format("  {:<9} net delta {:+.4f}, band {} around {}, widest before a hedge {:.4f}\n", name,
                    delta.at("final").get<double>(), delta.at("band").get<double>(),
                    delta.at("target").get<double>(), delta.at("max_before").get<double>());
    words +=
        fmt::format("            gamma {:.3g} vega {:.2f} theta {:.2f}\n", greeks.at("gamma").get<double>(),
                    greeks.at("vega").get<double>(), greeks.at("theta").get<double>());
    return words;
}

/// How well each expiry's smile fits, in vol points.
std::string surface_words(const Json& slices) {
    std::string words;
    for (const Json& s : slices) {
        words += fmt::format(
            "            {}  {:<10} vol {:>6.2f} %  residual {:>5.2f} vol points, {} quotes; forward: {}\n",
            s.value("expiry", ""), s.value("source", ""), 100 * s.value("atm_vol", 0.0),
            s.value("rms_vol_points", 0.0), s.value("quotes", 0), s.value("forward_source", ""));
    }
    return words.empty() ? words : "  surfaces\n" + words;
}

/// The parts of the profit, in quote currency, largest causes and all.
std::string explain_words(const Json& explain) {
    const auto parts = explain.find("in_quote");
    if (parts == explain.end()) return {};
    std::string words = "  explained, in quote currency\n";
    for (const auto& [cause, amount] : parts->items())
        words += fmt::format("            {:<14}{:>14.2f}\n", cause, amount.get<double>());
    return words;
}

std::string position_words(const Json& summary) {
    if (summary.at("transport") == "paper") return "on paper: the exchange knows nothing of them";
    if (summary.at("positions_equal").get<bool>()) return "the hedger's and the exchange's are equal";
    return "DIFFER: " + summary.at("position_differences").dump();
}

std::string account_words(const Json& account) {
    return fmt::format(
        "  account   {} fills told by both sessions, {} by one; {} snapshots reconciled, {} breaks\n",
        account.at("fills_matched").dump(), account.at("fills_unmatched").dump(),
        account.at("snapshots").dump(), account.at("breaks").size());
}

std::string in_words(const Json& summary, const std::vector<std::string>& failures) {
    const Json& hedges = summary.at("hedges");
    const Json& latency = summary.at("tick_to_hedge");
    const double seconds = summary.at("seconds").get<double>();
    const double ticks = summary.at("ticks").get<double>();
    std::string words = fmt::format("\nafter {:.1f} s\n", seconds);
    words += fmt::format("  market    {:.0f} ticks, {:.0f} a second\n", ticks,
                         seconds > 0 ? ticks / seconds : 0.0);
    words += fmt::format("  orders    by {}\n", summary.at("transport").get<std::string>());
    words += fmt::format("  fills     {} option fills, {} fills unaccounted for\n",
                         summary.at("option_fills").dump(), summary.at("unaccounted_fills").dump());
    words += fmt::format("  hedges    {} sent, {} filled, {} rejected\n", hedges.at("sent").dump(),
                         hedges.at("filled").dump(), hedges.at("rejected").dump());
    for (const auto& [name, delta] : summary.at("net_delta").items())
        words += underlying_words(summary, name);
    words += fmt::format(
        "  latency   tick to hedge p50 {:.1f} us, p99 {:.1f} us, max {:.1f} us (in the process)\n",
        micros(latency.at("p50_ns")), micros(latency.at("p99_ns")), micros(latency.at("max_ns")));
    words += fmt::format("  pnl       {:.2f} in quote currency\n",
                         summary.at("pnl").at("total_quote").get<double>());
    for (const auto& [name, delta] : summary.at("net_delta").items()) {
        words += surface_words(summary.at("surfaces").value(name, Json::array()));
        words += explain_words(summary.at("pnl_explain").value(name, Json::object()));
    }
    words += fmt::format("  positions {}\n", position_words(summary));
    if (summary.at("transport") != "paper") words += account_words(summary.at("account"));
    if (summary.contains("stress")) words += stress_words(summary.at("stress"));
    words += fmt::format("  replay    {}\n",
                         summary.at("replay_identical").get<bool>() ? "every action identical" : "DIFFERENT");
    for (const auto& failure : failures) words += fmt::format("FAILED: {}\n", failure);
    return words;
}

}  // namespace

Outcome summarize(const std::string& hedger_json, const std::string& exchange_json, bool replay_identical,
                  const std::string& transport, bool stress) {
    try {
        const Json hedger = Json::parse(hedger_json);
        Json summary = merge(hedger, Json::parse(exchange_json), replay_identical, transport);
        if (stress) summary["stress"] = stress_of(hedger);
        auto failures = judge(summary);
        Json written = summary;
        written["passed"] = failures.empty();
        written["failures"] = failures;
        return {written.dump(2) + "\n", in_words(summary, failures), failures};
    } catch (const nlohmann::json::exception& error) {
        const std::string failure = fmt::format("a report cannot be read: {}", error.what());
        const Json written{{"passed", false}, {"failures", Json::array({failure})}};
        return {written.dump(2) + "\n", "FAILED: " + failure + "\n", {failure}};
    }
}

}  // namespace hw::demo
