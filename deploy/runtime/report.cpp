#include "deploy/runtime/report.h"

#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "deploy/runtime/reconciliation_report.h"
#include "deploy/runtime/risk_report.h"
#include "deploy/runtime/stopwatch.h"
#include "hedge/policy/corridor.h"
#include "hedge/valuation.h"

namespace hw::deploy {

namespace {

using nlohmann::ordered_json;

struct HedgeCounts {
    std::uint64_t sent = 0, filled = 0, rejected = 0, unfilled = 0, open = 0, fills = 0, option_fills = 0;
};

/// Orders that took something: sent, over, and neither rejected nor empty.
HedgeCounts count_hedges(const hedge::EngineState& state, std::uint16_t only = 0xffff) {
    HedgeCounts c;
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        if (only != 0xffff && only != i) continue;
        const hedge::UnderlyingState& u = state.underlyings[i];
        c.sent += u.orders_sent;
        c.rejected += u.orders_rejected;
        c.unfilled += u.orders_unfilled;
        c.fills += u.hedge_fills;
        c.option_fills += u.option_fills;
    }
    for (const hedge::OrderState& o : state.orders) {
        if (o.open() && (only == 0xffff || index(o.underlying) == only)) ++c.open;
    }
    const std::uint64_t without = c.rejected + c.unfilled + c.open;
    c.filled = c.sent > without ? c.sent - without : 0;
    return c;
}

const hedge::UnderlyingConfig* rules_of(const RunConfig& config, const hedge::UnderlyingState& u) {
    if (!u.configured || u.config_index >= config.engine.underlyings.size()) return nullptr;
    return &config.engine.underlyings[u.config_index];
}

ordered_json surfaces_json(const hedge::UnderlyingState& u) {
    ordered_json all = ordered_json::array();
    for (std::uint32_t s = 0; s < u.slice_count; ++s) {
        const SmileSlice& slice = u.slices[s];
        const std::time_t seconds = slice.expiry.ns() / kNano;
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        char text[32];
        std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
        all.push_back({{"expiry", text},
                       {"settlement", to_string(slice.settlement)},
                       {"source", to_string(slice.source)},
                       {"forward_ratio", slice.forward_ratio},
                       {"forward_source", to_string(slice.forward_source)},
                       {"mark_gap_vol_points", slice.mark_gap * 100},
                       {"butterfly_free", (slice.arbitrage & kButterflyViolated) == 0},
                       {"calendar_free", (slice.arbitrage & kCalendarViolated) == 0},
                       {"atm_vol", vol_at(slice, 0)},
                       {"rms_vol_points", slice.rms_vol * 100},
                       {"quotes", slice.quotes}});
    }
    return all;
}

ordered_json line_json(const hedge::ExplainLine& line) {
    ordered_json j;
    for (std::size_t c = 0; c < hedge::kCauses; ++c)
        j[std::string(to_string(static_cast<hedge::Cause>(c)))] = line.parts[c].to_double();
    j["total"] = line.total.to_double();
    return j;
}

/// In coin, in quote currency, and both in quote currency at the price now.
ordered_json explain_json(const hedge::Explanation& e, double reference) {
    ordered_json all;
    for (std::size_t c = 0; c < hedge::kCauses; ++c)
        all[std::string(to_string(static_cast<hedge::Cause>(c)))] =
            e.coin.parts[c].to_double() * reference + e.quote.parts[c].to_double();
    all["total"] = e.coin.total.to_double() * reference + e.quote.total.to_double();
    return {{"coin", line_json(e.coin)},
            {"quote", line_json(e.quote)},
            {"hedges_coin", line_json(e.hedges_coin)},
            {"hedges_quote", line_json(e.hedges_quote)},
            {"in_quote", all}};
}

ordered_json permit_json(const hedge::EngineState& state, const hedge::UnderlyingState& u) {
    const hedge::PermitState& p = u.risk.permit;
    ordered_json j = {{"given", p.given != 0}, {"why_not", nullptr}, {"changes", p.changes}};
    if (!p.given) j["why_not"] = to_string(p.why);
    j["for_s"] = p.since.is_zero() ? 0.0 : (state.now - p.since).to_seconds();
    return j;
}

/// Bands and limits that are tighter than configured.
ordered_json overrides_json(const hedge::Overrides& set) {
    ordered_json j = ordered_json::object();
    if (set.band > 0) j["band"] = set.band;
    for (std::size_t n = 0; n < set.limits.size(); ++n) {
        if (set.limits[n] > 0) j[std::string(to_string(static_cast<LimitKind>(n)))] = set.limits[n];
    }
    return j;
}

ordered_json underlying_json(const RunReport& report, const RunConfig& config,
                             const hedge::EngineState& state, const RunFigures& figures, std::uint16_t i) {
    const hedge::UnderlyingState& u = state.underlyings[i];
    const hedge::UnderlyingConfig* rules = rules_of(config, u);
    const hedge::Profit profit = hedge::profit_of(state, UnderlyingId{i});
    const HedgeCounts hedges = count_hedges(state, i);
    ordered_json j;
    j["price"] = u.reference;
    j["net_delta"] = {{"max_before", u.max_delta_outside}, {"final", u.exposure.net_delta}};
    if (rules != nullptr) {
        j["net_delta"]["band"] = hedge::widest_band(*rules, u);
        j["net_delta"]["target"] = rules->target_delta;
    }
    j["gamma"] = u.exposure.gamma;
    j["vega"] = u.exposure.vega;
    j["theta"] = u.exposure.theta;
    j["vanna"] = u.exposure.vanna;
    j["volga"] = u.exposure.volga;
    j["charm"] = u.exposure.charm;
    j["speed"] = u.exposure.speed;
    j["equity_delta"] = u.exposure.equity;
    j["settling_delta"] = {{"used", u.exposure.settling}, {"venue_linear", u.exposure.settling_venue}};
    const bool in_band = rules != nullptr && std::abs(u.exposure.net_delta - rules->target_delta) <=
                                                 hedge::widest_band(*rules, u);
    j["in_band"] = in_band;
    j["why_not"] = ordered_json::array();
    const AlertCode why = i < report.why_not.size() ? report.why_not[i] : u.blocked_by;
    if (why != AlertCode::none) {
        j["why_not"].push_back({{"code", to_string(why)}, {"text", description_of(why)}});
    } else if (!in_band && rules == nullptr && u.positions_held > 0) {
        const AlertCode code = AlertCode::unhedged_underlying;
        j["why_not"].push_back({{"code", to_string(code)}, {"text", description_of(code)}});
    }
    j["permit"] = permit_json(state, u);
    j["set_by_people"] = overrides_json(u.risk.overrides);
    j["positions_held"] = u.positions_held;
    j["hedges"] = {{"sent", hedges.sent},
                   {"filled", hedges.filled},
                   {"rejected", hedges.rejected},
                   {"unfilled", hedges.unfilled}};
    j["pnl"] = {{"coin", profit.coin},
                {"quote", profit.quote},
                {"fees_quote", profit.fees_quote},
                {"total_quote", profit.total_quote},
                {"complete", profit.complete}};
    if (figures.explained != nullptr)
        j["pnl_explain"] = explain_json(figures.explained->of(UnderlyingId{i}), u.reference);
    j["risk"] = risk_json(u.risk.planner, state, config.engine);
    j["overlay"] = overlay_json(u.risk, state);
    j["min_variance"] = {{"gain", u.min_variance.gain}, {"samples", u.min_variance.samples}};
    j["surfaces"] = surfaces_json(u);
    return j;
}

ordered_json clock_json(const ClockReport& clock) {
    return {{"source", to_string(clock.source)},
            {"tsc_hz", clock.tsc_hz},
            {"calibration_error_ppm", clock.calibration_error_ppm},
            {"reading_ns", clock.reading_ns},
            {"ntp_synchronised", clock.ntp_synchronised},
            {"ntp_offset_us", clock.ntp_offset_us},
            {"ntp_max_error_us", clock.ntp_max_error_us},
            {"wall_steps", clock.wall_steps}};
}

/// The histogram by its buckets' upper edges.
ordered_json gaps_json(const GapFigures& gaps) {
    ordered_json below = ordered_json::object();
    for (std::size_t b = 0; b < gaps.buckets.size(); ++b) {
        if (gaps.buckets[b] != 0)
            below[fmt::format("{:.3f}", std::ldexp(1e-3, static_cast<int>(b) + 1))] = gaps.buckets[b];
    }
    return {{"count", gaps.count},
            {"while_working", gaps.while_working},
            {"max_us", static_cast<double>(gaps.max_ns) * 1e-3},
            {"total_us", static_cast<double>(gaps.total_ns) * 1e-3},
            {"threshold_us", static_cast<double>(gaps.threshold_ns) * 1e-3},
            {"below_us", below}};
}

ordered_json capture_json(const net::CaptureCounters& c) {
    return {{"rx_frames", c.rx_frames}, {"tx_frames", c.tx_frames},         {"bytes", c.bytes},
            {"evicted", c.evicted},     {"evicted_early", c.evicted_early}, {"cut", c.cut}};
}

}  // namespace

