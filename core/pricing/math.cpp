#include "core/pricing/math.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace hw::pricing {

namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;  // upper bits of ln 2: n * kLn2High is exact
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kLog2E = 1.44269504088896338700;
constexpr double kSqrtHalf = 7.07106781186547524401e-01;
constexpr double kInvSqrt2Pi = 3.98942280401432677940e-01;
constexpr double kInvSqrtPi = 5.64189583547756286948e-01;

/// 2^n for n in [-1022, 1023].
double power_of_two(std::int64_t n) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

template <int N>
double horner(const double (&c)[N], double x) {
    double sum = c[0];
    for (int i = 1; i < N; ++i) sum = sum * x + c[i];
    return sum;
}

}  // namespace

double exp(double x) {
    if (!(x > -745.2)) return x != x ? x : 0.0;
    if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
    const double scaled = x * kLog2E;
    const auto n = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    const double r = (x - static_cast<double>(n) * kLn2High) - static_cast<double>(n) * kLn2Low;
    // Taylor to the 13th power: |r| <= 0.347 leaves 4e-18.
    constexpr double kTerms[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                 1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                 1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        0.5};
    const double e = 1.0 + (r + r * r * horner(kTerms, r));
    if (n < -1021) return e * power_of_two(n + 600) * power_of_two(-600);  // towards subnormals in two steps
    if (n > 1022) return e * power_of_two(n - 1) * 2.0;
    return e * power_of_two(n);
}

double log(double x) {
    if (!(x > 0.0) || x > std::numeric_limits<double>::max()) return std::numeric_limits<double>::quiet_NaN();
    std::int64_t exponent = 0;
    if (x < std::numeric_limits<double>::min()) {
        x *= 18014398509481984.0;  // 2^54
        exponent = -54;
    }
    const auto bits = std::bit_cast<std::uint64_t>(x);
    exponent += static_cast<std::int64_t>(bits >> 52) - 1022;
    double m = std::bit_cast<double>((bits & 0x000f'ffff'ffff'ffffULL) | 0x3fe0'0000'0000'0000ULL);
    if (m < kSqrtHalf) {
        m *= 2.0;
        --exponent;
    }
    // log(1+f) = f - (f^2/2 - s (f^2/2 + R)), s = f/(2+f), R the tail of the series of 2 atanh(s).
    const double f = m - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    constexpr double kSeries[] = {2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15,
                                  2.0 / 13, 2.0 / 11, 2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3};
    const double tail = z * horner(kSeries, z);
    const double half_square = 0.5 * f * f;
    const auto e = static_cast<double>(exponent);
    return e * kLn2High - ((half_square - (s * (half_square + tail) + e * kLn2Low)) - f);
}

double log1p(double x) {
    const double y = 1.0 + x;
    // What rounding took from 1 + x is put back by the quotient (Kahan's remark).
    return y == 1.0 ? x : log(y) * (x / (y - 1.0));
}

double normal_pdf(double x) { return kInvSqrt2Pi * exp(-0.5 * x * x); }

namespace {

// W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969): three ranges.

double erf_small(double x) {  // |x| <= 0.46875
    constexpr double p[] = {1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2,
                            3.77485237685302021e2, 3.20937758913846947e3};
    constexpr double q[] = {1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
                            2.84423683343917062e3};
    const double z = x * x;
    return x * horner(p, z) / horner(q, z);
}

/// exp(-x^2) with x split so that the square's rounding does not spoil it.
double exp_minus_square(double x) {
    const double head = static_cast<double>(static_cast<std::int64_t>(x * 16.0)) / 16.0;
    return exp(-head * head) * exp(-(x - head) * (x + head));
}

double erfc_middle(double x) {  // 0.46875 <= x <= 4
    constexpr double p[] = {2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
                            6.61191906371416295e1,  2.98635138197400131e2,  8.81952221241769090e2,
                            1.71204761263407058e3,  2.05107837782607147e3,  1.23033935479799725e3};
    constexpr double q[] = {1.0,
                            1.57449261107098347e1,
                            1.17693950891312499e2,
                            5.37181101862009858e2,
                            1.62138957456669019e3,
                            3.29079923573345963e3,
                            4.36261909014324716e3,
                            3.43936767414372164e3,
                            1.23033935480374942e3};
    return exp_minus_square(x) * horner(p, x) / horner(q, x);
}

double erfc_large(double x) {  // x >= 4
    if (x > 27.3) return 0.0;
    constexpr double p[] = {1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
                            1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4};
    constexpr double q[] = {1.0,
                            2.56852019228982242e0,
                            1.87295284992346725e0,
                            5.27905102951428412e-1,
                            6.05183413124413191e-2,
                            2.33520497626869185e-3};
    const double z = 1.0 / (x * x);
    const double r = z * horner(p, z) / horner(q, z);
    return exp_minus_square(x) * (kInvSqrtPi - r) / x;
}

double erfc_positive(double x) { return x <= 4.0 ? erfc_middle(x) : erfc_large(x); }

}  // namespace

double normal_cdf(double x) {
    const double y = x * -kSqrtHalf;  // N(x) = erfc(y) / 2
    const double magnitude = y < 0 ? -y : y;
    if (magnitude <= 0.46875) return 0.5 - 0.5 * erf_small(y);
    const double tail = 0.5 * erfc_positive(magnitude);
    return y > 0 ? tail : 1.0 - tail;
}

}  // namespace hw::pricing
