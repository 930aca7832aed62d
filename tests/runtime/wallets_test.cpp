// The worth of a paper account's wallets: the configuration's figure when the run begins, and from there on
// what this run earned.
#include "deploy/runtime/wallets.h"

#include <gtest/gtest.h>

#include "tests/hedge/engine_fixture.h"

namespace hw::deploy {
namespace {

using namespace hedge::test;

class Wallets : public hedge::test::EngineTest {
  protected:
    Wallets() {
        config.underlyings[0].band = 1e6;
        start();
        timer();
    }
    /// A run begins in the state as it is.
    void begin(const std::vector<StartingPosition>& starting = {}) {
        wallets.begin({coins, dollars}, memory.state(), starting);
        timer();
    }
    void mark(InstrumentId id, double at) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker = {};
        Ticker& t = e.payload.ticker;
        t.mark = price(at);
        t.index = t.last = t.settlement = t.delivery = t.estimated_delivery = kNoPrice;
        step(e);
    }
    /// The amounts handed out, by currency; a round is two seconds, so that none is fresh.
    std::map<std::string, double> round() {
        timer(Nanos::from_seconds(2));
        std::map<std::string, double> amounts;
        wallets.renew(memory.state(), [&](const Equity& e) {
            EXPECT_EQ(e.source, EquitySource::paper);
            amounts[std::string(e.currency.view())] = std::round(e.amount.to_double() * 1e6) / 1e6;
        });
        return amounts;
    }
    const WalletConfig coins{"BTC", 3}, dollars{"USDC", 1'000};
    PaperWallets wallets;
};

TEST_F(Wallets, ConfiguredIsWhatTheConfigurationSays) {
    fill(kLinear, Side::buy, 100, kReference - 1'000);
    EXPECT_EQ(configured_equity(dollars).amount, Cash::from_units(1'000));
    EXPECT_EQ(configured_equity(dollars).source, EquitySource::configuration);
}

TEST_F(Wallets, WithoutAMarkNothingIsSaid) {
    begin();
    EXPECT_EQ(round(), (std::map<std::string, double>{{"BTC", 3}, {"USDC", 1'000}}));
    fill(kCall, Side::buy, 10, 0.02);
    EXPECT_EQ(round(), (std::map<std::string, double>{{"USDC", 1'000}})) << "the premium is not lost";
    mark(kCall, 0.021);
    EXPECT_NEAR(round().at("BTC"), 3.01, 1e-9);
}

TEST_F(Wallets, WhatEarlierRunsEarnedIsInTheConfiguredFigure) {
    mark(kLinear, kReference);
    fill(kLinear, Side::buy, 2'000, kReference - 500);  // two coins, 1,000 dollars up
    fill(kCall, Side::buy, 1, 0.02);
    fill(kCall, Side::sell, 1, 0.03);  // and closed, 0.01 coins up
    begin();
    EXPECT_EQ(round(), (std::map<std::string, double>{{"BTC", 3}})) << "the journal's mark is an old one";
    mark(kLinear, kReference + 100);
    EXPECT_NEAR(round().at("USDC"), 1'000, 1e-9) << "as configured, at the first mark of this run";
    mark(kLinear, kReference + 150);
    fill(kLinear, Side::sell, 1'000, kReference + 160);
    EXPECT_NEAR(round().at("USDC"), 1'000 + 2 * 50 + 10, 1e-9);
}

TEST_F(Wallets, AFillBeforeTheFirstMarkCountsAtItsPrice) {
    mark(kLinear, kReference);
    fill(kLinear, Side::buy, 2'000, kReference);
    begin();
    fill(kLinear, Side::sell, 1'000, kReference + 40);
    mark(kLinear, kReference + 10);
    EXPECT_NEAR(round().at("USDC"), 1'000 + 30, 1e-9);
}

TEST_F(Wallets, StartingPositionsCountFromTheirFirstMark) {
    begin({{"BTC_USDC-PERPETUAL", qty(100'000), price(2'000), 2}});
    EXPECT_EQ(round().at("USDC"), 1'000) << "not in the books yet";
    position(kLinear, 100'000, 2'000);
    EXPECT_EQ(round().count("USDC"), 0u);
    mark(kLinear, 3'000);
    EXPECT_NEAR(round().at("USDC"), 1'000, 1e-9);
    mark(kLinear, 3'001);
    EXPECT_NEAR(round().at("USDC"), 1'100, 1e-9);
}

TEST_F(Wallets, EachWalletHasWhatSettlesInIt) {
    begin();
    Instrument tether = contract("BTC_USDT-PERPETUAL", Kind::perpetual, Settlement::linear, 0.001);
    tether.settle = *Currency::from("USDT");
    define(tether);
    const InstrumentId id{5};
    mark(id, kReference);
    mark(kLinear, kReference);
    fill(id, Side::buy, 1'000, kReference - 7);
    fill(kLinear, Side::buy, 1'000, kReference - 2);
    EXPECT_NEAR(round().at("USDC"), 1'002, 1e-9);
}

TEST_F(Wallets, AtMostOnceASecond) {
    begin();
    Event e = make(EventType::equity);
    e.payload.equity = configured_equity(dollars);
    step(e);
    int handed = 0;
    wallets.renew(memory.state(), [&](const Equity& w) { handed += w.currency.view() == "USDC"; });
    EXPECT_EQ(handed, 0);
    timer(Nanos::from_seconds(1));
    wallets.renew(memory.state(), [&](const Equity& w) { handed += w.currency.view() == "USDC"; });
    EXPECT_EQ(handed, 1);
}

}  // namespace
}  // namespace hw::deploy