std::string report_json(const RunReport& report, const RunConfig& config, const hedge::EngineState& state,
                        const RunFigures& figures) {
    const HedgeCounts hedges = count_hedges(state);
    ordered_json j;
    j["seconds"] = report.seconds;
    j["packets"] = report.packets;
    j["messages"] = figures.messages;
    j["ticks"] = figures.ticks;
    j["events"] = state.last_sequence;
    j["decisions"] = state.decisions;
    j["orders"] = hedges.sent;
    j["fills"] = hedges.fills;
    j["option_fills"] = hedges.option_fills;
    j["executions"] = state.executions;
    j["duplicate_executions"] = state.duplicates;
    j["hedges"] = {{"sent", hedges.sent},
                   {"filled", hedges.filled},
                   {"rejected", hedges.rejected},
                   {"unfilled", hedges.unfilled},
                   {"open", hedges.open}};
    j["shadow"] = config.engine.shadow;
    j["shadow_orders"] = figures.shadow_orders;
    j["killed"] = state.killed != 0;
    ordered_json underlyings = ordered_json::object();
    double total = 0;
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        const hedge::UnderlyingState& u = state.underlyings[i];
        if (!u.configured && u.positions_held == 0) continue;
        underlyings[std::string(u.name.view())] = underlying_json(report, config, state, figures, i);
        total += hedge::profit_of(state, UnderlyingId{i}).total_quote;
    }
    j["underlyings"] = underlyings;
    j["set_by_people"] = overrides_json(state.risk.overrides);
    const LatencyHistogram& latency = figures.event_to_sent;
    j["tick_to_hedge"] = {{"count", latency.count()},
                          {"p50_ns", latency.quantile_ns(0.5)},
                          {"p99_ns", latency.quantile_ns(0.99)},
                          {"max_ns", latency.max_ns()}};
    j["pnl"] = {{"total_quote", total}};
    j["risk"] = risk_json(state.risk.planner, state, config.engine);
    ordered_json positions = ordered_json::object();
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Qty q = state.positions[n].qty;
        if (!q.is_zero())
            positions[std::string(state.instruments[InstrumentId{n}].symbol.view())] = q.to_double();
    }
    j["positions"] = positions;
    j["reconciliation"] = reconciliation_json(state, config.engine);
    j["journal"] = {{"dir", report.journal_dir},
                    {"last_sequence", state.last_sequence},
                    {"state_hash", fmt::format("{:016x}", hedge::state_hash(state))},
                    {"stalls", report.journal_stalls}};
    ordered_json alerts = ordered_json::object();
    for (std::size_t code = 0; code < figures.alerts.size(); ++code) {
        if (figures.alerts[code] == 0) continue;
        alerts[std::string(to_string(static_cast<AlertCode>(code)))] = figures.alerts[code];
    }
    j["alerts"] = alerts;
    j["packets_not_udp"] = report.packets_by_verdict;
    j["feed"] = report.feed;
    j["session"] = report.session;
    if (!report.account_session.empty()) j["account_session"] = report.account_session;
    if (!report.tcp.empty()) j["tcp"] = report.tcp;
    j["shadow_walks"] = report.shadow_walks;
    j["unknown_positions"] = report.unknown_positions;
    j["clock"] = clock_json(report.clock);
    j["gaps"] = gaps_json(report.gaps);
    j["capture"] = capture_json(report.capture);
    // Symbols are the feed's, paths the user's: neither need be UTF-8.
    return j.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string report_text(const RunReport& report, const RunConfig& config, const hedge::EngineState& state,
                        const RunFigures& figures) {
    const HedgeCounts hedges = count_hedges(state);
    std::string out = fmt::format(
        "{:.1f} s, {} packets, {} messages, {} decisions; orders {} sent, {} filled, {} "
        "rejected; {} option fills\n",
        report.seconds, report.packets, figures.messages, state.decisions, hedges.sent, hedges.filled,
        hedges.rejected, hedges.option_fills);
    if (config.engine.shadow)
        out += fmt::format("shadow mode: {} orders shown, none sent\n", figures.shadow_orders);
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        const hedge::UnderlyingState& u = state.underlyings[i];
        const hedge::UnderlyingConfig* rules = rules_of(config, u);
        if (rules == nullptr) continue;
        const bool in_band =
            std::abs(u.exposure.net_delta - rules->target_delta) <= hedge::widest_band(*rules, u);
        const AlertCode why = i < report.why_not.size() ? report.why_not[i] : u.blocked_by;
        out += fmt::format("{}: net delta {:+.4f} ({} the band of {:+.4f} +- {:.4f})", u.name.view(),
                           u.exposure.net_delta, in_band ? "inside" : "OUTSIDE", rules->target_delta,
                           hedge::widest_band(*rules, u));
        if (why != AlertCode::none) out += fmt::format(", {}: {}", to_string(why), description_of(why));
        out += fmt::format("; P&L {:+.2f}\n", hedge::profit_of(state, UnderlyingId{i}).total_quote);
    }
    out += reconciliation_text(state);
    const LatencyHistogram& latency = figures.event_to_sent;
    out += fmt::format("tick to hedge: p50 {:.1f} us, p99 {:.1f} us, max {:.1f} us over {}\n",
                       latency.quantile_ns(0.5) / 1e3, latency.quantile_ns(0.99) / 1e3,
                       latency.max_ns() / 1e3, latency.count());
    return out;
}

