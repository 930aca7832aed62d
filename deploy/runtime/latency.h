// Counts of durations in buckets that are never wider than 1.6 % of their value, from 1 ns to 4.3 s.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace hw::deploy {

class LatencyHistogram {
  public:
    void record(std::uint32_t ns) {
        ++counts_[bucket_of(ns)];
        ++total_;
        if (ns > max_) max_ = ns;
    }
    std::uint64_t count() const { return total_; }
    std::uint32_t max_ns() const { return max_; }
    /// The duration that `fraction` of the samples do not exceed; 0 when there are none.
    std::uint32_t quantile_ns(double fraction) const {
        const auto rank = static_cast<std::uint64_t>(fraction * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t b = 0; b < counts_.size(); ++b) {
            seen += counts_[b];
            if (counts_[b] != 0 && seen > rank) return upper_edge(b) < max_ ? upper_edge(b) : max_;
        }
        return max_;
    }

  private:
    static constexpr std::uint32_t kLinear = 64;  // buckets a factor of two
    static std::size_t bucket_of(std::uint32_t ns) {
        if (ns < 2 * kLinear) return ns;
        const int shift = 25 - std::countl_zero(ns);
        return static_cast<std::size_t>(shift) * kLinear + (ns >> shift);
    }
    static std::uint32_t upper_edge(std::size_t bucket) {
        if (bucket < 2 * kLinear) return static_cast<std::uint32_t>(bucket);
        const std::size_t shift = bucket / kLinear - 1;
        return static_cast<std::uint32_t>(((bucket % kLinear + kLinear + 1ULL) << shift) - 1);
    }

    std::uint64_t total_ = 0;
    std::uint32_t max_ = 0;
    std::array<std::uint64_t, 28 * kLinear> counts_{};
};

}  // namespace hw::deploy
