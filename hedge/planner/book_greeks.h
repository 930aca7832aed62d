// Gamma, vega and theta of the options held, in total and by expiry bucket, against their limits. Every held
// option is worked out one by one on the surface that the engine has; off the hot thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

inline constexpr unsigned kAllExpiries = kExpiryBuckets;  ///< the place of all of them together

struct LimitedGreeks {
    double gamma = 0;  ///< coins per 1 % move of the underlying
    double vega = 0;   ///< quote currency per vol point
    double theta = 0;  ///< quote currency per day

    double of(LimitedGreek greek) const {
        return greek == LimitedGreek::gamma ? gamma : greek == LimitedGreek::vega ? vega : theta;
    }
    void add(const LimitedGreeks& g, double times = 1) {
        gamma += times * g.gamma;
        vega += times * g.vega;
        theta += times * g.theta;
    }
};
inline constexpr std::array<LimitedGreek, 3> kLimitedGreeks{LimitedGreek::gamma, LimitedGreek::vega,
                                                            LimitedGreek::theta};

const GreekLimit& limit_of(const GreekLimits&, LimitedGreek);
/// Limits of a bucket, or of all expiries together.
const GreekLimits& limits_of(const UnderlyingConfig&, unsigned bucket);
/// The bucket of an expiry; kAllExpiries when it is later than the last one.
unsigned bucket_of(const UnderlyingConfig&, Nanos expiry, Nanos now);

/// Of one contract; nothing when it cannot be priced now.
std::optional<LimitedGreeks> contract_greeks(const EngineState&, const UnderlyingConfig&, const Instrument&);

/// By bucket; the last place is all of them together.
using BookGreeks = std::array<LimitedGreeks, kExpiryBuckets + 1>;
/// Nothing when an option is held that cannot be priced. One past its expiry has no Greeks left.
std::optional<BookGreeks> book_greeks(const EngineState&, const UnderlyingConfig&, UnderlyingId);

/// Bit sets of `limit_bit`.
struct Breaches {
    std::uint32_t soft = 0;
    std::uint32_t hard = 0;
};
void compare(const LimitedGreeks&, const GreekLimits&, unsigned bucket, Breaches&);
Breaches breaches_of(const UnderlyingConfig&, const BookGreeks&);

}  // namespace hw::hedge
