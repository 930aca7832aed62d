// What the simulated market thinks an option is worth: an SVI-like smile and Black-76 in plain libm doubles.
//
// Deliberately apart from core/pricing: the venue has to be an independent counterparty of the hedger's
// maths.
#pragma once

#include "core/instrument.h"

namespace hw::exchange {

/// Variance as a function of z = ln(strike / forward) / sqrt(years): base + wings * (tilt * z + sqrt(z^2 +
/// width^2)).
struct Smile {
    double base = 0.20;   ///< variance floor
    double wings = 0.25;  ///< slope of the wings
    double tilt = -0.25;  ///< below zero: puts dearer than calls
    double width = 0.35;  ///< how round the bottom is

    /// Annual volatility, 0.65 is 65 %. `years` > 0.
    double vol(double strike, double forward, double years) const;
};

/// Undiscounted Black-76 value in quote currency per unit of base. At or after expiry: the payoff.
double black_76(OptionType, double forward, double strike, double years, double vol);

}  // namespace hw::exchange
