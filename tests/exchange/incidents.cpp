#include "tests/exchange/incidents.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hw::exchange {

namespace {

struct KindRule {
    std::string_view name;
    bool lasts;    ///< may have a length
    double value;  ///< without one in the text
    double least, most;
};

// In the order of IncidentKind.
constexpr std::array<KindRule, static_cast<std::size_t>(IncidentKind::count_)> kRules{
    {{"gap", false, 0.08, -0.9, 10},
     {"crossed", true, 0, 0, 0},
     {"feed-dead", true, 0, 0, 0},
     {"halt", true, 0, 0, 0},
     {"outside-band", true, -0.01, -0.5, 0.5},
     {"thin", true, 0, 0, 0},
     {"reject-all", true, 0, 0, 0},
     {"margin-reject", true, 0, 0, 0},
     {"block", false, 20, 0, 10'000},
     {"invert-fills", true, 0, 0, 0},
     {"fill", false, 1, -1'000, 1'000},
     {"options", false, 1, -1'000, 1'000},
     {"itm-call", false, 1, -1'000, 1'000},
     {"empty", true, 0, 0, 0},
     {"fix-dead", true, 0, 0, 0}}};

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
    return whole ? std::optional(value) : std::nullopt;
}

/// A time of day is enough; more would not fit a run.
std::optional<Nanos> seconds(std::string_view text) {
    const auto value = number(text);
    if (!value || *value < 0 || *value > 86'400) return std::nullopt;
    return Nanos::from_ns(static_cast<std::int64_t>(std::llround(*value * 1e9)));
}

/// Cuts what stands behind the first `mark` off `text`.
std::optional<std::string_view> cut_behind(std::string_view& text, char mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view behind = text.substr(at + 1);
    text = text.substr(0, at);
    return behind;
}

}  // namespace

std::string_view to_string(IncidentKind kind) {
    const auto n = static_cast<std::size_t>(kind);
    return n < kRules.size() ? kRules[n].name : "none";
}

std::optional<Incident> parse_incident(std::string_view text) {
    const auto value_text = cut_behind(text, '=');
    auto at_text = cut_behind(text, '@');
    if (!at_text) return std::nullopt;
    const auto length_text = cut_behind(*at_text, '+');
    const auto rule =
        std::find_if(kRules.begin(), kRules.end(), [&](const KindRule& r) { return r.name == text; });
    const auto at = seconds(*at_text);
    if (rule == kRules.end() || !at || (length_text && !rule->lasts)) return std::nullopt;
    Incident incident{static_cast<IncidentKind>(rule - kRules.begin()), *at, Nanos{}, rule->value};
    if (length_text) {
        const auto length = seconds(*length_text);
        if (!length || length->is_zero()) return std::nullopt;
        incident.length = *length;
    }
    if (value_text) {
        const auto value = number(*value_text);
        if (!value || *value < rule->least || *value > rule->most || rule->least == rule->most)
            return std::nullopt;
        incident.value = *value;
    }
    return incident;
}

IncidentPlan::IncidentPlan(const std::vector<Incident>& incidents) {
    for (const Incident& i : incidents) {
        edges_.push_back({i.at, i, true});
        if (!i.length.is_zero()) edges_.push_back({i.at + i.length, i, false});
    }
    std::stable_sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
}

}  // namespace hw::exchange
