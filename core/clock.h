// The process's clock: the processor's time stamp counter, calibrated by ourselves and kept in step.
//
// Three times come from one reading of the counter:
//   steady  nanoseconds of CLOCK_MONOTONIC_RAW: how long things took, untouched by any NTP or PTP;
//   paced   nanoseconds of CLOCK_MONOTONIC: goes at the pace of the host's disciplined clock, never steps.
//   The
//           engine's time is made of it;
//   wall    UTC, paced and an offset that changes only when the host steps its clock: for what leaves the
//           machine (FIX SendingTime).
// A reading is rdtsc, one multiplication and a shift: no division, no lock, no system call, no vDSO. Where
// the counter is not invariant (cpuid 0x80000007), and before `start`, clock_gettime is read instead.
//
// Keeping in step is `keep`, about once a second, on a housekeeping thread: it samples the reference clocks
// (vDSO), asks the kernel what it knows of its own clock (adjtimex, a system call), does the divisions and
// publishes new lines (core/clock_line.h). None of that belongs on the hot thread. Readers never wait for it:
// it writes the next of eight slots and then the slot's number. A reader whose slot was written again
// meanwhile, which takes eight publications, reads anew; one that is merely late has the line before, which
// is the same up to the new line's bend, kBendAhead from its making. So both single readers and several see
// time go on without a step.
#pragma once

#include <time.h>
#include <x86intrin.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/clock_line.h"

namespace hw {

enum class ClockSource : std::uint8_t { clock_gettime, tsc };
constexpr std::string_view to_string(ClockSource s) {
    return s == ClockSource::tsc ? "tsc" : "clock_gettime";
}

/// How the clock does, and what the host says of its own.
struct ClockReport {
    ClockSource source = ClockSource::clock_gettime;
    double tsc_hz = 0;                 ///< 0 without the counter
    double calibration_error_ppm = 0;  ///< of the last interval against what was measured before it
    double reading_ns = 0;             ///< what one reading costs
    std::uint64_t wall_steps = 0;      ///< times the host stepped its clock
    bool ntp_synchronised = false;
    double ntp_offset_us = 0;
    double ntp_max_error_us = 0;
};

/// The counter goes at one rate whatever the core does.
bool tsc_is_invariant();

class Clock {
  public:
    constexpr Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    /// Calibrates for some 20 ms, then readings are the counter's; both times go on from where they were.
    /// Does nothing the second time, and with `use_tsc` false only measures what a reading costs. Cold.
    void start(bool use_tsc = tsc_is_invariant());
    /// See above. Cold; any thread, but not the hot one.
    void keep();
    ClockReport report() const;

    std::int64_t steady_ns() const {
        return read(&Slot::steady, CLOCK_MONOTONIC_RAW, [](std::int64_t ns, const Slot&) { return ns; });
    }
    std::int64_t paced_ns() const {
        return read(&Slot::paced, CLOCK_MONOTONIC, [](std::int64_t ns, const Slot&) { return ns; });
    }
    Nanos wall() const {
        return Nanos::from_ns(read(&Slot::paced, CLOCK_REALTIME, [](std::int64_t ns, const Slot& slot) {
            return ns + slot.wall_offset_ns.load(std::memory_order_acquire);
        }));
    }
    /// Wall time at a paced time, by what the offset is now. Cold.
    Nanos wall_at(std::int64_t paced_ns) const;

  private:
    /// A line as readers load it, while it may be written for another.
    struct SharedLine {
        std::atomic<std::uint64_t> bend_tsc{0};
        std::atomic<std::int64_t> bend_ns{0};
        std::atomic<std::int64_t> rate_before{0};
        std::atomic<std::int64_t> rate_after{0};

        // Acquire and release cost nothing here, and make a reader that sees a word of a later line see the
        // later slot number too.
        ClockLine load() const {
            return {bend_tsc.load(std::memory_order_acquire), bend_ns.load(std::memory_order_acquire),
                    rate_before.load(std::memory_order_acquire), rate_after.load(std::memory_order_acquire)};
        }
        void store(const ClockLine& line) {
            bend_tsc.store(line.bend_tsc, std::memory_order_release);
            bend_ns.store(line.bend_ns, std::memory_order_release);
            rate_before.store(line.rate_before, std::memory_order_release);
            rate_after.store(line.rate_after, std::memory_order_release);
        }
    };
    struct alignas(64) Slot {
        SharedLine steady;
        SharedLine paced;
        std::atomic<std::int64_t> wall_offset_ns{0};
    };
    static_assert(sizeof(Slot) == 128);
    static constexpr std::uint64_t kSlots = 8;

    template <class Finish>
    std::int64_t read(SharedLine Slot::*which, clockid_t otherwise, Finish&& finish) const {
        for (;;) {
            const std::uint64_t number = published_.load(std::memory_order_acquire);
            if (number == 0) [[unlikely]]
                return kernel_ns(otherwise);
            const Slot& slot = slots_[number % kSlots];
            const std::int64_t ns = finish((slot.*which).load().at(__rdtsc()), slot);
            // The slot is being written again at the earliest while the seventh after it is the newest.
            if (published_.load(std::memory_order_relaxed) - number < kSlots - 1) [[likely]]
                return ns;
        }
    }
    static std::int64_t kernel_ns(clockid_t);

    void publish(const ClockLine& steady, const ClockLine& paced, std::int64_t wall_offset_ns);
    void follow_references();
    void follow_wall();
    void ask_host();
    void measure_reading();

    std::array<Slot, kSlots> slots_{};
    alignas(64) std::atomic<std::uint64_t> published_{0};  ///< slot number; 0: none yet

    mutable std::mutex keeping_;
    std::optional<ClockDiscipline> steady_;
    std::optional<ClockDiscipline> paced_;
    std::int64_t wall_offset_ns_ = 0;
    std::uint64_t bend_ahead_ticks_ = 0;
    ClockReport report_;
};

/// The one that everything in this process reads.
extern Clock process_clock;

}  // namespace hw
