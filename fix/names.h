// FIX's own words for tags, message types and the commoner codes, from the dictionary that the session checks
// messages against.
#pragma once

#include <string_view>

namespace hw::fix {

/// "ClOrdID" for 11; empty for a tag that the dictionary does not have.
std::string_view tag_name(int tag);
/// "NewOrderSingle" for "D"; empty for an unknown type.
std::string_view type_name(std::string_view type);
/// "D" for "NewOrderSingle" or "D"; empty for anything else.
std::string_view type_of(std::string_view type_or_name);
/// "sell" for 54=2; empty where a value says itself what it means.
std::string_view value_name(int tag, std::string_view value);

}  // namespace hw::fix
