// What silence costs: a hedge after 10 ms in which nothing came, beside hedges back to back, with and without
// the shadow walk of the hot loop.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/far_end.h"

namespace hw::bench {

/// Null, and why in `error`, when it could not be measured.
nlohmann::ordered_json measure_cold_tick(WirePair& wire, std::string& error);

}  // namespace hw::bench
