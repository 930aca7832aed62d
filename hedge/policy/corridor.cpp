#include "hedge/policy/corridor.h"

#include <algorithm>
#include <cmath>

#include "hedge/regime.h"

namespace hw::hedge {

namespace {

struct FixedBand {
    static Corridor corridor(const UnderlyingConfig& rules, const UnderlyingState&, Nanos) {
        return {0, rules.band, 1, false};
    }
};

/// Whalley-Wilmott's and Zakamouline's: the formulas are the planner's, see planner/threshold_plan.h.
struct PlannedBand {
    static Corridor corridor(const UnderlyingConfig& rules, const UnderlyingState& u, Nanos now) {
        const bool known = !u.thresholds_time.is_zero() && now - u.thresholds_time <= kThresholdsLast;
        if (!known) return FixedBand::corridor(rules, u, now);
        return {u.thresholds.target_shift, u.thresholds.half_width, 1, false};
    }
};

struct FixedInterval {
    static Corridor corridor(const UnderlyingConfig& rules, const UnderlyingState& u, Nanos now) {
        if (now - u.looked < rules.policy.interval) return FixedBand::corridor(rules, u, now);
        return {0, 0, 1, true};
    }
};

struct PriceMove {
    static Corridor corridor(const UnderlyingConfig& rules, const UnderlyingState& u, Nanos now) {
        const double moved = std::abs(u.reference - u.looked_price);
        if (moved < rules.policy.move_bp * 1e-4 * u.looked_price) return FixedBand::corridor(rules, u, now);
        return {0, 0, 1, true};
    }
};

struct TowardDelta {
    static Corridor corridor(const UnderlyingConfig& rules, const UnderlyingState& u, Nanos now) {
        Corridor c = FixedInterval::corridor(rules, u, now);
        if (c.is_turn) c.part = rules.policy.part;
        return c;
    }
};

static_assert(HedgePolicy<FixedBand> && HedgePolicy<PlannedBand> && HedgePolicy<FixedInterval> &&
              HedgePolicy<PriceMove> && HedgePolicy<TowardDelta>);

Corridor of_policy(const UnderlyingConfig& rules, const UnderlyingState& u, Nanos now) {
    switch (rules.policy.kind) {
        case PolicyKind::whalley_wilmott:
        case PolicyKind::zakamouline:
            return PlannedBand::corridor(rules, u, now);
        case PolicyKind::interval:
            return FixedInterval::corridor(rules, u, now);
        case PolicyKind::price_move:
            return PriceMove::corridor(rules, u, now);
        case PolicyKind::toward_delta:
            return TowardDelta::corridor(rules, u, now);
        case PolicyKind::fixed_band:
            break;
    }
    return FixedBand::corridor(rules, u, now);
}

}  // namespace

double widest_band(const UnderlyingConfig& rules, const UnderlyingState& u) {
    const double widest = rules.band * regime_rules(rules, u).band;
    return u.risk.overrides.band > 0 ? std::min(widest, u.risk.overrides.band) : widest;
}

Corridor corridor_of(const UnderlyingConfig& rules, const UnderlyingState& u, Nanos now) {
    Corridor c = of_policy(rules, u, now);
    c.half_width *= regime_rules(rules, u).band;
    // A shifted target takes its band along, but not out of the hard limit.
    const double widest = widest_band(rules, u);
    const double low = std::max(c.target - c.half_width, -widest);
    const double high = std::min(c.target + c.half_width, widest);
    c.half_width = std::max((high - low) / 2, 0.0);
    c.target = rules.target_delta + std::clamp((high + low) / 2, -widest, widest);
    return c;
}

double narrowest_band(const UnderlyingConfig& rules, const UnderlyingState& u) {
    const bool planned =
        rules.policy.kind == PolicyKind::whalley_wilmott || rules.policy.kind == PolicyKind::zakamouline;
    if (!planned || u.thresholds_time.is_zero()) return widest_band(rules, u);
    return std::min(widest_band(rules, u), u.thresholds.half_width);
}

void take_turn(UnderlyingState& u, Nanos now) {
    u.looked = now;
    u.looked_price = u.reference;
}

}  // namespace hw::hedge
