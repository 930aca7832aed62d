// Surfaces as bytes: what was encoded comes back, anything else is refused.
#include "core/surface.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

namespace hw {
namespace {

SmileSlice slice() {
    SmileSlice s;
    s.expiry = Nanos::from_seconds(1'700'000'000);
    s.forward_ratio = 1.01;
    s.a = 0.01, s.b = 0.1, s.rho = -0.3, s.m = 0.02, s.sigma = 0.2;
    s.years = 0.25;
    s.k_low = -0.5, s.k_high = 0.5;
    s.quoted_low = -0.3, s.quoted_high = 0.3;
    s.source = VolSource::own_fit;
    return s;
}

TEST(Surface, ComesBackAsItWas) {
    const std::vector<SmileSlice> slices = {slice(), slice()};
    const auto bytes = encode_surface(50'000, slices);
    const auto view = parse_surface(bytes);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->reference, 50'000);
    ASSERT_EQ(view->slices.size(), 2u);
    EXPECT_EQ(std::memcmp(&view->slices[1], &slices[1], sizeof(SmileSlice)), 0);
    EXPECT_TRUE(parse_surface(encode_surface(1, {})));
}

TEST(Surface, VolatilityIsClampedToWhereTheWingsAreFollowed) {
    const SmileSlice s = slice();
    const double x = 0.1 - s.m;
    const double w = s.a + s.b * (s.rho * x + std::sqrt(x * x + s.sigma * s.sigma));
    EXPECT_DOUBLE_EQ(vol_at(s, 0.1), std::sqrt(w / s.years));
    EXPECT_EQ(vol_at(s, 2.0), vol_at(s, 0.5));
    EXPECT_EQ(vol_at(s, -2.0), vol_at(s, -0.5));
    EXPECT_EQ(vol_at(s, std::nan("")), 0);
    EXPECT_EQ(vol_at(SmileSlice{}, 0), 0);
}

TEST(Surface, RefusesWrongLengthsAndVersions) {
    auto bytes = encode_surface(50'000, std::vector<SmileSlice>{slice()});
    for (std::size_t n = 0; n < bytes.size(); ++n)
        EXPECT_FALSE(parse_surface(std::span(bytes).first(n))) << n;
    bytes[0] = std::byte{9};
    EXPECT_FALSE(parse_surface(bytes));
    EXPECT_FALSE(parse_surface(encode_surface(50'000, std::vector<SmileSlice>(kMaxSlices + 1, slice()))));
    EXPECT_TRUE(parse_surface(encode_surface(50'000, std::vector<SmileSlice>(kMaxSlices, slice()))));
}

TEST(Surface, RefusesImpossibleValues) {
    const double inf = std::numeric_limits<double>::infinity();
    for (const double reference : {0.0, -1.0, std::nan(""), inf, 1e13}) {
        EXPECT_FALSE(parse_surface(encode_surface(reference, std::vector<SmileSlice>{slice()}))) << reference;
    }
    const std::function<void(SmileSlice&)> breaks[] = {
        [](SmileSlice& s) { s.a = std::nan(""); },
        [inf](SmileSlice& s) { s.sigma = inf; },
        [](SmileSlice& s) { s.b = -0.1; },
        [](SmileSlice& s) { s.rho = 1.01; },
        [](SmileSlice& s) { s.k_low = 1; },
        [](SmileSlice& s) { s.forward_ratio = 0; },
        [](SmileSlice& s) { s.a = -0.5; },  // negative variance at the vertex
        [](SmileSlice& s) { s.source = VolSource{7}; },
        [](SmileSlice& s) { s.settlement = Settlement{7}; },
        [](SmileSlice& s) { s.years = std::nan(""); },
        [](SmileSlice& s) { s.years = 0; },
        [](SmileSlice& s) { s.years = -0.1; },
        [](SmileSlice& s) { s.source = VolSource::none; },
        [](SmileSlice& s) { s.a = s.b = 0; },                           // no variance at all
        [](SmileSlice& s) { s.a = -s.b * s.sigma, s.rho = 0; },         // none at the vertex only
        [](SmileSlice& s) { s.rho = 1, s.a = -0.01, s.sigma = 0.05; },  // none at the lower edge
        [](SmileSlice& s) { s.quoted_low = 0.4; },
    };
    int n = 0;
    for (const auto& change : breaks) {
        SmileSlice s = slice();
        change(s);
        EXPECT_FALSE(parse_surface(encode_surface(50'000, std::vector<SmileSlice>{s}))) << "case " << n;
        ++n;
    }
}

// A vertex outside the range that is priced with may be anywhere.
TEST(Surface, OnlyVarianceThatIsPricedWithHasToBePositive) {
    SmileSlice s = slice();
    s.m = 5, s.a = -s.b * s.sigma, s.rho = 0;
    EXPECT_TRUE(parse_surface(encode_surface(50'000, std::vector<SmileSlice>{s})));
    EXPECT_GT(least_variance(s), 0);
}

TEST(Surface, GarbageNeverGivesAVolatilityThatIsNotANumber) {
    const std::uint64_t seed = 51;
    std::mt19937_64 random(seed);
    for (int step = 0; step < 20'000; ++step) {
        auto bytes = encode_surface(50'000, std::vector<SmileSlice>{slice()});
        for (int flips = 0; flips < 3; ++flips)
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        const auto view = parse_surface(bytes);
        if (!view) continue;
        for (const SmileSlice& s : view->slices) {
            for (const double k : {-3.0, -0.4, 0.0, 0.2, 3.0})
                ASSERT_GE(vol_at(s, k), 0.99 * kLeastVol) << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace hw
