#include "deploy/demo_runner/stress.h"

#include <fmt/format.h>

#include <algorithm>

namespace hw::demo {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kCapital = 2e6;  // quote currency

// Of an underlying: they stand between its own keys and the next table.
constexpr const char* kRules = R"(
[underlying.stops]
loss_warn = 100.0
loss_reduce = 100000.0
drawdown_warn = 100.0

[underlying.regimes]
bucket_ms = 100
half_life_ms = 2000
calm_after_ms = 1000

[underlying.regimes.fast]
vol = 1.0
jump_bp = 10.0
slippage_factor = 1.5

[underlying.regimes.extreme]
vol = 4.0
jump_bp = 60.0
band_factor = 0.8
slippage_factor = 2.0

[underlying.regimes.dislocated]
jump_bp = 300.0
depth_coins = 0.001
slippage_factor = 3.0

)";

std::string incident(const std::string& kind, double at, double length = 0, double value = 0) {
    std::string text = fmt::format("{}@{:.2f}", kind, at);
    if (length > 0) text += fmt::format("+{:.2f}", length);
    if (value != 0) text += fmt::format("={}", value);
    return text;
}

/// Alerts whose names begin with `prefix`, without it.
Json alerts_of(const Json& hedger, const std::string& prefix) {
    Json found = Json::object();
    for (const auto& [name, count] : hedger.at("alerts").items())
        if (name.starts_with(prefix)) found[name.substr(prefix.size())] = count;
    return found;
}

std::string list_words(const Json& counts) {
    std::string words;
    for (const auto& [name, count] : counts.items())
        words += fmt::format("{}{} {}", words.empty() ? "" : ", ", name, count.dump());
    return words.empty() ? "none" : words;
}

}  // namespace

std::vector<std::string> stress_arguments(const Options& options) {
    // Until the exchange goes quiet; the first second or two are the hedger's start.
    const double busy = std::max(4.0, static_cast<double>(options.seconds) - 5.0);
    std::vector<std::string> arguments{"--vol-scale",         "3", "--jump-every-s",         "0.7",
                                       "--option-fill-coins", "3", "--option-fill-every-ms", "250"};
    // On paper nobody logs on.
    arguments.insert(arguments.end(), {"--incidents-from", options.paper() ? "start" : "logon"});
    std::vector<std::string> incidents{incident("gap", 0.25 * busy, 0, -0.05),
                                       incident("thin", 0.4 * busy, 0.15 * busy),
                                       incident("gap", 0.7 * busy, 0, 0.08)};
    if (options.feed == "deribit") incidents.push_back(incident("crossed", 0.85 * busy, 0.1 * busy));
    for (const std::string& text : incidents) arguments.insert(arguments.end(), {"--incident", text});
    return arguments;
}

std::optional<std::string> with_stress(std::string example, std::string& error) {
    const std::string gate = "[gate]\n";
    const auto at = example.find(gate);
    if (at == std::string::npos || example.find("[[underlying]]") > at) {
        error = "the example configuration does not hold [[underlying]] and after it [gate]";
        return std::nullopt;
    }
    example.insert(at + gate.size(), fmt::format("capital = {:.1f}\n", kCapital));
    example.insert(at, kRules);
    return example;
}

Json stress_of(const Json& hedger) {
    double worst = 0;
    for (const auto& [name, underlying] : hedger.at("underlyings").items())
        if (underlying.contains("risk") && underlying.at("risk").is_object())
            worst += underlying.at("risk").value("worst_loss", 0.0);
    return {{"regimes", alerts_of(hedger, "regime_")},
            {"stops", alerts_of(hedger, "stop_")},
            {"capital", kCapital},
            {"worst_scenario_loss", worst},
            {"beyond_capital",
             hedger.at("alerts").value("scenario_loss", 0) + hedger.at("alerts").value("gate_capital", 0)}};
}

void judge_stress(const Json& stress, std::vector<std::string>& failures) {
    const Json& regimes = stress.at("regimes");
    if (!regimes.contains("extreme") && !regimes.contains("dislocated"))
        failures.emplace_back("the market was never more than fast: there was nothing to show");
    if (stress.at("beyond_capital").get<int>() != 0 ||
        !(stress.at("worst_scenario_loss").get<double>() <= stress.at("capital").get<double>()))
        failures.emplace_back("the worst scenario cost more than the capital");
}

std::string stress_words(const Json& stress) {
    return fmt::format(
        "  stress    changes of regime: {}; stops: {}; worst scenario {:.0f} of a capital of {:.0f}\n",
        list_words(stress.at("regimes")), list_words(stress.at("stops")),
        stress.at("worst_scenario_loss").get<double>(), stress.at("capital").get<double>());
}

}  // namespace hw::demo
