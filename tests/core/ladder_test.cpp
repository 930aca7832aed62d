// Ladders: the look-up between points and instants, and the blob that only comes back whole.
#include "core/ladder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

namespace hw {
namespace {

constexpr Nanos kNow = Nanos::from_seconds(1'700'000'000);
constexpr Nanos kLater = kNow + Nanos::from_seconds(2);

double cubic(double x, double t) { return (1 + t) * (2 + x * (3 + x * (-40 + 500 * x))); }
double cubic_slope(double x, double t) { return (1 + t) * (3 + x * (-80 + 1500 * x)); }

/// A cubic in x that is linear in time: what a look-up has to reproduce.
Ladder ladder() {
    Ladder l;
    l.x0 = -0.05;
    l.step = 0.001;
    l.count = 101;
    l.t0 = kNow;
    l.t1 = kLater;
    l.reference = 50'000;
    l.surface = 7;
    l.position_sequence = 99;
    l.error_bound = 0.001;
    l.gross = 1234;
    l.group_count = 2;
    l.groups[0].expiry = l.groups[1].expiry = kNow + Nanos::from_seconds(86'400);
    l.groups[1].settlement = Settlement::linear;
    for (std::uint32_t j = 0; j < l.count; ++j) {
        const double x = l.x0 + j * l.step;
        l.points[j] = {{cubic(x, 0), cubic(x, 1)}, {l.step * cubic_slope(x, 0), l.step * cubic_slope(x, 1)}};
    }
    return l;
}

TEST(Ladder, LooksUpCubicsThatAreLinearInTimeExactly) {
    const Ladder l = ladder();
    std::mt19937_64 random(61);
    std::uniform_real_distribution<double> place(-0.05, 0.05);
    std::uniform_int_distribution<std::int64_t> time(0, 2 * kNano);
    for (int i = 0; i < 10'000; ++i) {
        const double x = place(random);
        const std::int64_t ns = time(random);
        const auto got = look_up(l, x, kNow + Nanos::from_ns(ns));
        ASSERT_TRUE(got.has_value());
        ASSERT_NEAR(*got, cubic(x, static_cast<double>(ns) / 2e9), 1e-13);
    }
}

TEST(Ladder, GivesItsPointsBackToTheBit) {
    const Ladder l = ladder();
    for (std::uint32_t j = 0; j + 1 < l.count; ++j) {
        const double place = (l.x0 + j * l.step - l.x0) / l.step;
        if (place != j) continue;  // rounded into the cell before
        EXPECT_EQ(look_up(l, l.x0 + j * l.step, kNow).value(), l.points[j].value[0]) << j;
    }
}

TEST(Ladder, SaysNothingOutsideItsGridOrItsTime) {
    const Ladder l = ladder();
    EXPECT_TRUE(look_up(l, -0.05, kNow).has_value());
    EXPECT_TRUE(look_up(l, 0.0499999, kLater).has_value());
    EXPECT_FALSE(look_up(l, -0.0500001, kNow).has_value());
    EXPECT_FALSE(look_up(l, 0.0500001, kNow).has_value());
    EXPECT_FALSE(look_up(l, std::nan(""), kNow).has_value());
    EXPECT_FALSE(look_up(l, std::numeric_limits<double>::infinity(), kNow).has_value());
    EXPECT_FALSE(look_up(l, 0, kNow - Nanos::from_ns(1)).has_value());
    EXPECT_FALSE(look_up(l, 0, kLater + Nanos::from_ns(1)).has_value());
    EXPECT_FALSE(look_up(Ladder{}, 0, Nanos{}).has_value()) << "none";
}

TEST(Ladder, KnowsWhatItCovers) {
    const Ladder l = ladder();
    const Nanos expiry = kNow + Nanos::from_seconds(86'400);
    EXPECT_TRUE(l.covers(expiry, Settlement::inverse));
    EXPECT_TRUE(l.covers(expiry, Settlement::linear));
    EXPECT_FALSE(l.covers(expiry + Nanos::from_ns(1), Settlement::linear));
    EXPECT_FALSE(Ladder{}.covers(Nanos{}, Settlement::inverse));
}

TEST(LadderBlob, ComesBackAsItWas) {
    const Ladder l = ladder();
    const auto back = parse_ladder(encode_ladder(l));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(std::memcmp(&*back, &l, sizeof l), 0);
}

TEST(LadderBlob, RefusesWhatMakesNoSense) {
    const std::function<void(Ladder&)> faults[] = {
        [](Ladder& l) { l.count = 1; },
        [](Ladder& l) { l.group_count = 0; },
        [](Ladder& l) { l.x0 = std::nan(""); },
        [](Ladder& l) { l.step = 0; },
        [](Ladder& l) { l.step = -0.001; },
        [](Ladder& l) { l.t1 = l.t0; },
        [](Ladder& l) { l.t0 = Nanos{}; },
        [](Ladder& l) { l.reference = 0; },
        [](Ladder& l) { l.error_bound = -1; },
        [](Ladder& l) { l.error_bound = std::nan(""); },
        [](Ladder& l) { l.gross = std::numeric_limits<double>::infinity(); },
        [](Ladder& l) { l.groups[1].expiry = l.t1; },
        [](Ladder& l) { l.groups[1].settlement = static_cast<Settlement>(2); },
        [](Ladder& l) { l.points[100].slope[1] = std::nan(""); },
        [](Ladder& l) { l.points[0].value[0] = std::numeric_limits<double>::infinity(); },
    };
    int n = 0;
    for (const auto& spoil : faults) {
        Ladder l = ladder();
        spoil(l);
        EXPECT_FALSE(parse_ladder(encode_ladder(l)).has_value()) << "fault " << n;
        ++n;
    }
}

TEST(LadderBlob, RefusesOtherVersionsAndLengths) {
    const auto good = encode_ladder(ladder());
    auto bytes = good;
    bytes[0] = std::byte{2};
    EXPECT_FALSE(parse_ladder(bytes).has_value());
    for (std::size_t length = 0; length < good.size(); ++length)
        ASSERT_FALSE(parse_ladder(std::span(good).first(length)).has_value()) << length;
    bytes = good;
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(parse_ladder(bytes).has_value());
    // A count beyond what a ladder holds, with all the bytes it asks for.
    bytes.assign(88 + 2 * 16 + 300 * 32, std::byte{1});
    std::memcpy(bytes.data(), good.data(), 88);
    const std::uint32_t count = 300;
    std::memcpy(bytes.data() + 4, &count, sizeof count);
    EXPECT_FALSE(parse_ladder(bytes).has_value());
}

TEST(LadderBlob, GarbageNeverLooksUpWhatIsNotANumber) {
    const std::uint64_t seed = 62;
    std::mt19937_64 random(seed);
    const auto good = encode_ladder(ladder());
    int taken = 0;
    for (int step = 0; step < 50'000; ++step) {
        auto bytes = good;
        for (int flips = 0; flips < 3; ++flips)
            bytes[random() % (step % 2 == 0 ? 128 : bytes.size())] = static_cast<std::byte>(random());
        const auto l = parse_ladder(bytes);
        if (!l) continue;
        ++taken;
        for (const double x : {-0.05, 0.0, 0.0123, 3.0}) {
            const auto delta = look_up(*l, x, l->t0);
            ASSERT_TRUE(!delta || std::isfinite(*delta)) << "seed " << seed << " step " << step;
        }
    }
    EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace hw
