// Finds the moments in which a polling thread did not poll: somebody else had its core, or its own work took
// that long.
//
// The loop tells it the time at every turn; two tellings more than a threshold apart are a gap. Counted by
// one thread without locks or allocation, read by any.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace hw {

struct GapFigures {
    /// Bucket b counts gaps of at least 2^b ns and less than 2^(b+1); the last one all that are longer, too.
    static constexpr std::size_t kBuckets = 40;

    std::int64_t threshold_ns = 0;
    std::uint64_t count = 0;
    std::uint64_t while_working = 0;  ///< of them, those in which the loop had something to do
    std::int64_t total_ns = 0;
    std::int64_t max_ns = 0;
    std::array<std::uint64_t, kBuckets> buckets{};
};

class GapDetector {
  public:
    static constexpr std::int64_t kThresholdNs = 10'000;

    explicit GapDetector(std::int64_t threshold_ns = kThresholdNs) : threshold_ns_(threshold_ns) {}

    /// The loop is here now; `working` when it did more than poll since the last time. The gap's length when
    /// there was one, else zero.
    std::int64_t at(std::int64_t now_ns, bool working) {
        const std::int64_t gap_ns = now_ns - last_ns_;
        last_ns_ = now_ns;
        if (gap_ns <= threshold_ns_) [[likely]]
            return 0;
        if (forgotten_) {
            forgotten_ = false;
            return 0;
        }
        note(gap_ns, working);
        return gap_ns;
    }
    /// What passes until the next `at` is no gap: the loop sleeps.
    void forget() {
        forgotten_ = true;
        last_ns_ = INT64_MIN / 2;
    }

    std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }
    GapFigures figures() const {
        GapFigures f;
        f.threshold_ns = threshold_ns_;
        f.count = count_.load(std::memory_order_relaxed);
        f.while_working = while_working_.load(std::memory_order_relaxed);
        f.total_ns = total_ns_.load(std::memory_order_relaxed);
        f.max_ns = max_ns_.load(std::memory_order_relaxed);
        for (std::size_t b = 0; b < f.buckets.size(); ++b)
            f.buckets[b] = buckets_[b].load(std::memory_order_relaxed);
        return f;
    }

  private:
    template <class T>
    static void add(std::atomic<T>& counter, T n) {
        counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    void note(std::int64_t gap_ns, bool working) {
        add(count_, std::uint64_t{1});
        add(while_working_, std::uint64_t{working});
        add(total_ns_, gap_ns);
        if (gap_ns > max_ns_.load(std::memory_order_relaxed))
            max_ns_.store(gap_ns, std::memory_order_relaxed);
        const auto bucket = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(gap_ns))) - 1;
        add(buckets_[bucket < GapFigures::kBuckets ? bucket : GapFigures::kBuckets - 1], std::uint64_t{1});
    }

    const std::int64_t threshold_ns_;
    std::int64_t last_ns_ = INT64_MIN / 2;
    bool forgotten_ = true;
    std::atomic<std::uint64_t> count_{0};
    std::atomic<std::uint64_t> while_working_{0};
    std::atomic<std::int64_t> total_ns_{0};
    std::atomic<std::int64_t> max_ns_{0};
    std::array<std::atomic<std::uint64_t>, GapFigures::kBuckets> buckets_{};
};

}  // namespace hw
