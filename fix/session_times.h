// When a FIX session is, as the two sides have agreed: every day from one time of day to another (UTC; an end
// not after the start is on the next day; the same time is a day of 24 hours that begins then), or once a
// week from a time of one weekday to a time of another. With each session the sequence numbers begin again.
// Without times, which is the default, a session has no end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/types.h"

namespace hw::fix {

/// As in the configuration; empty: not given.
struct SessionTimesText {
    std::string start;      ///< "HH:MM:SS"
    std::string end;        ///< "HH:MM:SS"
    std::string start_day;  ///< "sunday" to "saturday"
    std::string end_day;
};

class SessionTimes {
  public:
    /// One that has no end.
    SessionTimes() = default;

    /// Nothing, and in `error` what is wrong, when the text is no time, or some of it is missing.
    static std::optional<SessionTimes> parse(const SessionTimesText& text, std::string& error) {
        if (text.start.empty() && text.end.empty() && text.start_day.empty() && text.end_day.empty())
            return SessionTimes{};
        const auto start = seconds_of_day(text.start);
        const auto end = seconds_of_day(text.end);
        const auto start_day = day_number(text.start_day);
        const auto end_day = day_number(text.end_day);
        error.clear();
        if (!start || !end) error = "session_start and session_end have to be times like \"21:30:00\"";
        if (text.start_day.empty() != text.end_day.empty())
            error = "session_start_day and session_end_day go together";
        if ((!text.start_day.empty() && !start_day) || (!text.end_day.empty() && !end_day))
            error = "session_start_day and session_end_day have to be \"sunday\" to \"saturday\"";
        if (!error.empty()) return std::nullopt;
        SessionTimes times;
        times.period_ = start_day ? 7 * kDay : kDay;
        times.start_ = start_day.value_or(0) * kDay + *start;
        const std::int64_t span = end_day.value_or(0) * kDay + *end - times.start_;
        times.length_ = span > 0 ? span : span + times.period_;
        return times;
    }

    bool has_end() const { return period_ != 0; }
    /// When the session began that `now` is in, or the last one before it. 1970 for one without end.
    Nanos begun(Nanos now) const {
        if (!has_end()) return Nanos{};
        // 1970 began on a Thursday; of a daily session that changes nothing.
        const std::int64_t origin = start_ - (period_ == kDay ? 0 : kThursday * kDay);
        const std::int64_t seconds = now.ns() / kSecond;
        std::int64_t into = (seconds - origin) % period_;
        if (into < 0) into += period_;
        return Nanos::from_seconds(seconds - into);
    }
    /// When the session that began then ends.
    Nanos end_of(Nanos begun) const { return begun + Nanos::from_seconds(length_); }
    bool contains(Nanos now) const { return !has_end() || now < end_of(begun(now)); }

  private:
    static constexpr std::int64_t kSecond = 1'000'000'000;
    static constexpr std::int64_t kDay = 86'400;
    static constexpr std::int64_t kThursday = 4;

    static std::optional<std::int64_t> seconds_of_day(std::string_view text) {
        if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
        std::int64_t seconds = 0;
        for (const std::size_t at : {0u, 3u, 6u}) {
            const int tens = text[at] - '0';
            const int ones = text[at + 1] - '0';
            if (tens < 0 || tens > (at == 0 ? 2 : 5) || ones < 0 || ones > 9) return std::nullopt;
            seconds = seconds * 60 + tens * 10 + ones;
        }
        return seconds < kDay ? std::optional{seconds} : std::nullopt;
    }
    static std::optional<std::int64_t> day_number(std::string_view text) {
        constexpr std::array<std::string_view, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                                        "thursday", "friday", "saturday"};
        for (std::size_t day = 0; day < kDays.size(); ++day)
            if (kDays[day] == text) return static_cast<std::int64_t>(day);
        return std::nullopt;
    }

    std::int64_t period_ = 0;  ///< seconds; zero: no end
    std::int64_t start_ = 0;   ///< seconds into the period
    std::int64_t length_ = 0;
};

}  // namespace hw::fix
