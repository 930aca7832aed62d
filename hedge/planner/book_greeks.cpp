#include "hedge/planner/book_greeks.h"

#include <algorithm>
#include <cmath>

#include "hedge/option_terms.h"

namespace hw::hedge {

namespace {
constexpr double kDayNs = 86'400e9;
}

const GreekLimit& limit_of(const GreekLimits& limits, LimitedGreek greek) {
    switch (greek) {
        case LimitedGreek::gamma:
            return limits.gamma;
        case LimitedGreek::vega:
            return limits.vega;
        case LimitedGreek::theta:
            break;
    }
    return limits.theta;
}

const GreekLimits& limits_of(const UnderlyingConfig& rules, unsigned bucket) {
    static const GreekLimits none;
    if (bucket == kAllExpiries) return rules.greek_limits;
    return bucket < rules.buckets.size() ? rules.buckets[bucket].limits : none;
}

unsigned bucket_of(const UnderlyingConfig& rules, Nanos expiry, Nanos now) {
    const double days = static_cast<double>((expiry - now).ns()) / kDayNs;
    const auto count = static_cast<unsigned>(std::min<std::size_t>(rules.buckets.size(), kExpiryBuckets));
    for (unsigned b = 0; b < count; ++b) {
        if (days <= rules.buckets[b].up_to_days) return b;
    }
    return kAllExpiries;
}

std::optional<LimitedGreeks> contract_greeks(const EngineState& state, const UnderlyingConfig& rules,
                                             const Instrument& i) {
    const auto g = option_greeks(state, rules, i);
    if (!g) return std::nullopt;
    const double size = i.contract_size.to_double();
    const double reference = state.underlyings[index(i.underlying)].reference;
    return LimitedGreeks{size * g->gamma * 0.01 * reference, size * g->vega, size * g->theta};
}

std::optional<BookGreeks> book_greeks(const EngineState& state, const UnderlyingConfig& rules,
                                      UnderlyingId id) {
    BookGreeks sums{};
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        const Qty held = state.positions[n].qty;
        if (i.underlying != id || !i.is_option() || held.is_zero() || i.expiry <= state.now) continue;
        const auto one = contract_greeks(state, rules, i);
        if (!one) return std::nullopt;
        const unsigned bucket = bucket_of(rules, i.expiry, state.now);
        if (bucket != kAllExpiries) sums[bucket].add(*one, held.to_double());
        sums[kAllExpiries].add(*one, held.to_double());
    }
    return sums;
}

void compare(const LimitedGreeks& greeks, const GreekLimits& limits, unsigned bucket, Breaches& found) {
    for (const LimitedGreek greek : kLimitedGreeks) {
        const GreekLimit& limit = limit_of(limits, greek);
        const double size = std::abs(greeks.of(greek));
        if (limit.soft > 0 && size > limit.soft) found.soft |= limit_bit(greek, bucket);
        if (limit.hard > 0 && size > limit.hard) found.hard |= limit_bit(greek, bucket);
    }
}

Breaches breaches_of(const UnderlyingConfig& rules, const BookGreeks& sums) {
    Breaches found;
    for (unsigned b = 0; b <= kAllExpiries; ++b) compare(sums[b], limits_of(rules, b), b, found);
    return found;
}

}  // namespace hw::hedge
