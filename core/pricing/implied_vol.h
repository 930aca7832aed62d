// Implied volatilities, many at once: Householder's third-order iteration in eight lanes from a guess (the
// last surface), and a bracketed solver for what the guess does not reach.
#pragma once

#include <cstdint>
#include <span>

#include "core/pricing/kernel.h"

namespace hw::pricing {

/// One out-of-the-money price: a call when strike >= forward, a put below.
struct VolQuery {
    double forward = 0;  ///< quote currency per coin
    double strike = 0;
    double years = 0;
    double price = 0;  ///< undiscounted, quote currency; strictly between 0 and min(forward, strike)
    double guess = 0;  ///< volatility to begin with; zero: none known
};

struct VolCounters {
    std::uint64_t warm = 0;       ///< solved from the guess
    std::uint64_t bracketed = 0;  ///< solved by the safe solver
    std::uint64_t none = 0;       ///< no volatility gives this price: the answer is 0
};

/// vols[i] is the volatility of queries[i], or 0 when there is none (a price at or outside its bounds, a
/// value that is not finite, below 1e-100 or above 1e100, years beyond 1e-12 to 1e6, more than 1000 % a
/// year). The same bits at every level.
VolCounters implied_vols(SimdLevel, std::span<const VolQuery> queries, std::span<double> vols);

}  // namespace hw::pricing
