// Prices and Greeks against the C library, parity, finite differences and the venue's own chain.
#include "core/pricing/black76.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/pricing/math.h"

namespace hw::pricing {
namespace {

double relative(double got, double want) { return want == 0 ? std::abs(got) : std::abs(got / want - 1.0); }

TEST(PricingMath, AgreesWithTheCLibrary) {
    std::mt19937_64 random(11);
    std::uniform_real_distribution<double> exponent(-740, 709);
    std::uniform_real_distribution<double> deviate(-37, 9);
    for (int i = 0; i < 200'000; ++i) {
        const double x = exponent(random);
        if (x > -708) {
            ASSERT_LT(relative(exp(x), std::exp(x)), 5e-16) << "exp " << x;
        }
        const double y = std::exp(x);
        if (y > 0) {
            ASSERT_LE(std::abs(log(y) - std::log(y)), 4e-16 * std::max(1.0, std::abs(std::log(y)))) << y;
        }
        const double d = deviate(random);
        ASSERT_LT(relative(normal_cdf(d), 0.5 * std::erfc(-d * M_SQRT1_2)), d > -8 ? 2e-15 : 3e-13)
            << "cdf " << d;
    }
    EXPECT_EQ(exp(-800), 0.0);
    EXPECT_TRUE(std::isinf(exp(710)));
    EXPECT_TRUE(std::isnan(log(-1.0)));
    EXPECT_TRUE(std::isnan(log(0.0)));
    EXPECT_EQ(exp(0.0), 1.0);
    EXPECT_EQ(log(1.0), 0.0);
    EXPECT_EQ(normal_cdf(0.0), 0.5);
}

TEST(Black76, KnownValue) {
    // Hull, Options, Futures and Other Derivatives: futures 20, strike 20, r 9 %, vol 25 %, 4 months:
    // put 1.12.
    const Greeks g = black76({Settlement::linear, OptionType::put, 20, 20, 4.0 / 12, 0.25, 0.09});
    EXPECT_NEAR(g.price, 1.1166, 5e-5);
}

TEST(Black76, FiniteDifferencesConfirmEveryGreek) {
    std::mt19937_64 random(12);
    std::uniform_real_distribution<double> unit(0, 1);
    for (int i = 0; i < 5'000; ++i) {
        OptionTerms o;
        o.settlement = unit(random) < 0.5 ? Settlement::inverse : Settlement::linear;
        o.type = unit(random) < 0.5 ? OptionType::call : OptionType::put;
        o.forward = 100;
        o.strike = 60 + 80 * unit(random);
        o.years = 0.05 + unit(random);
        o.vol = 0.3 + unit(random);
        o.rate = 0.05 * unit(random);
        const Greeks g = black76(o);
        const auto moved = [&](double df, double dv, double dt) {
            OptionTerms m = o;
            m.forward += df;
            m.vol += dv;
            m.years += dt;
            return black76(m);
        };
        const double hf = 1e-3, hv = 1e-5, ht = 1e-6;
        const double slope = (moved(hf, 0, 0).price - moved(-hf, 0, 0).price) / (2 * hf);
        const bool inverse = o.settlement == Settlement::inverse;
        ASSERT_NEAR(g.net_delta, inverse ? o.forward * slope : slope, 1e-7);
        ASSERT_NEAR(g.gamma, (moved(hf, 0, 0).delta - moved(-hf, 0, 0).delta) / (2 * hf), 1e-7);
        const double to_quote = inverse ? o.forward : 1.0;
        ASSERT_NEAR(g.vega, to_quote * (moved(0, hv, 0).price - moved(0, -hv, 0).price) / (2 * hv) * 0.01,
                    1e-6);
        ASSERT_NEAR(g.theta, -to_quote * (moved(0, 0, ht).price - moved(0, 0, -ht).price) / (2 * ht) / 365,
                    1e-6);
        if (inverse) {
            ASSERT_NEAR(g.net_delta, g.delta - g.price, 1e-12);
        }
    }
}

TEST(Black76, CallMinusPutIsTheForward) {
    for (const double strike : {40.0, 99.0, 100.0, 180.0}) {
        const double call = undiscounted_price(OptionType::call, 100, strike, 0.4);
        const double put = undiscounted_price(OptionType::put, 100, strike, 0.4);
        EXPECT_NEAR(call - put, 100 - strike, 1e-12);
    }
}

TEST(Black76, ExpiredIsIntrinsic) {
    const Greeks call = black76({Settlement::inverse, OptionType::call, 100, 80, 0, 0.5, 0});
    EXPECT_DOUBLE_EQ(call.price, 0.2);
    EXPECT_DOUBLE_EQ(call.delta, 1.0);
    EXPECT_DOUBLE_EQ(call.net_delta, 0.8);
    EXPECT_EQ(black76({Settlement::linear, OptionType::put, 100, 80, 0, 0.5, 0}).delta, 0.0);
}

TEST(ImpliedVol, ReturnsWhatThePriceWasMadeFrom) {
    std::mt19937_64 random(13);
    std::uniform_real_distribution<double> unit(0, 1);
    for (int i = 0; i < 20'000; ++i) {
        const double years = std::exp(-11 + 11.5 * unit(random));
        const double vol = 0.05 + 2.5 * unit(random);
        const double v = vol * std::sqrt(years);
        const double strike = 100 * std::exp(v * (8 * unit(random) - 4));
        const OptionType type = unit(random) < 0.5 ? OptionType::call : OptionType::put;
        const double price = undiscounted_price(type, 100, strike, v);
        const double intrinsic = std::max((type == OptionType::call ? 1 : -1) * (100 - strike), 0.0);
        if (price - intrinsic < 1e-9) continue;  // time value lost in the price's own rounding
        const auto found = implied_vol(type, 100, strike, years, price);
        ASSERT_TRUE(found) << "strike " << strike << " years " << years << " vol " << vol;
        ASSERT_NEAR(undiscounted_price(type, 100, strike, *found * std::sqrt(years)), price,
                    1e-12 * (10 + price));
    }
}

TEST(ImpliedVol, RefusesPricesOutsideTheBounds) {
    EXPECT_FALSE(implied_vol(OptionType::call, 100, 90, 0.5, 9.9));    // below intrinsic
    EXPECT_FALSE(implied_vol(OptionType::call, 100, 90, 0.5, 100.0));  // above the forward
    EXPECT_FALSE(implied_vol(OptionType::call, 100, 90, 0.0, 12));
    EXPECT_FALSE(implied_vol(OptionType::call, 100, 90, 0.5, std::nan("")));
}

}  // namespace
}  // namespace hw::pricing
