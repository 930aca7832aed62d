#include "fix/decimal.h"

namespace hw::fix {
namespace {

constexpr int kDecimals = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// value * 10 + digit, in the negative, where an int64 has room for one more.
bool append_digit(std::int64_t& negative, char digit) {
    return !__builtin_mul_overflow(negative, std::int64_t{10}, &negative) &&
           !__builtin_sub_overflow(negative, std::int64_t{digit - '0'}, &negative);
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text) {
    const bool minus = !text.empty() && text[0] == '-';
    if (minus) text.remove_prefix(1);
    std::int64_t negative = 0;
    int decimals = -1;  // negative: before the point
    bool any_digit = false;
    for (const char c : text) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (!is_digit(c)) return std::nullopt;
        any_digit = true;
        if (decimals == kDecimals) {
            if (c != '0') return std::nullopt;
            continue;
        }
        if (!append_digit(negative, c)) return std::nullopt;
        if (decimals >= 0) ++decimals;
    }
    if (!any_digit) return std::nullopt;
    for (int i = decimals < 0 ? 0 : decimals; i < kDecimals; ++i) {
        if (!append_digit(negative, '0')) return std::nullopt;
    }
    if (minus) return negative;
    if (negative == INT64_MIN) return std::nullopt;
    return -negative;
}

std::optional<std::int64_t> parse_decimal_rounded(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos || text.size() - point - 1 <= kDecimals) return parse_decimal(text);
    const std::string_view beyond = text.substr(point + 1 + kDecimals);
    for (const char c : beyond) {
        if (!is_digit(c)) return std::nullopt;
    }
    const auto nanos = parse_decimal(text.substr(0, point + 1 + kDecimals));
    if (!nanos || beyond[0] < '5') return nanos;
    const bool minus = text[0] == '-';
    if (*nanos == (minus ? INT64_MIN : INT64_MAX)) return std::nullopt;
    return *nanos + (minus ? -1 : 1);
}

std::optional<std::uint32_t> parse_count(std::string_view text) {
    if (text.empty() || text.size() > 10) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (value > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(value);
}

DecimalText::DecimalText(std::int64_t nanos) {
    std::uint64_t rest =
        nanos < 0 ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
    bool significant = false;
    for (int i = 0; i < kDecimals; ++i, rest /= 10) {
        significant = significant || rest % 10 != 0;
        if (significant) bytes_[--start_] = static_cast<char>('0' + rest % 10);
    }
    if (significant) bytes_[--start_] = '.';
    do {
        bytes_[--start_] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (nanos < 0) bytes_[--start_] = '-';
}

}  // namespace hw::fix
