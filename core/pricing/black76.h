// Black-76 for options on a forward, coin-settled (inverse) and quote-settled (linear).
//
// One correct scalar evaluation that the inventory sums over the book, and that faster kernels are checked
// against. Everything holds the forward fixed. An expired option (years <= 0) is worth its intrinsic value.
#pragma once

#include <optional>

#include "core/instrument.h"

namespace hw::pricing {

struct OptionTerms {
    Settlement settlement = Settlement::linear;
    OptionType type = OptionType::call;
    double forward = 0;  ///< quote currency per coin, > 0
    double strike = 0;   ///< > 0
    double years = 0;    ///< ACT/365 to expiry
    double vol = 0;      ///< 0.65 is 65 %; >= 0
    double rate = 0;     ///< continuously compounded; discounts linear prices only
};

struct Greeks {
    double price = 0;      ///< quote currency (linear) or coin (inverse)
    double delta = 0;      ///< forward delta, s N(s d1); discounted when linear
    double net_delta = 0;  ///< delta - price when inverse (F dc/dF, coins), delta when linear
    double gamma = 0;      ///< d(delta)/dF
    double vega = 0;       ///< quote-currency value per vol point (0.01)
    double theta = 0;      ///< quote-currency value per day (1/365 year)
};

/// Prices and Greeks as DESIGN section 5 defines them (contract of `hedgewire price`).
Greeks black76(const OptionTerms&);

/// Black-76 value of one option in quote currency, undiscounted; `total_vol` = vol * sqrt(years).
double undiscounted_price(OptionType, double forward, double strike, double total_vol);

/// The volatility at which the option is worth `price` (quote currency, undiscounted). Nothing when the price
/// is not strictly between intrinsic value and its upper bound, or needs more than 1000 % a year. Safe and
/// bracketed: for planners, not for the tick.
std::optional<double> implied_vol(OptionType, double forward, double strike, double years, double price);

}  // namespace hw::pricing
