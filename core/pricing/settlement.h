// Settlement on an average: what is left of an option's variance and delta once its price is being fixed.
#pragma once

#include "core/types.h"

namespace hw::pricing {

/// Years (ACT/365) of variance left for a price that is averaged over the last `window` before `expiry`: the
/// average of a Brownian path over W has a third of its variance, so before the window the time to its start
/// plus W/3, and inside it (1-u) W/3 with u the part that is over. Zero from the expiry on.
double variance_years(Nanos expiry, Nanos now, Nanos window);

}  // namespace hw::pricing
