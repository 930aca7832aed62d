// The simulated venue's random numbers: one small generator whose sequence is the same for a seed on every
// machine and library (the standard distributions are not).
//
// Every use has a stream of its own (prices, quotes, option fills, faults), so that switching one of them on
// does not change what the others draw.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace hw::exchange {

/// What a stream of random numbers is for; part of its seed.
enum class Stream : std::uint64_t { prices = 1, quotes, flow, option_fills, packet_faults, order_faults };

/// xoshiro256++, seeded by splitmix64.
class Rng {
  public:
    explicit Rng(std::uint64_t seed, Stream stream = Stream::prices) {
        std::uint64_t x =
            seed * 0x9e37'79b9'7f4a'7c15ULL + static_cast<std::uint64_t>(stream) * 0xd1b5'4a32ULL;
        for (auto& word : state_) word = split_mix(x);
    }

    std::uint64_t next() {
        const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotate(state_[3], 45);
        return result;
    }
    /// In [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    bool chance(double probability) { return uniform() < probability; }
    /// In [0, n); n > 0. The bias of n / 2^32 does not matter here.
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32); }
    /// Standard normal (Box-Muller, one of the pair).
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }
    /// Exponential waiting time.
    double exponential(double mean) { return -mean * std::log(1.0 - uniform()); }

  private:
    static constexpr std::uint64_t rotate(std::uint64_t x, int k) { return x << k | x >> (64 - k); }
    static constexpr std::uint64_t split_mix(std::uint64_t& x) {
        std::uint64_t z = (x += 0x9e37'79b9'7f4a'7c15ULL);
        z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9ULL;
        z = (z ^ z >> 27) * 0x94d0'49bb'1331'11ebULL;
        return z ^ z >> 31;
    }
    std::uint64_t state_[4];
};

}  // namespace hw::exchange
