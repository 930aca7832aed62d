// Which build this is: in --version, and in the header of every journal, so that a replay can say when it
// runs under another build than the run did.
#pragma once

#include <string_view>

namespace hw {

/// The project's version, e.g. "0.1.0".
std::string_view build_version();
/// The commit the build was configured at, 12 hex digits; "unknown" outside a git checkout.
std::string_view build_commit();
/// Both, e.g. "0.1.0 (59077ca1b2c3)".
std::string_view build_id();

}  // namespace hw
