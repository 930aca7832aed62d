#include "deploy/runtime/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace hw::deploy {
namespace {

TEST(LatencyHistogram, EmptyHasNothingToSay) {
    const LatencyHistogram h;
    EXPECT_EQ(h.count(), 0u);
    EXPECT_EQ(h.quantile_ns(0.5), 0u);
    EXPECT_EQ(h.max_ns(), 0u);
}

TEST(LatencyHistogram, QuantilesAreWithinABucketOfTheSortedOnes) {
    std::mt19937_64 random(21);
    for (const double spread : {3.0, 8.0, 20.0}) {
        LatencyHistogram h;
        std::vector<std::uint32_t> all;
        for (int i = 0; i < 20'000; ++i) {
            const double exponent = spread * std::uniform_real_distribution<double>(0, 1)(random);
            const auto ns = static_cast<std::uint32_t>(std::exp2(exponent));
            all.push_back(ns);
            h.record(ns);
        }
        h.record(UINT32_MAX);
        all.push_back(UINT32_MAX);
        std::sort(all.begin(), all.end());
        for (const double q : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999}) {
            const double want = all[static_cast<std::size_t>(q * static_cast<double>(all.size()))];
            EXPECT_GE(h.quantile_ns(q), want) << q;
            EXPECT_LE(h.quantile_ns(q), want * 1.016 + 1) << q;
        }
        EXPECT_EQ(h.max_ns(), UINT32_MAX);
        EXPECT_EQ(h.quantile_ns(1.0), UINT32_MAX);
    }
}

}  // namespace
}  // namespace hw::deploy
