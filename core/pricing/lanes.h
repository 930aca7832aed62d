// Eight doubles at once, in whatever the unit that includes this is compiled for.
//
// HW_SIMD_LEVEL 3: one AVX-512 register; 2: two AVX2 registers; 1: eight scalars. Every operation is one IEEE
// operation per lane (fma is fused), and a sum adds the lanes in one fixed order, so that all three give the
// same bits. Everything has internal linkage: each unit has its own.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/pricing/kernel.h"

namespace hw::pricing {
namespace {

// For exponent_of (of x > 0, normal: the n that leaves x / 2^n between 1/sqrt(2) and sqrt(2)): added to the
// bits of x, the exponent field counts from there; as the low bits of a number from 2^52 on it is one itself.
constexpr std::int64_t kFromHalfRootTo1 = 0x3ff0'0000'0000'0000 - 0x3fe6'a09e'667f'3bcd;
constexpr std::int64_t kBitsOf2To52 = 0x4330'0000'0000'0000;
constexpr double kBiasAnd2To52 = 4503599627370496.0 + 1023;

#if HW_SIMD_LEVEL == 3

struct Lanes {
    __m512d v;
};
inline Lanes load(const double* p) { return {_mm512_load_pd(p)}; }
inline void store(double* p, Lanes a) { _mm512_store_pd(p, a.v); }
inline Lanes all(double x) { return {_mm512_set1_pd(x)}; }
inline Lanes operator+(Lanes a, Lanes b) { return {_mm512_add_pd(a.v, b.v)}; }
inline Lanes operator-(Lanes a, Lanes b) { return {_mm512_sub_pd(a.v, b.v)}; }
inline Lanes operator*(Lanes a, Lanes b) { return {_mm512_mul_pd(a.v, b.v)}; }
inline Lanes operator/(Lanes a, Lanes b) { return {_mm512_div_pd(a.v, b.v)}; }
inline Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm512_fmadd_pd(a.v, b.v, c.v)}; }
inline Lanes fms(Lanes a, Lanes b, Lanes c) { return {_mm512_fmsub_pd(a.v, b.v, c.v)}; }
inline Lanes least(Lanes a, Lanes b) { return {_mm512_min_pd(a.v, b.v)}; }
inline Lanes greatest(Lanes a, Lanes b) { return {_mm512_max_pd(a.v, b.v)}; }
inline Lanes root(Lanes a) { return {_mm512_sqrt_pd(a.v)}; }
inline Lanes magnitude(Lanes a) { return {_mm512_abs_pd(a.v)}; }
/// Per lane: test > 0 ? yes : no.
inline Lanes if_positive(Lanes test, Lanes yes, Lanes no) {
    return {_mm512_mask_blend_pd(_mm512_cmp_pd_mask(test.v, _mm512_setzero_pd(), _CMP_GT_OQ), no.v, yes.v)};
}
/// p * 2^n, n being the low bits of `shifted`'s mantissa.
inline Lanes scale_by(Lanes p, Lanes shifted) {
    const __m512i n = _mm512_slli_epi64(_mm512_castpd_si512(shifted.v), 52);
    return {_mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(p.v), n))};
}
inline __m256d fold(Lanes a) {
    return _mm256_add_pd(_mm512_castpd512_pd256(a.v), _mm512_extractf64x4_pd(a.v, 1));
}
inline Lanes exponent_of(Lanes x) {
    const __m512i up = _mm512_set1_epi64(kFromHalfRootTo1);
    const __m512i place = _mm512_srli_epi64(_mm512_add_epi64(_mm512_castpd_si512(x.v), up), 52);
    const __m512i number = _mm512_or_si512(place, _mm512_set1_epi64(kBitsOf2To52));
    return {_mm512_sub_pd(_mm512_castsi512_pd(number), _mm512_set1_pd(kBiasAnd2To52))};
}

#elif HW_SIMD_LEVEL == 2

