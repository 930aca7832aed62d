// The quote wallets of an underlying: they count whole and always, whatever is held and in whatever order.
#include <random>

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

constexpr InstrumentId kTether{5};

class QuoteWallets : public EngineTest {
  protected:
    void start_with(std::vector<QuoteWallet> wallets) {
        config.underlyings[0].band = 1e6;
        config.underlyings[0].quote_wallets = std::move(wallets);
        start();
        define(tether());
        tick();
    }
    static Instrument tether(const char* settle = "USDT") {
        Instrument i = contract("BTC_USDT-PERPETUAL", Kind::perpetual, Settlement::linear, 0.001);
        i.settle = *Currency::from(settle);
        return i;
    }
    void equity(const char* currency, double amount) {
        Event e = make(EventType::equity);
        e.payload.equity = {};
        e.payload.equity.currency = *Currency::from(currency);
        e.payload.equity.amount = *Cash::from_double(amount);
        step(e);
    }
    double delta_in(Numeraire numeraire) {
        config.underlyings[0].numeraire = numeraire;
        return net_delta();
    }
    double usd_minus_coin() { return delta_in(Numeraire::usd) - delta_in(Numeraire::coin); }
};

// 500,000 USDC, 50,000 USDT and a coin: 12 coins, with nothing held, something held, and nothing again.
TEST_F(QuoteWallets, ATinyPositionIsNoJump) {
    start_with({{"USDC", 1}, {"USDT", 1}});
    equity("USDC", 500'000);
    equity("USDT", 50'000);
    equity("BTC", 1);
    const double before = delta_in(Numeraire::coin);
    EXPECT_NEAR(before, -11, 1e-9);
    double expected = before;
    for (const auto& [id, side] : {std::pair{kLinear, Side::buy},
                                   {kTether, Side::buy},
                                   {kLinear, Side::sell},
                                   {kTether, Side::sell}}) {
        fill(id, side, 1, kReference);
        expected += side == Side::buy ? 0.001 : -0.001;
        EXPECT_NEAR(delta_in(Numeraire::coin), expected, 1e-9);
        EXPECT_NEAR(usd_minus_coin(), 12, 1e-9);
    }
    EXPECT_EQ(orders_in(all).size(), 0u);
}

TEST_F(QuoteWallets, WhatSettlesElsewhereBlocks) {
    start_with({{"USDC", 0}});
    fill(kLinear, Side::buy, 1, kReference);
    tick();
    EXPECT_EQ(btc().blocked_by, AlertCode::none);
    fill(kTether, Side::buy, 1, kReference);
    tick();
    EXPECT_EQ(btc().blocked_by, AlertCode::settlement_unlisted);
    EXPECT_EQ(alerts(all, AlertCode::settlement_unlisted), 1u);
    fill(kTether, Side::sell, 1, kReference);
    tick();
    EXPECT_EQ(btc().blocked_by, AlertCode::none) << "gone with the position";
}

TEST_F(QuoteWallets, AHeldPositionsSettlementCurrencyDoesNotChange) {
    start_with({{"USDC", 0}, {"USDT", 0}});
    fill(kTether, Side::buy, 1, kReference);
    define(tether("EURC"));
    EXPECT_EQ(memory.state().instruments[kTether].settle.view(), "USDT");
    EXPECT_EQ(alerts(AlertCode::definition_refused), 1u);
    fill(kTether, Side::sell, 1, kReference);
    define(tether("EURC"));
    EXPECT_EQ(memory.state().instruments[kTether].settle.view(), "EURC");
}

TEST_F(QuoteWallets, ADefinitionWithoutSettlementCurrencyIsRefused) {
    start_with({{"USDC", 0}});
    Instrument nowhere = contract("BTC_X-PERPETUAL", Kind::perpetual, Settlement::linear, 0.001);
    nowhere.settle = {};
    define(nowhere);
    EXPECT_EQ(alerts(AlertCode::definition_refused), 1u);
    EXPECT_EQ(memory.state().instruments.find_symbol("BTC_X-PERPETUAL"), kNoInstrument);
}

// Whatever the wallets hold and whatever is traded: the two deltas differ by the whole equity, and nothing is
// left in the count of what settles where once everything is closed.
TEST_F(QuoteWallets, PropertyUsdMinusCoinIsTheWholeEquity) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto between = [&](double low, double high) {
        return std::uniform_real_distribution(low, high)(random);
    };
    const double shares[] = {1, between(0, 1)};
    start_with({{"USDC", shares[0]}, {"USDT", shares[1]}});
    double coins = 0, amounts[2] = {};
    const auto renew = [&] {
        coins = std::round(between(-5, 50) * 1e6) * 1e-6;
        equity("BTC", coins);
        for (int n = 0; n < 2; ++n) {
            amounts[n] = std::round(between(-2e5, 2e6) * 1e3) * 1e-3;
            equity(n == 0 ? "USDC" : "USDT", amounts[n]);
        }
    };
    renew();
    const InstrumentId traded[] = {kPerpetual, kLinear, kCall, kPut, kFuture, kTether};
    for (int n = 0; n < 300; ++n) {
        const InstrumentId id = traded[random() % 6];
        const double price = id == kCall ? 0.02 : id == kPut ? 900 : kReference;
        const double held = line(id).qty.to_double();
        if (held != 0 && random() % 2 == 0) {
            fill(id, held > 0 ? Side::sell : Side::buy, std::abs(held), price);
        } else {
            fill(id, random() % 2 == 0 ? Side::buy : Side::sell, 1, price);
        }
        if (random() % 4 == 0) renew();
        const double whole = coins + (shares[0] * amounts[0] + shares[1] * amounts[1]) / btc().reference;
        ASSERT_NEAR(usd_minus_coin(), whole, 1e-9 * std::max(1.0, std::abs(whole)));
    }
    for (const InstrumentId id : traded) {
        const double held = line(id).qty.to_double();
        if (held != 0) fill(id, held > 0 ? Side::sell : Side::buy, std::abs(held), id == kCall ? 0.02 : 900);
    }
    for (const QuoteSettled& q : btc().quote_settled) {
        EXPECT_TRUE(q.currency.empty());
        EXPECT_EQ(q.positions, 0u);
    }
}

}  // namespace
}  // namespace hw::hedge::test
