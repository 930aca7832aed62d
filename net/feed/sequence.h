// The packet sequence of one feed channel: what is next, what is missing, what was here before.
//
// Sequence numbers go up by one and wrap at 2^32. A number ahead of the next one is a gap: the numbers
// between are lost until proven otherwise, and when one of them turns up after all it is `late` and dropped,
// because what followed has been applied. A number far behind is a sender that started again.
#pragma once

#include <array>
#include <cstdint>

namespace hw::net {

enum class SequenceVerdict : std::uint8_t {
    next,       ///< in order (or the first)
    gap,        ///< usable, but `lost` packets before it are missing
    duplicate,  ///< was here before
    late,       ///< was given up for lost
    reset       ///< usable, but nothing before it counts: the sender started again
};

class SequenceTracker {
  public:
    static constexpr std::uint32_t kWindow =
        1024;  ///< how far back a number is taken for late, not for a new start

    struct Result {
        SequenceVerdict verdict;
        std::uint32_t lost;
    };

    Result check(std::uint32_t sequence) {
        if (!started_) return start(sequence, SequenceVerdict::next);
        const auto ahead = static_cast<std::int32_t>(sequence - expected_);
        if (ahead == 0) return advance(0);
        if (ahead > 0) return advance(static_cast<std::uint32_t>(ahead));
        if (-static_cast<std::int64_t>(ahead) > kWindow) return start(sequence, SequenceVerdict::reset);
        if (seen(sequence)) return {SequenceVerdict::duplicate, 0};
        mark(sequence, true);
        return {SequenceVerdict::late, 0};
    }
    bool started() const { return started_; }
    /// The number after the highest one taken.
    std::uint32_t expected() const { return expected_; }
    /// How far `sequence` is ahead of the next one; negative: behind it.
    std::int32_t ahead(std::uint32_t sequence) const {
        return static_cast<std::int32_t>(sequence - expected_);
    }

  private:
    Result start(std::uint32_t sequence, SequenceVerdict verdict) {
        // Nothing is known of the numbers before the first one; those may well be duplicates.
        bits_.fill(verdict == SequenceVerdict::next ? ~std::uint64_t{0} : 0);
        started_ = true;
        mark(sequence, true);
        expected_ = sequence + 1;
        return {verdict, 0};
    }
    Result advance(std::uint32_t lost) {
        for (std::uint32_t i = 0; i < lost && i < kWindow; ++i) mark(expected_ + i, false);
        expected_ += lost + 1;
        mark(expected_ - 1, true);
        return {lost == 0 ? SequenceVerdict::next : SequenceVerdict::gap, lost};
    }
    bool seen(std::uint32_t sequence) const {
        return (bits_[sequence % kWindow / 64] >> (sequence % 64) & 1) != 0;
    }
    void mark(std::uint32_t sequence, bool value) {
        std::uint64_t& word = bits_[sequence % kWindow / 64];
        const std::uint64_t bit = std::uint64_t{1} << (sequence % 64);
        word = value ? word | bit : word & ~bit;
    }

    std::array<std::uint64_t, kWindow / 64> bits_{};
    std::uint32_t expected_ = 0;
    bool started_ = false;
};

}  // namespace hw::net
