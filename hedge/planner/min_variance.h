// How volatilities go with the underlying, learned from the books (Hull and White 2017): the expected change
// of an option's volatility is (a + b delta + c delta^2) / sqrt(years) * d ln F. The coefficients solve
// normal equations weighted by vega squared, so that the fit is one of price changes, and the past is
// forgotten exponentially. Every batch is predicted before it is learned from: the gain is out of sample.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/surface.h"
#include "core/types.h"

namespace hw::hedge {

/// One option between two looks at it.
struct VolMove {
    double delta = 0;  ///< N(d1) at the first look, whatever the option's type
    double years = 0;  ///< > 0
    double vega = 0;   ///< over the forward, per unit of vol
    double d_log_forward = 0;
    double d_vol = 0;
};

struct MinVarianceOptions {
    Nanos halflife = Nanos::from_seconds(3600);  ///< of what was learned; > 0
    std::uint64_t least_samples = 200;           ///< before coefficients are given
    std::uint64_t least_moves = 20;              ///< batches, each one move of the underlying
};

class MinVariance {
  public:
    /// Learns from the options seen over one move that took `elapsed`. Values that cannot be are left out.
    void add(std::span<const VolMove> moves, Nanos elapsed, const MinVarianceOptions& = {});
    /// Goes on from what an earlier run had learned `age` ago. It counts as much as so many moves, and is
    /// forgotten like them; after two halflives it is not taken up.
    void seed(const MinVarianceFit&, Nanos age, const MinVarianceOptions& = {});
    /// Coefficients are zero until there are enough samples and moves, gain until something was predicted.
    MinVarianceFit fit() const;

  private:
    void forget(Nanos elapsed, Nanos halflife);
    void score(std::span<const VolMove>);
    void learn(const VolMove&);
    void solve(const MinVarianceOptions&);

    std::array<std::array<double, 3>, 3> matrix_{};
    std::array<double, 3> right_{};
    std::array<double, 3> coefficients_{};
    double plain_errors_ = 0, errors_ = 0;
    std::uint64_t samples_ = 0, moves_ = 0;
    bool known_ = false;
    bool seeded_ = false;
};

}  // namespace hw::hedge
