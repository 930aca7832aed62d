// Averaged settlement against quadrature of the payoff, Monte-Carlo of the average, and its own limits.
#include "core/pricing/settlement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

namespace hw::pricing {
namespace {

constexpr Nanos kWindow = Nanos::from_seconds(1800);
constexpr Nanos kExpiry = Nanos::from_seconds(1'700'000'000);
constexpr double kYear = 365.0 * 86'400;

TEST(VarianceYears, IsExactBeforeInsideAndAfterTheWindow) {
    const auto years = [](std::int64_t left_s, Nanos window) {
        return variance_years(kExpiry, kExpiry - Nanos::from_seconds(left_s), window);
    };
    EXPECT_DOUBLE_EQ(years(86'400, kWindow), (86'400 - 1800 + 600) / kYear);
    EXPECT_DOUBLE_EQ(years(1800, kWindow), 600 / kYear);
    EXPECT_DOUBLE_EQ(years(900, kWindow), 300 / kYear);
    EXPECT_EQ(years(0, kWindow), 0);
    EXPECT_EQ(years(-5, kWindow), 0);
    EXPECT_DOUBLE_EQ(years(900, Nanos{}), 900 / kYear);
    EXPECT_DOUBLE_EQ(years(900, Nanos::from_seconds(-1)), 900 / kYear);
    // A nanosecond counts, two years ahead as well.
    const Nanos now = kExpiry - Nanos::from_seconds(2 * 365 * 86'400LL);
    EXPECT_LT(variance_years(kExpiry, now + Nanos::from_ns(10), kWindow),
              variance_years(kExpiry, now, kWindow));
    EXPECT_EQ(variance_years(kExpiry, kExpiry - Nanos::from_ns(3), kWindow), 1e-9 / kYear);
}

TEST(VarianceYears, ElapsedGoesFromZeroToOneOverTheWindow) {
    EXPECT_EQ(window_elapsed(kExpiry, kExpiry - Nanos::from_seconds(1801), kWindow), 0);
    EXPECT_EQ(window_elapsed(kExpiry, kExpiry - kWindow, kWindow), 0);
    EXPECT_EQ(window_elapsed(kExpiry, kExpiry - Nanos::from_seconds(450), kWindow), 0.75);
    EXPECT_EQ(window_elapsed(kExpiry, kExpiry, kWindow), 1);
    EXPECT_EQ(window_elapsed(kExpiry, kExpiry - Nanos::from_ns(1), Nanos{}), 0);
    EXPECT_EQ(window_elapsed(kExpiry, kExpiry, Nanos{}), 1);
}

WindowTerms terms(Settlement settlement, OptionType type, double strike, double forward, double vol) {
    WindowTerms t;
    t.settlement = settlement;
    t.type = type;
    t.strike = strike;
    t.forward = forward;
    t.vol = vol;
    t.window = kWindow;
    return t;
}

TEST(WindowGreeks, HalfWayTheVenuesConventionIsTenTimesTheTruth) {
    const WindowTerms t = terms(Settlement::linear, OptionType::call, 9000, 9000, 0.6);
    const WindowState s{0.5, 9000 * 0.997};
    EXPECT_NEAR(linear_convention(t, s).delta, 0.25, 5e-4);
    EXPECT_NEAR(window_greeks(t, s).delta, 0.026, 5e-4);
}

/// Two random cases in three have their strike within a few deviations of where X will be.
struct RandomCase {
    WindowTerms terms;
    WindowState state;
};

RandomCase random_case(std::mt19937_64& random) {
    std::uniform_real_distribution<double> unit(0, 1);
    std::normal_distribution<double> normal;
    RandomCase c;
    const double forward = 100 * std::exp(3 * unit(random));
    const double vol = 0.1 + 2 * unit(random);
    c.state.elapsed = 0.99 * unit(random);
    c.state.average = forward * (1 + 0.01 * normal(random));
    const double rest = 1 - c.state.elapsed;
    const double mean = c.state.elapsed * c.state.average + rest * forward;
    const double deviation = rest * forward * vol * std::sqrt(rest * kWindow.to_years() / 3);
    const double strike = mean + (unit(random) < 0.67 ? 2 * deviation : 0.1 * mean) * normal(random);
    c.terms = terms(unit(random) < 0.5 ? Settlement::inverse : Settlement::linear,
                    unit(random) < 0.5 ? OptionType::call : OptionType::put, strike, forward, vol);
    return c;
}

/// E[max(s (X - K), 0)] by Simpson's rule over the rest's normal deviate, split where exercise begins.
long double payoff(const RandomCase& c, long double forward) {
    const long double u = c.state.elapsed, rest = 1 - u;
    const long double v = c.terms.vol * std::sqrt(rest * static_cast<long double>(kWindow.to_years()) / 3);
    const long double sign = c.terms.type == OptionType::call ? 1 : -1;
    const long double fixed = u * static_cast<long double>(c.state.average);
    const long double strike = (c.terms.strike - fixed) / rest;
    long double low = -12, high = 12;
    if (strike > 0) {
        const long double edge = std::clamp((std::log(strike / forward) + v * v / 2) / v, low, high);
        (sign > 0 ? low : high) = edge;
    } else if (sign < 0) {
        return 0;
    }
    constexpr int kSteps = 600;
    const long double h = (high - low) / kSteps;
    long double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
        const long double z = low + h * i;
        const long double x = fixed + rest * forward * std::exp(v * z - v * v / 2);
        const long double y = sign * (x - c.terms.strike) * std::exp(-z * z / 2);
        sum += y * (i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return sum * h / 3 / std::sqrt(2 * std::acos(-1.0L));
}

long double price_by_quadrature(const RandomCase& c, long double forward) {
    const long double u = c.state.elapsed;
    const long double v = payoff(c, forward);
    if (c.terms.settlement == Settlement::linear) return v;
    return v / (u * static_cast<long double>(c.state.average) + (1 - u) * forward);
}

TEST(WindowGreeks, DeltaAgreesWithQuadratureOfThePayoff) {
    const std::uint64_t seed = 31;
    std::mt19937_64 random(seed);
    int live = 0;
    for (int i = 0; i < 3'000; ++i) {
        const RandomCase c = random_case(random);
        const WindowGreeks g = window_greeks(c.terms, c.state);
        const long double f = c.terms.forward;
        const bool inverse = c.terms.settlement == Settlement::inverse;
        const long double h = 1e-6L * f;
        const auto slope = [&](auto&& value) { return (value(c, f + h) - value(c, f - h)) / (2 * h); };
        ASSERT_NEAR(g.price, static_cast<double>(price_by_quadrature(c, f)),
                    1e-9 * (inverse ? 1 : c.terms.forward))
            << "seed " << seed << " case " << i;
        ASSERT_NEAR(g.delta, static_cast<double>(slope(payoff)), 1e-6) << "seed " << seed << " case " << i;
        const auto net = static_cast<double>((inverse ? f : 1.0L) * slope(price_by_quadrature));
        ASSERT_NEAR(g.net_delta, net, 1e-6) << "seed " << seed << " case " << i;
        const double all = 1 - c.state.elapsed;
        live += std::abs(g.delta) > 0.05 * all && std::abs(g.delta) < 0.95 * all;
    }
    EXPECT_GT(live, 500);
}

TEST(WindowGreeks, FiniteDifferencesConfirmTheOthers) {
    const std::uint64_t seed = 32;
    std::mt19937_64 random(seed);
    for (int i = 0; i < 3'000; ++i) {
        const RandomCase c = random_case(random);
        const double f = c.terms.forward;
        const double rest = 1 - c.state.elapsed;
        const double v = c.terms.vol * std::sqrt(rest * kWindow.to_years() / 3);
        RandomCase linear = c;
        linear.terms.settlement = Settlement::linear;
        const auto at = [&](double df, double dvol, double du) {
            RandomCase m = linear;
            m.terms.forward += df;
            m.terms.vol += dvol;
            m.state.elapsed += du;
            // Time passes with the index at F.
            m.state.average = (c.state.elapsed * c.state.average + du * f) / m.state.elapsed;
            return window_greeks(m.terms, m.state);
        };
        const WindowGreeks g = window_greeks(c.terms, c.state);
        const double hf = 1e-4 * v * f, hv = 1e-4 * c.terms.vol, hu = 1e-4 * std::min(rest, c.state.elapsed);
        const auto tell = [&] { return testing::Message() << "seed " << seed << " case " << i; };
        // Figures are compared in their natural units: a Greek times the step that moves the option whole.
        const double gamma = (at(hf, 0, 0).delta - at(-hf, 0, 0).delta) / (2 * hf);
        ASSERT_NEAR(g.gamma * f * v, gamma * f * v, 1e-6) << tell();
        const double vega = (at(0, hv, 0).price - at(0, -hv, 0).price) / (2 * hv);
        ASSERT_NEAR(g.vega * 100 * c.terms.vol / (f * v), vega * c.terms.vol / (f * v), 1e-6) << tell();
        const double theta = (at(0, 0, hu).price - at(0, 0, -hu).price) / (2 * hu);
        const double day = kWindow.to_years() * 365;
        ASSERT_NEAR(g.theta * day / (f * v), theta / (f * v), 1e-5) << tell();
        ASSERT_LE(g.theta, 0) << tell();
    }
}

TEST(WindowGreeks, MonteCarloOfTheAverageAgrees) {
    const std::uint64_t seed = 33;
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    constexpr int kPaths = 10'000;
    const double forward = 9000, vol = 0.8;
    const double step_vol = vol * std::sqrt(1 / kYear);
    for (const int elapsed_s : {0, 600, 1500}) {
        const double u = elapsed_s / 1800.0;
        const int steps = 1800 - elapsed_s;
        const double average = forward * 0.9995;
        const double strike = (u * average + (1 - u) * forward) * 1.0003;
        double sums[4] = {};
        for (int path = 0; path < kPaths; ++path) {
            double y = 0, mean = 0.5;
            for (int i = 1; i <= steps; ++i) {
                y += step_vol * normal(random) - 0.5 * step_vol * step_vol;
                mean += (i == steps ? 0.5 : 1.0) * std::exp(y);
            }
            mean /= steps;
            const double x = u * average + (1 - u) * forward * mean;
            const double pay = std::max(x - strike, 0.0), delta = x > strike ? (1 - u) * mean : 0.0;
            sums[0] += pay, sums[1] += pay * pay, sums[2] += delta, sums[3] += delta * delta;
        }
        const auto check = [&](double sum, double squares, double want) {
            const double mean = sum / kPaths;
            const double error = std::sqrt((squares / kPaths - mean * mean) / kPaths);
            EXPECT_NEAR(mean, want, 3.5 * error) << "seed " << seed << " elapsed " << elapsed_s;
        };
        const WindowGreeks g =
            window_greeks(terms(Settlement::linear, OptionType::call, strike, forward, vol), {u, average});
        check(sums[0], sums[1], g.price);
        check(sums[2], sums[3], g.delta);
    }
}

TEST(WindowGreeks, ContinueWhatBlackSaysUpToTheWindow) {
    for (const Settlement settlement : {Settlement::inverse, Settlement::linear}) {
        for (const OptionType type : {OptionType::call, OptionType::put}) {
            OptionTerms before;
            before.settlement = settlement;
            before.type = type;
            before.forward = 9010;
            before.strike = 9000;
            before.vol = 0.7;
            before.years = variance_years(kExpiry, kExpiry - kWindow, kWindow);
            const Greeks b = black76(before);
            for (const WindowState s : {WindowState{}, WindowState{1e-9, 8000}}) {
                const WindowGreeks g = window_greeks(terms(settlement, type, 9000, 9010, 0.7), s);
                const double tolerance = s.elapsed == 0 ? 1e-12 : 1e-5;
                EXPECT_NEAR(g.price, b.price, tolerance * (settlement == Settlement::linear ? 9010 : 1));
                EXPECT_NEAR(g.delta, b.delta, tolerance);
                EXPECT_NEAR(g.net_delta, b.net_delta, tolerance);
                EXPECT_NEAR(g.gamma / b.gamma, 1, 10 * tolerance);
                EXPECT_NEAR(g.vega / b.vega, 1, 10 * tolerance);
                // Exact in the price, which is lognormal in the rest's average: of second order in v apart.
                EXPECT_NEAR(g.theta / b.theta, 1, 1e-3);
            }
        }
    }
}

TEST(WindowGreeks, OnlyThePriceIsLeftAtTheEnd) {
    for (const Settlement settlement : {Settlement::inverse, Settlement::linear}) {
        const WindowTerms t = terms(settlement, OptionType::call, 9000, 9500, 0.7);
        const double to_coin = settlement == Settlement::inverse ? 9100 : 1;
        const WindowGreeks end = window_greeks(t, {1, 9100});
        EXPECT_DOUBLE_EQ(end.price, 100 / to_coin);
        for (const double greek : {end.delta, end.net_delta, end.gamma, end.vega, end.theta})
            EXPECT_EQ(greek, 0);
        const WindowGreeks near = window_greeks(t, {1 - 1e-7, 9100});
        EXPECT_NEAR(near.price, 100 / to_coin, 1e-4 / to_coin);
        for (const double greek : {near.delta, near.net_delta, near.gamma, near.vega, near.theta})
            EXPECT_NEAR(greek, 0, 1e-6);
        EXPECT_EQ(window_greeks(t, {1, 8900}).price, 0);
        const WindowGreeks venue = linear_convention(t, {1, 9100});
        for (const double greek : {venue.delta, venue.net_delta, venue.gamma, venue.vega})
            EXPECT_EQ(greek, 0);
    }
    EXPECT_EQ(unfixed({0.75, 9000}), 0.25);
}

TEST(WindowGreeks, AStrikeThatTheAverageHasPassedAlreadyIsAForward) {
    // Half-way at an average of 9000, X is 4500 at least.
    const WindowState s{0.5, 9000};
    const WindowGreeks call = window_greeks(terms(Settlement::linear, OptionType::call, 4000, 9100, 0.7), s);
    EXPECT_DOUBLE_EQ(call.price, 4500 + 4550 - 4000);
    EXPECT_DOUBLE_EQ(call.delta, 0.5);
    EXPECT_EQ(call.gamma, 0);
    EXPECT_EQ(call.vega, 0);
    EXPECT_EQ(call.theta, 0);
    const WindowGreeks put = window_greeks(terms(Settlement::inverse, OptionType::put, 4000, 9100, 0.7), s);
    EXPECT_EQ(put.price, 0);
    EXPECT_EQ(put.net_delta, 0);
    // Without volatility the same holds on both sides of the strike.
    EXPECT_EQ(window_greeks(terms(Settlement::linear, OptionType::call, 9000, 9100, 0), s).delta, 0.5);
    EXPECT_EQ(window_greeks(terms(Settlement::linear, OptionType::put, 9000, 9100, 0), s).delta, 0);
}

TEST(WindowGreeks, ParityHoldsInsideTheWindow) {
    std::mt19937_64 random(34);
    for (int i = 0; i < 2'000; ++i) {
        RandomCase c = random_case(random);
        c.terms.settlement = Settlement::inverse;
        c.terms.type = OptionType::call;
        const WindowGreeks call = window_greeks(c.terms, c.state);
        c.terms.type = OptionType::put;
        const WindowGreeks put = window_greeks(c.terms, c.state);
        const double rest = 1 - c.state.elapsed;
        const double forward = c.state.elapsed * c.state.average + rest * c.terms.forward;
        ASSERT_NEAR(call.price - put.price, 1 - c.terms.strike / forward, 1e-13);
        ASSERT_NEAR(call.delta - put.delta, rest, 1e-13);
        const double net = rest * c.terms.forward * c.terms.strike / (forward * forward);
        ASSERT_NEAR(call.net_delta - put.net_delta, net, 1e-13);
    }
}

Nanos into(double seconds) {
    return kExpiry - kWindow + Nanos::from_ms(static_cast<std::int64_t>(std::llround(seconds * 1000)));
}
Price price(double units) { return Price::from_double(units).value(); }

WindowAverage fresh() {
    WindowAverage a{};
    a.begin(kExpiry, kWindow, Nanos::from_seconds(10));
    return a;
}

TEST(WindowAverage, WeighsEverySampleByTheTimeItHolds) {
    WindowAverage a = fresh();
    EXPECT_EQ(a.at(into(-1)).value().elapsed, 0);
    a.add(into(-5), price(100));
    a.add(into(4), price(200));
    a.add(into(10), price(50));
    const WindowState s = a.at(into(16)).value();
    EXPECT_DOUBLE_EQ(s.average, (4 * 100 + 6 * 200 + 6 * 50) / 16.0);
    EXPECT_DOUBLE_EQ(s.elapsed, 16 / 1800.0);
}

TEST(WindowAverage, AFirstSampleJustInsideStandsForTheStart) {
    WindowAverage a = fresh();
    a.add(into(8), price(100));
    a.add(into(9), price(200));
    EXPECT_DOUBLE_EQ(a.at(into(10)).value().average, (9 * 100 + 200) / 10.0);
    WindowAverage late = fresh();
    late.add(into(11), price(100));
    EXPECT_FALSE(late.at(into(11)).has_value());
}

TEST(WindowAverage, IsUnknownAfterAHoleUntilTheVenueTells) {
    WindowAverage a = fresh();
    EXPECT_FALSE(a.at(into(1)).has_value());
    a.add(into(0), price(100));
    EXPECT_TRUE(a.at(into(10)).has_value());
    EXPECT_FALSE(a.at(into(10.5)).has_value()) << "a silent feed";
    a.add(into(30), price(100));
    EXPECT_FALSE(a.at(into(30)).has_value()) << "what was silent is not known";
    a.take_venue(into(31), price(120), price(100));
    EXPECT_DOUBLE_EQ(a.at(into(31)).value().average, 120);
    EXPECT_DOUBLE_EQ(a.at(into(40)).value().average, (31 * 120 + 9 * 100) / 40.0);
}

TEST(WindowAverage, StartsInTheMiddleFromTheVenuesOwn) {
    WindowAverage a = fresh();
    a.take_venue(into(-1), price(99), price(99));
    EXPECT_FALSE(a.at(into(1)).has_value());
    a.take_venue(into(900), price(9000), price(9100));
    a.add(into(905), price(9200));
    const WindowState s = a.at(into(910)).value();
    EXPECT_DOUBLE_EQ(s.average, (900 * 9000.0 + 5 * 9100 + 5 * 9200) / 910);
}

TEST(WindowAverage, LeavesOutWhatIsOldAndWhatIsNoPrice) {
    WindowAverage a = fresh();
    a.add(into(0), price(100));
    a.add(into(5), price(200));
    const WindowAverage before = a;
    a.add(into(5), price(300));
    a.add(into(4), price(300));
    a.add(into(6), Price{});
    a.add(into(6), Price::from_nanos(INT64_MIN));
    a.add(kExpiry, price(300));
    a.take_venue(into(4), price(7), price(7));
    a.take_venue(into(6), Price{}, price(7));
    a.begin(kExpiry, kWindow, Nanos::from_seconds(10));
    EXPECT_EQ(std::memcmp(&a, &before, sizeof a), 0);
    EXPECT_FALSE(a.at(into(4)).has_value()) << "the past is not kept";
    a.begin(kExpiry + Nanos::from_seconds(86'400), kWindow, Nanos::from_seconds(10));
    EXPECT_EQ(a.at(into(6)).value().elapsed, 0) << "another window";
}

TEST(WindowAverage, EndsWithTheExpiry) {
    WindowAverage a = fresh();
    for (int s = 0; s < 1800; ++s) a.add(into(s), price(100 + s % 2));
    for (const double late : {0.0, 1.0, 1000.0}) {
        const WindowState s = a.at(kExpiry + Nanos::from_ms(static_cast<std::int64_t>(late * 1000))).value();
        EXPECT_EQ(s.elapsed, 1);
        EXPECT_DOUBLE_EQ(s.average, 100.5);
    }
    const WindowAverage empty{};
    EXPECT_FALSE(empty.at(kExpiry).has_value());
}

}  // namespace
}  // namespace hw::pricing
