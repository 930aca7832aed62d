// FIX's UTCTimestamp, "YYYYMMDD-HH:MM:SS" with no fraction or one of 1 to 9 digits, to nanoseconds and back.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/types.h"

namespace hw::fix {

/// Nothing for any other text, an impossible date, or a year outside 1970..2261. Second 60 is a leap second
/// and taken for the next minute's first.
std::optional<Nanos> parse_timestamp(std::string_view);

/// To the millisecond, cut: "20240131-08:59:59.123". The time must lie in 1970..2261.
std::array<char, 21> format_timestamp_ms(Nanos time);

}  // namespace hw::fix
