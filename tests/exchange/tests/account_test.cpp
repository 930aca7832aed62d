#include "tests/exchange/account.h"

#include <gtest/gtest.h>

#include "tests/exchange/rng.h"

namespace hw::exchange {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

Price p(double v) { return *Price::from_double(v); }
Qty q(double v) { return *Qty::from_double(v); }

MarketConfig both() {
    MarketConfig config;
    config.families = {"BTC", "BTC_USDC"};
    config.short_expiry = Nanos::from_seconds(1);
    return config;
}

TEST(Account, InverseFutureProfitIsInCoin) {
    const Market market(both(), kStart);
    Account account(market);
    const std::size_t perpetual = market.find("BTC-PERPETUAL");
    account.apply(perpetual, Side::buy, q(1000), p(50'000), 0.0);
    EXPECT_DOUBLE_EQ(account.value(perpetual, 62'500), 10'000.0 * (1.0 / 50'000 - 1.0 / 62'500));
    account.apply(perpetual, Side::sell, q(1000), p(62'500), 0.001);
    EXPECT_NEAR(account.cash().at("BTC"), 0.2 - 0.16 - 0.001, 1e-15);
    EXPECT_TRUE(account.holding(perpetual).qty.is_zero());
    EXPECT_EQ(account.executions(), 2u);
}

TEST(Account, LinearFutureThroughZero) {
    const Market market(both(), kStart);
    Account account(market);
    const std::size_t perpetual = market.find("BTC_USDC-PERPETUAL");
    account.apply(perpetual, Side::buy, q(2000), p(90'000), 0.0);
    account.apply(perpetual, Side::sell, q(3000), p(91'000), 0.0);
    EXPECT_NEAR(account.cash().at("USDC"), 2.0 * 1'000, 1e-9);
    EXPECT_EQ(account.holding(perpetual).qty, q(-1000));
    EXPECT_DOUBLE_EQ(account.holding(perpetual).average, 91'000);
}

TEST(Account, FeesOfOptionsAreCappedByThePremium) {
    Instrument option;
    option.kind = Kind::option;
    option.settlement = Settlement::inverse;
    option.contract_size = q(1);
    option.taker_fee_nanos = 300'000;
    EXPECT_DOUBLE_EQ(fill_fee(option, false, q(2), p(0.05), 90'000), 0.0006);
    EXPECT_DOUBLE_EQ(fill_fee(option, false, q(2), p(0.0008), 90'000), 0.0002);
}

// Cash plus the value of what is held equals what was paid and received, whatever the order of the trades.
TEST(Account, EquityIsConserved) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Rng rng(seed);
        const Market market(both(), kStart);
        Account account(market);
        std::map<std::string, double> flows;  // of "coins" bought and sold outright, marked at the end
        std::map<std::size_t, double> marks;
        std::map<std::size_t, double> held;
        for (int i = 0; i < 500; ++i) {
            const std::size_t c = rng.below(static_cast<std::uint32_t>(market.contracts().size()));
            const Instrument& t = market.contracts()[c].terms;
            const double price = market.fair(market.contracts()[c]) * rng.uniform(0.8, 1.2) + 1e-4;
            const Price fixed = p(price);
            const Side side = rng.chance(0.5) ? Side::buy : Side::sell;
            const Qty qty = Qty::from_nanos(t.lot.nanos() * (1 + rng.below(50)));
            const double fee = fill_fee(t, false, qty, fixed, 90'000);
            account.apply(c, side, qty, fixed, fee);
            const double size = signed_qty(side, qty).to_double() * t.contract_size.to_double();
            held[c] += size;
            const bool inverse_future = t.is_inverse() && !t.is_option();
            const double unit = inverse_future ? -1.0 / fixed.to_double() : fixed.to_double();
            flows[std::string(t.settle.view())] -= size * unit + fee;
            marks[c] = price;
        }
        std::map<std::string, double> equity = account.cash();
        for (const auto& [c, mark] : marks) {
            const Instrument& t = market.contracts()[c].terms;
            const std::string currency(t.settle.view());
            equity[currency] += account.value(c, mark);
            const bool inverse_future = t.is_inverse() && !t.is_option();
            flows[currency] += held[c] * (inverse_future ? -1.0 / mark : mark);
        }
        EXPECT_NEAR(equity["BTC"], flows["BTC"], 1e-9);
        EXPECT_NEAR(equity["USDC"], flows["USDC"], 1e-5);
    }
}

TEST(Account, ExpiryPaysTheIntrinsicValueOnceAndRemovesThePosition) {
    Market market(both(), kStart);
    Account account(market);
    std::size_t call = market.contracts().size();
    for (std::size_t i = 0; i < market.contracts().size(); ++i) {
        const Instrument& t = market.contracts()[i].terms;
        const bool deep = t.strike.to_double() < 0.999 * market.underlyings()[0].spot;
        if (t.option_type == OptionType::call && t.is_inverse() && deep &&
            t.expiry == kStart + Nanos::from_seconds(1)) {
            call = i;
        }
    }
    ASSERT_LT(call, market.contracts().size());
    account.apply(call, Side::sell, q(3), p(0.01), 0.0);
    std::vector<std::size_t> settled;
    market.step(kStart + Nanos::from_ms(999), settled);
    EXPECT_TRUE(settled.empty());
    market.step(kStart + Nanos::from_seconds(1), settled);
    ASSERT_NE(std::find(settled.begin(), settled.end(), call), settled.end());
    const Contract& c = market.contracts()[call];
    const double payoff = (c.delivery - c.terms.strike.to_double()) / c.delivery;
    ASSERT_GT(payoff, 0.0);
    EXPECT_EQ(account.settle(call), q(-3));
    EXPECT_NEAR(account.cash().at("BTC"), 0.03 - 3.0 * payoff, 1e-15);
    EXPECT_TRUE(account.settle(call).is_zero());
}

}  // namespace
}  // namespace hw::exchange
