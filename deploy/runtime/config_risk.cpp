#include "deploy/runtime/config_risk.h"

#include <fmt/format.h>

namespace hw::deploy {

namespace {

bool all_sound(const ConfigFindings& findings, std::initializer_list<std::string> paths) {
    for (const auto& path : paths)
        if (!findings.sound(path)) return false;
    return true;
}

using Thresholds = std::array<double, hedge::kStopLevels>;

void check_rising(const Thresholds& thresholds, const std::string& path, ConfigFindings& findings) {
    constexpr std::array<const char*, hedge::kStopLevels> kNames = {"warn", "reduce", "flatten", "halt"};
    std::size_t last = hedge::kStopLevels;
    for (std::size_t n = 0; n < thresholds.size(); ++n) {
        if (!(thresholds[n] > 0)) continue;
        if (last < n && thresholds[n] < thresholds[last] && findings.sound(path + kNames[n]))
            findings.add(path + kNames[n],
                         fmt::format("{0}{1} ({2}) is less than {0}{3} ({4}): a higher "
                                     "level must not come first",
                                     path, kNames[n], thresholds[n], kNames[last], thresholds[last]));
        last = n;
    }
}

}  // namespace

void check_stops(const hedge::StopConfig& stops, const std::string& path, ConfigFindings& findings) {
    check_rising(stops.loss, path + ".loss_", findings);
    check_rising(stops.drawdown, path + ".drawdown_", findings);
}

void check_gate(const hedge::GateConfig& gate, ConfigFindings& findings) {
    if (all_sound(findings, {"gate.max_order_coins", "gate.max_position_coins"}) &&
        gate.max_order_coins > gate.max_position_coins)
        findings.add("gate.max_order_coins",
                     fmt::format("gate.max_order_coins ({}) is larger than gate.max_position_coins ({})",
                                 gate.max_order_coins, gate.max_position_coins));
    if (all_sound(findings, {"gate.max_order_coins", "gate.max_daily_fill_coins"}) &&
        gate.max_daily_fill_coins != 0 && gate.max_daily_fill_coins < gate.max_order_coins)
        findings.add("gate.max_daily_fill_coins",
                     fmt::format("gate.max_daily_fill_coins ({}) is less than one order may be "
                                 "(gate.max_order_coins, {}); 0 is no limit",
                                 gate.max_daily_fill_coins, gate.max_order_coins));
    const double burst = gate.message_burst > 0 ? gate.message_burst : gate.max_messages_per_second;
    if (all_sound(findings, {"gate.max_messages_per_second", "gate.message_burst"}) &&
        gate.max_messages_per_second > 0 && burst < 1)
        findings.add("gate.message_burst",
                     fmt::format("gate.message_burst: {} messages at once are less than one order: none "
                                 "could ever be sent",
                                 burst));
}

void check_against_gate(const hedge::UnderlyingConfig& underlying, const hedge::GateConfig& gate,
                        const std::string& path, ConfigFindings& findings) {
    const std::string cap = path + ".slippage_cap_bp";
    const std::string band = path + ".band";
    const std::string delta = path + ".max_delta_coins";
    if (all_sound(findings, {cap, "gate.collar_bp"}) && underlying.slippage_cap_bp > gate.collar_bp)
        findings.add(
            cap, fmt::format("{} ({}) is beyond gate.collar_bp ({}): every such order would be refused", cap,
                             underlying.slippage_cap_bp, gate.collar_bp));
    if (all_sound(findings, {band, "gate.max_position_coins"}) && underlying.band > gate.max_position_coins)
        findings.add(band,
                     fmt::format("{} ({}) is wider than gate.max_position_coins ({}): no hedge could ever "
                                 "be reached",
                                 band, underlying.band, gate.max_position_coins));
    if (all_sound(findings, {band, delta}) && underlying.max_delta_coins > 0 &&
        underlying.max_delta_coins < underlying.band)
        findings.add(delta, fmt::format("{} ({}) is less than {} ({}): the band would lie outside the limit",
                                        delta, underlying.max_delta_coins, band, underlying.band));
}

}  // namespace hw::deploy
