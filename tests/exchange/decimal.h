// Decimal text of the venue's FIX messages: exact both ways, and independent of the hedger's own codec.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hw::exchange {

/// "-12.5" for -12'500'000'000 nano-units: no exponent, no trailing zeros.
std::string decimal_text(std::int64_t nanos);
/// The reverse: sign, digits, point, at most nine digits. Nothing for anything else or what does not fit.
std::optional<std::int64_t> parse_decimal(std::string_view text);

/// The double nearest to the decimal number: 0.6, not 0.6000000000000001.
inline double nearest_double(std::int64_t nanos) { return static_cast<double>(nanos) / 1e9; }

}  // namespace hw::exchange
