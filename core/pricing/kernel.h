// Greeks of many options at once: the same arithmetic over eight lanes, compiled for three instruction sets.
//
// A node is everything held at one strike of one expiry and settlement: calls and puts of it differ by a
// forward (put-call parity), so both are one weight. Nodes of one expiry stand in blocks of eight lanes; what
// is common to an expiry (forward, time) stands once in a KernelGroup, so that a tick changes only that.
//
// The source is written once over eight lanes (kernel_impl.h) and compiled as scalar, AVX2 and AVX-512 code.
// All three use the same IEEE operations in the same order, sums included, and give the same bits.
//
// With d1 = (x - k) / v + v / 2, d2 = d1 - v, v = vol * sqrt(years), phi the normal density and N its
// integral (Black 1976). Coin-settled options are worked out in d2, as the delta of a coin price is
// (K/F) N(d2), quote-settled ones in d1; F phi(d1) = K phi(d2) makes the two alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hw::pricing {

inline constexpr std::size_t kLanes = 8;

enum class SimdLevel : std::uint8_t { scalar = 1, avx2 = 2, avx512 = 3 };
std::string_view to_string(SimdLevel);
/// Can this machine run it?
bool is_supported(SimdLevel);
/// The fastest that this machine can run.
SimdLevel best_simd_level();

/// What the tick path reads of eight nodes. An empty lane has weight 0, vol 1 and inv_vol 1.
struct alignas(64) KernelBlock {
    double k[kLanes];        ///< ln(strike / reference forward)
    double vol[kLanes];      ///< 0.65 is 65 %, at move = 0
    double inv_vol[kLanes];  ///< 1 / vol
    double weight[kLanes];   ///< coins when quote-settled, coins * strike when coin-settled; signed
    // Only where the smile moves or counts in the delta:
    double drift[kLanes];  ///< d vol / d ln F along which the surface moves: vol(move) = vol + drift * move
    double skew[kLanes];   ///< d vol / d ln F that the delta takes into account
};
static_assert(sizeof(KernelBlock) == 6 * 64);

/// What only risk figures read of the same eight nodes.
struct alignas(64) RiskBlock {
    double strike[kLanes];
    double coins[kLanes];         ///< calls plus puts, signed
    double strike_coins[kLanes];  ///< coins * strike
};

/// What the nodes of one expiry and settlement share at this moment.
struct alignas(64) KernelGroup {
    double x = 0;               ///< ln(forward / reference forward)
    double move = 0;            ///< ln(forward / forward that vol was taken at)
    double root_years = 1;      ///< sqrt(years to expiry)
    double inv_root_years = 1;  ///< 1 / root_years
    double half_root_years =
        0.5;           ///< root_years / 2, negative when coin-settled: z = (x - k)/v + half_root_years * vol
    double scale = 1;  ///< 1 when quote-settled, 1 / forward when coin-settled
    double gamma_scale = 1;  ///< scale / (forward * root_years)
    double skew_scale = 0;   ///< scale * root_years, or 0 to leave the skew out of the delta
    // Only for the full set:
    double forward = 0;
};
static_assert(sizeof(KernelGroup) == 128);

/// Where a block is, and which group it belongs to.
struct BlockRef {
    std::uint16_t block;
    std::uint16_t group;
};

struct DeltaGamma {
    double delta = 0;  ///< sum of scale * weight * (N(z) + phi(z) * root_years * skew): coins, all as calls
    double gamma = 0;  ///< sum of coins * phi(d1) / (F v): coins per unit of quote currency
};

/// Sums over one group, all as calls, weighted by coins; see greeks_of for what they make.
struct GroupSums {
    double n1 = 0;               ///< N(d1)
    double strike_n2 = 0;        ///< K N(d2)
    double phi = 0;              ///< phi(d1)
    double phi_over_vol = 0;     ///< phi(d1) / vol
    double phi_vol = 0;          ///< phi(d1) vol
    double phi_d2 = 0;           ///< phi(d1) d2
    double phi_d2_over_vol = 0;  ///< phi(d1) d2 / vol
    double phi_d1_d2_over_vol = 0;
    double phi_d1_over_vol2 = 0;
    double phi_skew = 0;  ///< phi(d1) skew
};

/// How the volatility of a strike goes with the forward: d vol / d ln F =
/// (ssr - 1) * d vol / d k  +  (a + b N(d1) + c N(d1)^2) / sqrt(years).
/// ssr 1 is sticky strike, 0 sticky moneyness; a, b, c as in Hull and White (2017), zero when not used.
struct SmileResponse {
    double ssr = 1;
    double a = 0, b = 0, c = 0;
};

/// A surface rule is followed until it has taken half of some volatility away: a rule of first order says
/// nothing further, and beyond volatilities stay. The largest |move| that this allows for one node.
inline constexpr double kLeastVolLeft = 0.5;
inline constexpr double kFarthestReach = 1e3;

/// Volatilities for one expiry's blocks: raw SVI, clamped to [k_low, k_high] in log-moneyness, as vol_at.
struct AttachTerms {
    double forward = 0;  ///< the reference forward: moneyness is taken against it, and becomes the block's k
    double years_of_fit = 0;
    double a = 0, b = 0, rho = 0, m = 0, sigma = 0;
    double k_low = 0, k_high = 0;
    double root_years = 0;  ///< now, for the response that depends on the delta
    SmileResponse surface;  ///< becomes drift
    SmileResponse delta;    ///< becomes skew
};

/// Eight out-of-the-money prices on their way to their volatilities, normalised: with x = -|ln(F/K)| and s
/// the total volatility, the price over sqrt(F K) is e^(x/2) N(x/s + s/2) - e^(-x/2) N(x/s - s/2).
struct alignas(64) VolBlock {
    double x[kLanes];           ///< <= 0
    double half_power[kLanes];  ///< e^(x/2)
    double price[kLanes];       ///< over sqrt(F K)
    double total_vol[kLanes];   ///< in: the guess; out: after the steps
    double last_step[kLanes];   ///< out: Newton's correction in the last step, relative
};

/// One compiled version of the kernels.
struct Kernel {
    /// The tick path; `smile` false ignores drift, skew and move (their block lines are not even read).
    void (*delta_gamma)(const KernelBlock* blocks, std::span<const BlockRef> refs, const KernelGroup* groups,
                        bool smile, DeltaGamma& out);
    /// Everything, per group: out[ref.group], set, for the groups that appear; refs of one group stand
    /// together.
    void (*full)(const KernelBlock* blocks, const RiskBlock* risk, std::span<const BlockRef> refs,
                 const KernelGroup* groups, bool smile, GroupSums* out);
    /// Fills k, vol, inv_vol, drift and skew of the blocks. Lanes without a strike (0) become empty ones; a
    /// strike at which the smile has no variance makes every sum over its block not a number.
    void (*attach)(KernelBlock* blocks, const RiskBlock* risk, std::span<const BlockRef> refs,
                   const AttachTerms& terms);
    /// Two of Householder's third-order steps on every lane; the caller looks whether they arrived.
    void (*vol_steps)(VolBlock&);
};
/// The caller knows that the machine supports it.
const Kernel& kernel(SimdLevel);

}  // namespace hw::pricing
