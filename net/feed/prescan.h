// The instruments that a capture defines, found before it is run: a capture may show updates and positions of
// a contract long before its definition cycle comes round.
#pragma once

#include <string>
#include <vector>

#include "core/instrument.h"

namespace hw::net {

/// Every instrument defined in a Deribit capture, each once (its last definition), in the order first seen.
/// Empty, and why in `error`, when the file is no capture; with a damaged one, those found before the damage,
/// and `error`.
std::vector<Instrument> prescan_definitions(const std::string& path, std::string& error);
/// The same of a Starbase capture.
std::vector<Instrument> prescan_starbase_definitions(const std::string& path, std::string& error);

}  // namespace hw::net
