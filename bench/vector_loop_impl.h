// Compiled twice, for two instruction sets, with -ffast-math.
#include <math.h>

#include "bench/vector_loop.h"

namespace hw::bench {

void HW_LOOP_NAME(const LoopInput& in, double* out) {
    double n1 = 0, strike_n2 = 0, phi = 0, over_vol = 0, times_vol = 0, d2_sum = 0, d2_over = 0, d1d2 = 0,
           d1_over = 0;
    const double x = in.x;
    const double* __restrict k = in.k;
    const double* __restrict inv_v = in.inv_v;
    const double* __restrict v = in.v;
    const double* __restrict vol = in.vol;
    const double* __restrict strike = in.strike;
    const double* __restrict coins = in.coins;
    for (std::size_t i = 0; i < in.count; ++i) {
        const double d1 = (x - k[i]) * inv_v[i] + 0.5 * v[i];
        const double d2 = d1 - v[i];
        const double density = coins[i] * exp(-0.5 * d1 * d1) * 0.39894228040143267794;
        n1 += coins[i] * 0.5 * erfc(-0.70710678118654752440 * d1);
        strike_n2 += coins[i] * strike[i] * 0.5 * erfc(-0.70710678118654752440 * d2);
        phi += density;
        over_vol += density * inv_v[i];
        times_vol += density * vol[i];
        d2_sum += density * d2;
        d2_over += density * d2 * inv_v[i];
        d1d2 += density * d1 * d2 * inv_v[i];
        d1_over += density * d1 * inv_v[i] * inv_v[i];
    }
    const double sums[] = {n1, strike_n2, phi, over_vol, times_vol, d2_sum, d2_over, d1d2, d1_over};
    for (int i = 0; i < 9; ++i) out[i] = sums[i];
}

}  // namespace hw::bench
