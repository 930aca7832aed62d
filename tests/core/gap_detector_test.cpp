#include "core/gap_detector.h"

#include <gtest/gtest.h>

#include <numeric>

namespace hw {
namespace {

TEST(GapDetector, CountsWhatIsLongerThanTheThreshold) {
    GapDetector gaps(10'000);
    std::int64_t now = 1'000'000'000;
    const auto after = [&](std::int64_t ns, bool working) { gaps.at(now += ns, working); };
    after(0, false);  // the first reading is after nothing
    after(100, false);
    after(10'000, false);
    after(10'001, false);
    after(40'000, true);
    after(17'000'000, false);
    after(50, true);
    const GapFigures f = gaps.figures();
    EXPECT_EQ(f.threshold_ns, 10'000);
    EXPECT_EQ(f.count, 3u);
    EXPECT_EQ(f.while_working, 1u);
    EXPECT_EQ(f.total_ns, 10'001 + 40'000 + 17'000'000);
    EXPECT_EQ(f.max_ns, 17'000'000);
    EXPECT_EQ(f.buckets[13], 1u);  // 8192 to 16383 ns
    EXPECT_EQ(f.buckets[15], 1u);
    EXPECT_EQ(f.buckets[24], 1u);
    EXPECT_EQ(std::accumulate(f.buckets.begin(), f.buckets.end(), std::uint64_t{0}), 3u);
}

TEST(GapDetector, SleepIsNoGapAndWhatComesAfterItCounts) {
    GapDetector gaps(10'000);
    gaps.at(1'000, false);
    gaps.forget();
    gaps.at(90'000'000, false);
    EXPECT_EQ(gaps.figures().count, 0u);
    gaps.at(90'020'000, false);
    EXPECT_EQ(gaps.figures().count, 1u);
    EXPECT_EQ(gaps.figures().max_ns, 20'000);
}

TEST(GapDetector, TheLongestBucketTakesAllThatIsLonger) {
    GapDetector gaps(0);
    gaps.at(1, false);
    gaps.at(std::int64_t{1} << 45, false);
    gaps.at((std::int64_t{1} << 45) + 1, false);
    const GapFigures f = gaps.figures();
    EXPECT_EQ(f.buckets.back(), 1u);
    EXPECT_EQ(f.buckets[0], 1u);
}

}  // namespace
}  // namespace hw
