// The kernels against quad precision, against each other to the bit, and against the laws that prices obey.
#include "core/pricing/kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/instrument.h"
#include "core/pricing/math.h"
#include "tests/core/quad_oracle.h"

namespace hw::pricing {
namespace {

constexpr SimdLevel kLevels[] = {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512};

/// One option in a block of its own.
struct Node {
    double forward, strike, years, vol;
    Settlement settlement;
    double reference = 0;  ///< that its moneyness is taken against

    KernelBlock block() const {
        KernelBlock b{};
        for (std::size_t i = 0; i < kLanes; ++i) b.vol[i] = b.inv_vol[i] = 1;
        b.k[3] = log1p((strike - reference) / reference);
        b.vol[3] = vol;
        b.inv_vol[3] = 1 / vol;
        b.weight[3] = settlement == Settlement::inverse ? strike : 1;
        return b;
    }
    RiskBlock risk() const {
        RiskBlock r{};
        r.strike[3] = r.strike_coins[3] = strike;
        r.coins[3] = 1;
        return r;
    }
    KernelGroup group() const {
        KernelGroup g;
        const bool inverse = settlement == Settlement::inverse;
        g.x = log1p((forward - reference) / reference);
        g.root_years = std::sqrt(years);
        g.inv_root_years = 1 / g.root_years;
        g.half_root_years = inverse ? -0.5 * g.root_years : 0.5 * g.root_years;
        g.scale = inverse ? 1 / forward : 1;
        g.gamma_scale = g.scale * g.inv_root_years / forward;
        g.skew_scale = g.scale * g.root_years;
        g.forward = forward;
        return g;
    }
};

struct Answers {
    DeltaGamma tick;
    GroupSums full;
};

Answers ask(SimdLevel level, const Node& n) {
    const KernelBlock block = n.block();
    const RiskBlock risk = n.risk();
    const KernelGroup group = n.group();
    const BlockRef ref{0, 0};
    Answers a;
    kernel(level).delta_gamma(&block, {&ref, 1}, &group, false, a.tick);
    kernel(level).full(&block, &risk, {&ref, 1}, &group, false, &a.full);
    return a;
}

bool same_bits(const Answers& a, const Answers& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// Anything from a minute to two years, 5 % to 300 %, within 12 standard deviations and 0.05 to 20 of the
/// forward, which has moved up to 5 % from where moneyness was taken.
Node random_node(std::mt19937_64& random) {
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    for (;;) {
        Node n{};
        n.years = std::exp(uniform(std::log(60.0 / (365 * 86'400)), std::log(2.0)));
        n.vol = std::exp(uniform(std::log(0.05), std::log(3.0)));
        n.forward = uniform(0.5, 2) * 50'000;
        n.reference = n.forward * uniform(0.95, 1.05);
        n.strike = n.forward * std::exp(uniform(-12, 12) * n.vol * std::sqrt(n.years));
        n.settlement = random() % 2 == 0 ? Settlement::inverse : Settlement::linear;
        if (n.strike / n.forward > 0.05 && n.strike / n.forward < 20) return n;
    }
}

TEST(Kernel, AgreesWithQuadPrecisionAtEveryLevelToTheBit) {
    std::mt19937_64 random(20'261'124);
    double delta = 0, gamma = 0, vega = 0, theta = 0, price = 0;
    for (int n = 0; n < 40'000; ++n) {
        const Node node = random_node(random);
        const Answers scalar = ask(SimdLevel::scalar, node);
        for (const SimdLevel level : kLevels) {
            if (!is_supported(level)) continue;
            ASSERT_TRUE(same_bits(ask(level, node), scalar)) << to_string(level) << " at case " << n;
        }
        const test::QuadGreeks exact = test::quad_greeks(node.forward, node.strike, node.years, node.vol);
        const bool inverse = node.settlement == Settlement::inverse;
        const double f = node.forward, v = node.vol * std::sqrt(node.years);
        const auto off = [](double got, double wanted) { return std::abs(got - wanted); };
        delta = std::max(delta, off(scalar.tick.delta, inverse ? exact.coin_delta : exact.delta));
        delta = std::max(delta, off(scalar.full.n1, exact.delta));
        gamma = std::max(gamma, off(scalar.tick.gamma * f * v, exact.phi));
        gamma = std::max(gamma, off(scalar.full.phi_over_vol / std::sqrt(node.years) * v, exact.phi));
        vega = std::max(vega, off(scalar.full.phi, exact.phi));
        theta = std::max(theta, off(scalar.full.phi_vol / node.vol, exact.phi));
        const double got = f * scalar.full.n1 - scalar.full.strike_n2;
        price = std::max(price, off(got, exact.price) / std::max(f, node.strike));
    }
    EXPECT_LE(delta, 1e-13);
    EXPECT_LE(gamma, 1e-13);
    EXPECT_LE(vega, 1e-13);
    EXPECT_LE(theta, 1e-13);
    EXPECT_LE(price, 1e-14);
    std::printf("largest errors: delta %.2e, gamma %.2e, vega %.2e, theta %.2e, price %.2e\n", delta, gamma,
                vega, theta, price);
}

/// A book of many expiries, part-filled blocks and smiles.
struct Book {
    std::vector<KernelBlock> blocks;
    std::vector<RiskBlock> risk;
    std::vector<BlockRef> refs;
    std::vector<KernelGroup> groups;

    explicit Book(std::uint64_t seed) {
        std::mt19937_64 random(seed);
        std::uniform_real_distribution<double> u(0, 1);
        for (std::uint16_t g = 0; g < 12; ++g) {
            const Settlement settlement = g % 2 ? Settlement::linear : Settlement::inverse;
            groups.push_back(
                Node{50'000 * (1 + 0.1 * u(random)), 1, 0.01 + u(random), 1, settlement, 50'000}.group());
            groups.back().move = 0.01 * u(random);
            for (int b = 0; b < 5; ++b) {
                KernelBlock block{};
                RiskBlock r{};
                for (std::size_t lane = 0; lane < kLanes; ++lane) {
                    block.vol[lane] = block.inv_vol[lane] = 1;
                    if (u(random) < 0.3) continue;
                    r.strike[lane] = 50'000 * std::exp(u(random) - 0.5);
                    r.coins[lane] = 10 * (u(random) - 0.5);
                    r.strike_coins[lane] = r.strike[lane] * r.coins[lane];
                    block.k[lane] = log1p((r.strike[lane] - 50'000) / 50'000);
                    block.vol[lane] = 0.3 + u(random);
                    block.inv_vol[lane] = 1 / block.vol[lane];
                    block.drift[lane] = u(random) - 0.5;
                    block.skew[lane] = u(random) - 0.5;
                    block.weight[lane] =
                        settlement == Settlement::inverse ? r.strike_coins[lane] : r.coins[lane];
                }
                refs.push_back({static_cast<std::uint16_t>(blocks.size()), g});
                blocks.push_back(block);
                risk.push_back(r);
            }
        }
    }
};

TEST(Kernel, WholeBooksAreEqualToTheBitAtEveryLevel) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Book book(seed);
        for (const bool smile : {false, true}) {
            DeltaGamma first{};
            std::vector<GroupSums> sums(12), others(12);
            kernel(SimdLevel::scalar)
                .delta_gamma(book.blocks.data(), book.refs, book.groups.data(), smile, first);
            kernel(SimdLevel::scalar)
                .full(book.blocks.data(), book.risk.data(), book.refs, book.groups.data(), smile,
                      sums.data());
            for (const SimdLevel level : kLevels) {
                if (!is_supported(level)) continue;
                DeltaGamma other{};
                kernel(level).delta_gamma(book.blocks.data(), book.refs, book.groups.data(), smile, other);
                kernel(level).full(book.blocks.data(), book.risk.data(), book.refs, book.groups.data(), smile,
                                   others.data());
                EXPECT_EQ(std::memcmp(&first, &other, sizeof first), 0)
                    << to_string(level) << " seed " << seed;
                EXPECT_EQ(std::memcmp(sums.data(), others.data(), sizeof(GroupSums) * 12), 0)
                    << to_string(level);
            }
        }
    }
}

// The delta with the smile in it is the slope of the value along the smile.
TEST(Kernel, SmileDeltaIsTheSlopeOfTheValueAlongTheSmile) {
    for (const Settlement settlement : {Settlement::linear, Settlement::inverse}) {
        for (const double strike : {40'000.0, 50'000.0, 65'000.0}) {
            const double response = -0.3;  // d vol / d ln F
            const auto value = [&](double forward) {
                Node n{forward, strike, 0.1, 0.6 + response * std::log(forward / 50'000), settlement, 50'000};
                const GroupSums s = ask(SimdLevel::scalar, n).full;
                const double quote = forward * s.n1 - s.strike_n2;
                return settlement == Settlement::inverse ? quote / forward : quote;
            };
            const double h = 5;
            const double slope = (value(50'000 + h) - value(50'000 - h)) / (2 * h);
            const double wanted = settlement == Settlement::inverse ? slope * 50'000 : slope;
            const Node n{50'000, strike, 0.1, 0.6, settlement, 50'000};
            KernelBlock block = n.block();
            block.drift[3] = block.skew[3] = response;
            const KernelGroup group = n.group();
            const BlockRef ref{0, 0};
            DeltaGamma got;
            kernel(SimdLevel::scalar).delta_gamma(&block, {&ref, 1}, &group, true, got);
            EXPECT_NEAR(got.delta, wanted, 2e-8) << strike << " " << to_string(settlement);
        }
    }
}

TEST(Kernel, TheOrderOfTheNodesDoesNotMatter) {
    std::mt19937_64 random(5);
    Book book(7);
    DeltaGamma before{}, after{};
    kernel(best_simd_level()).delta_gamma(book.blocks.data(), book.refs, book.groups.data(), false, before);
    std::shuffle(book.refs.begin(), book.refs.end(), random);
    kernel(best_simd_level()).delta_gamma(book.blocks.data(), book.refs, book.groups.data(), false, after);
    EXPECT_NEAR(before.delta, after.delta, 1e-12);
    EXPECT_NEAR(before.gamma, after.gamma, 1e-15);
}

TEST(Kernel, DeltaFallsWithTheStrike) {
    double last = 2;
    for (double strike = 10'000; strike < 200'000; strike += 500) {
        const double delta =
            ask(best_simd_level(), {50'000, strike, 0.25, 0.8, Settlement::linear, 50'000}).full.n1;
        EXPECT_LE(delta, last);
        EXPECT_GE(delta, 0);
        last = delta;
    }
}

TEST(Attach, TakesVolatilitiesAndResponsesFromTheSmile) {
    RiskBlock risk{};
    risk.strike[0] = 45'000;
    risk.strike[1] = 50'000;
    risk.strike[2] = 90'000;  // beyond the quotes: the edge's volatility, no slope
    KernelBlock block{};
    AttachTerms t;
    t.forward = 50'000;
    t.years_of_fit = 0.1;
    t.a = 0.01, t.b = 0.1, t.rho = -0.4, t.m = 0.02, t.sigma = 0.15;
    t.k_low = -0.3, t.k_high = 0.3;
    t.root_years = std::sqrt(0.1);
    t.delta.ssr = 0;
    const BlockRef ref{0, 0};
    kernel(SimdLevel::scalar).attach(&block, &risk, {&ref, 1}, t);
    const auto vol = [&](double k) {
        const double x = k - t.m;
        return std::sqrt((t.a + t.b * (t.rho * x + std::sqrt(x * x + t.sigma * t.sigma))) / t.years_of_fit);
    };
    for (const std::size_t lane : {0u, 1u}) {
        const double k = std::log(risk.strike[lane] / 50'000);
        EXPECT_NEAR(block.k[lane], k, 1e-15);
        EXPECT_NEAR(block.vol[lane], vol(k), 1e-14);
        EXPECT_NEAR(block.inv_vol[lane] * block.vol[lane], 1, 1e-15);
        EXPECT_NEAR(block.skew[lane], -(vol(k + 1e-6) - vol(k - 1e-6)) / 2e-6, 1e-8);
        EXPECT_EQ(block.drift[lane], 0);  // sticky strike
    }
    EXPECT_NEAR(block.vol[2], vol(0.3), 1e-14);
    EXPECT_EQ(block.skew[2], 0);
    for (std::size_t lane = 3; lane < kLanes; ++lane) EXPECT_EQ(block.inv_vol[lane], 1);
}

// Strikes from a twentieth to twenty times the forward, empty lanes between, smiles of all kinds.
TEST(Attach, IsEqualToTheBitAtEveryLevelAndNearTheScalarFormulas) {
    std::mt19937_64 random(11);
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    for (int n = 0; n < 5'000; ++n) {
        AttachTerms t;
        t.forward = uniform(1, 100'000);
        t.years_of_fit = uniform(1e-5, 2);
        t.root_years = std::sqrt(t.years_of_fit);
        t.sigma = n % 10 == 0 ? 0 : uniform(0.01, 0.5);
        t.a = t.years_of_fit * uniform(n % 7 == 0 ? -1 : 0.01, 1), t.b = uniform(0, 0.5);
        t.rho = uniform(-1, 1), t.m = uniform(-0.3, 0.3);
        t.k_low = uniform(-2, 0), t.k_high = uniform(0, 2);
        t.surface = {uniform(0, 1), 0, 0, 0};
        t.delta = {uniform(0, 1), uniform(-0.1, 0.1), uniform(-0.1, 0.1), uniform(-0.1, 0.1)};
        RiskBlock risk{};
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            if (random() % 4 != 0) risk.strike[lane] = t.forward * std::exp(uniform(-3, 3));
        risk.strike[7] = t.forward;
        if (n % 5 == 0) risk.strike[6] = t.forward * (1 + uniform(-1e-9, 1e-9));
        KernelBlock scalar{};
        const BlockRef ref{0, 0};
        kernel(SimdLevel::scalar).attach(&scalar, &risk, {&ref, 1}, t);
        for (const SimdLevel level : kLevels) {
            if (!is_supported(level)) continue;
            KernelBlock other{};
            kernel(level).attach(&other, &risk, {&ref, 1}, t);
            ASSERT_EQ(std::memcmp(&scalar, &other, sizeof other), 0) << to_string(level) << " case " << n;
        }
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double k = test::quad_log1p((risk.strike[lane] - t.forward) / t.forward);
            const double x = std::clamp(k, t.k_low, t.k_high) - t.m;
            const double w = t.a + t.b * (t.rho * x + std::sqrt(x * x + t.sigma * t.sigma));
            if (risk.strike[lane] == 0) {
                ASSERT_EQ(scalar.vol[lane], 1);
                ASSERT_EQ(scalar.skew[lane], 0);
                continue;
            }
            if (w <= 0) {
                ASSERT_TRUE(std::isnan(scalar.vol[lane])) << "no volatility is none, not some";
                continue;
            }
            ASSERT_NEAR(scalar.k[lane], k, 4.5e-16 * std::abs(k)) << "case " << n;
            const double vol = std::sqrt(w / t.years_of_fit), v = vol * t.root_years;
            ASSERT_NEAR(scalar.vol[lane], vol, 1e-10 * (vol + t.b / std::max(w, 1e-6))) << "case " << n;
            if (k > t.k_low && k < t.k_high) continue;
            const double n1 = normal_cdf(0.5 * v - k / v);
            const double wanted = (t.delta.a + (t.delta.b + t.delta.c * n1) * n1) / t.root_years;
            ASSERT_NEAR(scalar.skew[lane], wanted, 1e-9 / t.root_years) << "case " << n;
        }
    }
}

TEST(Log1p, IsGoodToTheLastPlaces) {
    std::mt19937_64 random(3);
    for (int n = 0; n < 200'000; ++n) {
        const double x = std::ldexp(std::uniform_real_distribution<double>(-1, 1)(random),
                                    -static_cast<int>(random() % 60));
        if (x <= -1) continue;
        const double exact = test::quad_log1p(x);
        EXPECT_NEAR(log1p(x), exact, 4.5e-16 * std::abs(exact)) << x;
    }
}

}  // namespace
}  // namespace hw::pricing
