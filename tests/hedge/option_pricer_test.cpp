#include "hedge/option_pricer.h"

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

constexpr Nanos kWindow = Nanos::from_seconds(1'800);

struct Case {
    Settlement settlement;
    OptionType type;
    bool inside;  ///< the settlement window
};

class Pricers : public testing::TestWithParam<Case> {
  protected:
    OptionPricer pricer() const {
        UnderlyingConfig rules;
        rules.settlement_window = kWindow;
        const Instrument i = option("BTC-X", GetParam().settlement, GetParam().type, 50'000);
        if (!GetParam().inside) return {i, rules, kStart, std::nullopt, false};
        const pricing::WindowState half{0.5, 50'010};
        return {i, rules, kExpiry - Nanos::from_seconds(900), half, false};
    }
};

TEST_P(Pricers, TheVolatilityComesBackFromThePrice) {
    const OptionPricer p = pricer();
    for (const double forward : {49'900.0, 50'000.0, 50'150.0}) {
        for (const double vol : {0.3, 0.6, 1.2}) {
            const auto implied = p.implied_vol(forward, p.price(forward, vol));
            ASSERT_TRUE(implied) << forward << " " << vol;
            EXPECT_NEAR(*implied, vol, 1e-7) << forward;
        }
    }
}

TEST_P(Pricers, TheForwardComesBackFromThePrice) {
    const OptionPricer p = pricer();
    for (const double forward : {49'900.0, 50'000.0, 50'150.0}) {
        const auto implied = p.implied_forward(50'000, 0.6, p.price(forward, 0.6));
        ASSERT_TRUE(implied) << forward;
        EXPECT_NEAR(*implied, forward, 1e-5);
    }
}

TEST_P(Pricers, SlopesAreThoseOfThePrice) {
    const OptionPricer p = pricer();
    const OptionPricer::Slopes s = p.slopes(50'020, 0.6);
    EXPECT_EQ(s.price, p.price(50'020, 0.6));
    const double by_forward = (p.price(50'021, 0.6) - p.price(50'019, 0.6)) / 2;
    EXPECT_NEAR(s.forward / by_forward, 1, 1e-3);
    const double by_vol = (p.price(50'020, 0.601) - p.price(50'020, 0.599)) / 0.002;
    EXPECT_NEAR(s.vol / by_vol, 1, 1e-3);
}

TEST_P(Pricers, APriceOutOfReachHasNeither) {
    const OptionPricer p = pricer();
    const double too_much = GetParam().settlement == Settlement::inverse ? 1.5 : 75'000;
    EXPECT_FALSE(p.implied_vol(50'000, too_much));
    EXPECT_FALSE(p.implied_forward(50'000, 0.6, too_much));
    EXPECT_FALSE(p.implied_vol(50'000, 0));
}

INSTANTIATE_TEST_SUITE_P(All, Pricers,
                         testing::Values(Case{Settlement::inverse, OptionType::call, false},
                                         Case{Settlement::inverse, OptionType::put, false},
                                         Case{Settlement::linear, OptionType::call, false},
                                         Case{Settlement::linear, OptionType::put, false},
                                         Case{Settlement::inverse, OptionType::call, true},
                                         Case{Settlement::inverse, OptionType::put, true},
                                         Case{Settlement::linear, OptionType::call, true},
                                         Case{Settlement::linear, OptionType::put, true}));

TEST(OptionPricer, DeliveredOnlyTheExerciseIsLeft) {
    const OptionPricer p(option("BTC-X", Settlement::inverse, OptionType::call, 50'000), {}, kStart,
                         std::nullopt, true);
    EXPECT_EQ(p.price(50'500, 0.6), 500.0 / 50'500);
    EXPECT_FALSE(p.implied_vol(50'500, 0.02));
}

}  // namespace
}  // namespace hw::hedge::test
