#include "deploy/runtime/risk_report.h"

#include <fmt/format.h>

#include "hedge/planner/book_greeks.h"
#include "hedge/planner/scenarios.h"

namespace hw::deploy {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view name_of(LimitedGreek greek) {
    return greek == LimitedGreek::gamma ? "gamma" : greek == LimitedGreek::vega ? "vega" : "theta";
}

/// "all", or "up to 7 days".
std::string expiries_of(const hedge::EngineConfig& config, const hedge::EngineState& state,
                        UnderlyingId underlying, unsigned bucket) {
    if (bucket == hedge::kAllExpiries || underlying == kNoUnderlying) return "all";
    const hedge::UnderlyingState& u = state.underlyings[index(underlying)];
    const bool known = u.configured && u.config_index < config.underlyings.size() &&
                       bucket < config.underlyings[u.config_index].buckets.size();
    if (!known) return fmt::format("bucket {}", bucket);
    return fmt::format("up to {} days", config.underlyings[u.config_index].buckets[bucket].up_to_days);
}

/// Every limit that is passed, the hard one where both are.
ordered_json breaches_json(const RiskFigures& f, const hedge::EngineState& state,
                           const hedge::EngineConfig& config) {
    ordered_json all = ordered_json::array();
    for (const LimitedGreek greek : hedge::kLimitedGreeks) {
        for (unsigned bucket = 0; bucket <= hedge::kAllExpiries; ++bucket) {
            const std::uint32_t bit = limit_bit(greek, bucket);
            if (((f.soft | f.hard) & bit) == 0) continue;
            all.push_back({{"greek", name_of(greek)},
                           {"expiries", expiries_of(config, state, f.underlying, bucket)},
                           {"limit", (f.hard & bit) != 0 ? "hard" : "soft"}});
        }
    }
    return all;
}

}  // namespace

ordered_json risk_json(const hedge::RiskState& risk, const hedge::EngineState& state,
                       const hedge::EngineConfig& config) {
    if (risk.time.is_zero()) return nullptr;
    const RiskFigures& f = risk.figures;
    return {{"age_s", (state.now - risk.time).to_seconds()},
            {"profit", f.profit},
            {"profit_known", f.profit_known != 0},
            {"worst_loss", f.worst_loss},
            {"worst_scenario", hedge::scenario_name(config, f.worst_scenario)},
            {"hedging_margin", f.margin},
            {"gamma", f.gamma},
            {"vega", f.vega},
            {"theta", f.theta},
            {"breaches", breaches_json(f, state, config)}};
}

ordered_json overlay_json(const hedge::UnderlyingRisk& risk, const hedge::EngineState& state) {
    ordered_json legs = ordered_json::array();
    for (std::size_t n = 0; n < risk.overlay.count; ++n) {
        const InstrumentId id = risk.overlay.instruments[n];
        if (!state.instruments.contains(id)) continue;
        legs.push_back({{"instrument", state.instruments[id].symbol.view()},
                        {"contracts", risk.overlay.legs[n].qty.to_double()},
                        {"limit", risk.overlay.legs[n].limit.to_double()}});
    }
    return legs;
}

}  // namespace hw::deploy
