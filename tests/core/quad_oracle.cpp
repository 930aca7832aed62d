#include "tests/core/quad_oracle.h"

#include <quadmath.h>

namespace hw::pricing::test {

namespace {
__extension__ using Quad = __float128;
Quad normal(Quad x) { return erfcq(-x / sqrtq(Quad(2))) / 2; }
}  // namespace

QuadGreeks quad_greeks(double forward, double strike, double years, double vol) {
    const Quad f = forward, k = strike, v = Quad(vol) * sqrtq(Quad(years));
    const Quad d1 = logq(f / k) / v + v / 2;
    const Quad d2 = d1 - v;
    const Quad phi = expq(-d1 * d1 / 2) / sqrtq(2 * acosq(Quad(-1)));
    return {static_cast<double>(f * normal(d1) - k * normal(d2)), static_cast<double>(normal(d1)),
            static_cast<double>(k / f * normal(d2)), static_cast<double>(phi)};
}

double quad_log1p(double x) { return static_cast<double>(log1pq(Quad(x))); }

}  // namespace hw::pricing::test
