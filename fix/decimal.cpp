#include "fix/decimal.h"

#include <bit>
#include <cstring>

namespace hw::fix {
namespace {

constexpr int kDecimals = 9;

/// "00" to "99".
constexpr std::array<char, 200> kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

/// How many digits a number below 10^10 has: by its bits, which leaves one of two.
std::size_t digits_of(std::uint64_t value) {
    constexpr std::array<std::uint64_t, 11> kPowers = {
        0,         10,         100,         1'000,         10'000,        100'000,
        1'000'000, 10'000'000, 100'000'000, 1'000'000'000, 10'000'000'000};
    const auto least = static_cast<std::size_t>(std::bit_width(value | 1) * 1233) >> 12;
    return least + (value >= kPowers[least] ? 1 : 0);
}

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

std::size_t put_count(char* out, std::uint64_t value) {
    const std::size_t size = digits_of(value);
    char* at = out + size;
    for (; value >= 100; value /= 100) std::memcpy(at -= 2, &kPairs[value % 100 * 2], 2);
    if (value >= 10) {
        std::memcpy(at - 2, &kPairs[value * 2], 2);
    } else {
        at[-1] = static_cast<char>('0' + value);
    }
    return size;
}

std::size_t put_decimal(char* out, std::int64_t nanos) {
    char* at = out;
    const auto bits = static_cast<std::uint64_t>(nanos);
    if (nanos < 0) *at++ = '-';
    const std::uint64_t magnitude = nanos < 0 ? 0 - bits : bits;
    at += put_count(at, magnitude / kNano);
    auto fraction = static_cast<std::uint32_t>(magnitude % kNano);
    if (fraction == 0) return static_cast<std::size_t>(at - out);
    at[0] = '.';
    at[1] = static_cast<char>('0' + fraction / 100'000'000);
    fraction %= 100'000'000;
    for (int i = 8; i > 0; i -= 2, fraction /= 100) std::memcpy(at + i, &kPairs[fraction % 100 * 2], 2);
    std::size_t decimals = kDecimals;
    while (at[decimals] == '0') --decimals;
    return static_cast<std::size_t>(at + decimals + 1 - out);
}

}  // namespace hw::fix
