// What a competent developer gets from the compiler: a plain loop with its constants precomputed, vectorised
// by GCC with the C library's vector functions.
#pragma once

#include <cstddef>

namespace hw::bench {

struct LoopInput {
    std::size_t count;
    double x;  ///< ln(forward / reference)
    double forward;
    const double* k;      ///< ln(strike / reference)
    const double* inv_v;  ///< 1 / (vol sqrt(years))
    const double* v;
    const double* vol;
    const double* strike;
    const double* coins;
};

/// The same sums as the kernels' full set; out has nine places.
void vector_loop_avx2(const LoopInput&, double* out);
void vector_loop_avx512(const LoopInput&, double* out);

}  // namespace hw::bench
