// FIX's UTCTimestamp, "YYYYMMDD-HH:MM:SS" with no fraction or one of 1 to 9 digits, to nanoseconds and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/types.h"

namespace hw::fix {

/// Nothing for any other text, an impossible date, or a year outside 1970..2261. Second 60 is a leap second
/// and taken for the next minute's first.
std::optional<Nanos> parse_timestamp(std::string_view);

/// To the millisecond, cut: "20240131-08:59:59.123". The time must lie in 1970..2261.
std::array<char, 21> format_timestamp_ms(Nanos time);

/// The same text, kept from one time to the next: times that follow each other differ in little. Also knows
/// the sum of its bytes, for a message's checksum.
class TimestampText {
  public:
    static constexpr std::size_t kSize = 21;

    void set(Nanos time) {
        const std::int64_t ms = time.ns() / 1'000'000;
        if (ms != ms_) renew(ms);
    }
    const char* data() const { return text_.data(); }
    unsigned sum() const { return sum_; }

  private:
    void renew(std::int64_t ms);

    std::array<char, kSize> text_{};
    std::int64_t ms_ = -1;
    std::int64_t minute_ms_ = -1;  ///< when the text's minute began
    unsigned minute_sum_ = 0;      ///< of the bytes up to the minute
    unsigned sum_ = 0;
};

}  // namespace hw::fix
