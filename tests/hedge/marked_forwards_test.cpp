#include "hedge/marked_forwards.h"

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

constexpr Nanos kDay = Nanos::from_seconds(86'400);
constexpr Nanos kWindow = Nanos::from_seconds(1'800);

Instrument of(Kind kind, int days, Settlement settlement = Settlement::inverse) {
    Instrument i = contract("BTC-X", kind, settlement, 1);
    i.expiry = kStart + Nanos::from_ns(days * kDay.ns());
    i.underlying = kBtc;
    return i;
}

Ticker ticker(double mark, double index) {
    Ticker t{};
    t.mark = price(mark);
    t.index = price(index);
    return t;
}

double forward(const MarkedForwards& f, int days, double at, Settlement settlement = Settlement::inverse) {
    return f.forward(of(Kind::option, days, settlement), price(at), kStart);
}

TEST(MarkedForwards, AFutureSaysHowFarItsExpiryIsFromTheIndex) {
    MarkedForwards f;
    f.observe(of(Kind::future, 8), ticker(50'400, 50'000), kStart, kWindow);
    EXPECT_NEAR(forward(f, 8, 50'100), 50'100 * 1.008, 1e-9);
    f.observe(of(Kind::future, 8), ticker(50'300, 50'000), kStart, kWindow);
    EXPECT_NEAR(forward(f, 8, 50'000), 50'300, 1e-9);
}

TEST(MarkedForwards, BetweenTheIndexTheFuturesAndBeyondThereAreStraightLines) {
    MarkedForwards f;
    f.observe(of(Kind::future, 8), ticker(50'400, 50'000), kStart, kWindow);
    f.observe(of(Kind::future, 16), ticker(50'600, 50'000), kStart, kWindow);
    EXPECT_NEAR(forward(f, 2, 50'000), 50'100, 1e-8);
    EXPECT_NEAR(forward(f, 12, 50'000), 50'500, 1e-8);
    EXPECT_NEAR(forward(f, 32, 50'000), 51'200, 1e-8);
}

TEST(MarkedForwards, WhatNoFutureSaysIsNotKnown) {
    MarkedForwards f;
    EXPECT_EQ(forward(f, 8, 50'000), 0);
    f.observe(of(Kind::future, 8), ticker(50'400, 50'000), kStart, kWindow);
    EXPECT_EQ(forward(f, 8, 50'000, Settlement::linear), 0);
    Instrument other = of(Kind::option, 8);
    other.underlying = UnderlyingId{1};
    EXPECT_EQ(f.forward(other, price(50'000), kStart), 0);
    EXPECT_EQ(f.forward(of(Kind::option, 8), kNoPrice, kStart), 0);
    EXPECT_EQ(f.forward(of(Kind::option, 8), price(50'000), kStart + Nanos::from_ns(8 * kDay.ns())), 0);
    f.clear();
    EXPECT_EQ(forward(f, 8, 50'000), 0);
}

TEST(MarkedForwards, BrokenMarksSettlementWindowsAndOtherContractsSayNothing) {
    MarkedForwards f;
    f.observe(of(Kind::future, 8), ticker(90'000, 50'000), kStart, kWindow);
    f.observe(of(Kind::perpetual, 8), ticker(50'400, 50'000), kStart, kWindow);
    f.observe(of(Kind::option, 8), ticker(50'400, 50'000), kStart, kWindow);
    Ticker without = ticker(50'400, 50'000);
    without.index = kNoPrice;
    f.observe(of(Kind::future, 8), without, kStart, kWindow);
    const Instrument settling = of(Kind::future, 8);
    f.observe(settling, ticker(50'400, 50'000), settling.expiry - kWindow, kWindow);
    EXPECT_EQ(forward(f, 8, 50'000), 0);
}

}  // namespace
}  // namespace hw::hedge::test
