// Jumps of the wall clock are told once, and again when it has been steady; slewing is not.
#include "deploy/runtime/clock_watch.h"

#include <gtest/gtest.h>

namespace hw::deploy {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kLook = 100 * kMs;

TEST(ClockWatch, ASlewIsNoJump) {
    ClockWatch watch(5 * kMs);
    std::int64_t offset = 1'700'000'000'000'000'000;
    for (int n = 0; n < 1'000; ++n) {
        EXPECT_FALSE(watch.look(offset, n * kLook));
        offset += 50'000;  // 500 ppm
    }
}

TEST(ClockWatch, AJumpIsToldAndWhenItIsSteady) {
    ClockWatch watch(5 * kMs);
    EXPECT_FALSE(watch.look(1'000 * kMs, 0));
    EXPECT_FALSE(watch.look(1'005 * kMs, kLook)) << "not more than the limit";
    auto news = watch.look(998 * kMs, 2 * kLook);
    ASSERT_TRUE(news);
    EXPECT_EQ(news->condition, HostCondition::clock_jumped);
    EXPECT_EQ(news->ns, -7 * kMs);
    watch.told();
    for (int n = 3; n < 12; ++n) EXPECT_FALSE(watch.look(998 * kMs, n * kLook)) << n;
    news = watch.look(998 * kMs, 12 * kLook);
    ASSERT_TRUE(news);
    EXPECT_EQ(news->condition, HostCondition::clock_steady);
    watch.told();
    EXPECT_FALSE(watch.look(998 * kMs, 13 * kLook));
}

TEST(ClockWatch, WhatCouldNotBeToldIsToldAgainAndASecondJumpStartsTheTimeAnew) {
    ClockWatch watch(5 * kMs);
    watch.look(0, 0);
    EXPECT_TRUE(watch.look(10 * kMs, kLook));
    EXPECT_TRUE(watch.look(10 * kMs, 2 * kLook)) << "nobody took it";
    EXPECT_TRUE(watch.look(30 * kMs, 8 * kLook));
    watch.told();
    EXPECT_FALSE(watch.look(30 * kMs, 17 * kLook));
    EXPECT_TRUE(watch.look(30 * kMs, 18 * kLook));
}

}  // namespace
}  // namespace hw::deploy
