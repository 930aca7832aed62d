#include "deploy/runtime/order_story_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>

#include "deploy/runtime/config_hedging.h"
#include "hedge/risk_config.h"

namespace hw::deploy {

namespace {

using nlohmann::ordered_json;

std::string id_text(OrderId id) {
    const auto text = id.to_text();
    return {text.data(), text.size()};
}

std::string utc(Nanos t) {
    const std::time_t seconds = t.ns() / kNano;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", fmt::gmtime(seconds), t.ns() % kNano);
}

std::string_view policy_of(const WhyRecord& why) {
    for (const auto& choice : kPolicyKinds) {
        if (static_cast<std::uint8_t>(choice.value) == why.policy) return choice.word;
    }
    return "unknown";
}

/// 12.3 ns, us, ms or s: four digits at most.
std::string span(double ns) {
    const double size = std::abs(ns);
    if (size < 1e3) return fmt::format("{:.0f} ns", ns);
    if (size < 1e6) return fmt::format("{:.1f} us", ns / 1e3);
    if (size < 1e9) return fmt::format("{:.1f} ms", ns / 1e6);
    return fmt::format("{:.1f} s", ns / 1e9);
}
std::string between(Nanos from, Nanos to) { return span(static_cast<double>((to - from).ns())); }

double coins_of(const NewOrder& o) {
    return signed_qty(o.side, o.qty).to_double() * o.why.delta_per_contract;
}

/// What a person would have said.
std::string reason_text(const NewOrder& o) {
    const WhyRecord& w = o.why;
    if (o.why.purpose == OrderPurpose::manual) return "a person asked for it (hedgewire ctl hedge)";
    const double away = w.net_delta - w.target;
    if (std::abs(away) > w.band)
        return fmt::format("net delta {:+.4f} is {:.4f} {} the band {:+.4f} +- {:.4f}", w.net_delta,
                           std::abs(away) - w.band, away > 0 ? "above" : "below", w.target, w.band);
    return fmt::format("net delta {:+.4f}, target {:+.4f} +- {:.4f}", w.net_delta, w.target, w.band);
}

std::string event_text(const EventHeader& e, const JournalNames& names) {
    std::string text = fmt::format("{} #{}", to_string(e.type), e.sequence);
    if (e.instrument != kNoInstrument) text += " " + names.instrument(e.instrument);
    return text;
}

std::string trigger_text(const OrderStory& s, const JournalNames& names) {
    const std::uint64_t sequence = s.order().why.trigger_sequence;
    if (sequence == 0) return "none: the net delta was inside the band";
    if (s.trigger.type == EventType::none)
        return fmt::format("event #{}, which is not in the journal any more", sequence);
    return fmt::format("{} at {}, {} before", event_text(s.trigger, names), utc(s.trigger.recv_time),
                       between(s.trigger.recv_time, s.action.header.time));
}

std::string headroom_text(const WhyRecord& w) {
    std::string text =
        fmt::format("position {:.4g} coins, {:.0f} orders this second", w.headroom_position, w.headroom_rate);
    // Zero: that limit is not configured.
    if (w.headroom_delta != 0) text += fmt::format(", delta {:.4g} coins", w.headroom_delta);
    if (w.headroom_daily_fill != 0) text += fmt::format(", {:.6g} coins today", w.headroom_daily_fill);
    if (w.headroom_capital != 0) text += fmt::format(", capital {:.6g}", w.headroom_capital);
    if (w.headroom_credits != 0) text += fmt::format(", {:.4g} credits", w.headroom_credits);
    return text;
}

std::string timing_text(const OrderStory& s) {
    if (!s.timing) return s.shadow() ? "not sent" : "not recorded: the process ended before";
    return fmt::format("decided {}, journaled {}, sent {} after the burst began",
                       span(s.timing->to_decision_ns), span(s.timing->to_journal_ns),
                       span(s.timing->to_sent_ns));
}

std::string fills_text(const OrderStory& s) {
    if (s.filled.is_zero()) return "nothing filled";
    std::string text =
        fmt::format("filled {:g} of {:g} at {:.10g} in {} fill{}, the last {} after the decision",
                    s.filled.to_double(), s.order().qty.to_double(), s.average_price(), s.keys.size(),
                    s.keys.size() == 1 ? "" : "s", between(s.action.header.time, s.last_fill));
    if (s.busts != 0) text += fmt::format("; {} taken back or corrected later", s.busts);
    return text;
}

std::string end_of(const OrderStory& s) {
    if (s.shadow()) return "shadow";
    return s.unsent ? "unsent" : std::string(to_string(s.status));
}

std::string outcome_text(const OrderStory& s) {
    if (s.shadow()) return "shadow mode: it went nowhere";
    if (s.unsent) return "it never left";
    std::string text = fmt::format("{}; {}", to_string(s.status), fills_text(s));
    if (s.status == OrderStatus::pending_new) text = "nothing heard of it yet";
    if (s.status == OrderStatus::rejected) text += fmt::format("; code {}", s.reject_code);
    if (!s.text.empty()) text += fmt::format("; the venue: \"{}\"", s.text);
    return text;
}

ordered_json header_json(const EventHeader& e, const JournalNames& names) {
    if (e.type == EventType::none) return nullptr;
    ordered_json j = {{"sequence", e.sequence}, {"type", to_string(e.type)}, {"time_ns", e.recv_time.ns()}};
    j["instrument"] = nullptr;
    if (e.instrument != kNoInstrument) j["instrument"] = names.instrument(e.instrument);
    return j;
}

ordered_json why_json(const WhyRecord& w) {
    return {{"purpose", to_string(w.purpose)},
            {"policy", policy_of(w)},
            {"regime", hedge::to_string(static_cast<hedge::Regime>(w.regime))},
            {"stop", hedge::to_string(static_cast<hedge::StopLevel>(w.stop))},
            {"net_delta", w.net_delta},
            {"target", w.target},
            {"band", w.band},
            {"envelope", {{"low", w.envelope_low}, {"high", w.envelope_high}}},
            {"reference_price", w.reference_price},
            {"delta_per_contract", w.delta_per_contract},
            {"headroom",
             {{"position_coins", w.headroom_position},
              {"orders_in_second", w.headroom_rate},
              {"credits", w.headroom_credits},
              {"delta_coins", w.headroom_delta},
              {"capital_quote", w.headroom_capital},
              {"daily_fill_coins", w.headroom_daily_fill}}}};
}

ordered_json timing_json(const OrderStory& s) {
    if (!s.timing) return nullptr;
    return {{"to_decision_ns", s.timing->to_decision_ns},
            {"to_journal_ns", s.timing->to_journal_ns},
            {"to_sent_ns", s.timing->to_sent_ns}};
}

ordered_json outcome_json(const OrderStory& s) {
    ordered_json j = {{"end", end_of(s)},
                      {"filled", s.filled.to_double()},
                      {"average_price", nullptr},
                      {"fills", s.keys.size()},
                      {"busts", s.busts},
                      {"first_fill_ns", nullptr},
                      {"last_fill_ns", nullptr},
                      {"reject_code", s.reject_code},
                      {"text", s.text}};
    if (s.filled.is_zero()) return j;
    j["average_price"] = s.average_price();
    j["first_fill_ns"] = s.first_fill.ns();
    j["last_fill_ns"] = s.last_fill.ns();
    return j;
}

}  // namespace

std::string story_text(const OrderStory& s, const JournalNames& names) {
    const NewOrder& o = s.order();
    const WhyRecord& w = o.why;
    std::string out =
        fmt::format("{} {}  {} {:g} {} at {:.10g} {}{} ({:+.4f} coins)  {}\n",
                    s.shadow() ? "SHADOW" : "ORDER ", id_text(o.order), o.side == Side::buy ? "BUY" : "SELL",
                    o.qty.to_double(), names.instrument(s.action.header.instrument), o.limit.to_double(),
                    o.time_in_force == TimeInForce::ioc ? "IOC" : "GTC", o.post_only ? " post-only" : "",
                    coins_of(o), utc(s.action.header.time));
    const auto line = [&out](const char* what, const std::string& text) {
        out += fmt::format("  {:<10} {}\n", what, text);
    };
    line("why", reason_text(o));
    line("for", fmt::format("{} by {}; regime {}, stop {}", to_string(w.purpose), policy_of(w),
                            hedge::to_string(static_cast<hedge::Regime>(w.regime)),
                            hedge::to_string(static_cast<hedge::StopLevel>(w.stop))));
    line("trigger", trigger_text(s, names));
    line("decided", "at the end of the burst of " + event_text(s.decided_on, names));
    line("in flight", fmt::format("net delta {:+.4f} to {:+.4f}, whatever the open orders do", w.envelope_low,
                                  w.envelope_high));
    line("price",
         fmt::format("{} at {:.10g}, {:.6g} coins a contract", names.underlying(s.action.header.underlying),
                     w.reference_price, w.delta_per_contract));
    line("headroom", headroom_text(w));
    line("times", timing_text(s));
    line("outcome", outcome_text(s));
    return out;
}

ordered_json story_json(const OrderStory& s, const JournalNames& names) {
    const NewOrder& o = s.order();
    return {{"order", id_text(o.order)},
            {"shadow", s.shadow()},
            {"time_ns", s.action.header.time.ns()},
            {"instrument", names.instrument(s.action.header.instrument)},
            {"underlying", names.underlying(s.action.header.underlying)},
            {"side", to_string(o.side)},
            {"qty", o.qty.to_double()},
            {"limit", o.limit.to_double()},
            {"time_in_force", o.time_in_force == TimeInForce::ioc ? "ioc" : "gtc"},
            {"post_only", o.post_only != 0},
            {"coins", coins_of(o)},
            {"why", why_json(o.why)},
            {"trigger", header_json(s.trigger, names)},
            {"decided_on", header_json(s.decided_on, names)},
            {"timing", timing_json(s)},
            {"outcome", outcome_json(s)}};
}

}  // namespace hw::deploy
