#include "core/clock_line.h"

#include <algorithm>

namespace hw {

namespace {

constexpr std::int64_t kMillion = 1'000'000;

std::int64_t rate_between(const ClockSample& a, const ClockSample& b) {
    const Int128 ns = static_cast<Int128>(b.ns - a.ns) << ClockLine::kRateBits;
    return static_cast<std::int64_t>(ns / static_cast<Int128>(b.tsc - a.tsc));
}

/// `parts` of a million of it.
std::int64_t part_of(std::int64_t rate, std::int64_t parts) {
    return static_cast<std::int64_t>(static_cast<Int128>(rate) * parts / kMillion);
}

}  // namespace

ClockDiscipline::ClockDiscipline(const ClockSample& first, const ClockSample& second)
    : first_rate_(rate_between(first, second)), measured_rate_(first_rate_) {
    line_ = {second.tsc, second.ns, first_rate_, first_rate_};
    window_[samples_++] = first;
    window_[samples_++] = second;
}

double ClockDiscipline::hz() const {
    return 1e9 * static_cast<double>(std::int64_t{1} << ClockLine::kRateBits) /
           static_cast<double>(measured_rate_);
}

void ClockDiscipline::advance(const ClockSample& sample, std::uint64_t bend_tsc) {
    const ClockSample before = window_[(samples_ - 1) % kWindow];
    if (sample.tsc <= line_.bend_tsc || bend_tsc <= sample.tsc || !usable(before, sample)) return;
    measure(sample);
    offset_ns_ = line_.at(sample.tsc) - sample.ns;
    // Rounding down on both sides of the bend must not let a reader lose a nanosecond: hence one more.
    line_ = {bend_tsc, line_.at(bend_tsc) + 1, line_.rate_after, steered_rate(sample.ns - before.ns)};
}

void ClockDiscipline::measure(const ClockSample& sample) {
    const ClockSample& last = window_[(samples_ - 1) % kWindow];
    const auto now = static_cast<double>(rate_between(last, sample));
    error_ppm_ = (now / static_cast<double>(measured_rate_) - 1) * 1e6;
    const ClockSample& oldest = window_[samples_ < kWindow ? 0 : samples_ % kWindow];
    const std::int64_t most = part_of(first_rate_, kMaxRateChangePpm);
    measured_rate_ = std::clamp(rate_between(oldest, sample), first_rate_ - most, first_rate_ + most);
    window_[samples_++ % kWindow] = sample;
}

std::int64_t ClockDiscipline::steered_rate(std::int64_t interval_ns) const {
    const std::int64_t over_ns = std::max(kSlewOverNs, 2 * interval_ns);
    const std::int64_t most = part_of(measured_rate_, kMaxSlewPpm);
    const auto wanted =
        static_cast<Int128>(measured_rate_) * -static_cast<Int128>(offset_ns_) / static_cast<Int128>(over_ns);
    return measured_rate_ + static_cast<std::int64_t>(std::clamp<Int128>(wanted, -most, most));
}

}  // namespace hw
