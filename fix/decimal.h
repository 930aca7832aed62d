// Decimal text to fixed point and back, exactly.
//
// Prices and quantities of a FIX message become nano-units without passing through a double. What is not a
// plain decimal number, or does not fit, is no value at all: "", ".", "1e5", "12x9", "+1", " 1", a tenth
// decimal that is not zero, and anything beyond an int64 of nano-units.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/types.h"

namespace hw::fix {

/// Nano-units of a decimal number, `[-]digits[.digits]` with at least one digit.
std::optional<std::int64_t> parse_decimal(std::string_view);

/// The same for amounts of money, which venues send with more than nine decimals: rounded to the nearest
/// nano-unit.
std::optional<std::int64_t> parse_decimal_rounded(std::string_view);

inline std::optional<Price> parse_price(std::string_view text) {
    const auto nanos = parse_decimal(text);
    return nanos ? std::optional{Price::from_nanos(*nanos)} : std::nullopt;
}
inline std::optional<Qty> parse_qty(std::string_view text) {
    const auto nanos = parse_decimal(text);
    return nanos ? std::optional{Qty::from_nanos(*nanos)} : std::nullopt;
}

/// A whole number without sign, as FIX counts (sequence numbers, reasons); nothing when it does not fit.
std::optional<std::uint32_t> parse_count(std::string_view);

/// The longest that `put_decimal` writes: "-9223372036.854775808".
inline constexpr std::size_t kMaxDecimal = 21;
/// Writes the shortest decimal text of a number of nano-units: no exponent, no trailing zeros, no point at
/// the end. Returns its length; the bytes behind it, up to kMaxDecimal, may be written over.
std::size_t put_decimal(char* out, std::int64_t nanos);

/// A whole number in decimal, at most ten digits: returns how many.
std::size_t put_count(char* out, std::uint64_t value);

/// That text on its own.
class DecimalText {
  public:
    explicit DecimalText(std::int64_t nanos) : size_(put_decimal(bytes_.data(), nanos)) {}
    explicit DecimalText(Price p) : DecimalText(p.nanos()) {}
    explicit DecimalText(Qty q) : DecimalText(q.nanos()) {}
    std::string_view view() const { return {bytes_.data(), size_}; }

  private:
    std::array<char, kMaxDecimal> bytes_;
    std::size_t size_;
};

}  // namespace hw::fix
