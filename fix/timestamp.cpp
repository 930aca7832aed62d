#include "fix/timestamp.h"

#include <chrono>
#include <cstddef>

namespace hw::fix {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// Nanoseconds of ".ddd..." ; nothing when it is not that.
std::optional<std::int64_t> fraction(std::string_view text) {
    if (text.empty()) return 0;
    if (text.size() < 2 || text.size() > 10 || text[0] != '.') return std::nullopt;
    const auto value = digits(text, 1, text.size() - 1);
    if (!value) return std::nullopt;
    std::int64_t nanos = *value;
    for (std::size_t i = text.size() - 1; i < 9; ++i) nanos *= 10;
    return nanos;
}

void put(char* out, unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::optional<Nanos> parse_timestamp(std::string_view text) {
    if (text.size() < 17 || text[8] != '-' || text[11] != ':' || text[14] != ':') return std::nullopt;
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 4, 2);
    const auto day = digits(text, 6, 2);
    const auto hour = digits(text, 9, 2);
    const auto minute = digits(text, 12, 2);
    const auto second = digits(text, 15, 2);
    const auto nanos = fraction(text.substr(17));
    if (!year || !month || !day || !hour || !minute || !second || !nanos) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *year < 1970 || *year > 2261 || *hour > 23 || *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = days * 86'400 + *hour * 3'600 + *minute * 60 + *second;
    return Nanos::from_ns(seconds * kNano + *nanos);
}

std::array<char, 21> format_timestamp_ms(Nanos time) {
    const std::int64_t ms = time.ns() / 1'000'000;
    const std::chrono::sys_days day{std::chrono::days{ms / 86'400'000}};
    const std::chrono::year_month_day date{day};
    const auto of_day = static_cast<unsigned>(ms % 86'400'000);
    std::array<char, 21> text{};
    put(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(text.data() + 4, static_cast<unsigned>(date.month()), 2);
    put(text.data() + 6, static_cast<unsigned>(date.day()), 2);
    text[8] = '-';
    put(text.data() + 9, of_day / 3'600'000, 2);
    text[11] = ':';
    put(text.data() + 12, of_day / 60'000 % 60, 2);
    text[14] = ':';
    put(text.data() + 15, of_day / 1'000 % 60, 2);
    text[17] = '.';
    put(text.data() + 18, of_day % 1'000, 3);
    return text;
}

void TimestampText::renew(std::int64_t ms) {
    constexpr std::int64_t kMinuteMs = 60'000;
    constexpr std::size_t kSeconds = 15;  // where they stand, behind "YYYYMMDD-HH:MM:"
    ms_ = ms;
    if (ms < minute_ms_ || ms >= minute_ms_ + kMinuteMs || minute_ms_ < 0) {
        minute_ms_ = ms / kMinuteMs * kMinuteMs;
        text_ = format_timestamp_ms(Nanos::from_ms(minute_ms_));
        minute_sum_ = '.';
        for (std::size_t i = 0; i < kSeconds; ++i) minute_sum_ += static_cast<unsigned char>(text_[i]);
    }
    const auto in_minute = static_cast<unsigned>(ms - minute_ms_);
    const std::array<unsigned, 5> digits = {in_minute / 10'000, in_minute / 1'000 % 10, in_minute / 100 % 10,
                                            in_minute / 10 % 10, in_minute % 10};
    sum_ = minute_sum_ + 5 * '0' + digits[0] + digits[1] + digits[2] + digits[3] + digits[4];
    for (std::size_t i = 0; i < 2; ++i) text_[kSeconds + i] = static_cast<char>('0' + digits[i]);
    for (std::size_t i = 2; i < 5; ++i) text_[kSeconds + 1 + i] = static_cast<char>('0' + digits[i]);
}

}  // namespace hw::fix
