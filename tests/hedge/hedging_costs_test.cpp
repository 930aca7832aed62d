// The published hedging experiments, done again: Hull's delta-hedging errors, and the table of policies under
// transaction costs. One seed a path, so that the result does not depend on who works out which.
#include <gtest/gtest.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "hedge/policy/bands.h"

namespace hw::hedge {
namespace {

constexpr std::uint64_t kSeed = 20'261'126;

struct Call {
    double strike = 100;
    double rate = 0.05;
    double vol = 0.25;
    double years = 1;
};

double normal(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double d1_of(const Call& c, double price, double years, double vol) {
    return (std::log(price / c.strike) + (c.rate + vol * vol / 2) * years) / (vol * std::sqrt(years));
}
double delta_of(const Call& c, double price, double years, double vol) {
    return vol > 0 ? normal(d1_of(c, price, years, vol)) : (price > c.strike ? 1.0 : 0.0);
}
double gamma_of(const Call& c, double price, double years) {
    const double d1 = d1_of(c, price, years, c.vol);
    return std::exp(-d1 * d1 / 2) / std::sqrt(2 * std::numbers::pi) / (price * c.vol * std::sqrt(years));
}
double value_of(const Call& c, double price) {
    const double d1 = d1_of(c, price, c.years, c.vol);
    return price * normal(d1) -
           c.strike * std::exp(-c.rate * c.years) * normal(d1 - c.vol * std::sqrt(c.years));
}

/// Sums of a result over paths.
struct Moments {
    double n = 0, sum = 0, squares = 0;
    void add(double x) { n += 1, sum += x, squares += x * x; }
    Moments operator+(const Moments& o) const { return {n + o.n, sum + o.sum, squares + o.squares}; }
    double mean() const { return sum / n; }
    double deviation() const { return std::sqrt(squares / n - mean() * mean()); }
};

struct Experiment {
    Call call;
    double price = 100;
    double drift = 0.05;
    double cost = 0;
    int steps = 100;
    int paths = 20'000;
};

/// A call is sold at its value and hedged until expiry, the first hedge paid for, the last one kept.
/// `hedge(price, years left, held)` is what is held from there on. The result is what is left at expiry.
template <class Hedge>
double result_of_path(const Experiment& e, std::uint64_t path, const Hedge& hedge) {
    std::seed_seq seed{kSeed, path};
    std::mt19937_64 random(seed);
    std::normal_distribution<double> shock;
    const double dt = e.call.years / e.steps;
    const double grown = std::exp(e.call.rate * dt);
    double price = e.price, held = 0, cash = value_of(e.call, e.price);
    for (int i = 0; i < e.steps; ++i) {
        const double wanted = hedge(price, e.call.years - i * dt, held);
        cash -= (wanted - held) * price + e.cost * price * std::abs(wanted - held);
        held = wanted;
        cash *= grown;
        price *= std::exp((e.drift - e.call.vol * e.call.vol / 2) * dt +
                          e.call.vol * std::sqrt(dt) * shock(random));
    }
    return cash + held * price - std::max(price - e.call.strike, 0.0);
}

template <class Hedge>
Moments simulate(const Experiment& e, const Hedge& hedge) {
    using Range = tbb::blocked_range<int>;
    return tbb::parallel_deterministic_reduce(
        Range(0, e.paths, 500), Moments{},
        [&](const Range& range, Moments sum) {
            for (int n = range.begin(); n != range.end(); ++n)
                sum.add(result_of_path(e, static_cast<std::uint64_t>(n), hedge));
            return sum;
        },
        [](const Moments& a, const Moments& b) { return a + b; });
}

TEST(HedgingCosts, HullsRow) {
    const Call call{50, 0.05, 0.20, 20.0 / 52};
    const std::pair<int, double> kRow[] = {{4, .416},  {5, .374},  {10, .269},
                                           {20, .192}, {40, .137}, {80, .098}};
    for (const auto& [steps, published] : kRow) {
        const Experiment e{call, 49, 0.13, 0, steps, 100'000};
        const Moments m = simulate(
            e, [&](double price, double years, double) { return delta_of(call, price, years, call.vol); });
        const double present = m.deviation() * std::exp(-call.rate * call.years) / value_of(call, e.price);
        EXPECT_NEAR(present / published, 1, 0.02) << steps << " hedges, seed " << kSeed;
    }
}

void expect_row(const char* name, const Moments& m, double mean, double deviation) {
    EXPECT_NEAR(m.mean(), mean, 0.05) << name << ", seed " << kSeed;
    EXPECT_NEAR(m.deviation(), deviation, 0.05) << name << ", seed " << kSeed;
}

constexpr double kCost = 0.01;

BandInputs of_short_call(const Call& call, double price, double years, double risk_aversion) {
    return {price, -gamma_of(call, price, years), years, call.vol, call.rate, kCost, risk_aversion};
}

TEST(HedgingCosts, FixedIntervals) {
    const Call call;
    const auto at = [&](double vol_ratio) {
        return [&call, vol_ratio](double price, double years, double) {
            return delta_of(call, price, years, call.vol * vol_ratio);
        };
    };
    const auto leland = [&](int steps) {
        return at(leland_vol_ratio(of_short_call(call, 100, 1, 1), call.years / steps));
    };
    expect_row("Black-Scholes, 100", simulate({call, 100, .05, kCost, 100, 40'000}, at(1)), -3.82, 1.52);
    expect_row("Leland, 100", simulate({call, 100, .05, kCost, 100, 40'000}, leland(100)), -3.44, .984);
    expect_row("Leland, 50", simulate({call, 100, .05, kCost, 50, 40'000}, leland(50)), -2.68, 1.33);
}

/// To the nearer edge of the band, where the position lies outside it.
double into_band(double held, double centre, double half_width) {
    return std::clamp(held, centre - half_width, centre + half_width);
}

TEST(HedgingCosts, Bands) {
    const Call call;
    const Experiment looks{call, 100, .05, kCost, 500, 20'000};
    const Moments fixed = simulate(looks, [&](double price, double years, double held) {
        return into_band(held, delta_of(call, price, years, call.vol), 0.05);
    });
    expect_row("fixed band", fixed, -2.30, 1.35);
    const Moments ww = simulate(looks, [&](double price, double years, double held) {
        const Band band = whalley_wilmott(of_short_call(call, price, years, 3));
        return into_band(held, delta_of(call, price, years, call.vol), band.half_width);
    });
    expect_row("Whalley-Wilmott", ww, -2.11, 1.25);
}

TEST(HedgingCosts, ZakamoulineAndWhatTheWrongSignCosts) {
    const Call call;
    const Experiment looks{call, 100, .05, kCost, 500, 20'000};
    const auto run = [&](double sign) {
        return simulate(looks, [&](double price, double years, double held) {
            BandInputs in = of_short_call(call, price, years, 1);
            in.gamma *= sign;
            const Band band = zakamouline(in);
            return into_band(held, delta_of(call, price, years, call.vol * band.vol_ratio), band.half_width);
        });
    };
    const Moments right = run(1), wrong = run(-1);
    expect_row("Zakamouline", right, -1.85, 1.28);
    expect_row("with the sign of K wrong", wrong, -2.49, 2.00);
    EXPECT_LT(wrong.mean(), right.mean() - 0.5);
    EXPECT_GT(wrong.deviation(), right.deviation() + 0.5);
}

}  // namespace
}  // namespace hw::hedge
