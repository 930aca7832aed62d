// The volatility's answer to the underlying, learned online.
#include "hedge/planner/min_variance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace hw::hedge::test {
namespace {

constexpr double kA = -0.25, kB = 0.4, kC = -0.3;

std::vector<VolMove> batch(std::mt19937_64& random, double noise) {
    std::normal_distribution<double> normal(0, 1);
    std::vector<VolMove> moves;
    const double move = 0.002 * normal(random);
    for (int n = 1; n < 20; ++n) {
        const double d = n / 20.0, years = 0.02 + 0.03 * (n % 4);
        const double answer = (kA + kB * d + kC * d * d) * move / std::sqrt(years);
        moves.push_back({d, years, std::sqrt(years) * d * (1 - d), move, answer + noise * normal(random)});
    }
    return moves;
}

TEST(MinVariance, CoefficientsComeBackAndTheGainIsOutOfSample) {
    std::mt19937_64 random(501);
    MinVariance learner;
    for (int n = 0; n < 400; ++n) learner.add(batch(random, 2e-4), Nanos::from_seconds(1));
    const MinVarianceFit f = learner.fit();
    EXPECT_NEAR(f.a, kA, 0.02);
    EXPECT_NEAR(f.b, kB, 0.1);
    EXPECT_NEAR(f.c, kC, 0.1);
    EXPECT_GT(f.gain, 0.5);
    EXPECT_LT(f.gain, 1);
    EXPECT_EQ(f.samples, 400u * 19);
}

TEST(MinVariance, NoiseIsNotAGain) {
    std::mt19937_64 random(502);
    std::normal_distribution<double> normal(0, 1e-3);
    MinVariance learner;
    for (int n = 0; n < 300; ++n) {
        auto moves = batch(random, 0);
        for (VolMove& m : moves) m.d_vol = normal(random);
        learner.add(moves, Nanos::from_seconds(1));
    }
    EXPECT_LT(learner.fit().gain, 0.02);
}

TEST(MinVariance, NothingIsGivenBeforeThereIsEnough) {
    std::mt19937_64 random(503);
    MinVariance learner;
    for (int n = 0; n < 19; ++n) learner.add(batch(random, 0), Nanos::from_seconds(1));
    EXPECT_EQ(learner.fit().a, 0);
    EXPECT_EQ(learner.fit().gain, 0);
    learner.add(batch(random, 0), Nanos::from_seconds(1));
    EXPECT_NEAR(learner.fit().a, kA, 1e-3);
}

TEST(MinVariance, WhatCannotBeIsLeftOut) {
    std::mt19937_64 random(504);
    MinVariance clean, soiled;
    for (int n = 0; n < 40; ++n) {
        auto moves = batch(random, 1e-4);
        clean.add(moves, Nanos::from_seconds(1));
        for (const double bad : {std::nan(""), double{INFINITY}, -double{INFINITY}, 1e300}) {
            moves.push_back({0.5, 0.1, 0.1, bad, 0});
            moves.push_back({0.5, 0.1, 0.1, 0.001, bad});
            moves.push_back({bad, 0.1, 0.1, 0.001, 0});
        }
        soiled.add(moves, Nanos::from_seconds(1));
    }
    EXPECT_EQ(clean.fit().a, soiled.fit().a);
    EXPECT_EQ(clean.fit().gain, soiled.fit().gain);
    EXPECT_EQ(clean.fit().samples, soiled.fit().samples);
}

TEST(MinVariance, ASeedIsWhereItWasAndIsForgottenLikeTheRest) {
    std::mt19937_64 random(505);
    const MinVarianceFit then{0.3, -0.2, 0.1, 0.25, 5'000};
    MinVariance learner;
    learner.seed(then, Nanos::from_seconds(600));
    EXPECT_EQ(learner.fit().a, then.a);
    EXPECT_EQ(learner.fit().samples, then.samples);
    EXPECT_NEAR(learner.fit().gain, then.gain, 1e-9);
    learner.add(batch(random, 0), Nanos::from_seconds(60));
    EXPECT_NEAR(learner.fit().a, then.a, 0.2);  // one move does not turn it round
    for (int n = 0; n < 600; ++n) learner.add(batch(random, 0), Nanos::from_seconds(60));
    EXPECT_NEAR(learner.fit().a, kA, 0.01);

    MinVariance old, few;
    old.seed(then, Nanos::from_seconds(3 * 3600));
    EXPECT_EQ(old.fit().a, 0);
    few.seed({0.3, 0, 0, 0, 50}, Nanos{});
    EXPECT_EQ(few.fit().a, 0);
}

}  // namespace
}  // namespace hw::hedge::test
