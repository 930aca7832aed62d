// How readings of a counter become nanoseconds, as plain arithmetic: no clock is read here.
//
// A ClockLine is what a reader needs: a subtraction, a multiplication, a shift, an addition. It has one bend,
// before which the rate of the line before it still counts. Whoever publishes a line lets it bend a little
// later than now, so that readers of the old line and of the new one agree up to the bend, however late the
// new one comes to them: time is continuous and never runs backwards across a change of the rate.
//
// A ClockDiscipline keeps the line at a reference clock. It is given a sample of both now and then, measures
// the rate over its last samples, and lets what the line is off by go away over some seconds, by a rate that
// is at most kMaxSlewPpm from the measured one. It never steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/types.h"

namespace hw {

/// A counter and a reference clock, read at the same moment.
struct ClockSample {
    std::uint64_t tsc = 0;
    std::int64_t ns = 0;
};

struct ClockLine {
    static constexpr int kRateBits = 48;  ///< a rate is nanoseconds a tick in units of 2^-48

    std::uint64_t bend_tsc = 0;
    std::int64_t bend_ns = 0;
    std::int64_t rate_before = 0;
    std::int64_t rate_after = 0;

    std::int64_t at(std::uint64_t tsc) const {
        const auto ticks = static_cast<std::int64_t>(tsc - bend_tsc);
        const std::int64_t rate = ticks < 0 ? rate_before : rate_after;
        return bend_ns + static_cast<std::int64_t>((static_cast<Int128>(ticks) * rate) >> kRateBits);
    }
};

class ClockDiscipline {
  public:
    static constexpr std::int64_t kMaxSlewPpm = 500;
    static constexpr std::int64_t kMaxRateChangePpm = 1'000;  ///< of the measured rate from the first one

    /// True when a rate can be had from them.
    static bool usable(const ClockSample& first, const ClockSample& second) {
        return second.tsc > first.tsc && second.ns > first.ns;
    }
    /// The first rate is that between two usable samples; the line goes through the second.
    ClockDiscipline(const ClockSample& first, const ClockSample& second);

    /// Takes a sample in; the line gets a new bend at `bend_tsc`, after the sample. Nothing changes before
    /// the last bend has been passed: the line can hold one.
    void advance(const ClockSample& sample, std::uint64_t bend_tsc);

    const ClockLine& line() const { return line_; }
    /// Ticks a second, as measured; the line's own rate differs while it slews.
    double hz() const;
    /// How far the last interval's rate was from the one measured before it, in parts per million.
    double error_ppm() const { return error_ppm_; }
    /// Where the line was less where the reference was, at the last sample.
    std::int64_t offset_ns() const { return offset_ns_; }

  private:
    static constexpr std::size_t kWindow = 16;
    /// An offset is gone after about this long; longer when samples come more rarely, or it would swing.
    static constexpr std::int64_t kSlewOverNs = 2 * kNano;

    void measure(const ClockSample& sample);
    std::int64_t steered_rate(std::int64_t interval_ns) const;

    ClockLine line_;
    std::int64_t first_rate_;
    std::int64_t measured_rate_;
    std::array<ClockSample, kWindow> window_{};  ///< a ring
    std::size_t samples_ = 0;
    double error_ppm_ = 0;
    std::int64_t offset_ns_ = 0;
};

}  // namespace hw
