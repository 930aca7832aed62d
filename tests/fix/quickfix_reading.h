// What QuickFIX reads in a message. Compiles as C++14 in one unit; this header is plain.
#pragma once

#include <map>
#include <string>

namespace hw {
namespace fix {
namespace test {

/// Every field of a message, header and trailer included, after FIX::Message has parsed it by our dictionary
/// and checked length, sum and fields. Empty, and why in `error`, when it does not like it.
std::map<int, std::string> read_with_quickfix(const std::string& message, std::string& error);

}  // namespace test
}  // namespace fix
}  // namespace hw
