// Which delta: the numeraire of a hedge group, the smile rule of an underlying, and what makes them unknown.
#include "core/ledger.h"
#include "core/pricing/black76.h"
#include "hedge/volatility.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class WhichDelta : public EngineTest {
  protected:
    void start_with(Numeraire numeraire, SmileDelta smile = SmileDelta::sticky_strike,
                    SurfaceRule moves = SurfaceRule::sticky_strike) {
        config.underlyings[0].numeraire = numeraire;
        config.underlyings[0].smile_delta = smile;
        config.underlyings[0].surface_rule = moves;
        config.underlyings[0].band = 1e6;
        config.underlyings[0].quote_wallets = {{"USDC", 1}};
        run_started();
        const Instrument contracts[] = {
            contract("BTC-PERPETUAL", Kind::perpetual, Settlement::inverse, 10),
            contract("BTC_USDC-PERPETUAL", Kind::perpetual, Settlement::linear, 0.001),
            option("BTC-CALL", Settlement::inverse, OptionType::call, 52'000),
            option("BTC_USDC-PUT", Settlement::linear, OptionType::put, 47'000),
            contract("BTC-FUTURE", Kind::future, Settlement::inverse, 10)};
        for (const Instrument& i : contracts) define(i);
        definitions_complete();
        session(true);
        quote(kPerpetual, kReference);
        quote(kFuture, kReference);
        surface({smile_slice(Settlement::inverse), smile_slice(Settlement::linear)});
        equity("USDC", 0);
    }
    static SmileSlice smile_slice(Settlement settlement) {
        SmileSlice s = flat_slice(kExpiry, settlement, 0.6);
        s.years = (kExpiry - kStart).to_years();
        s.a = 0.36 * s.years;
        s.b = 0.05, s.rho = -0.5, s.m = 0.01, s.sigma = 0.1;
        s.k_low = -1, s.k_high = 1;
        return s;
    }
    void equity(const char* currency, double amount) {
        Event e = make(EventType::equity);
        e.payload.equity = {};
        e.payload.equity.currency = *Currency::from(currency);
        e.payload.equity.amount = *Cash::from_double(amount);
        step(e);
    }
    AlertCode why_unknown() {
        Exposure sum;
        return evaluate(memory.state(), config, kBtc, sum);
    }
    /// Calls, puts, inverse and linear futures, all at once.
    void mixed_book() {
        position(kPerpetual, -3'000, kReference);
        position(kLinear, 700, kReference);
        position(kCall, 5, 0.02);
        position(kPut, -3, 900);
        position(kFuture, 1'234, kReference);
    }
    /// Volatility of the smile at a strike when the forward is `forward` and each strike keeps its own.
    static double vol(double strike, double forward) {
        const SmileSlice s = smile_slice(Settlement::linear);
        return vol_at(s, std::log(strike / forward));
    }
    double years() { return (kExpiry - now).to_years(); }
    double option_value(OptionType type, Settlement settlement, double strike, double forward, double sigma) {
        return pricing::black76({settlement, type, forward, strike, years(), sigma, 0}).price;
    }
};

// All the wallet's wealth in quote currency, priced outright: its slope is the delta in usd.
TEST_F(WhichDelta, UsdDeltaIsTheSlopeOfAllWealth) {
    start_with(Numeraire::usd);
    mixed_book();
    const double coins = 12.5, dollars = 40'000;  // cash beside the positions
    const auto coin_wealth = [&](double f) {
        return coins + 30'000 * (1 / f - 1 / kReference) - 12'340 * (1 / f - 1 / kReference) +
               5 * option_value(OptionType::call, Settlement::inverse, 52'000, f, vol(52'000, kReference));
    };
    const auto quote_wealth = [&](double f) {
        return dollars + 0.7 * (f - kReference) -
               3 * option_value(OptionType::put, Settlement::linear, 47'000, f, vol(47'000, kReference));
    };
    equity("BTC", coin_wealth(kReference));
    const auto wealth = [&](double f) { return f * coin_wealth(f) + quote_wealth(f); };
    const double h = 2;
    const double slope = (wealth(kReference + h) - wealth(kReference - h)) / (2 * h);
    EXPECT_NEAR(net_delta(), slope, 1e-6);
}

// In coin the riskless thing is the coin: the slope of wealth counted in coins.
TEST_F(WhichDelta, CoinDeltaIsTheSlopeOfWealthCountedInCoins) {
    start_with(Numeraire::coin);
    mixed_book();
    const auto quote_wealth = [&](double f) {
        return 40'000 + 0.7 * (f - kReference) -
               3 * option_value(OptionType::put, Settlement::linear, 47'000, f, vol(47'000, kReference));
    };
    equity("USDC", quote_wealth(kReference));
    const auto wealth = [&](double f) {
        return 12.5 + 30'000 * (1 / f - 1 / kReference) - 12'340 * (1 / f - 1 / kReference) +
               5 * option_value(OptionType::call, Settlement::inverse, 52'000, f, vol(52'000, kReference)) +
               quote_wealth(f) / f;
    };
    const double h = 2;
    const double slope = kReference * (wealth(kReference + h) - wealth(kReference - h)) / (2 * h);
    EXPECT_NEAR(net_delta(), slope, 1e-6);
}

