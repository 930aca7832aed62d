// Black-76 in 113 bits, for tests.
#pragma once

namespace hw::pricing::test {

struct QuadGreeks {
    double price;       ///< of a call, undiscounted, quote currency
    double delta;       ///< N(d1)
    double coin_delta;  ///< (K/F) N(d2)
    double phi;         ///< normal density at d1
};
QuadGreeks quad_greeks(double forward, double strike, double years, double vol);
double quad_log1p(double x);

}  // namespace hw::pricing::test
