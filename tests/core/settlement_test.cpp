// Averaged settlement against quadrature of the payoff, Monte-Carlo of the average, and finite differences.
#include "core/pricing/settlement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace hw::pricing {
namespace {

constexpr Nanos kWindow = Nanos::from_seconds(1'800);
constexpr Nanos kExpiry = Nanos::from_seconds(1'700'000'000);
constexpr double kNanosPerYear = 365.0 * 86'400e9;

Nanos before(double seconds) { return kExpiry - Nanos::from_ns(static_cast<std::int64_t>(seconds * 1e9)); }

TEST(VarianceYears, TakesTwoThirdsOfTheWindowAwayBeforeIt) {
    const Nanos now = kExpiry - Nanos::from_seconds(86'400);
    EXPECT_DOUBLE_EQ(variance_years(kExpiry, now, kWindow), (86'400.0 - 1'800 + 600) * 1e9 / kNanosPerYear);
    EXPECT_DOUBLE_EQ(variance_years(kExpiry, now, Nanos{}), 86'400e9 / kNanosPerYear);
}

TEST(VarianceYears, InsideTheWindowIsAThirdOfWhatIsLeft) {
    EXPECT_DOUBLE_EQ(variance_years(kExpiry, before(900), kWindow), 300e9 / kNanosPerYear);
    EXPECT_GT(variance_years(kExpiry, kExpiry - Nanos::from_ns(1), kWindow), 0);
    EXPECT_EQ(variance_years(kExpiry, kExpiry, kWindow), 0);
    EXPECT_EQ(variance_years(kExpiry, kExpiry + Nanos::from_ns(1), kWindow), 0);
}

TEST(VarianceYears, ContinuousToTheNanosecondAtTheWindowsStart) {
    const Nanos start = kExpiry - kWindow;
    const double at = variance_years(kExpiry, start, kWindow);
    const double step = 1 / kNanosPerYear;
    const double rounding = 4 * at * 0x1p-53;  // of the two values that are subtracted
    EXPECT_NEAR(variance_years(kExpiry, start - Nanos::from_ns(1), kWindow) - at, step, rounding);
    EXPECT_NEAR(at - variance_years(kExpiry, start + Nanos::from_ns(1), kWindow), step / 3, rounding);
}

TEST(WindowElapsed, RunsFromZeroToOne) {
    EXPECT_EQ(window_elapsed(kExpiry, before(1'801), kWindow), 0);
    EXPECT_EQ(window_elapsed(kExpiry, before(1'800), kWindow), 0);
    EXPECT_DOUBLE_EQ(window_elapsed(kExpiry, before(450), kWindow), 0.75);
    EXPECT_EQ(window_elapsed(kExpiry, kExpiry, kWindow), 1);
    EXPECT_EQ(window_elapsed(kExpiry, before(1), Nanos{}), 0);
}

WindowTerms terms(Settlement settlement, OptionType type, double strike, double forward, double vol) {
    return {settlement, type, strike, forward, vol, kWindow};
}

TEST(WindowGreeks, HalfWayWithTheAverageUnderTheSpot) {
    const WindowTerms t = terms(Settlement::linear, OptionType::call, 10'000, 10'000, 0.6);
    const WindowState s{0.5, 9'970};
    EXPECT_NEAR(linear_convention(t, s).delta, 0.25, 1e-3);
    EXPECT_NEAR(window_greeks(t, s).delta, 0.026, 5e-4);
}

struct Case {
    WindowTerms terms;
    WindowState state;
};

/// Strikes within a few standard deviations of where the settlement price will be.
Case random_case(std::mt19937_64& random) {
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    Case c;
    c.terms.forward = uniform(100, 60'000);
    c.terms.vol = uniform(0.05, 3);
    c.terms.window = Nanos::from_seconds(static_cast<std::int64_t>(uniform(60, 7'200)));
    c.terms.type = random() % 2 == 0 ? OptionType::call : OptionType::put;
    c.terms.settlement = random() % 2 == 0 ? Settlement::linear : Settlement::inverse;
    c.state.elapsed = uniform(0, 0.98);
    const double spread = c.terms.vol * std::sqrt(c.terms.window.to_years());
    c.state.average = c.terms.forward * (1 + uniform(-3, 3) * spread);
    const double rest = 1 - c.state.elapsed;
    const double mean = c.state.elapsed * c.state.average + rest * c.terms.forward;
    const double deviation = rest * c.terms.forward * spread * std::sqrt(rest / 3);
    c.terms.strike = mean + uniform(-4, 4) * deviation;
    return c;
}

struct Integral {
    double value, delta;
};

/// The payoff and its derivative over M = F exp(v z - v^2/2), Simpson's rule from the kink on.
Integral quadrature(const Case& c) {
    const WindowTerms& t = c.terms;
    const double u = c.state.elapsed, rest = 1 - u;
    const double v = t.vol * std::sqrt(rest * t.window.to_years() / 3);
    const double kink = std::clamp(
        (std::log((t.strike - u * c.state.average) / (rest * t.forward)) + v * v / 2) / v, -12.0, 12.0);
    const bool call = t.type == OptionType::call;
    const double low = call ? kink : -12, high = call ? 12 : kink;
    constexpr int kSteps = 2'000;
    const double h = (high - low) / kSteps;
    Integral sum{};
    for (int i = 0; i <= kSteps; ++i) {
        const double z = low + i * h;
        const double weight = (i == 0 || i == kSteps ? 1
                               : i % 2 == 1          ? 4
                                                     : 2) *
                              h / 3 * std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
        const double growth = std::exp(v * z - v * v / 2);
        const double x = u * c.state.average + rest * t.forward * growth;
        sum.value += weight * (call ? x - t.strike : t.strike - x);
        sum.delta += weight * rest * growth * (call ? 1 : -1);
    }
    return sum;
}

TEST(WindowGreeks, AgreeWithQuadratureOfThePayoff) {
    std::mt19937_64 random(20'240'501);
    double worst = 0;
    for (int n = 0; n < 2'000; ++n) {
        Case c = random_case(random);
        c.terms.settlement = Settlement::linear;
        const Integral exact = quadrature(c);
        const WindowGreeks g = window_greeks(c.terms, c.state);
        worst = std::max(worst, std::abs(g.delta - exact.delta));
        ASSERT_NEAR(g.delta, exact.delta, 1e-6) << "case " << n;
        ASSERT_NEAR(g.price, exact.value, 1e-9 * c.terms.forward) << "case " << n;
    }
    RecordProperty("worst_delta_error", std::to_string(worst));
}

TEST(WindowGreeks, AgreeWithFiniteDifferences) {
    std::mt19937_64 random(20'240'502);
    for (int n = 0; n < 2'000; ++n) {
        const Case c = random_case(random);
        const double u = c.state.elapsed, rest = 1 - u, f = c.terms.forward;
        const double v = c.terms.vol * std::sqrt(rest * c.terms.window.to_years() / 3);
        const bool inverse = c.terms.settlement == Settlement::inverse;
        const auto moved = [&](double df, double dvol) {
            Case m = c;
            m.terms.forward += df;
            m.terms.vol += dvol;
            return m;
        };
        const auto at = [](const Case& m) { return window_greeks(m.terms, m.state); };
        const WindowGreeks g = at(c);
        const double h = 1e-3 * v * f;
        const double slope = (at(moved(h, 0)).price - at(moved(-h, 0)).price) / (2 * h);
        ASSERT_NEAR(g.net_delta, inverse ? f * slope : slope, 1e-5) << "case " << n;
        const double curve = (at(moved(h, 0)).delta - at(moved(-h, 0)).delta) / (2 * h);
        ASSERT_NEAR(g.gamma * f * v, curve * f * v, 1e-5) << "case " << n;
        // Vega and theta are of V, in quote currency.
        const auto value = [&](const Case& m) {
            WindowTerms t = m.terms;
            t.settlement = Settlement::linear;
            return window_greeks(t, m.state).price;
        };
        const double dvol = 1e-4 * c.terms.vol;
        const double vega = (value(moved(0, dvol)) - value(moved(0, -dvol))) / (2 * dvol) * 0.01;
        ASSERT_NEAR(g.vega, vega, 1e-4 * (std::abs(vega) + 1e-6 * f * v)) << "case " << n;
        const auto later = [&](double du) {
            Case m = c;
            m.state.elapsed += du;
            m.state.average = (u * c.state.average + du * f) / m.state.elapsed;
            return m;
        };
        const double du = 1e-4 * std::min(u, rest);
        if (u < 1e-3) continue;
        const double theta =
            (value(later(du)) - value(later(-du))) / (2 * du) / c.terms.window.to_years() / 365;
        const double scale = f * v / c.terms.window.to_years() / 365;
        ASSERT_NEAR(g.theta, theta, 1e-4 * scale) << "case " << n;
    }
}

/// The average of a geometric Brownian motion on a grid of seconds: value and pathwise delta with their
/// standard errors.
struct Simulated {
    double value, value_error, delta, delta_error;
};

Simulated simulate(const Case& c, int paths) {
    std::mt19937_64 random(77);
    std::normal_distribution<double> normal;
    const WindowTerms& t = c.terms;
    const double rest = 1 - c.state.elapsed;
    const int seconds = static_cast<int>(std::lround(rest * t.window.to_seconds()));
    const double step = t.vol * std::sqrt(1 / (365.0 * 86'400));
    double sums[4] = {};
    for (int n = 0; n < paths; ++n) {
        double log_price = 0, mean = 0;
        for (int s = 0; s < seconds; ++s) {
            const double dx = step * normal(random) - step * step / 2;
            mean += std::exp(log_price + dx / 2);  // of the second, at its middle
            log_price += dx;
        }
        mean /= seconds;
        const double x = c.state.elapsed * c.state.average + rest * t.forward * mean;
        const double sign = t.type == OptionType::call ? 1 : -1;
        const bool exercised = sign * (x - t.strike) > 0;
        const double value = exercised ? sign * (x - t.strike) : 0;
        const double delta = exercised ? sign * rest * mean : 0;
        sums[0] += value, sums[1] += value * value, sums[2] += delta, sums[3] += delta * delta;
    }
    const auto error = [&](double sum, double squares) {
        return std::sqrt((squares / paths - sum * sum / paths / paths) / paths);
    };
    return {sums[0] / paths, error(sums[0], sums[1]), sums[2] / paths, error(sums[2], sums[3])};
}

TEST(WindowGreeks, AgreeWithMonteCarloOfTheAverage) {
    const Case cases[] = {
        {terms(Settlement::linear, OptionType::call, 10'000, 10'000, 0.6), {0.5, 9'970}},
        {terms(Settlement::linear, OptionType::call, 10'000, 10'005, 0.6), {0.5, 9'990}},
        {terms(Settlement::linear, OptionType::put, 10'010, 10'000, 0.9), {0.75, 10'012}},
        {terms(Settlement::linear, OptionType::put, 9'990, 10'000, 1.5), {0, 0}},
    };
    for (const Case& c : cases) {
        const Simulated s = simulate(c, 12'000);
        const WindowGreeks g = window_greeks(c.terms, c.state);
        EXPECT_NEAR(g.price, s.value, 4 * s.value_error) << c.terms.strike;
        EXPECT_NEAR(g.delta, s.delta, 4 * s.delta_error) << c.terms.strike;
    }
}

TEST(WindowGreeks, ContinuousWithTheTimeBeforeTheWindow) {
    for (const Settlement settlement : {Settlement::linear, Settlement::inverse}) {
        for (const OptionType type : {OptionType::call, OptionType::put}) {
            const WindowTerms t = terms(settlement, type, 10'030, 10'000, 0.8);
            OptionTerms plain;
            plain.settlement = settlement;
            plain.type = type;
            plain.forward = t.forward;
            plain.strike = t.strike;
            plain.vol = t.vol;
            plain.years = variance_years(kExpiry, kExpiry - kWindow, kWindow);
            const Greeks outside = black76(plain);
            const WindowGreeks inside = window_greeks(t, {1e-12, 9'990});
            EXPECT_NEAR(inside.price, outside.price, 1e-9 * std::abs(outside.price));
            EXPECT_NEAR(inside.delta, outside.delta, 1e-9);
            EXPECT_NEAR(inside.net_delta, outside.net_delta, 1e-9);
            EXPECT_NEAR(inside.gamma, outside.gamma, 1e-9 * outside.gamma);
            EXPECT_NEAR(inside.vega, outside.vega, 1e-9 * outside.vega);
        }
    }
}

TEST(WindowGreeks, OnlyThePriceIsLeftAtTheEnd) {
    for (const Settlement settlement : {Settlement::linear, Settlement::inverse}) {
        const WindowTerms t = terms(settlement, OptionType::call, 9'000, 12'000, 0.8);
        const double coin = settlement == Settlement::inverse ? 1 / 10'000.0 : 1;
        for (const double elapsed : {1 - 1e-9, 1.0}) {
            const WindowGreeks g = window_greeks(t, {elapsed, 10'000});
            EXPECT_NEAR(g.price, 1'000 * coin, 1e-5 * coin);
            EXPECT_NEAR(g.delta, 0, 2e-9);
            EXPECT_NEAR(g.net_delta, 0, 2e-9);
            EXPECT_EQ(g.gamma, 0);
            EXPECT_EQ(g.vega, 0);
            EXPECT_NEAR(g.theta, 0, 1e-9);
        }
        const WindowGreeks worthless =
            window_greeks({settlement, OptionType::put, 9'000, 12'000, 0.8, kWindow}, {1, 10'000});
        EXPECT_EQ(worthless.price, 0);
        EXPECT_EQ(worthless.net_delta, 0);
    }
    EXPECT_EQ(
        linear_convention(terms(Settlement::linear, OptionType::call, 9'000, 12'000, 0.8), {1, 10'000}).delta,
        0);
}

TEST(WindowGreeks, CallsLessPutsAreTheExpiringFuture) {
    std::mt19937_64 random(20'240'503);
    for (int n = 0; n < 500; ++n) {
        Case c = random_case(random);
        c.terms.settlement = Settlement::linear;
        c.terms.type = OptionType::call;
        const double call = window_greeks(c.terms, c.state).delta;
        c.terms.type = OptionType::put;
        ASSERT_NEAR(call - window_greeks(c.terms, c.state).delta, unfixed(c.state), 1e-14);
    }
}

TEST(WindowGreeks, AStrikeThatTheAverageHasPassedIsExercisedForCertain) {
    const WindowTerms t = terms(Settlement::linear, OptionType::call, 5'000, 10'000, 3);
    const WindowGreeks g = window_greeks(t, {0.6, 10'000});  // 6,000 of the average are fixed
    EXPECT_DOUBLE_EQ(g.price, 5'000);
    EXPECT_DOUBLE_EQ(g.delta, 0.4);
    EXPECT_EQ(g.gamma, 0);
}

Price price(double p) { return *Price::from_double(p); }

class WindowAverageTest : public ::testing::Test {
  protected:
    WindowAverageTest() { average_.begin(kExpiry, kWindow, Nanos::from_seconds(5)); }
    void add(double seconds_before, double p) { average_.add(before(seconds_before), price(p)); }
    std::optional<WindowState> at(double seconds_before) const { return average_.at(before(seconds_before)); }
    /// A sample a second, to keep it complete.
    void hold(double from, double to, double p) {
        for (double s = from; s > to; s -= 1) add(s, p);
    }

    WindowAverage average_{};
};

TEST_F(WindowAverageTest, WeighsByTime) {
    hold(1'803, 1'200, 100);
    hold(1'200, 900, 200);
    const auto s = at(900);
    ASSERT_TRUE(s);
    EXPECT_DOUBLE_EQ(s->elapsed, 0.5);
    EXPECT_NEAR(s->average, (600 * 100.0 + 300 * 200.0) / 900, 1e-9);
}

TEST_F(WindowAverageTest, IsKnownBeforeTheWindowAndEmptyIsNot) {
    EXPECT_FALSE(WindowAverage{}.at(kExpiry));
    const auto s = at(1'900);
    ASSERT_TRUE(s);
    EXPECT_EQ(s->elapsed, 0);
}

TEST_F(WindowAverageTest, AStartInTheMiddleIsUnknownUntilTheVenueTells) {
    hold(1'000, 900, 100);
    EXPECT_FALSE(at(900));
    average_.take_venue(before(900), price(104), price(100));
    hold(899, 600, 100);
    const auto s = at(600);
    ASSERT_TRUE(s);
    EXPECT_NEAR(s->average, (900 * 104.0 + 300 * 100.0) / 1'200, 1e-9);
}

TEST_F(WindowAverageTest, AFirstSampleShortlyAfterTheStartWillDo) {
    hold(1'797, 1'790, 100);
    ASSERT_TRUE(at(1'790));
    EXPECT_DOUBLE_EQ(at(1'790)->average, 100);
}

TEST_F(WindowAverageTest, AHoleMakesItUnknown) {
    hold(1'801, 1'700, 100);
    EXPECT_TRUE(at(1'697));
    EXPECT_FALSE(at(1'690));
    hold(1'690, 1'600, 100);
    EXPECT_FALSE(at(1'600));
}

TEST_F(WindowAverageTest, SamplesOutOfOrderOrWithoutAPriceAreLeftOut) {
    hold(1'801, 1'700, 100);
    add(1'750, 500);
    add(1'700, -1);
    add(1'699.5, 0);
    EXPECT_DOUBLE_EQ(at(1'700)->average, 100);
}

TEST_F(WindowAverageTest, StopsAtTheExpiry) {
    hold(1'801, 0, 100);
    average_.add(kExpiry + Nanos::from_seconds(1), price(1'000));
    const auto s = average_.at(kExpiry + Nanos::from_seconds(60));
    ASSERT_TRUE(s);
    EXPECT_EQ(s->elapsed, 1);
    EXPECT_DOUBLE_EQ(s->average, 100);
}

TEST_F(WindowAverageTest, AnotherExpiryStartsAnewAndTheSameDoesNot) {
    hold(1'801, 1'700, 100);
    average_.begin(kExpiry, kWindow, Nanos::from_seconds(5));
    EXPECT_TRUE(at(1'700));
    average_.begin(kExpiry + Nanos::from_seconds(86'400), kWindow, Nanos::from_seconds(5));
    EXPECT_EQ(average_.at(before(1'700))->elapsed, 0);
    EXPECT_FALSE(average_.at(kExpiry + Nanos::from_seconds(86'399)));
}

}  // namespace
}  // namespace hw::pricing
