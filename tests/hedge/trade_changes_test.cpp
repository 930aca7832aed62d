// Busts and corrections: exact to the nano-unit, once, and never guessed.
#include <random>

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class TradeChanges : public EngineTest {
  protected:
    Event change(TradeChange what, const Event& of, double contracts = 0, double at = 0) {
        Event e = execution(of.header.instrument, of.payload.execution.side,
                            contracts > 0 ? contracts : of.payload.execution.last_qty.to_double(),
                            at > 0 ? at : of.payload.execution.last_price.to_double());
        e.payload.execution.change = what;
        e.payload.execution.ref = of.payload.execution.key;
        return e;
    }
    Event bust(const Event& of) { return change(TradeChange::bust, of); }
    bool refused(const Event& e) {
        memory.state().killed = 0;
        step(e);
        return alerts(AlertCode::execution_refused) == 1 && killed();
    }
    const OrderState& order() { return memory.state().orders[0]; }
};

TEST_F(TradeChanges, ABustLeavesNothingBehind) {
    start();
    step(execution(kPerpetual, Side::buy, 777, 43'210.5));
    const PositionLine before = line(kPerpetual);
    Event e = execution(kPerpetual, Side::sell, 333, 49'876.5);
    e.payload.execution.fee = *Cash::from_double(0.00012345);
    e.payload.execution.fee_known = 1;
    step(e);
    step(bust(e));
    EXPECT_EQ(alerts(AlertCode::trade_busted), 1u);
    EXPECT_EQ(std::memcmp(&before, &line(kPerpetual), sizeof before), 0);
    EXPECT_FALSE(killed());
    EXPECT_EQ(memory.state().account.busts, 1u);
}

TEST_F(TradeChanges, TheFeeTakenBackIsTheOneThatWasBooked) {
    start();
    const Event e = execution(kCall, Side::buy, 2, 0.07);  // by the definition, at the price of then
    memory.state().instruments[kCall].taker_fee_nanos = 300'000;
    step(e);
    EXPECT_FALSE(line(kCall).fees.is_zero());
    memory.state().instruments[kCall].taker_fee_nanos = 500'000;
    quote(kPerpetual, 51'000);
    step(bust(e));
    EXPECT_TRUE(line(kCall).fees.is_zero());
    EXPECT_TRUE(line(kCall).cash.is_zero());
    EXPECT_TRUE(line(kCall).traded.is_zero());
    EXPECT_FALSE(memory.state().inventory.holds(kCall)) << "out of the Greeks, too";
}

TEST_F(TradeChanges, ACorrectionBooksTheDifference) {
    start();
    const Event e = execution(kLinear, Side::buy, 1'000, 50'000);
    step(e);
    const Event c = change(TradeChange::correction, e, 900, 50'100);
    step(c);
    EXPECT_EQ(alerts(AlertCode::trade_corrected), 1u);
    EXPECT_EQ(line(kLinear).qty, qty(900));
    EXPECT_EQ(line(kLinear).cash, *Cash::from_double(-0.9 * 50'100));
    EXPECT_EQ(line(kLinear).traded, qty(900));
    step(change(TradeChange::correction, c, 950, 50'000));  // names the correction
    EXPECT_EQ(line(kLinear).qty, qty(950));
    EXPECT_EQ(line(kLinear).cash, Cash::from_units(-47'500));
    step(change(TradeChange::correction, e, 940, 50'000));  // names the fill
    step(bust(c));
    EXPECT_TRUE(line(kLinear).qty.is_zero());
    EXPECT_TRUE(line(kLinear).cash.is_zero());
    EXPECT_FALSE(killed());
}

TEST_F(TradeChanges, TheSameBustOnBothSessionsCountsOnce) {
    start();
    const Event e = execution(kLinear, Side::buy, 10, 50'000);
    step(e);
    step(execution(kLinear, Side::buy, 5, 50'000));
    Event b = bust(e);
    step(b);
    b.payload.execution.source = SessionRole::account;
    EXPECT_TRUE(step(b).empty());
    EXPECT_EQ(alerts(step(b), AlertCode::execution_duplicate), 1u);
    Event other_key = bust(e);
    other_key.payload.execution.source = SessionRole::account;
    EXPECT_EQ(alerts(step(other_key), AlertCode::execution_duplicate), 1u)
        << "it is out of the books already";
    EXPECT_EQ(line(kLinear).qty, qty(5));
    EXPECT_FALSE(killed());
    EXPECT_EQ(memory.state().account.busts, 1u);
    EXPECT_EQ(alerts(step(e), AlertCode::execution_duplicate), 1u) << "a busted fill sent again stays out";
    EXPECT_EQ(line(kLinear).qty, qty(5));
}

TEST_F(TradeChanges, WhatIsNotKnownIsRefused) {
    start();
    const Event e = execution(kLinear, Side::buy, 10, 50'000);
    const Event other = execution(kLinear, Side::buy, 10, 50'000);
    step(e);
    EXPECT_TRUE(refused(bust(other))) << "never told";
    Event none = bust(e);
    none.payload.execution.ref = {};
    EXPECT_TRUE(refused(none)) << "of nothing";
    Event elsewhere = bust(e);
    elsewhere.header.instrument = kFuture;
    EXPECT_TRUE(refused(elsewhere)) << "in another instrument";
    Event other_side = change(TradeChange::correction, e);
    other_side.payload.execution.side = Side::sell;
    EXPECT_TRUE(refused(other_side));
    Event nothing = change(TradeChange::correction, e);
    nothing.payload.execution.last_qty = {};
    EXPECT_TRUE(refused(nothing));
    EXPECT_EQ(line(kLinear).qty, qty(10)) << "all of it refused, nothing booked";
    memory.state().killed = 0;
    const Event b = bust(e);
    step(b);
    EXPECT_FALSE(killed());
    EXPECT_TRUE(refused(bust(b))) << "a bust of a bust";
    EXPECT_TRUE(refused(change(TradeChange::correction, e))) << "a correction of a busted fill";
    Event odd = execution(kLinear, Side::buy, 10, 50'000);
    odd.payload.execution.change = TradeChange{9};
    EXPECT_TRUE(refused(odd));
    odd.payload.execution.change = TradeChange::none;
    odd.payload.execution.source = SessionRole{2};
    EXPECT_TRUE(refused(odd));
    EXPECT_TRUE(line(kLinear).qty.is_zero());
}

TEST_F(TradeChanges, WhatIsRememberedNoLongerIsRefused) {
    start();
    const Event e = execution(kLinear, Side::buy, 1, 50'000);
    step(e);
    const Event c = change(TradeChange::correction, e, 2);
    step(c);
    for (std::uint32_t n = 2; n < ExecutionMemory::kCapacity; ++n)
        step(execution(kFuture, n % 2 == 0 ? Side::buy : Side::sell, 1, 50'000), false);
    memory.state().killed = 0;
    history.clear(), all.clear();
    step(change(TradeChange::correction, e, 3));
    EXPECT_TRUE(killed()) << "its own key took the fill's place";
    EXPECT_TRUE(refused(bust(c))) << "the correction is remembered, what it corrected is not";
    EXPECT_EQ(line(kLinear).qty, qty(2));
}

TEST_F(TradeChanges, TheOrdersFilledQuantityFollows) {
    start();
    gain_delta(3);
    const NewOrder o = one_order();
    const Event first = execution(kPerpetual, o.side, 5'000, 49'999.5, o.order);
    step(first);
    step(bust(first));
    EXPECT_EQ(one_order().qty, qty(5'000))
        << "what is left of the order is in flight, the rest is hedged anew";
    EXPECT_EQ(order().cum, Qty{});
    EXPECT_EQ(order().leaves(), qty(7'500)) << "what was taken back is not to come again";
    const Event second = execution(kPerpetual, o.side, 7'500, 49'999.5, o.order);
    step(second);
    EXPECT_EQ(order().status, OrderStatus::filled);
    EXPECT_FALSE(killed());
    EXPECT_TRUE(orders_in(last).empty());
    step(change(TradeChange::correction, second, 7'000));
    EXPECT_EQ(memory.state().orders[0].cum, qty(7'000));
    EXPECT_FALSE(killed());
}

TEST_F(TradeChanges, AnEndMayCountWhatWasTakenBackOrNot) {
    for (const double cum : {2'000.0, 7'000.0}) {
        memory.clear();
        sequence = 0;
        start();
        gain_delta(3);
        const NewOrder o = one_order();
        const Event first = execution(kPerpetual, o.side, 5'000, 49'999.5, o.order);
        step(first);
        step(execution(kPerpetual, o.side, 2'000, 49'999.5, o.order));
        step(bust(first));
        update(o.order, OrderStatus::canceled, qty(cum));
        EXPECT_FALSE(killed()) << cum;
    }
}

TEST_F(TradeChanges, ACorrectionBeyondTheOrderKills) {
    start();
    gain_delta(3);
    const NewOrder o = one_order();
    const Event e = execution(kPerpetual, o.side, 12'500, 49'999.5, o.order);
    step(e);
    step(change(TradeChange::correction, e, 12'501));
    EXPECT_EQ(alerts(AlertCode::over_fill), 1u);
    EXPECT_EQ(line(kPerpetual).qty, qty(-12'501)) << "booked all the same";
}

TEST_F(TradeChanges, AnyOrderOfChangesEndsWithWhatTheVenueHas) {
    const std::uint64_t seed = 701;
    std::mt19937_64 random(seed);
    start();
    struct AtVenue {
        Event fill;
        Qty contracts;
        Cash cash;
        bool alive;
    };
    std::vector<AtVenue> fills;
    for (int n = 0; n < 3'000; ++n) {
        const auto choice = random() % 4;
        if (choice < 2 || fills.empty()) {
            const Event e = execution(kPerpetual, random() % 2 == 0 ? Side::buy : Side::sell,
                                      static_cast<double>(1 + random() % 5'000),
                                      40'000 + 0.5 * static_cast<double>(random() % 20'000));
            step(e, false);
            const Execution& x = e.payload.execution;
            const Qty q = signed_qty(x.side, x.last_qty);
            fills.push_back(
                {e, q, -contract_value(memory.state().instruments[kPerpetual], q, x.last_price), true});
            continue;
        }
        AtVenue& f = fills[random() % fills.size()];
        if (!f.alive) continue;
        f.alive = choice != 3;
        const double to = static_cast<double>(1 + random() % 5'000);
        const Event e = f.alive ? change(TradeChange::correction, f.fill, to) : bust(f.fill);
        step(e, false);
        if (random() % 2 == 0) step(e, false);
        const Execution& x = e.payload.execution;
        f.contracts = f.alive ? signed_qty(x.side, x.last_qty) : Qty{};
        f.cash = -contract_value(memory.state().instruments[kPerpetual], f.contracts, x.last_price);
    }
    Qty held;
    Cash cash;
    for (const AtVenue& f : fills) held += f.contracts, cash += f.cash;
    EXPECT_EQ(line(kPerpetual).qty, held) << "seed " << seed;
    EXPECT_EQ(line(kPerpetual).cash, cash) << "seed " << seed;
    EXPECT_FALSE(killed()) << "seed " << seed;
}

}  // namespace
}  // namespace hw::hedge::test
