// Keys of the configuration that say how an underlying is hedged: policy, instruments, execution, regimes.
// Part of config_schema.h.
#pragma once

#include <array>
#include <string>

#include "core/names.h"
#include "deploy/runtime/config_findings.h"
#include "deploy/runtime/config_rules.h"
#include "hedge/engine_config.h"

namespace hw::deploy {

inline constexpr std::array<Choice<hedge::PolicyKind>, 6> kPolicyKinds{
    {{"fixed_band", hedge::PolicyKind::fixed_band},
     {"whalley_wilmott", hedge::PolicyKind::whalley_wilmott},
     {"zakamouline", hedge::PolicyKind::zakamouline},
     {"interval", hedge::PolicyKind::interval},
     {"price_move", hedge::PolicyKind::price_move},
     {"toward_delta", hedge::PolicyKind::toward_delta}}};
inline constexpr std::array<Choice<hedge::ExecutionStyle>, 3> kStyles{
    {{"take", hedge::ExecutionStyle::take},
     {"passive", hedge::ExecutionStyle::passive},
     {"sliced", hedge::ExecutionStyle::sliced}}};
inline constexpr std::size_t kLongestSymbol = sizeof(Symbol) - 1;

template <class Visitor>
void describe_policy(Visitor& v, hedge::PolicyConfig& c) {
    v.choice("kind", c.kind, kPolicyKinds);
    v.value("risk_aversion", c.risk_aversion, {.min = 0, .max = 1e9});
    v.value("extra_cost_bp", c.extra_cost_bp, {.min = -1'000, .max = 10'000});
    v.duration_ms("interval_ms", c.interval, {.min = 0, .max = 86'400'000});
    v.value("move_bp", c.move_bp, {.min = 0, .max = 10'000});
    v.value("part", c.part, {.min = 0, .max = 1, .above_min = true});
}

template <class Visitor>
void describe_alternative(Visitor& v, hedge::HedgeAlternative& c) {
    v.value("instrument", c.instrument, {.required = true, .max_length = kLongestSymbol});
    v.value("basis_risk_bp", c.basis_risk_bp, {.min = 0, .max = 10'000});
    v.value("taker_delay_us", c.taker_delay_us, {.min = 0, .max = 10'000'000});
}

template <class Visitor>
void describe_execution(Visitor& v, hedge::ExecutionConfig& c) {
    v.choice("style", c.style, kStyles);
    v.duration_ms("deadline_ms", c.deadline, {.min = 1, .max = 3'600'000});
    v.duration_ms("reprice_ms", c.reprice, {.min = 1, .max = 3'600'000});
    v.value("slice_coins", c.slice_coins, {.min = 0, .max = 1e9});
    v.duration_ms("slice_interval_ms", c.slice_interval, {.min = 0, .max = 3'600'000});
    v.value("participation", c.participation, {.min = 0, .max = 1, .above_min = true});
}

template <class Visitor>
void describe_regime(Visitor& v, hedge::RegimeThresholds& t, hedge::RegimeRules& r) {
    v.value("vol", t.vol, {.min = 0, .max = 1'000});
    v.value("jump_bp", t.jump_bp, {.min = 0, .max = 10'000});
    v.value("spread_bp", t.spread_bp, {.min = 0, .max = 10'000});
    v.value("depth_coins", t.depth_coins, {.min = 0, .max = 1e9});
    v.value("messages_per_s", t.messages_per_s, {.min = 0, .max = 1e9});
    v.value("band_factor", r.band, {.min = 0, .max = 1, .above_min = true});
    v.value("slippage_factor", r.slippage, {.min = 0, .max = 100});
    v.value("slice_factor", r.slice, {.min = 0, .max = 100, .above_min = true});
    v.value("order_factor", r.order, {.min = 0, .max = 1, .above_min = true});
}

template <class Visitor>
void describe_regimes(Visitor& v, hedge::RegimeConfig& c) {
    v.duration_ms("bucket_ms", c.bucket, {.min = 1, .max = 60'000});
    v.duration_ms("half_life_ms", c.half_life, {.min = 10, .max = 86'400'000});
    v.duration_ms("calm_after_ms", c.calm_after, {.min = 0, .max = 86'400'000});
    constexpr std::array<const char*, hedge::kRegimes> kNames = {"calm", "fast", "extreme", "dislocated"};
    for (std::size_t n = 1; n < hedge::kRegimes; ++n)
        v.table(kNames[n], [&] { describe_regime(v, c.thresholds[n], c.rules[n]); });
}

template <class Visitor>
void describe_hedging(Visitor& v, hedge::UnderlyingConfig& c) {
    v.value("target_of_options", c.target_of_options, {.min = -1, .max = 1});
    v.value("taker_delay_us", c.taker_delay_us, {.min = 0, .max = 10'000'000});
    v.value("switch_saving_bp", c.switch_saving_bp, {.min = 0, .max = 10'000});
    v.table("policy", [&] { describe_policy(v, c.policy); });
    v.table("execution", [&] { describe_execution(v, c.execution); });
    v.table("regimes", [&] { describe_regimes(v, c.regimes); });
    v.tables("alternative", c.alternatives,
             [&](hedge::HedgeAlternative& other) { describe_alternative(v, other); });
}

/// What the values of an underlying's hedging have to do with each other; `path` is the underlying's.
void check_hedging(const hedge::UnderlyingConfig&, const std::string& path, ConfigFindings&);

}  // namespace hw::deploy
