// How wide the no-trade band around the target is, and at what volatility its centre is taken: the
// cost-aware policies as plain formulas.
//
// All of them weigh the cost of trading against the risk of the delta's wandering, on the net gamma of the
// book. They are worked out ahead of the tick, off the hot thread; the tick only compares. Deltas and widths
// are in coins, prices in quote currency a coin, gamma in coins per unit of quote currency, risk aversion in
// 1 / quote currency, costs one-way and proportional (0.0005 is 5 bp), years to expiry.
//
// Sources: Whalley and Wilmott, "An asymptotic analysis of an optimal hedging model for option pricing with
// transaction costs", Mathematical Finance 7 (1997); Zakamouline, "European option pricing and hedging with
// both fixed and proportional transaction costs", J. Economic Dynamics & Control 30 (2006) and "Efficient
// analytic approximation of the optimal hedging strategy for a European call option with transaction costs",
// Quantitative Finance 6 (2006); Leland, "Option pricing and replication with transactions costs", J. Finance
// 40 (1985).
#pragma once

#include "core/types.h"

namespace hw::hedge {

/// What the cost-aware bands are taken of.
struct BandInputs {
    double price = 0;          ///< of the underlying; > 0
    double gamma = 0;          ///< net, of either sign: negative when options were sold
    double years = 0;          ///< to the expiry; > 0
    double vol = 0;            ///< 0.65 is 65 %; > 0
    double rate = 0;           ///< continuous, a year
    double cost = 0;           ///< lambda
    double risk_aversion = 0;  ///< gamma_a; > 0
};

/// The band's half-width and the volatility, over the market's, at which the delta it lies around is taken.
struct Band {
    double half_width = 0;
    double vol_ratio = 1;
};

/// Around the Black-Scholes delta: (1.5 e^(-r tau) lambda S Gamma^2 / gamma_a)^(1/3).
Band whalley_wilmott(const BandInputs&);

/// H0 + H1 around the delta at sigma sqrt(1 + K) for a long, sigma sqrt(1 - K) for a short gamma. K is
/// negative: whoever is long gamma hedges as if volatility were lower, whoever is short as if it were higher.
Band zakamouline(const BandInputs&);

/// Volatility over the market's that makes hedging every `interval_years` pay for itself on average: of a
/// short gamma sqrt(1 + A), of a long one sqrt(1 - A), A = sqrt(8/pi) lambda / (sigma sqrt(dt)). A long
/// position whose costs eat all it could earn (A >= 1) gets zero.
double leland_vol_ratio(const BandInputs&, double interval_years);

/// Almgren and Li, "Option hedging with smooth market impact" (2016): the part of a mis-hedge that is traded
/// within `interval_s`, when the speed of trading is proportional to it, with half-life `half_life_s`.
double part_to_trade(double interval_s, double half_life_s);

}  // namespace hw::hedge
