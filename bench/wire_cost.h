// What is measured over the wire between two processes: what sending costs, and how many packets a second get
// through without loss.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/far_end.h"

namespace hw::bench {

/// 200 bytes on their way: delegated, by lwIP's ordinary way, by the kernel. Null, and why in `error`.
nlohmann::ordered_json measure_sends(WirePair& wire, std::string& error);
nlohmann::ordered_json measure_packet_rate(WirePair& wire);
/// Half a round trip of a cache line between the two cores.
nlohmann::ordered_json measure_cache_hop(WirePair& wire);

}  // namespace hw::bench