struct Lanes {
    __m256d low, high;
};
inline Lanes load(const double* p) { return {_mm256_load_pd(p), _mm256_load_pd(p + 4)}; }
inline void store(double* p, Lanes a) { _mm256_store_pd(p, a.low), _mm256_store_pd(p + 4, a.high); }
inline Lanes all(double x) { return {_mm256_set1_pd(x), _mm256_set1_pd(x)}; }
inline Lanes operator+(Lanes a, Lanes b) {
    return {_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)};
}
inline Lanes operator-(Lanes a, Lanes b) {
    return {_mm256_sub_pd(a.low, b.low), _mm256_sub_pd(a.high, b.high)};
}
inline Lanes operator*(Lanes a, Lanes b) {
    return {_mm256_mul_pd(a.low, b.low), _mm256_mul_pd(a.high, b.high)};
}
inline Lanes operator/(Lanes a, Lanes b) {
    return {_mm256_div_pd(a.low, b.low), _mm256_div_pd(a.high, b.high)};
}
inline Lanes fma(Lanes a, Lanes b, Lanes c) {
    return {_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
}
inline Lanes fms(Lanes a, Lanes b, Lanes c) {
    return {_mm256_fmsub_pd(a.low, b.low, c.low), _mm256_fmsub_pd(a.high, b.high, c.high)};
}
inline Lanes least(Lanes a, Lanes b) { return {_mm256_min_pd(a.low, b.low), _mm256_min_pd(a.high, b.high)}; }
inline Lanes greatest(Lanes a, Lanes b) {
    return {_mm256_max_pd(a.low, b.low), _mm256_max_pd(a.high, b.high)};
}
inline Lanes root(Lanes a) { return {_mm256_sqrt_pd(a.low), _mm256_sqrt_pd(a.high)}; }
inline Lanes magnitude(Lanes a) {
    const __m256d sign = _mm256_set1_pd(-0.0);
    return {_mm256_andnot_pd(sign, a.low), _mm256_andnot_pd(sign, a.high)};
}
inline Lanes if_positive(Lanes test, Lanes yes, Lanes no) {
    const __m256d zero = _mm256_setzero_pd();
    return {_mm256_blendv_pd(no.low, yes.low, _mm256_cmp_pd(test.low, zero, _CMP_GT_OQ)),
            _mm256_blendv_pd(no.high, yes.high, _mm256_cmp_pd(test.high, zero, _CMP_GT_OQ))};
}
inline __m256d scale_by(__m256d p, __m256d shifted) {
    const __m256i n = _mm256_slli_epi64(_mm256_castpd_si256(shifted), 52);
    return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(p), n));
}
inline Lanes scale_by(Lanes p, Lanes shifted) {
    return {scale_by(p.low, shifted.low), scale_by(p.high, shifted.high)};
}
inline __m256d fold(Lanes a) { return _mm256_add_pd(a.low, a.high); }
inline __m256d exponent_of(__m256d x) {
    const __m256i up = _mm256_set1_epi64x(kFromHalfRootTo1);
    const __m256i place = _mm256_srli_epi64(_mm256_add_epi64(_mm256_castpd_si256(x), up), 52);
    const __m256i number = _mm256_or_si256(place, _mm256_set1_epi64x(kBitsOf2To52));
    return _mm256_sub_pd(_mm256_castsi256_pd(number), _mm256_set1_pd(kBiasAnd2To52));
}
inline Lanes exponent_of(Lanes x) { return {exponent_of(x.low), exponent_of(x.high)}; }

#else

struct Lanes {
    double v[kLanes];
};
template <class Op>
inline Lanes each(Op op) {
    Lanes r;
    for (std::size_t i = 0; i < kLanes; ++i) r.v[i] = op(i);
    return r;
}
inline Lanes load(const double* p) {
    return each([=](std::size_t i) { return p[i]; });
}
inline void store(double* p, const Lanes& a) {
    for (std::size_t i = 0; i < kLanes; ++i) p[i] = a.v[i];
}
inline Lanes all(double x) {
    return each([=](std::size_t) { return x; });
}
inline Lanes operator+(const Lanes& a, const Lanes& b) {
    return each([&](std::size_t i) { return a.v[i] + b.v[i]; });
}
inline Lanes operator-(const Lanes& a, const Lanes& b) {
    return each([&](std::size_t i) { return a.v[i] - b.v[i]; });
}
inline Lanes operator*(const Lanes& a, const Lanes& b) {
    return each([&](std::size_t i) { return a.v[i] * b.v[i]; });
}
inline Lanes operator/(const Lanes& a, const Lanes& b) {
    return each([&](std::size_t i) { return a.v[i] / b.v[i]; });
}
inline Lanes fma(const Lanes& a, const Lanes& b, const Lanes& c) {
    return each([&](std::size_t i) { return std::fma(a.v[i], b.v[i], c.v[i]); });
}
inline Lanes fms(const Lanes& a, const Lanes& b, const Lanes& c) {
    return each([&](std::size_t i) { return std::fma(a.v[i], b.v[i], -c.v[i]); });
}
inline Lanes least(const Lanes& a, const Lanes& b) {
    return each([&](std::size_t i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Lanes greatest(const Lanes& a, const Lanes& b) {
    return each([&](std::size_t i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Lanes root(const Lanes& a) {
    return each([&](std::size_t i) { return std::sqrt(a.v[i]); });
}
inline Lanes magnitude(const Lanes& a) {
    return each([&](std::size_t i) { return std::fabs(a.v[i]); });
}
inline Lanes if_positive(const Lanes& test, const Lanes& yes, const Lanes& no) {
    return each([&](std::size_t i) { return test.v[i] > 0 ? yes.v[i] : no.v[i]; });
}
inline Lanes scale_by(const Lanes& p, const Lanes& shifted) {
    return each([&](std::size_t i) {
        return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p.v[i]) +
                                     (std::bit_cast<std::uint64_t>(shifted.v[i]) << 52));
    });
}
inline Lanes exponent_of(const Lanes& x) {
    return each([&](std::size_t i) {
        const std::uint64_t place = (std::bit_cast<std::uint64_t>(x.v[i]) + kFromHalfRootTo1) >> 52;
        return std::bit_cast<double>(place | kBitsOf2To52) - kBiasAnd2To52;
    });
}

#endif

/// ((0+4) + (2+6)) + ((1+5) + (3+7)).
inline double sum(const Lanes& a) {
#if HW_SIMD_LEVEL == 1
    const auto pair = [&](std::size_t i) { return a.v[i] + a.v[i + 4]; };
    return (pair(0) + pair(2)) + (pair(1) + pair(3));
#else
    const __m256d four = fold(a);
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
#endif
}

}  // namespace
}  // namespace hw::pricing
