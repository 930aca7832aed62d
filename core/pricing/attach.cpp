#include <algorithm>
#include <cmath>

#include "core/pricing/kernel_units.h"
#include "core/pricing/math.h"

namespace hw::pricing {

namespace {

struct SmilePlace {
    double vol;
    double slope;  ///< d vol / d k
};

SmilePlace smile_at(const AttachTerms& t, double k) {
    const double inside = std::clamp(k, t.k_low, t.k_high);
    const double x = inside - t.m;
    const double root = std::sqrt(x * x + t.sigma * t.sigma);
    const double w = t.a + t.b * (t.rho * x + root);
    if (!(w > 0 && t.years_of_fit > 0)) return {0, 0};
    const double vol = std::sqrt(w / t.years_of_fit);
    const double slope = t.b * (t.rho + (root > 0 ? x / root : 0.0));
    return {vol, inside == k ? slope / (2 * vol * t.years_of_fit) : 0.0};
}

double response(const SmileResponse& r, double slope, double call_delta, double root_years) {
    const double quadratic = r.a + (r.b + r.c * call_delta) * call_delta;
    return (r.ssr - 1) * slope + quadratic / root_years;
}

void empty_lane(KernelBlock& b, std::size_t lane) {
    b.k[lane] = b.drift[lane] = b.skew[lane] = 0;
    b.vol[lane] = b.inv_vol[lane] = 1;
}

void attach_lane(KernelBlock& b, std::size_t lane, double strike, const AttachTerms& t) {
    const double k = log1p((strike - t.forward) / t.forward);
    const SmilePlace smile = smile_at(t, k);
    if (!(smile.vol > 0)) return empty_lane(b, lane);
    const double v = smile.vol * t.root_years;
    const double call_delta = normal_cdf(0.5 * v - k / v);
    b.k[lane] = k;
    b.vol[lane] = smile.vol;
    b.inv_vol[lane] = 1 / smile.vol;
    b.drift[lane] = response(t.surface, smile.slope, call_delta, t.root_years);
    b.skew[lane] = response(t.delta, smile.slope, call_delta, t.root_years);
}

}  // namespace

void attach_blocks(KernelBlock* blocks, const RiskBlock* risk, std::span<const BlockRef> refs,
                   const AttachTerms& terms) {
    for (const BlockRef ref : refs) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double strike = risk[ref.block].strike[lane];
            if (strike > 0) {
                attach_lane(blocks[ref.block], lane, strike, terms);
            } else {
                empty_lane(blocks[ref.block], lane);
            }
        }
    }
}

}  // namespace hw::pricing
