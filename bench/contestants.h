// Who is measured: each prices a whole book once at a new forward and says what it cost.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hw::bench {

struct Contestant {
    std::string name;
    std::size_t options;  ///< priced by one pass
    std::function<double(double)>
        pass;  ///< one pass at this forward; what it returns keeps it from being removed
};

/// Every contestant for a book of that many options. QuantLib's engine only up to 1,024.
std::vector<Contestant> contestants(std::size_t options);
/// Warm vectorised and safe scalar implied volatility.
std::vector<Contestant> vol_contestants();
/// SVI fits to 16 and 80 quotes, one by one: from scratch, and from the smile of a moment ago.
std::vector<Contestant> fit_contestants();
/// A new surface's volatilities into the nodes, at every level.
std::vector<Contestant> attach_contestants();
/// New underlying price to net delta, through the engine's own evaluate: `ladder_16384` and `exact_64`.
std::vector<Contestant> ladder_contestants();

}  // namespace hw::bench
