// Ladders against the sums they stand for: never further off than they say, and saying not much more.
#include "hedge/planner/ladder_build.h"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/pricing/settlement.h"

namespace hw::hedge {
namespace {

using pricing::BlockRef;
using pricing::KernelBlock;
using pricing::kLanes;
using pricing::RiskBlock;
using pricing::SimdLevel;

constexpr Nanos kNow = Nanos::from_seconds(1'700'000'000);
constexpr Nanos kWindow = Nanos::from_seconds(1'800);
constexpr double kReference = 50'000;
constexpr double kHour = 3'600;

/// Expiries with their nodes, as the engine's inventory holds them.
struct Book {
    std::vector<KernelBlock> blocks;
    std::vector<RiskBlock> risk;
    std::vector<std::vector<BlockRef>> refs;
    std::vector<LadderSpan> spans;
    bool smile = false;

    LadderTerms terms(SimdLevel level = SimdLevel::scalar) const {
        LadderTerms t;
        t.kernel = &pricing::kernel(level);
        t.blocks = blocks.data();
        t.risk = risk.data();
        t.spans = spans;
        t.reference = kReference;
        t.x = 0.004;
        t.now = kNow;
        t.window = kWindow;
        t.smile = smile;
        t.surface = 5;
        t.position_sequence = 77;
        return t;
    }
};

double uniform(std::mt19937_64& random, double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
}

void add_lane(std::mt19937_64& random, Book& book, std::size_t lane, double root_years, bool inverse,
              double forward) {
    KernelBlock& b = book.blocks.back();
    RiskBlock& r = book.risk.back();
    const double vol = uniform(random, 0.25, 1.5);
    b.k[lane] = uniform(random, -3.5, 3.5) * vol * root_years;
    b.vol[lane] = vol;
    b.inv_vol[lane] = 1 / vol;
    r.strike[lane] = forward * std::exp(b.k[lane]);
    r.coins[lane] = uniform(random, -10, 10);
    r.strike_coins[lane] = r.coins[lane] * r.strike[lane];
    b.weight[lane] = inverse ? r.strike_coins[lane] : r.coins[lane];
    if (!book.smile) return;
    b.drift[lane] = vol * uniform(random, -1.5, 1.5);
    b.skew[lane] = vol * uniform(random, -1, 1);
}

void add_span(std::mt19937_64& random, Book& book, double seconds, Settlement settlement, int nodes) {
    LadderSpan span;
    span.expiry = kNow + Nanos::from_seconds(static_cast<std::int64_t>(seconds));
    span.settlement = settlement;
    span.forward_ratio = uniform(random, 0.98, 1.05);
    const double root_years = std::sqrt(pricing::variance_years(span.expiry, kNow, kWindow));
    std::vector<BlockRef> refs;
    for (int n = 0; n < nodes; ++n) {
        if (n % kLanes == 0) {
            refs.push_back({static_cast<std::uint16_t>(book.blocks.size()), 63});
            KernelBlock empty{};
            for (std::size_t i = 0; i < kLanes; ++i) empty.vol[i] = empty.inv_vol[i] = 1;
            book.blocks.push_back(empty);
            book.risk.push_back({});
        }
        add_lane(random, book, static_cast<std::size_t>(n) % kLanes, root_years,
                 settlement == Settlement::inverse, kReference * span.forward_ratio);
    }
    book.refs.push_back(std::move(refs));
    book.spans.push_back(span);
}

/// Spans point into `refs`: last, when nothing moves any more.
void tie(Book& book) {
    for (std::size_t n = 0; n < book.spans.size(); ++n) book.spans[n].refs = book.refs[n];
}

Book random_book(std::mt19937_64& random, double shortest_s, bool smile) {
    Book book;
    book.smile = smile;
    const int spans = 1 + static_cast<int>(random() % 5);
    for (int n = 0; n < spans; ++n) {
        const double seconds = n == 0 ? shortest_s : shortest_s * std::exp(uniform(random, 0, 5));
        add_span(random, book, seconds, random() % 2 == 0 ? Settlement::inverse : Settlement::linear,
                 1 + static_cast<int>(random() % 60));
    }
    tie(book);
    return book;
}

/// The sum itself, lane by lane in long double.
long double exact(const Book& book, double x, Nanos now) {
    const long double root_half = std::sqrt(0.5L);
    const auto cdf = [&](long double z) { return 0.5L * std::erfc(-z * root_half); };
    const auto pdf = [](long double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0L)); };
    long double sum = 0;
    for (std::size_t s = 0; s < book.spans.size(); ++s) {
        const LadderSpan& span = book.spans[s];
        const long double root =
            std::sqrt(static_cast<long double>(pricing::variance_years(span.expiry, now, kWindow)));
        const bool inverse = span.settlement == Settlement::inverse;
        const long double forward =
            kReference * static_cast<long double>(span.forward_ratio) * std::exp(static_cast<long double>(x));
        for (const BlockRef ref : span.refs) {
            const KernelBlock& b = book.blocks[ref.block];
            for (std::size_t i = 0; i < kLanes; ++i) {
                const long double vol =
                    b.vol[i] + (book.smile ? static_cast<long double>(b.drift[i]) * x : 0);
                const long double v = vol * root;
                const long double z = (static_cast<long double>(x) - b.k[i]) / v + (inverse ? -v : v) / 2;
                const long double skew = book.smile ? static_cast<long double>(b.skew[i]) * root : 0;
                sum += b.weight[i] * (inverse ? 1 / forward : 1) * (cdf(z) + skew * pdf(z));
            }
        }
    }
    return sum;
}

struct Worst {
    double error = 0;
    double of_bound = 0;  ///< error over bound
};

Worst probe(std::mt19937_64& random, const Book& book, const LadderGrid& grid, int looks) {
    const auto l = build_ladder(book.terms(), grid);
    Worst worst;
    EXPECT_TRUE(l.has_value());
    if (!l) return worst;
    EXPECT_EQ(l->group_count, book.spans.size());
    const double end = l->x0 + l->step * (l->count - 1);
    for (int i = 0; i < looks; ++i) {
        const double x = std::min(uniform(random, l->x0, end), end);
        const Nanos now = kNow + Nanos::from_ns(static_cast<std::int64_t>(
                                     uniform(random, 0, static_cast<double>(grid.horizon.ns()))));
        const auto got = look_up(*l, x, now);
        EXPECT_TRUE(got.has_value());
        if (!got) continue;
        const auto error = static_cast<double>(std::abs(*got - exact(book, x, now)));
        worst.error = std::max(worst.error, error);
        worst.of_bound = std::max(worst.of_bound, error / l->error_bound);
    }
    return worst;
}

class LadderBound : public ::testing::TestWithParam<bool> {};

TEST_P(LadderBound, HoldsForEveryLookUp) {
    const std::uint64_t seed = 71;
    std::mt19937_64 random(seed);
    for (int n = 0; n < 400; ++n) {
        // From half an hour of variance, where the cubic is poor, to a year, where only rounding is left.
        const Book book = random_book(random, kHour * std::exp(uniform(random, 0, 6)), GetParam());
        LadderGrid grid;
        grid.points = 2 + static_cast<std::uint32_t>(random() % 120);
        grid.step = uniform(random, 2e-4, 2e-3);
        grid.horizon = Nanos::from_ms(static_cast<std::int64_t>(std::exp(uniform(random, 0, 13))));
        grid.parts = 1 + static_cast<std::uint32_t>(random() % 12);
        if (grid.horizon > Nanos::from_seconds(600)) grid.horizon = Nanos::from_seconds(600);
        const Worst w = probe(random, book, grid, 60);
        ASSERT_LE(w.of_bound, 1) << "seed " << seed << " book " << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Smile, LadderBound, ::testing::Bool(),
                         [](const auto& smile) { return smile.param ? "On" : "Off"; });

/// One node, x swept over the grid: nothing is left to chance or to signs that cancel.
TEST_P(LadderBound, HoldsAndIsCloseForASingleNode) {
    const std::uint64_t seed = 72;
    std::mt19937_64 random(seed);
    std::vector<double> ratios;
    for (int n = 0; n < 100; ++n) {
        Book book;
        book.smile = GetParam();
        add_span(random, book, kHour * std::exp(uniform(random, 0, 3)),
                 n % 2 == 0 ? Settlement::inverse : Settlement::linear, 1);
        book.blocks[0].k[0] = uniform(random, -0.02, 0.02);
        tie(book);
        const Worst w = probe(random, book, {.points = 121, .step = 1e-3, .parts = 8}, 4'000);
        ASSERT_LE(w.of_bound, 1) << "seed " << seed << " node " << n;
        ratios.push_back(1 / w.of_bound);
    }
    std::sort(ratios.begin(), ratios.end());
    RecordProperty("bound_over_error_median", std::to_string(ratios[ratios.size() / 2]));
    EXPECT_LT(ratios[ratios.size() / 2], GetParam() ? 8 : 4);
}

TEST(LadderBuild, GridPointsAreTheKernelsOwnSums) {
    std::mt19937_64 random(73);
    const Book book = random_book(random, 24 * kHour, false);
    const auto l = build_ladder(book.terms());
    ASSERT_TRUE(l.has_value());
    ASSERT_EQ(l->count, 121u);
    EXPECT_NEAR(l->x0 + 60 * l->step, 0.004, 1e-15);
    for (std::uint32_t j = 0; j < l->count; ++j) {
        const double x = l->x0 + j * l->step;
        ASSERT_NEAR(l->points[j].value[0], static_cast<double>(exact(book, x, l->t0)), 1e-13 * l->gross);
        ASSERT_NEAR(l->points[j].value[1], static_cast<double>(exact(book, x, l->t1)), 1e-13 * l->gross);
    }
}

TEST(LadderBuild, SlopesAreTheSumsSlopes) {
    std::mt19937_64 random(74);
    for (const bool smile : {false, true}) {
        const Book book = random_book(random, 24 * kHour, smile);
        const auto l = build_ladder(book.terms());
        ASSERT_TRUE(l.has_value());
        for (std::uint32_t j = 0; j < l->count; j += 7) {
            const double x = l->x0 + j * l->step;
            const double d = 1e-5;
            const long double up = exact(book, x + d, kNow), down = exact(book, x - d, kNow);
            const auto slope = static_cast<double>((up - down) / (2 * d)) * l->step;
            ASSERT_NEAR(l->points[j].slope[0], slope, 1e-8 * l->gross) << "smile " << smile;
        }
    }
}

TEST(LadderBuild, IsTheSameAtEverySimdLevel) {
    std::mt19937_64 random(75);
    for (const bool smile : {false, true}) {
        const Book book = random_book(random, 6 * kHour, smile);
        const auto first = build_ladder(book.terms());
        ASSERT_TRUE(first.has_value());
        for (const SimdLevel level : {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512}) {
            if (!pricing::is_supported(level)) continue;
            const auto again = build_ladder(book.terms(level));
            ASSERT_TRUE(again.has_value());
            EXPECT_EQ(std::memcmp(&*first, &*again, sizeof *first), 0) << to_string(level);
        }
    }
}

TEST(LadderBuild, DoesNotDependOnTheNumberOfThreads) {
    std::mt19937_64 random(80);
    for (const bool smile : {false, true}) {
        const Book book = random_book(random, 6 * kHour, smile);
        const auto with = [&](int threads) {
            tbb::task_arena arena(threads);
            return arena.execute([&] { return build_ladder(book.terms()); });
        };
        const auto alone = with(1);
        ASSERT_TRUE(alone.has_value());
        const auto together = with(2);
        ASSERT_TRUE(together.has_value());
        EXPECT_EQ(std::memcmp(&*alone, &*together, sizeof *alone), 0) << "smile " << smile;
    }
}

TEST(LadderBuild, SaysWhatItWasMadeOf) {
    std::mt19937_64 random(76);
    Book book;
    add_span(random, book, 24 * kHour, Settlement::inverse, 20);
    add_span(random, book, 24 * kHour, Settlement::linear, 3);
    tie(book);
    const auto l = build_ladder(book.terms(), {.horizon = Nanos::from_seconds(5)});
    ASSERT_TRUE(l.has_value());
    EXPECT_EQ(l->surface, 5u);
    EXPECT_EQ(l->position_sequence, 77u);
    EXPECT_EQ(l->reference, kReference);
    EXPECT_EQ(l->t0, kNow);
    EXPECT_EQ(l->t1, kNow + Nanos::from_seconds(5));
    EXPECT_TRUE(l->covers(book.spans[0].expiry, Settlement::inverse));
    EXPECT_TRUE(l->covers(book.spans[1].expiry, Settlement::linear));
    double gross = 0;
    for (const RiskBlock& r : book.risk) {
        for (const double coins : r.coins) gross += std::abs(coins);
    }
    EXPECT_DOUBLE_EQ(l->gross, gross);
    const auto back = parse_ladder(encode_ladder(*l));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(std::memcmp(&*back, &*l, sizeof *l), 0);
}

TEST(LadderBuild, LeavesOutExpiriesThatSettleWithinTheHorizon) {
    std::mt19937_64 random(77);
    Book book;
    add_span(random, book, 1'801, Settlement::inverse, 5);
    add_span(random, book, 24 * kHour, Settlement::inverse, 5);
    tie(book);
    const auto l = build_ladder(book.terms(), {.horizon = Nanos::from_seconds(2)});
    ASSERT_TRUE(l.has_value());
    EXPECT_FALSE(l->covers(book.spans[0].expiry, Settlement::inverse));
    EXPECT_TRUE(l->covers(book.spans[1].expiry, Settlement::inverse));
    const auto shorter = build_ladder(book.terms(), {.horizon = Nanos::from_ms(500)});
    ASSERT_TRUE(shorter.has_value());
    EXPECT_TRUE(shorter->covers(book.spans[0].expiry, Settlement::inverse));
    book.spans.pop_back();
    EXPECT_FALSE(build_ladder(book.terms()).has_value());
}

TEST(LadderBuild, LeavesOutVolatilitiesThatAMoveWouldUseUp) {
    std::mt19937_64 random(78);
    Book book;
    book.smile = true;
    add_span(random, book, 24 * kHour, Settlement::inverse, 5);
    add_span(random, book, 48 * kHour, Settlement::inverse, 5);
    book.blocks[0].drift[2] = -100 * book.blocks[0].vol[2];
    tie(book);
    const auto l = build_ladder(book.terms());
    ASSERT_TRUE(l.has_value());
    EXPECT_EQ(l->group_count, 1u);
    EXPECT_TRUE(l->covers(book.spans[1].expiry, Settlement::inverse));
    book.smile = false;
    EXPECT_EQ(build_ladder(book.terms()).value().group_count, 2u) << "without the smile it does not count";
}

TEST(LadderBuild, RefusesTermsThatMakeNoSense) {
    std::mt19937_64 random(79);
    Book book = random_book(random, 24 * kHour, false);
    const LadderTerms good = book.terms();
    ASSERT_TRUE(build_ladder(good).has_value());
    const auto refused = [&](auto&& spoil) {
        LadderTerms t = good;
        spoil(t);
        return !build_ladder(t).has_value();
    };
    EXPECT_TRUE(refused([](LadderTerms& t) { t.kernel = nullptr; }));
    EXPECT_TRUE(refused([](LadderTerms& t) { t.reference = 0; }));
    EXPECT_TRUE(refused([](LadderTerms& t) { t.x = std::nan(""); }));
    EXPECT_TRUE(refused([](LadderTerms& t) { t.spans = {}; }));
    EXPECT_FALSE(build_ladder(good, {.points = 1}).has_value());
    EXPECT_FALSE(build_ladder(good, {.points = 257}).has_value());
    EXPECT_FALSE(build_ladder(good, {.step = 0}).has_value());
    EXPECT_FALSE(build_ladder(good, {.horizon = Nanos{}}).has_value());
    EXPECT_FALSE(build_ladder(good, {.parts = 0}).has_value());
    for (const double weight : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        book.blocks[0].weight[0] = weight;
        EXPECT_FALSE(build_ladder(book.terms()).has_value());
    }
}

}  // namespace
}  // namespace hw::hedge
