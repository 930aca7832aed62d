// What a smile may not do: a price that falls where it has to rise is money for whoever sees it first.
//
// A butterfly is a strike whose density is negative, a calendar a strike whose total variance is less than
// that of an earlier expiry. A smile is priced with only between k_low and k_high; where it is held flat
// beyond, its kink is a density all in one place, negative when the wing was rising. So wings are followed
// until that kink is where nothing ever trades.
#pragma once

#include "core/surface.h"

namespace hw::hedge {

/// The smile's own total variance, followed without end.
double raw_variance(const SmileSlice&, double k);

/// Durrleman's g(k) >= 0 (Gatheral and Jacquier 2014) at 64 points of the range, and variance enough to price
/// with.
bool positive_density(const SmileSlice&, double low, double high);
/// Moves k_low and k_high outwards from what was quoted, until a kink there would take less than a millionth
/// of the probability. Not beyond where the density is positive, three times the highest volatility quoted,
/// or 1000 %.
void follow_wings(SmileSlice&);
/// No butterfly anywhere in the function that is priced with, the kinks at its edges included.
bool free_of_butterflies(const SmileSlice&);

/// Total variance nowhere below the earlier expiry's, at 64 points of the log-moneyness that both were quoted
/// at, beyond what a hundredth of a vol point would explain.
bool free_of_calendars(const SmileSlice& earlier, const SmileSlice& later);
/// How much total variance the later expiry lacks at most for that.
double calendar_shortfall(const SmileSlice& earlier, const SmileSlice& later);

}  // namespace hw::hedge
