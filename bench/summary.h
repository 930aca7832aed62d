// `core_bench --summary FILE`: everything measured in one run, contestants taking turns, and the ratios that
// matter as JSON.
#pragma once

#include <string>

namespace hw::bench {

/// False when the file cannot be written or a ratio could not be measured (said on stderr; it is 0 then).
bool write_summary(const std::string& path);

}  // namespace hw::bench
