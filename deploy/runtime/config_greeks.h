// Keys of the configuration that say what risk the book may carry: limits of Greeks, expiry buckets, the
// option overlay, stresses. Part of config_schema.h.
#pragma once

#include <array>

#include "deploy/runtime/config_findings.h"
#include "deploy/runtime/config_rules.h"
#include "hedge/engine_config.h"

namespace hw::deploy {

inline constexpr std::array<Choice<hedge::OverlayMode>, 3> kOverlayModes{
    {{"off", hedge::OverlayMode::off},
     {"advise", hedge::OverlayMode::advise},
     {"auto", hedge::OverlayMode::automatic}}};

template <class Visitor>
void describe_greek_limits(Visitor& v, hedge::GreekLimits& c) {
    constexpr RealRule kLimit{.min = 0, .max = 1e12};
    v.value("gamma_soft", c.gamma.soft, kLimit);
    v.value("gamma_hard", c.gamma.hard, kLimit);
    v.value("vega_soft", c.vega.soft, kLimit);
    v.value("vega_hard", c.vega.hard, kLimit);
    v.value("theta_soft", c.theta.soft, kLimit);
    v.value("theta_hard", c.theta.hard, kLimit);
}

template <class Visitor>
void describe_bucket(Visitor& v, hedge::ExpiryBucket& c) {
    v.value("up_to_days", c.up_to_days, {.min = 0, .max = 36'500, .above_min = true, .required = true});
    describe_greek_limits(v, c.limits);
}

template <class Visitor>
void describe_overlay(Visitor& v, hedge::OverlayConfig& c) {
    v.choice("mode", c.mode, kOverlayModes);
    v.value("cost_weight", c.cost_weight, {.min = 0, .max = 1e9, .above_min = true});
    v.value("max_contracts", c.max_contracts, {.min = 0, .max = 1e9, .above_min = true});
    v.value("min_years", c.min_years, {.min = 0, .max = 100});
    v.duration_ms("interval_ms", c.interval, {.min = 10, .max = 3'600'000});
}

/// Of an underlying.
template <class Visitor>
void describe_greeks(Visitor& v, hedge::UnderlyingConfig& c) {
    v.table("greek_limits", [&] { describe_greek_limits(v, c.greek_limits); });
    v.tables("bucket", c.buckets, [&](hedge::ExpiryBucket& bucket) { describe_bucket(v, bucket); });
    v.table("overlay", [&] { describe_overlay(v, c.overlay); });
}

template <class Visitor>
void describe_stress(Visitor& v, hedge::Stress& c) {
    v.value("name", c.name, {.required = true, .max_length = 64});
    v.value("spot", c.spot, {.min = -0.99, .max = 100});
    v.value("vol", c.vol, {.min = -1, .max = 100});
    v.value("days", c.days, {.min = 0, .max = 3'650});
}

/// A soft limit is below the hard one, buckets rise and are not too many, stresses are told apart.
void check_greeks(const hedge::EngineConfig&, ConfigFindings&);

}  // namespace hw::deploy
