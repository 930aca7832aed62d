// Fits raw SVI to one expiry's volatilities.
//
// For given m and sigma the total variance is linear in three numbers; written as a + p (z + y) + q (z - y)
// with y = (k - m)/sigma, z = sqrt(y^2 + 1) and p, q >= 0, every solution has |rho| <= 1 and b >= 0 (after
// Zeliade's quasi-explicit calibration, De Marco and Martini 2009). What remains is a search over m and
// sigma. Off the hot thread.
#pragma once

#include <span>

#include "core/surface.h"

namespace hw::hedge {

struct SmilePoint {
    double k = 0;       ///< ln(K/F)
    double vol = 0;     ///< 0.65 is 65 %
    double weight = 1;  ///< of the residual in vol; > 0
};

/// A flat smile at the weighted median volatility: what is left when the points agree on a level but on no
/// shape.
bool fit_flat(std::span<const SmilePoint> points, SmileSlice& slice);

/// Only smiles without butterflies where they are quoted are considered, and with `earlier` only such as
/// leave no calendar arbitrage against it. Fills a, b, rho, m, sigma, rms_vol, the ranges and quotes of
/// `slice`, whose `years` is set (1e-9 to 1000). Points that cannot be (not finite, a volatility outside 0.01
/// % to 1000 %) are left out. Fewer than three distinct strikes give a flat smile. With `last`, the same
/// expiry's smile of a moment ago, the search begins there and takes about half the time. False when there is
/// no point at all or nothing with positive variance fits.
bool fit_svi(std::span<const SmilePoint> points, SmileSlice& slice, const SmileSlice* earlier = nullptr,
             const SmileSlice* last = nullptr);

}  // namespace hw::hedge
