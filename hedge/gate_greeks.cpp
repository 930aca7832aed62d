#include "hedge/gate_greeks.h"

namespace hw::hedge {

namespace {

constexpr std::array kGreeks{LimitedGreek::gamma, LimitedGreek::vega, LimitedGreek::theta};

double total_of(const RiskFigures& f, LimitedGreek greek) {
    switch (greek) {
        case LimitedGreek::gamma:
            return f.gamma;
        case LimitedGreek::vega:
            return f.vega;
        case LimitedGreek::theta:
            return f.theta;
    }
    return 0;
}

/// Does the order take the Greek further from zero?
bool worsens(const RiskFigures& f, LimitedGreek greek, Side side) {
    const bool adds = (side == Side::buy) != (greek == LimitedGreek::theta);
    const double total = total_of(f, greek);
    return adds ? total >= 0 : total <= 0;
}

/// The bucket of an expiry; kExpiryBuckets: only the totals count.
unsigned bucket_of(const std::vector<ExpiryBucket>& buckets, Nanos left) {
    const double days = left.to_seconds() / 86'400;
    for (unsigned n = 0; n < buckets.size() && n < kExpiryBuckets; ++n) {
        if (days <= buckets[n].up_to_days) return n;
    }
    return kExpiryBuckets;
}

std::uint32_t totals_hurt(const RiskFigures& f, Side side) {
    std::uint32_t hurt = 0;
    for (const LimitedGreek greek : kGreeks) {
        const std::uint32_t bit = limit_bit(greek, kExpiryBuckets);
        if ((f.hard & bit) != 0 && worsens(f, greek, side)) hurt |= bit;
    }
    return hurt;
}

std::uint32_t bucket_broken(const RiskFigures& f, unsigned bucket) {
    if (bucket == kExpiryBuckets) return 0;
    std::uint32_t broken = 0;
    for (const LimitedGreek greek : kGreeks) broken |= f.hard & limit_bit(greek, bucket);
    return broken;
}

}  // namespace

std::uint32_t greeks_hurt(const Context& c, const UnderlyingState& u, const Proposal& p) {
    const RiskFigures& own = u.risk.planner.figures;
    const RiskFigures& account = c.state.risk.planner.figures;
    if ((own.hard | account.hard) == 0) return 0;
    std::uint32_t hurt = totals_hurt(own, p.side) | totals_hurt(account, p.side);
    if (p.purpose != OrderPurpose::overlay) {
        const Nanos left = c.state.instruments[p.instrument].expiry - c.state.now;
        hurt |= bucket_broken(own, bucket_of(c.rules(u).buckets, left));
    }
    return hurt;
}

}  // namespace hw::hedge
