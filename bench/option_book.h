// The same options for every contestant: strikes around the forward, eight expiries at most.
#pragma once

#include <cmath>
#include <vector>

#include "core/pricing/kernel.h"
#include "core/pricing/math.h"

namespace hw::bench {

struct OptionBook {
    static constexpr double kReference = 60'000;
    std::vector<pricing::KernelBlock> blocks;
    std::vector<pricing::RiskBlock> risk;
    std::vector<pricing::BlockRef> refs;
    std::vector<pricing::KernelGroup> groups;
    std::vector<double> strikes, vols, years, coins;  ///< flat, for the others

    explicit OptionBook(std::size_t options) {
        const std::size_t expiries = options >= 64 ? 8 : 2;
        for (std::size_t n = 0; n < options; ++n) {
            const std::size_t g = n * expiries / options;
            strikes.push_back(kReference * (0.6 + 0.8 * static_cast<double>((n * 7'919) % 997) / 997));
            vols.push_back(0.5 + 0.3 * static_cast<double>((n * 31) % 101) / 101);
            years.push_back(0.02 + 0.1 * static_cast<double>(g));
            coins.push_back(static_cast<double>(static_cast<int>(n % 21)) - 10.0);
        }
        groups.resize(expiries);
        for (std::size_t n = 0; n < options; n += pricing::kLanes) add_block(n, n * expiries / options);
        move_to(kReference);
    }
    /// A new underlying price: what a tick changes.
    void move_to(double forward) {
        const double x = pricing::log1p((forward - kReference) / kReference);
        for (std::size_t g = 0; g < groups.size(); ++g) {
            pricing::KernelGroup& k = groups[g];
            k.x = x;
            k.root_years = std::sqrt(0.02 + 0.1 * static_cast<double>(g));
            k.inv_root_years = 1 / k.root_years;
            k.half_root_years = 0.5 * k.root_years;
            k.scale = 1;
            k.gamma_scale = k.inv_root_years / forward;
            k.forward = forward;
        }
    }

  private:
    void add_block(std::size_t first, std::size_t group) {
        pricing::KernelBlock b{};
        pricing::RiskBlock r{};
        for (std::size_t i = 0; i < pricing::kLanes; ++i) {
            const std::size_t n = first + i;
            r.strike[i] = strikes[n];
            r.coins[i] = coins[n];
            r.strike_coins[i] = coins[n] * strikes[n];
            b.k[i] = pricing::log1p((strikes[n] - kReference) / kReference);
            b.vol[i] = vols[n];
            b.inv_vol[i] = 1 / vols[n];
            b.weight[i] = coins[n];
        }
        refs.push_back({static_cast<std::uint16_t>(blocks.size()), static_cast<std::uint16_t>(group)});
        blocks.push_back(b);
        risk.push_back(r);
    }
};

}  // namespace hw::bench
