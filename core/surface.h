// Volatility surfaces: what the planner makes of option books, and the engine prices with.
//
// One slice per expiry and settlement: total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))
// over log-moneyness k = ln(K/F) (raw SVI, Gatheral 2004). A surface is all slices of one underlying, travels
// as a blob and replaces the one before it as a whole. Between surfaces volatilities move by the underlying's
// surface rule (hedge/engine_config.h), and the slice's forward moves in proportion to the hedge instrument:
// forward = reference * forward_ratio.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/instrument.h"
#include "core/types.h"

namespace hw {

/// Where a slice's volatilities come from, best first (start-of-day order).
enum class VolSource : std::uint8_t {
    none = 0,
    own_fit = 1,
    venue_mark = 2,
    neighbour = 3,
    journaled = 4,  ///< of an earlier run, until the planner has made one
    frozen = 5      ///< the last one before the settlement window: inside it quotes are of the average
};
std::string_view to_string(VolSource);

/// Where a slice's forward comes from.
enum class ForwardSource : std::uint8_t {
    hedge_instrument = 0,  ///< the hedge instrument's price and the basis known so far
    future = 1,            ///< a future of the same expiry
    parity = 2             ///< put-call parity over the expiry's strikes
};
std::string_view to_string(ForwardSource);

/// Bits of SmileSlice::arbitrage.
inline constexpr std::uint8_t kButterflyViolated = 1;
inline constexpr std::uint8_t kCalendarViolated = 2;

struct SmileSlice {
    Nanos expiry;
    double forward_ratio = 1;                          ///< expiry's forward over the reference price
    double a = 0, b = 0, rho = 0, m = 0, sigma = 0.1;  ///< raw SVI, total variance at the time of the fit
    double years = 0;    ///< to expiry at the time of the fit: vol = sqrt(w / years)
    double rms_vol = 0;  ///< weighted root mean square residual of the fit; 0.01 is one vol point
    double quoted_low = 0,
           quoted_high = 0;  ///< log-moneyness the quotes covered
    double k_low = 0,
           k_high = 0;    ///< as far as the wings are followed; beyond, the volatility there is kept
    double mark_gap = 0;  ///< root mean square of fit minus the venue's mark volatilities; 0 without marks
    std::uint32_t quotes = 0;  ///< points the fit used
    Settlement settlement = Settlement::inverse;
    VolSource source = VolSource::none;
    ForwardSource forward_source = ForwardSource::hedge_instrument;
    std::uint8_t arbitrage = 0;  ///< what no shape without arbitrage could be found for
};
static_assert(sizeof(SmileSlice) == 120);

/// Volatility at log-moneyness k, k clamped to [k_low, k_high]. Zero when the slice has none.
double vol_at(const SmileSlice&, double k);

/// No market is priced with less; a slice that has less anywhere has no volatility there.
inline constexpr double kLeastVol = 1e-4;
/// Least total variance of the smile between k_low and k_high.
double least_variance(const SmileSlice&);
/// Is there enough of it everywhere?
bool priceable(const SmileSlice&);

inline constexpr std::size_t kMaxSlices = 64;  ///< of one underlying

/// Minimum-variance response of volatilities to the underlying (Hull and White 2017), fitted online: expected
/// d vol = (a + b delta + c delta^2) / sqrt(years) * d ln F.
struct MinVarianceFit {
    double a = 0, b = 0, c = 0;  ///< zero until there is enough to fit them to
    double gain = 0;  ///< 1 - SSE(minimum variance) / SSE(Black-Scholes), measured ahead of each update
    std::uint64_t samples = 0;
};

inline constexpr std::uint32_t kSurfaceVersion = 3;

struct SurfaceHeader {
    std::uint32_t version = kSurfaceVersion;
    std::uint32_t count = 0;
    double reference = 0;  ///< price of the hedge instrument when it was made
    MinVarianceFit min_variance;
};
static_assert(sizeof(SurfaceHeader) == 56);

/// The blob's bytes.
std::vector<std::byte> encode_surface(double reference, std::span<const SmileSlice>,
                                      const MinVarianceFit& = {});

struct SurfaceView {
    double reference = 0;
    MinVarianceFit min_variance;
    std::span<const SmileSlice> slices;
};
/// Nothing when version, length or a value is off: not finite, a slice without source, years or enough
/// variance to price with. Half a surface would price the other half with a volatility nobody quoted.
std::optional<SurfaceView> parse_surface(std::span<const std::byte>);

}  // namespace hw
