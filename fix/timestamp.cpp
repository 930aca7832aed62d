#include "fix/timestamp.h"

#include <chrono>
#include <cstddef>

namespace hw::fix {
namespace {

/// Reads digits and remembers whether anything was none.
class Digits {
  public:
    explicit Digits(const char* text) : text_(text) {}
    template <std::size_t kCount>
    int read(std::size_t at) {
        unsigned value = 0;
        for (std::size_t i = at; i < at + kCount; ++i) value = value * 10 + digit(i);
        return static_cast<int>(value);
    }
    unsigned digit(std::size_t at) {
        const unsigned d = static_cast<unsigned char>(text_[at]) - unsigned{'0'};
        bad_ |= d > 9;
        return d;
    }
    bool bad() const { return bad_; }

  private:
    const char* text_;
    bool bad_ = false;
};

// Nanoseconds of ".ddd..." ; nothing when it is not that.
std::optional<std::int64_t> fraction(std::string_view text) {
    if (text.empty()) return 0;
    if (text.size() < 2 || text.size() > 10 || text[0] != '.') return std::nullopt;
    constexpr std::array<std::int64_t, 10> kUnit = {
        1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
    Digits digits(text.data());
    std::int64_t value = 0;
    for (std::size_t i = 1; i < text.size(); ++i) value = value * 10 + digits.digit(i);
    if (digits.bad()) return std::nullopt;
    return value * kUnit[text.size() - 1];
}

void put(char* out, unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::optional<Nanos> parse_timestamp(std::string_view text) {
    if (text.size() < 17 || text[8] != '-' || text[11] != ':' || text[14] != ':') return std::nullopt;
    Digits digits(text.data());
    const int year = digits.read<4>(0);
    const int month = digits.read<2>(4);
    const int day = digits.read<2>(6);
    const int hour = digits.read<2>(9);
    const int minute = digits.read<2>(12);
    const int second = digits.read<2>(15);
    const auto nanos = fraction(text.substr(17));
    if (digits.bad() || !nanos) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || year < 1970 || year > 2261 || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = days * 86'400 + hour * 3'600 + minute * 60 + second;
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