TEST_F(WhichDelta, TheTwoDifferByExactlyTheEquity) {
    start_with(Numeraire::coin);
    mixed_book();
    equity("BTC", 11.25);
    equity("USDC", 65'432.5);
    const double coin = net_delta();
    config.underlyings[0].numeraire = Numeraire::usd;
    EXPECT_NEAR(net_delta() - coin, 11.25 + 65'432.5 / kReference, 1e-12);
}

TEST_F(WhichDelta, WithoutEquityTheDeltaIsUnknownAndSoItIsWhenStale) {
    start_with(Numeraire::usd);
    EXPECT_EQ(why_unknown(), AlertCode::equity_unknown);
    equity("BTC", 1);
    EXPECT_EQ(why_unknown(), AlertCode::none);
    now = now + config.equity_stale_after + Nanos::from_ns(1);
    quote(kPerpetual, kReference);
    EXPECT_EQ(why_unknown(), AlertCode::equity_unknown);
    EXPECT_EQ(btc().blocked_by, AlertCode::equity_unknown);
    equity("BTC", 1);
    EXPECT_EQ(btc().blocked_by, AlertCode::none);
}

TEST_F(WhichDelta, CoinNeedsEveryQuoteWalletWhateverIsHeld) {
    start_with(Numeraire::coin);
    config.underlyings[0].quote_wallets = {{"USDC", 1}, {"USDT", 0.5}, {"USD", 0}};
    EXPECT_EQ(why_unknown(), AlertCode::equity_unknown);
    equity("USDT", 50'000);
    EXPECT_EQ(why_unknown(), AlertCode::none) << "a wallet without a share need not be known";
    EXPECT_NEAR(net_delta(), -25'000 / kReference, 1e-12);
    now = now + config.equity_stale_after + Nanos::from_ns(1);
    equity("USDT", 50'000);
    EXPECT_EQ(why_unknown(), AlertCode::equity_unknown) << "USDC has become stale";
}

// Sticky moneyness: the smile goes with the forward. Along that, the delta is the slope of the value.
TEST_F(WhichDelta, SmileRulesAreTheSlopeAlongTheirSmile) {
    for (const SmileDelta rule : {SmileDelta::sticky_strike, SmileDelta::sticky_moneyness}) {
        start_with(Numeraire::coin, rule);
        position(kCall, 1, 0.02);
        const auto value = [&](double f) {
            const double sigma = vol(52'000, rule == SmileDelta::sticky_strike ? kReference : f);
            return option_value(OptionType::call, Settlement::inverse, 52'000, f, sigma);
        };
        const double h = 1;
        EXPECT_NEAR(net_delta(), kReference * (value(kReference + h) - value(kReference - h)) / (2 * h),
                    1e-7);
        memory.clear();
        engine = std::make_unique<Engine>(memory.state(), blobs);
    }
}

// Between two surfaces the volatility goes along the surface rule.
TEST_F(WhichDelta, BetweenSurfacesVolatilitiesFollowTheSurfaceRule) {
    start_with(Numeraire::coin, SmileDelta::sticky_strike, SurfaceRule::sticky_moneyness);
    position(kCall, 1, 0.02);
    const double moved = kReference * 1.002;
    quote(kPerpetual, moved, 0.5);
    const auto value = [&](double f) {
        return option_value(OptionType::call, Settlement::inverse, 52'000, f, vol(52'000, moved));
    };
    const double h = 1;
    EXPECT_NEAR(net_delta(), moved * (value(moved + h) - value(moved - h)) / (2 * h), 2e-6);
}

TEST_F(WhichDelta, MinimumVarianceTakesItsCoefficientsFromTheSurface) {
    start_with(Numeraire::coin, SmileDelta::min_variance);
    position(kPut, 1, 900);
    const double plain = net_delta();
    Event e = make(EventType::surface);
    const std::vector slices{smile_slice(Settlement::inverse), smile_slice(Settlement::linear)};
    const MinVarianceFit fit{-0.3, 0.1, 0.05, 0.2, 1'000};
    e.payload.surface.blob = blobs.put(encode_surface(kReference, slices, fit));
    e.payload.surface.underlying = kBtc;
    step(e);
    // delta_MV = delta + vega/(S sqrt T) (a + b delta + c delta^2), with the call's delta and vega S phi sqrt
    // T.
    const double v = vol(47'000, kReference) * std::sqrt(years());
    const double d1 = std::log(kReference / 47'000) / v + v / 2;
    const double delta = 0.5 * std::erfc(-d1 / std::sqrt(2.0));
    const double phi = std::exp(-d1 * d1 / 2) / std::sqrt(2 * M_PI);
    EXPECT_NEAR(net_delta() - plain, phi * (-0.3 + 0.1 * delta + 0.05 * delta * delta), 1e-6);
}

TEST_F(WhichDelta, AnOldSurfaceBlocks) {
    start_with(Numeraire::coin);
    position(kCall, 5, 0.02);
    now = now + config.surface_stale_after + Nanos::from_seconds(1);
    equity("USDC", 0);
    quote(kPerpetual, kReference);
    EXPECT_EQ(btc().blocked_by, AlertCode::surface_stale);
}

TEST_F(WhichDelta, ASurfaceThatDisagreesWithTheMarksWaitsForAPerson) {
    start_with(Numeraire::coin);
    position(kCall, 5, 0.02);
    SmileSlice far = smile_slice(Settlement::inverse);
    far.mark_gap = 0.2;
    surface({far});
    EXPECT_EQ(btc().blocked_by, AlertCode::surface_disagrees);
    command(CommandKind::accept_surface, kBtc);
    EXPECT_EQ(btc().blocked_by, AlertCode::none);
    // The agreement ends with the disagreement.
    surface({smile_slice(Settlement::inverse)});
    surface({far});
    EXPECT_EQ(btc().blocked_by, AlertCode::surface_disagrees);
}

TEST_F(WhichDelta, AnEarlierRunsSurfaceServesTenMinutes) {
    start_with(Numeraire::coin);
    position(kCall, 5, 0.02);
    now = now + Nanos::from_seconds(300);
    run_started(2);
    ASSERT_EQ(btc().slice_count, 2u);
    EXPECT_EQ(btc().slices[0].source, VolSource::journaled);
    now = now + Nanos::from_seconds(301);
    run_started(3);
    EXPECT_EQ(btc().slice_count, 0u);
    EXPECT_EQ(why_unknown(), AlertCode::no_volatility);
}

TEST_F(WhichDelta, AnEarlierRunsSurfaceServesNoLongerWhateverIsConfigured) {
    config.surface_stale_after = config.equity_stale_after = Nanos::from_seconds(3600);
    start_with(Numeraire::coin);
    position(kCall, 5, 0.02);
    now = now + Nanos::from_seconds(900);
    quote(kPerpetual, kReference);
    EXPECT_EQ(btc().blocked_by, AlertCode::none);  // of this run
    surface({smile_slice(Settlement::inverse)});
    now = now + Nanos::from_seconds(300);
    run_started(2);
    EXPECT_EQ(surface_reason(memory.state(), config, kBtc), AlertCode::none);
    now = now + Nanos::from_seconds(301);
    quote(kPerpetual, kReference);
    EXPECT_EQ(surface_reason(memory.state(), config, kBtc), AlertCode::surface_stale);
    surface({smile_slice(Settlement::inverse)});
    EXPECT_EQ(surface_reason(memory.state(), config, kBtc), AlertCode::none);
}

}  // namespace
}  // namespace hw::hedge::test
