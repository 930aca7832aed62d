// The overlay's programme against an independent one, and its whole lots against what the issue asks for.
#include "hedge/planner/overlay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "core/event.h"
#include "core/pricing/black76.h"
#include "hedge/planner/bounded_lp.h"
#include "tests/hedge/lp_oracle.h"

namespace hw::hedge::test {
namespace {

/// A market of five expiries, eight strikes and both types, a book in it, and limits that it breaks.
struct RandomBook {
    std::vector<OverlayRow> rows;
    std::vector<OverlayColumn> columns;
};

constexpr int kBuckets = 2;  // and the total: nine rows

std::vector<double> greeks_by_row(const pricing::Greeks& g, int expiry, double size) {
    std::vector<double> all;
    for (int bucket = 0; bucket <= kBuckets; ++bucket) {
        const bool counts = bucket == kBuckets || bucket == expiry / 2;
        const double times = counts ? size : 0;
        for (const double one : {g.gamma * 500, g.vega, g.theta}) all.push_back(times * one);
    }
    return all;
}

/// `limited` of the nine Greeks have a limit: some are broken, some are near, some are far.
void set_limits(std::mt19937_64& random, const std::vector<double>& held, std::size_t limited,
                RandomBook& book) {
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<std::size_t> rows(held.size());
    std::iota(rows.begin(), rows.end(), 0);
    std::shuffle(rows.begin(), rows.end(), random);
    rows.resize(limited);
    for (OverlayColumn& c : book.columns) {
        std::vector<double> chosen;
        for (const std::size_t r : rows) chosen.push_back(c.greeks[r]);
        c.greeks = chosen;
    }
    for (const std::size_t r : rows) {
        const double times = unit(random) < 0.5 ? 0.2 + 0.7 * unit(random) : 1.0 + 3 * unit(random);
        book.rows.push_back({held[r], std::abs(held[r]) * times + 1e-6});
    }
}

RandomBook random_book(std::mt19937_64& random, std::size_t limited) {
    std::uniform_real_distribution<double> unit(0, 1);
    RandomBook book;
    std::vector<double> held(3 * (kBuckets + 1), 0);
    const double lot = unit(random) < 0.5 ? 0.1 : 1, cap = unit(random) < 0.8 ? 200 : 40;
    for (int n = 0; n < 80; ++n) {
        const int expiry = n / 16;
        pricing::OptionTerms t;
        t.settlement = Settlement::inverse;
        t.type = n % 2 == 0 ? OptionType::call : OptionType::put;
        t.forward = 50'000;
        t.strike = 38'000 + 3'500 * (n / 2 % 8);
        t.years = (expiry == 0 ? 2 : 10.0 * expiry * expiry) / 365;
        t.vol = 0.5 + 0.2 * unit(random);
        const pricing::Greeks g = pricing::black76(t);
        const auto row = greeks_by_row(g, expiry, 1);
        const double mine = unit(random) < 0.4 ? std::round(60 * (unit(random) - 0.4)) : 0;
        for (std::size_t r = 0; r < row.size(); ++r) held[r] += mine * row[r];
        if (unit(random) < 0.3) continue;  // not quoted
        const double spread = 25 + 0.03 * g.price * 50'000 * unit(random);
        book.columns.push_back({row, spread + std::min(15.0, 0.125 * g.price * 50'000), lot, cap, cap});
    }
    set_limits(random, held, limited, book);
    return book;
}

double value_after(const RandomBook& book, const OverlaySolution& s, std::size_t row) {
    double value = book.rows[row].value;
    for (const OverlayLeg& leg : s.legs) value += leg.contracts * book.columns[leg.column].greeks[row];
    return value;
}

void expect_whole_and_capped(const RandomBook& book, const OverlaySolution& s) {
    EXPECT_LE(s.legs.size(), kMaxOverlayLegs);
    for (const OverlayLeg& leg : s.legs) {
        const OverlayColumn& c = book.columns[leg.column];
        EXPECT_NEAR(leg.contracts / c.lot, std::round(leg.contracts / c.lot), 1e-6);
        EXPECT_LE(leg.contracts, c.max_buy + 1e-9);
        EXPECT_GE(leg.contracts, -c.max_sell - 1e-9);
    }
}

// Done when: on 100 random books inside the limits give or take one lot where the relaxation can be, at its
// cost plus 5 % plus one lot a leg. Six of nine Greeks have a limit: a programme needs as many legs as it has
// rows, and an overlay holds six.
TEST(OverlaySearch, AHundredRandomBooksEndInsideTheirLimitsAtTheRelaxationsCost) {
    const std::uint64_t seed = 614;
    std::mt19937_64 random(seed);
    int feasible = 0, traded = 0;
    double worst_ratio = 0;
    for (int n = 0; n < 100 || feasible < 100; ++n) {
        ASSERT_LT(n, 1000);
        const RandomBook book = random_book(random, kMaxOverlayLegs);
        const auto relaxed = relaxed_cost(book.rows, book.columns);
        const OverlaySolution s = solve_overlay(book.rows, book.columns, 1);
        expect_whole_and_capped(book, s);
        if (!relaxed) continue;
        ++feasible;
        traded += !s.legs.empty();
        double a_lot_a_leg = 0;
        for (const OverlayLeg& leg : s.legs)
            a_lot_a_leg += book.columns[leg.column].lot * book.columns[leg.column].cost;
        EXPECT_LE(s.cost, 1.05 * *relaxed + a_lot_a_leg + 1e-6) << "seed " << seed << " book " << n;
        if (*relaxed > 0) worst_ratio = std::max(worst_ratio, (s.cost - a_lot_a_leg) / *relaxed);
        for (std::size_t r = 0; r < book.rows.size(); ++r) {
            double one_lot = 0;
            for (const OverlayLeg& leg : s.legs) {
                const OverlayColumn& c = book.columns[leg.column];
                one_lot = std::max(one_lot, std::abs(c.lot * c.greeks[r]));
            }
            EXPECT_LE(std::abs(value_after(book, s, r)), book.rows[r].limit * (1 + 1e-6) + one_lot)
                << "seed " << seed << " book " << n << " row " << r << " legs " << s.legs.size();
        }
    }
    EXPECT_GE(feasible, 100);
    EXPECT_GT(traded, feasible / 2);
    RecordProperty("feasible", feasible);
    std::printf("%d feasible, %d traded, cost less a lot a leg at most %.3f of the relaxation's\n", feasible,
                traded, worst_ratio);
}

TEST(OverlaySearch, TheProgrammeItselfIsAsCheapAsTheIndependentOne) {
    const std::uint64_t seed = 615;
    std::mt19937_64 random(seed);
    int compared = 0;
    for (int n = 0; n < 60; ++n) {
        const RandomBook book = random_book(random, 9);
        const auto relaxed = relaxed_cost(book.rows, book.columns);
        if (!relaxed) continue;
        std::vector<LpRow> rows;
        std::vector<LpColumn> columns;
        double everything = 0;
        for (const OverlayRow& r : book.rows) rows.push_back({-1 - r.value / r.limit, 1 - r.value / r.limit});
        for (const OverlayColumn& c : book.columns) {
            LpColumn lp;
            for (std::size_t r = 0; r < rows.size(); ++r)
                lp.effect.push_back(c.greeks[r] * c.max_buy / book.rows[r].limit);
            lp.up_cost = lp.down_cost = c.cost * c.max_buy;
            everything += lp.up_cost;
            columns.push_back(lp);
        }
        const LpResult result = solve_lp(rows, columns, 100 * everything);
        EXPECT_TRUE(result.optimal);
        double cost = 0;
        for (std::size_t c = 0; c < columns.size(); ++c)
            cost += std::abs(result.moves[c]) * columns[c].up_cost;
        EXPECT_NEAR(cost, *relaxed, 1e-6 * (1 + *relaxed)) << "seed " << seed << " book " << n;
        ++compared;
    }
    EXPECT_GT(compared, 30);
}

TEST(OverlaySearch, InsideTheLimitsNothingIsTraded) {
    const std::vector<OverlayRow> rows{{5, 10}, {-3, 3}};
    const std::vector<OverlayColumn> columns{{{1, 0.5}, 2, 1, 50, 50}};
    EXPECT_TRUE(solve_overlay(rows, columns, 1).legs.empty());
}

TEST(OverlaySearch, ItEndsAtTheLimitAndTakesTheCheaper) {
    const std::vector<OverlayRow> rows{{-20, 10}};
    const std::vector<OverlayColumn> columns{{{1}, 2, 1, 50, 50}, {{2}, 3, 1, 50, 50}};
    const OverlaySolution s = solve_overlay(rows, columns, 1);
    ASSERT_EQ(s.legs.size(), 1u);
    EXPECT_EQ(s.legs[0].column, 1u);
    EXPECT_EQ(s.legs[0].contracts, 5) << "to -10, not to zero";
    EXPECT_EQ(s.cost, 15);
    EXPECT_EQ(s.breach, 0);
}

TEST(OverlaySearch, WhatCannotBeReachedIsComeAsNearToAsTheCapsAllow) {
    const std::vector<OverlayRow> rows{{-100, 10}};
    const std::vector<OverlayColumn> columns{{{1}, 2, 1, 50.7, 50}, {{2}, 3, 1, 5, 50}};
    const OverlaySolution s = solve_overlay(rows, columns, 1);
    ASSERT_EQ(s.legs.size(), 2u);
    EXPECT_EQ(s.legs[0].contracts, 50) << "whole lots of the cap";
    EXPECT_EQ(s.legs[1].contracts, 5);
    EXPECT_NEAR(s.breach, 3, 1e-9) << "30 beyond a limit of 10";
}

TEST(OverlaySearch, AHeavyCostWeightLetsACostlyBreachStand) {
    const std::vector<OverlayRow> rows{{-20, 10}};
    const std::vector<OverlayColumn> columns{{{1}, 2, 1, 50, 50}};
    EXPECT_FALSE(solve_overlay(rows, columns, 1).legs.empty());
    EXPECT_TRUE(solve_overlay(rows, columns, 1e6).legs.empty());
}

TEST(OverlaySearch, NoMoreLegsThanAnOverlayHolds) {
    std::vector<OverlayRow> rows;
    std::vector<OverlayColumn> columns;
    for (std::size_t r = 0; r < 9; ++r) {
        rows.push_back({-20, 10});
        OverlayColumn c{std::vector<double>(9, 0), 1.0 + static_cast<double>(r), 1, 50, 50};
        c.greeks[r] = 1;
        columns.push_back(c);
    }
    const OverlaySolution s = solve_overlay(rows, columns, 1);
    EXPECT_EQ(s.legs.size(), kMaxOverlayLegs);
    EXPECT_NEAR(s.breach, 3, 1e-9) << "three rows are left as they are";
}

}  // namespace
}  // namespace hw::hedge::test
