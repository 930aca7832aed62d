// An option at one moment, as a function of its forward and volatility, for one coin and in its settlement
// currency: plain, or inside the settlement window on the average so far. And the other way round: which
// volatility, or which forward, makes it worth a given price. For explanations and planners, not for the
// tick.
#pragma once

#include <optional>

#include "core/instrument.h"
#include "core/pricing/black76.h"
#include "core/pricing/settlement.h"
#include "hedge/engine_config.h"

namespace hw::hedge {

class OptionPricer {
  public:
    /// At `time`; `average`: of the settlement window, when it has begun and is known. `delivered`: only the
    /// exercise is left.
    OptionPricer(const Instrument&, const UnderlyingConfig&, Nanos time,
                 std::optional<pricing::WindowState> average, bool delivered);

    double price(double forward, double vol) const { return greeks(forward, vol).price; }
    /// The price, and its change with the forward and with the volatility (1 is 100 %).
    struct Slopes {
        double price, forward, vol;
    };
    Slopes slopes(double forward, double vol) const;

    /// Nothing when no volatility up to 1000 % a year gives this price.
    std::optional<double> implied_vol(double forward, double price) const;
    /// The forward within a hundredth of `near` that gives this price; nothing when there is none, or when
    /// the price does not depend on it.
    std::optional<double> implied_forward(double near, double vol, double price) const;

  private:
    pricing::WindowGreeks greeks(double forward, double vol) const;
    /// What one coin's exercise is divided by: the forward of the settlement price.
    double settled_at(double forward) const;

    bool inverse_;
    std::optional<pricing::WindowState> average_;
    pricing::OptionTerms plain_;
    pricing::WindowTerms averaged_;
};

}  // namespace hw::hedge
