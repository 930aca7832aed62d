// What a message of market data costs on its way from the frame to the book, on one thread, beside what
// reading its bytes costs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hw::bench {

/// Packets of the capture at `path`, or of a generated session when it is not there. Null, and why in
/// `error`, when there are no packets to be had.
nlohmann::ordered_json measure_feed(const std::string& path, std::string& error);

}  // namespace hw::bench
