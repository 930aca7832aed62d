#include "tests/exchange/decimal.h"

#include "core/types.h"

namespace hw::exchange {

std::string decimal_text(std::int64_t nanos) {
    const bool negative = nanos < 0;
    const std::uint64_t magnitude =
        negative ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
    std::string text = (negative ? "-" : "") + std::to_string(magnitude / kNano);
    std::string fraction = std::to_string(magnitude % kNano);
    fraction.insert(0, 9 - fraction.size(), '0');
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    return fraction.empty() ? text : text + "." + fraction;
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    std::int64_t value = 0;
    int decimals = -1;  // -1: before the point
    bool digits = false;
    for (const char c : text) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        digits = true;
        if (decimals >= 0 && ++decimals > 9) return std::nullopt;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value)) {
            return std::nullopt;
        }
    }
    if (!digits) return std::nullopt;
    for (int i = decimals < 0 ? 0 : decimals; i < 9; ++i) {
        if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
    }
    return negative ? -value : value;
}

}  // namespace hw::exchange
