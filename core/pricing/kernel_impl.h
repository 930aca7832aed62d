// The kernels' one source; kernel_scalar, kernel_avx2 and kernel_avx512 compile it for their instruction set.
//
// The normal distribution: N(-a) = exp(-a^2/2) P(a)/Q(a) for a >= 0 with P of degree 6, Q of degree 7 and
// only positive coefficients (no cancellation), fitted for the least maximal error times
// exp(-a^2/2): 2.2e-17. exp(-a^2/2) is 2^n 2^f with |f| <= 1/2 and a polynomial of degree 10 for 2^f (3e-16
// relative). Its argument stops at -700, far beyond what any sum can feel, so that the exponent never leaves
// the normal range.
#pragma once

#include <limits>

#include "core/pricing/lanes.h"

namespace hw::pricing {
namespace {

constexpr double kInvSqrt2Pi = 0.39894228040143267794;
/// 1.5 * 2^52: what is added to it is rounded to an integer.
constexpr double kMagic = 6755399441055744.0;

inline Lanes horner(Lanes x, Lanes r) {
    (void)x;
    return r;
}
template <class... More>
inline Lanes horner(Lanes x, Lanes r, double next, More... more) {
    return horner(x, fma(r, x, all(next)), more...);
}

/// exp(-s/2), s >= 0.
inline Lanes exp_minus_half(Lanes s) {
    const Lanes rate = all(-0.72134752044448170368);  // -log2(e)/2
    const Lanes magic = all(kMagic);
    const Lanes limited = least(s, all(1400.0));
    const Lanes shifted = fma(limited, rate, magic);
    const Lanes f = fms(limited, rate, shifted - magic);
    const Lanes p =
        horner(f, all(7.0725859492692234e-09), 1.0208690299958306e-07, 1.3215442587921689e-06,
               1.5252657260200837e-05, 0.0001540353044173605, 0.0013333558230164974, 0.0096181291076068882,
               0.055504108664447722, 0.24022650695910097, 0.69314718055994995, 1.0);
    return scale_by(p, shifted);
}

struct Ratio {
    Lanes p, q;
};

/// N(-a) exp(a^2/2) = p / q.
inline Ratio tail_ratio(Lanes a) {
    return {horner(a, all(8.0068081474431104e-05), 0.0015903048501271326, 0.014472811546223553,
                   0.077002848949935268, 0.25448761472069414, 0.50228726459319528, 0.5),
            horner(a, all(0.00020069723116702075), 0.003986455611668418, 0.036475557445395393,
                   0.19704510665032099, 0.67337996575073544, 1.4471295088221889, 1.8024590899892663, 1.0)};
}

struct Volatility {
    Lanes vol, inverse;
};

template <bool kSmile>
inline Volatility volatility(const KernelBlock& b, const KernelGroup& g) {
    if constexpr (!kSmile) return {load(b.vol), load(b.inv_vol)};
    const Lanes vol = fma(load(b.drift), all(g.move), load(b.vol));
    return {vol, all(1.0) / vol};
}

template <bool kSmile>
void delta_gamma_of(const KernelBlock* blocks, std::span<const BlockRef> refs, const KernelGroup* groups,
                    DeltaGamma& out) {
    Lanes delta = all(0), gamma = all(0), skew = all(0);
    for (const BlockRef ref : refs) {
        const KernelBlock& b = blocks[ref.block];
        const KernelGroup& g = groups[ref.group];
        const Volatility v = volatility<kSmile>(b, g);
        const Lanes moneyness = (all(g.x) - load(b.k)) * v.inverse * all(g.inv_root_years);
        const Lanes z = fma(all(g.half_root_years), v.vol, moneyness);
        const Lanes e = exp_minus_half(z * z);
        const Ratio r = tail_ratio(magnitude(z));
        const Lanes tail = e * r.p / r.q;
        const Lanes weight = load(b.weight);
        delta = fma(weight * all(g.scale), if_positive(z, all(1.0) - tail, tail), delta);
        gamma = fma(weight * all(g.gamma_scale), e * v.inverse, gamma);
        if constexpr (kSmile) skew = fma(weight * all(g.skew_scale), e * load(b.skew), skew);
    }
    out.delta = sum(delta);
    if constexpr (kSmile) out.delta += sum(skew) * kInvSqrt2Pi;
    out.gamma = sum(gamma) * kInvSqrt2Pi;
}

struct FullSums {
    Lanes n1 = all(0), strike_n2 = all(0), phi = all(0), phi_over_vol = all(0), phi_vol = all(0),
          phi_d2 = all(0), phi_d2_over_vol = all(0), phi_d1_d2_over_vol = all(0), phi_d1_over_vol2 = all(0),
          phi_skew = all(0);