std::string LiveTable::lines(const hedge::EngineState& state, const RunFigures& figures,
                             const RunConfig& config) {
    const std::int64_t now = monotonic_ns();
    if (next_ns_ == 0) {
        next_ns_ = now + kNano;
        last_ns_ = now;
        return {};
    }
    if (now < next_ns_) return {};
    const double ticks_per_s =
        static_cast<double>(figures.ticks - last_ticks_) * 1e9 / static_cast<double>(now - last_ns_);
    next_ns_ += kNano;
    last_ns_ = now;
    last_ticks_ = figures.ticks;
    std::string out;
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        const hedge::UnderlyingState& u = state.underlyings[i];
        const hedge::UnderlyingConfig* rules = rules_of(config, u);
        if (rules == nullptr) continue;
        if (printed_++ % 20 == 0) {
            out +=
                "           ticks/s        price   net delta: before      now     band    gamma    vega   "
                "theta"
                "   sent/fill/rej  p50 us  p99 us      P&L  state\n";
        }
        const HedgeCounts h = count_hedges(state, i);
        out += fmt::format(
            "{:<8} {:>9.0f} {:>12.2f} {:>18.4f} {:>8.4f} {:>8.4f} {:>8.1e} {:>7.1f} {:>7.1f} "
            "{:>15} {:>7.1f} {:>7.1f} {:>8.2f}  {}\n",
            u.name.view(), ticks_per_s, u.reference, figures.last_delta_before[i], u.exposure.net_delta,
            hedge::widest_band(*rules, u), u.exposure.gamma, u.exposure.vega, u.exposure.theta,
            fmt::format("{}/{}/{}", h.sent, h.filled, h.rejected),
            figures.event_to_sent.quantile_ns(0.5) / 1e3, figures.event_to_sent.quantile_ns(0.99) / 1e3,
            hedge::profit_of(state, UnderlyingId{i}).total_quote,
            u.blocked_by == AlertCode::none ? "hedging" : to_string(u.blocked_by));
        if (u.breaks != 0) {
            out.pop_back();
            out += fmt::format(", {} position breaks\n", u.breaks);
        }
    }
    return out;
}

}  // namespace hw::deploy
