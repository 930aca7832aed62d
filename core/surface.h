// Volatility surfaces: what the planner makes of option books, and the engine prices with.
//
// One slice per expiry and settlement: total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))
// over log-moneyness k = ln(K/F) (raw SVI, Gatheral 2004). A surface is all slices of one underlying, travels
// as a blob and replaces the one before it as a whole. Between surfaces each strike keeps its volatility
// (sticky strike), and the slice's forward moves in proportion to the hedge instrument: forward = reference *
// forward_ratio.
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
enum class VolSource : std::uint8_t { none = 0, own_fit = 1, venue_mark = 2, neighbour = 3 };
std::string_view to_string(VolSource);

struct SmileSlice {
    Nanos expiry;
    double forward_ratio = 1;                          ///< expiry's forward over the reference price
    double a = 0, b = 0, rho = 0, m = 0, sigma = 0.1;  ///< raw SVI, total variance at the time of the fit
    double years = 0;    ///< to expiry at the time of the fit: vol = sqrt(w / years)
    double rms_vol = 0;  ///< weighted root mean square residual of the fit; 0.01 is one vol point
    double k_low = 0,
           k_high = 0;         ///< log-moneyness the quotes covered; beyond, the edge's volatility is kept
    std::uint32_t quotes = 0;  ///< points the fit used
    Settlement settlement = Settlement::inverse;
    VolSource source = VolSource::none;
    std::uint16_t reserved = 0;
};
static_assert(sizeof(SmileSlice) == 96);

/// Volatility at log-moneyness k, k clamped to what the quotes covered. Zero when the slice has none.
double vol_at(const SmileSlice&, double k);

inline constexpr std::size_t kMaxSlices = 64;  ///< of one underlying

struct SurfaceHeader {
    std::uint32_t version = 1;
    std::uint32_t count = 0;
    double reference = 0;  ///< price of the hedge instrument when it was made
};

/// The blob's bytes.
std::vector<std::byte> encode_surface(double reference, std::span<const SmileSlice>);

struct SurfaceView {
    double reference = 0;
    std::span<const SmileSlice> slices;
};
/// Nothing when version, length or a value (not finite, negative variance at the vertex) is off.
std::optional<SurfaceView> parse_surface(std::span<const std::byte>);

}  // namespace hw