    GroupSums total() const {
        GroupSums s;
        s.n1 = sum(n1);
        s.strike_n2 = sum(strike_n2);
        s.phi = sum(phi) * kInvSqrt2Pi;
        s.phi_over_vol = sum(phi_over_vol) * kInvSqrt2Pi;
        s.phi_vol = sum(phi_vol) * kInvSqrt2Pi;
        s.phi_d2 = sum(phi_d2) * kInvSqrt2Pi;
        s.phi_d2_over_vol = sum(phi_d2_over_vol) * kInvSqrt2Pi;
        s.phi_d1_d2_over_vol = sum(phi_d1_d2_over_vol) * kInvSqrt2Pi;
        s.phi_d1_over_vol2 = sum(phi_d1_over_vol2) * kInvSqrt2Pi;
        s.phi_skew = sum(phi_skew) * kInvSqrt2Pi;
        return s;
    }
};

/// One exponential and one division for both d1 and d2: K exp(-d2^2/2) = F exp(-d1^2/2).
template <bool kSmile>
inline void add_block(const KernelBlock& b, const RiskBlock& risk, const KernelGroup& g, FullSums& s) {
    const Volatility v = volatility<kSmile>(b, g);
    const Lanes moneyness = (all(g.x) - load(b.k)) * v.inverse * all(g.inv_root_years);
    const double half_root_years = 0.5 * g.root_years;
    const Lanes d1 = fma(all(half_root_years), v.vol, moneyness);
    const Lanes d2 = fma(all(-half_root_years), v.vol, moneyness);
    const Lanes e = exp_minus_half(d1 * d1);
    const Ratio r1 = tail_ratio(magnitude(d1));
    const Ratio r2 = tail_ratio(magnitude(d2));
    const Lanes shared = e / (r1.q * r2.q);
    const Lanes coins = load(risk.coins);
    const Lanes tail1 = r1.p * r2.q * shared;
    s.n1 = fma(coins, if_positive(d1, all(1.0) - tail1, tail1), s.n1);
    const Lanes tail2 = coins * all(g.forward) * (r2.p * r1.q * shared);
    s.strike_n2 = s.strike_n2 + if_positive(d2, load(risk.strike_coins) - tail2, tail2);
    const Lanes phi = coins * e;
    const Lanes over_vol = phi * v.inverse;
    const Lanes d2_over_vol = over_vol * d2;
    s.phi = s.phi + phi;
    s.phi_over_vol = s.phi_over_vol + over_vol;
    s.phi_vol = fma(phi, v.vol, s.phi_vol);
    s.phi_d2 = fma(phi, d2, s.phi_d2);
    s.phi_d2_over_vol = s.phi_d2_over_vol + d2_over_vol;
    s.phi_d1_d2_over_vol = fma(d2_over_vol, d1, s.phi_d1_d2_over_vol);
    s.phi_d1_over_vol2 = fma(over_vol * v.inverse, d1, s.phi_d1_over_vol2);
    if constexpr (kSmile) s.phi_skew = fma(phi, load(b.skew), s.phi_skew);
}

template <bool kSmile>
void full_of(const KernelBlock* blocks, const RiskBlock* risk, std::span<const BlockRef> refs,
             const KernelGroup* groups, GroupSums* out) {
    for (std::size_t n = 0; n < refs.size();) {
        const std::uint16_t group = refs[n].group;
        FullSums s;
        for (; n < refs.size() && refs[n].group == group; ++n)
            add_block<kSmile>(blocks[refs[n].block], risk[refs[n].block], groups[group], s);
        out[group] = s.total();
    }
}

void delta_gamma(const KernelBlock* blocks, std::span<const BlockRef> refs, const KernelGroup* groups,
                 bool smile, DeltaGamma& out) {
    smile ? delta_gamma_of<true>(blocks, refs, groups, out)
          : delta_gamma_of<false>(blocks, refs, groups, out);
}

void full(const KernelBlock* blocks, const RiskBlock* risk, std::span<const BlockRef> refs,
          const KernelGroup* groups, bool smile, GroupSums* out) {
    smile ? full_of<true>(blocks, risk, refs, groups, out) : full_of<false>(blocks, risk, refs, groups, out);
}

/// One Householder step; gives Newton's relative correction, which is small at the root only. Below the
/// forward both tails are small, so the price is a difference of tails of the same size and keeps its
/// relative accuracy.
inline Lanes householder(Lanes x, Lanes half_power, Lanes price, Lanes& s) {
    const Lanes one = all(1.0);
    const Lanes inverse = one / s;
    const Lanes ratio = x * inverse;
    const Lanes half = s * all(0.5);
    const Lanes d1 = ratio + half;
    const Lanes a2 = half - ratio;  // |d2|
    const Lanes e = exp_minus_half(fma(ratio, ratio, half * half));
    const Ratio r1 = tail_ratio(magnitude(d1));
    const Ratio r2 = tail_ratio(a2);
    const Lanes shared = one / (r1.q * r2.q);
    const Lanes m1 = r1.p * r2.q * shared;
    const Lanes m2 = r2.p * r1.q * shared;
    const Lanes value = if_positive(d1, half_power - e * (m1 + m2), e * (m1 - m2));
    const Lanes newton = (price - value) / (e * all(kInvSqrt2Pi));
    // The derivatives of b over s, as ratios: b2/b1 = x^2/s^3 - s/4 and b3/b1 = (b2/b1)^2 - 3 x^2/s^4 - 1/4.
    const Lanes squared = ratio * ratio;
    const Lanes second = fms(squared, inverse, s * all(0.25));
    const Lanes third = fms(second, second, fma(all(3.0) * squared, inverse * inverse, all(0.25)));
    const Lanes upper = fma(newton * all(0.5), second, one);
    const Lanes lower = fma(newton, fma(newton * all(1.0 / 6.0), third, second), one);
    s = s + newton * upper / lower;
    return newton * inverse;
}

void vol_steps(VolBlock& b) {
    const Lanes x = load(b.x), half_power = load(b.half_power), price = load(b.price);
    Lanes s = load(b.total_vol);
    householder(x, half_power, price, s);
    store(b.last_step, householder(x, half_power, price, s));
    store(b.total_vol, s);
}

/// ln(1 + y), y >= -1; what rounding took from 1 + y is put back by the quotient (Kahan's remark). The series
/// is that of 2 atanh(s), s = f / (2 + f). -1 gives the logarithm of the least normal number or less.
inline Lanes log1p(Lanes y) {
    const Lanes one = all(1.0);
    const Lanes x = one + y;
    const Lanes exponent = exponent_of(x);
    const Lanes f = scale_by(x, all(kMagic) - exponent) - one;
    const Lanes s = f / (all(2.0) + f);
    const Lanes z = s * s;
    const Lanes tail = z * horner(z, all(2.0 / 25), 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15,
                                  2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3);
    const Lanes half_square = all(0.5) * f * f;
    const Lanes low = fma(exponent, all(1.90821492927058770002e-10), s * (half_square + tail));
    const Lanes log = fms(exponent, all(6.93147180369123816490e-01), (half_square - low) - f);
    const Lanes rounded = x - one;
    return if_positive(magnitude(rounded), log * (y / rounded), y);
}

/// N(z).
inline Lanes normal_integral(Lanes z) {
    const Ratio r = tail_ratio(magnitude(z));
    const Lanes tail = exp_minus_half(z * z) * r.p / r.q;
    return if_positive(z, all(1.0) - tail, tail);
}

/// d vol / d ln F, given d vol / d k and N(d1).
inline Lanes response(const SmileResponse& r, double root_years, Lanes slope, Lanes call_delta) {
    const Lanes quadratic = fma(fma(all(r.c), call_delta, all(r.b)), call_delta, all(r.a));
    return fma(all(r.ssr - 1), slope, quadratic * all(1 / root_years));
}

void attach_block(KernelBlock& b, const RiskBlock& risk, const AttachTerms& t) {
    const Lanes zero = all(0), one = all(1.0);
    const Lanes k = log1p((load(risk.strike) - all(t.forward)) / all(t.forward));
    const Lanes inside = least(greatest(k, all(t.k_low)), all(t.k_high));
    const Lanes x = inside - all(t.m);
    const Lanes distance = root(fma(x, x, all(t.sigma * t.sigma)));
    const Lanes w = fma(all(t.b), fma(all(t.rho), x, distance), all(t.a));
    const Lanes years = all(t.years_of_fit);
    const Lanes vol = root(w / years);
    const Lanes edge = if_positive(distance, x / distance, zero);
    const Lanes slope_inside = all(t.b) * (all(t.rho) + edge) / (all(2.0) * vol * years);
    const Lanes slope = if_positive(magnitude(k - inside), zero, slope_inside);
    const Lanes v = vol * all(t.root_years);
    const Lanes call_delta = normal_integral(fms(all(0.5), v, k / v));
    const Lanes unknown = all(std::numeric_limits<double>::quiet_NaN());
    const auto keep = [&](double* to, Lanes value, Lanes empty) {
        const Lanes known = if_positive(w, value, unknown);
        store(to, if_positive(load(risk.strike), known, empty));
    };
    keep(b.k, k, zero);
    keep(b.vol, vol, one);
    keep(b.inv_vol, one / vol, one);
    keep(b.drift, response(t.surface, t.root_years, slope, call_delta), zero);
    keep(b.skew, response(t.delta, t.root_years, slope, call_delta), zero);
}

void attach(KernelBlock* blocks, const RiskBlock* risk, std::span<const BlockRef> refs,
            const AttachTerms& terms) {
    AttachTerms t = terms;
    if (!(t.years_of_fit > 0)) t.a = t.b = 0;  // no variance anywhere
    for (const BlockRef ref : refs) attach_block(blocks[ref.block], risk[ref.block], t);
}

}  // namespace
}  // namespace hw::pricing
