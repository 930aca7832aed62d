#include "core/surface.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hw {

std::string_view to_string(VolSource s) {
    switch (s) {
        case VolSource::none:
            return "none";
        case VolSource::own_fit:
            return "own_fit";
        case VolSource::venue_mark:
            return "venue_mark";
        case VolSource::neighbour:
            return "neighbour";
        case VolSource::journaled:
            return "journaled";
        case VolSource::frozen:
            return "frozen";
    }
    return "invalid";
}

std::string_view to_string(ForwardSource s) {
    switch (s) {
        case ForwardSource::hedge_instrument:
            return "hedge_instrument";
        case ForwardSource::future:
            return "future";
        case ForwardSource::parity:
            return "parity";
    }
    return "invalid";
}

namespace {

double variance_at(const SmileSlice& s, double k) {
    const double x = std::clamp(k, s.k_low, s.k_high) - s.m;
    return s.a + s.b * (s.rho * x + std::sqrt(x * x + s.sigma * s.sigma));
}

}  // namespace

double vol_at(const SmileSlice& s, double k) {
    if (s.source == VolSource::none || !(s.years > 0)) return 0;
    const double w = variance_at(s, k);
    return w > 0 ? std::sqrt(w / s.years) : 0;
}

double least_variance(const SmileSlice& s) {
    const double root = std::sqrt(std::max(1 - s.rho * s.rho, 0.0));
    // With a slope of one sign only, there is no vertex between the edges.
    const double vertex = root > 0 ? s.m - s.rho * std::abs(s.sigma) / root : s.k_low;
    return std::min({variance_at(s, vertex), variance_at(s, s.k_low), variance_at(s, s.k_high)});
}

bool priceable(const SmileSlice& s) {
    return s.years > 0 && least_variance(s) >= kLeastVol * kLeastVol * s.years;
}

std::vector<std::byte> encode_surface(double reference, std::span<const SmileSlice> slices,
                                      const MinVarianceFit& min_variance) {
    SurfaceHeader header;
    header.min_variance = min_variance;
    header.count = static_cast<std::uint32_t>(slices.size());
    header.reference = reference;
    std::vector<std::byte> bytes(sizeof header + slices.size_bytes());
    std::memcpy(bytes.data(), &header, sizeof header);
    if (!slices.empty()) std::memcpy(bytes.data() + sizeof header, slices.data(), slices.size_bytes());
    return bytes;
}

namespace {
bool usable(const SmileSlice& s) {
    const double values[] = {s.forward_ratio, s.a,      s.b,       s.rho,        s.m,
                             s.sigma,         s.years,  s.rms_vol, s.quoted_low, s.quoted_high,
                             s.k_low,         s.k_high, s.mark_gap};
    for (const double v : values) {
        if (!(std::abs(v) < 1e12)) return false;
    }
    if (!(s.years > 0 && s.b >= 0 && std::abs(s.rho) <= 1 && s.k_low <= s.k_high)) return false;
    return s.forward_ratio > 0 && s.quoted_low <= s.quoted_high && priceable(s) &&
           s.source != VolSource::none && s.source <= VolSource::frozen &&
           s.forward_source <= ForwardSource::parity && s.settlement <= Settlement::linear;
}
bool usable(const MinVarianceFit& f) {
    return std::abs(f.a) < 1e3 && std::abs(f.b) < 1e3 && std::abs(f.c) < 1e3 && std::abs(f.gain) < 1e12;
}
}  // namespace

std::optional<SurfaceView> parse_surface(std::span<const std::byte> bytes) {
    SurfaceHeader header;
    if (bytes.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.version != kSurfaceVersion || header.count > kMaxSlices) return std::nullopt;
    if (bytes.size() != sizeof header + header.count * sizeof(SmileSlice)) return std::nullopt;
    if (!(header.reference > 0 && header.reference < 1e12) || !usable(header.min_variance))
        return std::nullopt;
    const auto* first = reinterpret_cast<const SmileSlice*>(bytes.data() + sizeof header);
    const std::span<const SmileSlice> slices(first, header.count);
    if (!std::all_of(slices.begin(), slices.end(), [](const SmileSlice& s) { return usable(s); }))
        return std::nullopt;
    return SurfaceView{header.reference, header.min_variance, slices};
}

}  // namespace hw
