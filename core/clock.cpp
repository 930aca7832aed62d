#include "core/clock.h"

#include <cpuid.h>
#include <sys/timex.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>

#include "core/wall_offset.h"

namespace hw {

namespace {

constexpr std::int64_t kFirstCalibrationNs = 20'000'000;
/// A new line's bend lies this far ahead when it is made: longer than publishing it ever takes.
constexpr std::int64_t kBendAheadNs = 50'000'000;
constexpr int kTries = 16;
/// What two readings of the host's clocks cannot be told apart by; a step is larger.
constexpr std::int64_t kStepNs = 2'000;

std::int64_t to_ns(const timespec& t) { return t.tv_sec * kNano + t.tv_nsec; }

/// Neither earlier nor later than it stands in the program.
std::uint64_t fenced_tsc() {
    _mm_lfence();
    const std::uint64_t tsc = __rdtsc();
    _mm_lfence();
    return tsc;
}

/// The counter at the middle of the quickest of some readings of `clock`: one that was interrupted is not
/// taken.
ClockSample sample(clockid_t clock) {
    ClockSample best;
    std::uint64_t shortest = UINT64_MAX;
    for (int i = 0; i < kTries; ++i) {
        timespec t;
        const std::uint64_t before = fenced_tsc();
        clock_gettime(clock, &t);
        const std::uint64_t took = fenced_tsc() - before;
        if (took >= shortest) continue;
        shortest = took;
        best = {before + took / 2, to_ns(t)};
    }
    return best;
}

}  // namespace

/// Of the quickest of some readings, as above.
std::int64_t measured_wall_offset_ns() {
    std::int64_t best = 0;
    std::int64_t shortest = INT64_MAX;
    for (int i = 0; i < kTries; ++i) {
        timespec before, wall, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        clock_gettime(CLOCK_REALTIME, &wall);
        clock_gettime(CLOCK_MONOTONIC, &after);
        const std::int64_t took = to_ns(after) - to_ns(before);
        if (took >= shortest) continue;
        shortest = took;
        best = to_ns(wall) - to_ns(before) - took / 2;
    }
    return best;
}

constinit Clock process_clock;

bool tsc_is_invariant() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & 1u << 8) != 0;
}

std::int64_t Clock::kernel_ns(clockid_t clock) {
    timespec t;
    clock_gettime(clock, &t);
    return to_ns(t);
}

void Clock::start(bool use_tsc) {
    const std::scoped_lock lock(keeping_);
    if (steady_) return;
    ask_host();
    if (use_tsc) {
        const ClockSample raw = sample(CLOCK_MONOTONIC_RAW);
        const ClockSample paced = sample(CLOCK_MONOTONIC);
        const timespec pause{0, kFirstCalibrationNs};
        nanosleep(&pause, nullptr);
        const ClockSample raw_now = sample(CLOCK_MONOTONIC_RAW);
        const ClockSample paced_now = sample(CLOCK_MONOTONIC);
        use_tsc = ClockDiscipline::usable(raw, raw_now) && ClockDiscipline::usable(paced, paced_now);
        if (use_tsc) {
            steady_.emplace(raw, raw_now);
            paced_.emplace(paced, paced_now);
            bend_ahead_ticks_ =
                static_cast<std::uint64_t>(steady_->hz() * static_cast<double>(kBendAheadNs) * 1e-9);
            wall_offset_ns_ = measured_wall_offset_ns();
            publish(steady_->line(), paced_->line(), wall_offset_ns_);
            report_.source = ClockSource::tsc;
            report_.tsc_hz = steady_->hz();
        }
    }
    measure_reading();
}

void Clock::keep() {
    const std::scoped_lock lock(keeping_);
    ask_host();
    if (!steady_) return;
    follow_wall();
    follow_references();
    report_.tsc_hz = steady_->hz();
    report_.calibration_error_ppm = steady_->error_ppm();
}

/// Made again when this thread was held up in between: a bend must not have been passed when it is published.
void Clock::follow_references() {
    for (;;) {
        ClockDiscipline steady = *steady_;
        ClockDiscipline paced = *paced_;
        const ClockSample raw_now = sample(CLOCK_MONOTONIC_RAW);
        const ClockSample paced_now = sample(CLOCK_MONOTONIC);
        const std::uint64_t bend = std::max(raw_now.tsc, paced_now.tsc) + bend_ahead_ticks_;
        steady.advance(raw_now, bend);
        paced.advance(paced_now, bend);
        if (__rdtsc() + bend_ahead_ticks_ / 2 > bend) continue;
        publish(steady.line(), paced.line(), wall_offset_ns_);
        steady_ = steady;
        paced_ = paced;
        return;
    }
}

void Clock::follow_wall() {
    const std::int64_t offset_ns = measured_wall_offset_ns();
    if (std::abs(offset_ns - wall_offset_ns_) < kStepNs) return;
    wall_offset_ns_ = offset_ns;
    ++report_.wall_steps;
}

void Clock::publish(const ClockLine& steady, const ClockLine& paced, std::int64_t wall_offset_ns) {
    const std::uint64_t number = published_.load(std::memory_order_relaxed) + 1;
    Slot& slot = slots_[number % kSlots];
    slot.steady.store(steady);
    slot.paced.store(paced);
    slot.wall_offset_ns.store(wall_offset_ns, std::memory_order_release);
    published_.store(number, std::memory_order_release);
}

void Clock::ask_host() {
    timex asked{};
    const int state = adjtimex(&asked);
    report_.ntp_synchronised = state != -1 && state != TIME_ERROR && (asked.status & STA_UNSYNC) == 0;
    report_.ntp_offset_us = static_cast<double>(asked.offset) * ((asked.status & STA_NANO) != 0 ? 1e-3 : 1.0);
    report_.ntp_max_error_us = static_cast<double>(asked.maxerror);
}

/// The quickest of some rounds: what a reading costs, not what interrupted it.
void Clock::measure_reading() {
    constexpr int kReadings = 256;
    double best = 1e9;
    for (int round = 0; round < kTries; ++round) {
        const std::int64_t begun = kernel_ns(CLOCK_MONOTONIC_RAW);
        std::int64_t last = 0;
        for (int i = 0; i < kReadings; ++i) last = std::max(last, steady_ns());
        const std::int64_t took = kernel_ns(CLOCK_MONOTONIC_RAW) - begun + (last == 0 ? 1 : 0);
        best = std::min(best, static_cast<double>(took) / kReadings);
    }
    report_.reading_ns = best;
}

Nanos Clock::wall_at(std::int64_t paced_ns) const {
    const std::scoped_lock lock(keeping_);
    const std::int64_t offset_ns = steady_ ? wall_offset_ns_ : measured_wall_offset_ns();
    return Nanos::from_ns(paced_ns + offset_ns);
}

ClockReport Clock::report() const {
    const std::scoped_lock lock(keeping_);
    return report_;
}

}  // namespace hw
