// The risk gate, size and price: each reason binds, and what is allowed passes.
#include "hedge/gate.h"

#include "tests/hedge/risk_fixture.h"

namespace hw::hedge::test {
namespace {

using Gate = RiskTest;

TEST_F(Gate, Collar) {
    config.gate.collar_bp = 4;
    start();
    gain_delta(3);  // 5 bp of slippage
    EXPECT_EQ(alerts(AlertCode::gate_collar), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_TRUE(timer().empty()) << "said once";
    EXPECT_EQ(gate(proposal(Side::buy, 1, 50'020)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::buy, 1, 50'020.5)), AlertCode::gate_collar);
    EXPECT_EQ(gate(proposal(Side::buy, 1, 49'979.5)), AlertCode::gate_collar) << "either way";
    Proposal blind = proposal(Side::buy, 1);
    blind.mid = 0;
    EXPECT_EQ(gate(blind), AlertCode::gate_collar);
    blind.mid = std::nan("");
    EXPECT_EQ(gate(blind), AlertCode::gate_collar);
}

TEST_F(Gate, CollarOfOptionsIsInBasisPointsOfTheUnderlying) {
    start();
    Proposal p = option_order(Side::buy, 1, OrderPurpose::overlay);
    p.limit = price(0.0549);
    EXPECT_EQ(gate(p), AlertCode::none) << "49 bp of a coin";
    p.limit = price(0.0551);
    EXPECT_EQ(gate(p), AlertCode::gate_collar);
    p.instrument = kPut;  // in quote currency
    p.mid = 2'500;
    p.limit = price(2'740);
    EXPECT_EQ(gate(p), AlertCode::none);
    p.limit = price(2'760);
    EXPECT_EQ(gate(p), AlertCode::gate_collar);
}

TEST_F(Gate, Reference) {
    start();
    mark(49'100);
    EXPECT_EQ(orders_in(gain_delta(3)).size(), 1u) << "183 bp above the mark";
    mark(48'900);
    EXPECT_TRUE(orders_in(gain_delta(3)).empty());
    EXPECT_EQ(alerts(AlertCode::gate_reference), 1u);
    config.gate.reference_collar_bp = 0;
    configure();
    EXPECT_EQ(orders_in(tick()).size(), 1u);
}

TEST_F(Gate, PriceBandOfTheVenue) {
    start();
    mark(50'000, 49'990, 50'010);
    EXPECT_EQ(gate(proposal(Side::buy, 1, 50'010)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::buy, 1, 50'010.5)), AlertCode::gate_price_band);
    EXPECT_EQ(gate(proposal(Side::sell, 1, 49'990)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 1, 49'989.5)), AlertCode::gate_price_band);
}

TEST_F(Gate, SelfTrade) {
    start();
    our_quotes(price(49'999), price(50'020));
    gain_delta(-3);  // buys up to 50,025.5
    EXPECT_EQ(alerts(AlertCode::gate_self_trade), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_EQ(gate(proposal(Side::buy, 1, 50'019.5)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 1, 49'999)), AlertCode::gate_self_trade);
    EXPECT_EQ(gate(proposal(Side::sell, 1, 49'999.5)), AlertCode::none);
    our_quotes(price(49'999), price(50'026));
    EXPECT_EQ(one_order().side, Side::buy);
    our_quotes(kNoPrice, kNoPrice);
    EXPECT_EQ(gate(proposal(Side::sell, 1, 49'999)), AlertCode::none);
}

TEST_F(Gate, QuotesThatCannotBeAreRefusedAudibly) {
    start();
    our_quotes(price(49'999), price(50'020));
    EXPECT_EQ(alerts(our_quotes(price(50'021), price(50'020)), AlertCode::quotes_refused), 1u);
    EXPECT_EQ(gate(proposal(Side::buy, 1, 50'025)), AlertCode::none) << "nothing is known";
    EXPECT_EQ(alerts(our_quotes(price(-1), price(50'020)), AlertCode::quotes_refused), 1u);
    EXPECT_EQ(alerts(our_quotes(kNoPrice, price(1), InstrumentId{777}), AlertCode::quotes_refused), 1u);
    EXPECT_TRUE(our_quotes(price(1), price(2), kFuture).empty()) << "not what is hedged in";
}

TEST_F(Gate, LargeHedgesAreCutAndSaid) {
    config.gate.max_order_coins = 10;
    start();
    gain_delta(25.5);
    EXPECT_EQ(one_order().qty, qty(50'000));
    EXPECT_EQ(alerts(AlertCode::gate_max_qty), 1u);
    tick();
    EXPECT_EQ(one_order().qty, qty(50'000)) << "the rest is certain too";
    tick();
    EXPECT_EQ(one_order().qty, qty(25'000));
    EXPECT_TRUE(tick().empty());
    EXPECT_EQ(gate(proposal(Side::buy, 50'001)), AlertCode::gate_max_qty);
}

TEST_F(Gate, TheCutIsNeverRefusedForItsLastBit) {
    start();
    ActionList actions;
    EngineConfig rules = config;
    const Context c{memory.state(), rules, actions};
    Instrument& perpetual = memory.state().instruments[kPerpetual];
    perpetual.lot = Qty::from_nanos(1);
    for (int n = 0; n < 20'000; ++n) {
        rules.gate.max_order_coins = 0.1 * (1 + n % 30);
        const double mid = 20'000 + 1.7 * n;
        Proposal p = proposal(Side::buy, 1);
        p.mid = mid;
        p.limit = price(mid);
        p.delta_per_contract = delta_per_contract(perpetual, mid);
        p.qty = cut_to_max_order(c, p, Qty::from_units(1'000'000'000));
        ASSERT_NEAR(p.qty.to_double() * p.delta_per_contract, rules.gate.max_order_coins, 1e-9);
        ASSERT_EQ(pass_gate(c, p, 0, Envelope{}).refused_by, AlertCode::none) << mid;
    }
}

TEST_F(Gate, ASizeLimitBelowOneLotRefusesAudibly) {
    config.gate.max_order_coins = 0.0001;
    start();
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_max_qty), 1u);
    EXPECT_TRUE(orders_in(last).empty());
}

TEST_F(Gate, NothingAndLessThanNothingAreNoOrders) {
    start();
    EXPECT_EQ(gate(proposal(Side::buy, 0)), AlertCode::gate_max_qty);
    EXPECT_EQ(gate(proposal(Side::buy, -1)), AlertCode::gate_max_qty);
}

TEST_F(Gate, Notional) {
    config.gate.max_order_notional = 100'000;
    start();
    gain_delta(3);  // 12,500 contracts of 10 USD
    EXPECT_EQ(one_order().qty, qty(10'000)) << "a hedge is cut to it";
    EXPECT_EQ(alerts(AlertCode::gate_max_qty), 1u);
    EXPECT_EQ(gate(proposal(Side::sell, 10'000)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 10'001)), AlertCode::gate_notional);
    Proposal linear = proposal(Side::buy, 2'000);
    linear.instrument = kLinear;
    linear.delta_per_contract = 0.001;
    EXPECT_EQ(gate(linear), AlertCode::none);
    linear.limit = price(50'010);
    EXPECT_EQ(gate(linear), AlertCode::gate_notional) << "at the limit price, if that is worse";
    EXPECT_EQ(gate(option_order(Side::buy, 2, OrderPurpose::overlay)), AlertCode::none);
    EXPECT_EQ(gate(option_order(Side::buy, 2.1, OrderPurpose::overlay)), AlertCode::gate_notional);
    ActionList actions;
    const Context c{memory.state(), config, actions};
    EXPECT_EQ(cut_to_max_order(c, linear, qty(5'000)), qty(1'990)) << "wherever in the collar its limit is";
    config.gate.max_order_notional = 9;  // less than a contract
    configure();
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_notional), 1u);
    EXPECT_TRUE(orders_in(last).empty());
}

TEST_F(Gate, APersonsTighterLimitHoldsAndALooserOneDoesNot) {
    config.gate.max_order_coins = 10;
    start();
    tighten(LimitKind::max_order, 2);
    gain_delta(5.5);
    EXPECT_EQ(one_order().qty, qty(10'000));
    tighten(LimitKind::max_order, 20);
    EXPECT_EQ(gate(proposal(Side::sell, 50'000)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 50'001)), AlertCode::gate_max_qty);
    tighten_all(LimitKind::max_order, 1);
    EXPECT_EQ(gate(proposal(Side::sell, 5'001)), AlertCode::gate_max_qty) << "the tightest of three";
    tighten(LimitKind::max_order, 0);
    tighten_all(LimitKind::max_order, 0);
    tighten(LimitKind::max_notional, 50'000);  // where none is configured
    EXPECT_EQ(gate(proposal(Side::sell, 5'000)), AlertCode::none);
    EXPECT_EQ(gate(proposal(Side::sell, 5'001)), AlertCode::gate_notional);
}

TEST_F(Gate, Killed) {
    start();
    command(CommandKind::kill);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::gate_killed);
    command(CommandKind::reset);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::none);
}

}  // namespace
}  // namespace hw::hedge::test
