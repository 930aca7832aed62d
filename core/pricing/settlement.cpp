#include "core/pricing/settlement.h"

namespace hw::pricing {

double variance_years(Nanos expiry, Nanos now, Nanos window) {
    const std::int64_t left = (expiry - now).ns();
    if (left <= 0) return 0;
    // Thirds of a nanosecond, so that nothing is rounded before the one conversion.
    const std::int64_t w = window.ns();
    const std::int64_t thirds = left >= w ? 3 * (left - w) + w : left;
    return static_cast<double>(thirds) / (3 * 365.0 * 86'400e9);
}

}  // namespace hw::pricing
