// The few transcendental functions the engine uses, in plain arithmetic.
//
// The C library's may differ from one machine to the next in the last bit; a replay must not. These use only
// IEEE operations in a fixed order, so they give the same bits everywhere. Accuracy: exp and log within 1.5
// units in the last place, normal_cdf within 1e-15 relative over the central +-8 and 1e-13 in the far tails.
#pragma once

namespace hw::pricing {

/// e^x. Zero below -745, infinity above 709.78.
double exp(double x);
/// Natural logarithm of a positive, finite x; NaN otherwise.
double log(double x);
/// ln(1 + x) for x > -1, within 2 units in the last place also where x is small.
double log1p(double x);
/// Standard normal density.
double normal_pdf(double x);
/// Standard normal distribution; keeps relative accuracy in the lower tail.
double normal_cdf(double x);

}  // namespace hw::pricing
