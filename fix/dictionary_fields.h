// The fields of the FIX dictionaries, by tag: the last part of their XML text.
#pragma once

namespace hw {
namespace fix {

/// Static storage, zero-terminated.
const char* dictionary_fields();

}  // namespace fix
}  // namespace hw
