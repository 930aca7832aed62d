// From Greeks beyond their limits to orders in options: the planner's proposal, and what the engine does with
// it.
#include "hedge/overlay_orders.h"

#include "hedge/envelope.h"
#include "hedge/open_orders.h"
#include "hedge/option_terms.h"
#include "hedge/planner/book_greeks.h"
#include "hedge/planner/overlay_plan.h"
#include "tests/hedge/risk_market.h"

namespace hw::hedge::test {
namespace {

class OverlayOrders : public RiskMarket {
  protected:
    /// Short gamma in the forty-day options, with a limit of half of it.
    void short_gamma(OverlayMode mode) {
        UnderlyingConfig& rules = config.underlyings[0];
        rules.overlay.mode = mode;
        config.gate.collar_bp = 500;
        open_market();
        fill(id(16), Side::sell, 20, 0.05);
        settle_hedges();
        gamma_ = greeks();
        rules.greek_limits.gamma = {0.5 * std::abs(gamma_), 2 * std::abs(gamma_)};
        configure();
        for (int n = 0; n < kListed; ++n) quote_option(n);
    }
    double greeks() {
        return (*book_greeks(memory.state(), config.underlyings[0], kBtc))[kAllExpiries].gamma;
    }
    /// Around the model's price, one per cent wide, 30 contracts a side.
    void quote_option(int n) {
        const Instrument& i = memory.state().instruments[id(n)];
        const auto g = option_greeks(memory.state(), config.underlyings[0], i);
        ASSERT_TRUE(g.has_value());
        const double bid =
            std::max(std::floor(g->price * 0.995 / i.tick.to_double()), 1.0) * i.tick.to_double();
        const double ask = std::ceil(g->price * 1.005 / i.tick.to_double() + 1) * i.tick.to_double();
        step(make(EventType::book_clear, id(n)), false);
        level(id(n), Side::buy, bid, 30, false, false);
        level(id(n), Side::sell, ask, 30, true, false);
        trust(id(n), true);
    }
    /// What the policy sent is filled, so that nothing is open.
    void settle_hedges() {
        for (int n = 0; n < 10; ++n) {
            const auto orders = orders_in(last);
            if (orders.empty()) break;
            for (const NewOrder& o : orders) fill(o);
        }
    }
    std::optional<Overlay> plan() {
        return plan_overlay(memory.state(), config, kBtc, Nanos::from_seconds(10));
    }
    const std::vector<Action>& tell(const Overlay& o, bool end = true) {
        Event e = make(EventType::overlay);
        e.payload.overlay = o;
        return step(e, end);
    }
    std::vector<std::pair<InstrumentId, NewOrder>> legs_sent() const {
        std::vector<std::pair<InstrumentId, NewOrder>> sent;
        for (const Action& a : last) {
            const bool leg = a.header.type == ActionType::new_order &&
                             a.payload.new_order.why.purpose == OrderPurpose::overlay;
            if (leg) sent.push_back({a.header.instrument, a.payload.new_order});
        }
        return sent;
    }

    double gamma_ = 0;
};

TEST_F(OverlayOrders, ThePlannerProposesWhatBringsTheGreeksInside) {
    short_gamma(OverlayMode::advise);
    const auto o = plan();
    ASSERT_TRUE(o.has_value());
    EXPECT_EQ(o->to_send, 0);
    EXPECT_EQ(o->underlying, kBtc);
    EXPECT_EQ(o->position_sequence, sequence);
    ASSERT_GT(o->count, 0);
    double after = gamma_, lot = 0;
    for (std::size_t n = 0; n < o->count; ++n) {
        const Instrument& i = memory.state().instruments[o->instruments[n]];
        const double one = contract_greeks(memory.state(), config.underlyings[0], i)->gamma;
        after += o->legs[n].qty.to_double() * one;
        lot = std::max(lot, i.lot.to_double() * one);
        const BookSet::Touch touch = memory.state().books.touch(o->instruments[n]);
        EXPECT_EQ(o->legs[n].limit, o->legs[n].qty > Qty{} ? touch.ask : touch.bid);
        EXPECT_LE(o->legs[n].qty.abs().to_double(), 30);
    }
    EXPECT_NEAR(std::abs(after), config.underlyings[0].greek_limits.gamma.soft, lot);
}

TEST_F(OverlayOrders, OnlyOptionsThatCanBeTradedAreProposed) {
    short_gamma(OverlayMode::advise);
    for (int round = 0; round < kListed; ++round) {
        const auto o = plan();
        if (!o) break;
        for (std::size_t n = 0; n < o->count; ++n) trust(o->instruments[n], false);
    }
    EXPECT_FALSE(plan().has_value()) << "no book is left to trade in";
    for (int n = 0; n < kListed; ++n) quote_option(n);
    EXPECT_TRUE(plan().has_value());
    now = now + Nanos::from_seconds(11);
    quote(kPerpetual, kReference);
    EXPECT_FALSE(plan().has_value()) << "all quotes are old";
    quote_option(0);  // half a day left, less than the least
    EXPECT_FALSE(plan().has_value());
}

TEST_F(OverlayOrders, InsideTheLimitsThereIsNothingToSay) {
    short_gamma(OverlayMode::advise);
    config.underlyings[0].greek_limits.gamma = {2 * std::abs(gamma_), 0};
    EXPECT_FALSE(plan().has_value());
    config.underlyings[0].greek_limits.gamma = {0, 0.5 * std::abs(gamma_)};
    EXPECT_TRUE(plan().has_value()) << "the hard limit, where there is no soft one";
    tell(*plan());
    config.underlyings[0].greek_limits.gamma = {0, 0};
    config.underlyings[0].greek_limits.vega = {1e9, 0};
    const auto taken_back = plan();
    ASSERT_TRUE(taken_back.has_value()) << "advice that no longer holds is taken back";
    EXPECT_EQ(taken_back->count, 0);
    tell(*taken_back);
    EXPECT_EQ(btc().risk.overlay.count, 0);
    EXPECT_FALSE(plan().has_value());
    config.underlyings[0].greek_limits.vega = {1e-9, 0};
    EXPECT_TRUE(plan().has_value());
    config.underlyings[0].overlay.mode = OverlayMode::off;
    EXPECT_FALSE(plan().has_value());
}

TEST_F(OverlayOrders, AdviceIsKeptAndSaidOnce) {
    short_gamma(OverlayMode::advise);
    Overlay o = *plan();
    tell(o);
    EXPECT_EQ(alerts(AlertCode::overlay_advised), 1u);
    EXPECT_TRUE(legs_sent().empty());
    EXPECT_EQ(btc().risk.overlay.count, o.count);
    EXPECT_EQ(btc().risk.overlay_time, now);
    o.legs[0].limit += memory.state().instruments[o.instruments[0]].tick;
    tell(o);
    EXPECT_EQ(alerts(AlertCode::overlay_advised), 0u) << "another price is no other advice";
    o.legs[0].qty += memory.state().instruments[o.instruments[0]].lot;
    tell(o);
    EXPECT_EQ(alerts(AlertCode::overlay_advised), 1u);
}

TEST_F(OverlayOrders, InModeAutoTheLegsLeaveWithTheirDeltaInTheEnvelope) {
    short_gamma(OverlayMode::automatic);
    const Overlay o = *plan();
    EXPECT_EQ(o.to_send, 1);
    const double before = net_delta();
    tell(o, false);
    const auto sent = legs_sent();
    ASSERT_EQ(sent.size(), o.count);
    double low = 0, high = 0;
    for (std::size_t n = 0; n < o.count; ++n) {
        const NewOrder& leg = sent[n].second;
        EXPECT_EQ(sent[n].first, o.instruments[n]);
        EXPECT_EQ(leg.qty, o.legs[n].qty.abs());
        EXPECT_EQ(leg.side, o.legs[n].qty > Qty{} ? Side::buy : Side::sell);
        EXPECT_EQ(leg.limit, o.legs[n].limit);
        EXPECT_EQ(leg.time_in_force, TimeInForce::ioc);
        const double delta =
            option_greeks(memory.state(), config.underlyings[0], memory.state().instruments[sent[n].first])
                ->net_delta;
        EXPECT_NEAR(leg.why.delta_per_contract, delta, 1e-12);
        (o.legs[n].qty.to_double() * delta > 0 ? high : low) += o.legs[n].qty.to_double() * delta;
    }
    const Envelope e = envelope_of(memory.state(), kBtc, before);
    EXPECT_EQ(e.open_orders, o.count);
    EXPECT_NEAR(e.low, before + low, 1e-9);
    EXPECT_NEAR(e.high, before + high, 1e-9);
    // Filled, the limits hold, and the net delta is what the envelope said.
    for (const auto& [instrument, leg] : sent)
        step(execution(instrument, leg.side, leg.qty.to_double(), leg.limit.to_double(), leg.order), false);
    EXPECT_LE(std::abs(greeks()), config.underlyings[0].greek_limits.gamma.soft * 1.01);
    EXPECT_NEAR(net_delta(), before + low + high, 0.05 * (high - low));
    EXPECT_FALSE(killed());
}

TEST_F(OverlayOrders, ABoughtPutLowersTheEnvelope) {
    open_market();
    OrderState& o = memory.state().orders[0];
    o.id = OrderId{1};
    o.qty = qty(2);
    o.delta_per_contract = -0.4;
    o.underlying = kBtc;
    o.side = Side::buy;
    note_open(memory.state(), o);
    EXPECT_NEAR(envelope_of(memory.state(), kBtc, 1).low, 0.2, 1e-12);
    EXPECT_NEAR(envelope_of(memory.state(), kBtc, 1).high, 1, 1e-12);
    o.side = Side::sell;
    EXPECT_NEAR(envelope_of(memory.state(), kBtc, 1).low, 1, 1e-12);
    EXPECT_NEAR(envelope_of(memory.state(), kBtc, 1).high, 1.8, 1e-12);
    o = {};
}

TEST_F(OverlayOrders, NothingIsSentWhileAnythingIsOpenOrHedgingIsNotAllowed) {
    short_gamma(OverlayMode::automatic);
    const Overlay o = *plan();
    command(CommandKind::pause, kBtc);
    tell(o, false);
    EXPECT_TRUE(legs_sent().empty());
    EXPECT_EQ(btc().risk.overlay.count, o.count) << "but it is kept";
    command(CommandKind::resume, kBtc);
    gain_delta(5);  // a hedge leaves
    ASSERT_EQ(orders_in(last).size(), 1u);
    const NewOrder hedge = one_order();
    tell(o, false);
    EXPECT_TRUE(legs_sent().empty());
    fill(hedge);
    tell(o, false);
    EXPECT_EQ(legs_sent().size(), o.count);
    tell(o, false);
    EXPECT_TRUE(legs_sent().empty()) << "its own legs are open";
}

TEST_F(OverlayOrders, OneMadeBeforeTheNewestOptionFillIsNotBelieved) {
    short_gamma(OverlayMode::automatic);
    const Overlay o = *plan();
    step(execution(id(18), Side::buy, 0.1, 0.05), false);
    tell(o, false);
    EXPECT_TRUE(legs_sent().empty());
    EXPECT_EQ(btc().risk.overlay.count, 0) << "nor kept";
    EXPECT_EQ(alerts(AlertCode::overlay_advised), 0u);
    settle_hedges();
    const auto newer = plan();
    ASSERT_TRUE(newer.has_value());
    tell(*newer, false);
    EXPECT_EQ(legs_sent().size(), newer->count);
}

TEST_F(OverlayOrders, OneThatMakesNoSenseIsRefused) {
    short_gamma(OverlayMode::automatic);
    const Overlay good = *plan();
    const auto refused = [&](auto spoil) {
        Overlay o = good;
        spoil(o);
        tell(o, false);
        return alerts(AlertCode::command_refused) == 1 && legs_sent().empty() &&
               btc().risk.overlay.count == 0;
    };
    EXPECT_TRUE(refused([](Overlay& o) { o.underlying = UnderlyingId{9}; }));
    EXPECT_TRUE(refused([](Overlay& o) { o.underlying = kNoUnderlying; }));
    EXPECT_TRUE(refused([](Overlay& o) { o.count = kMaxOverlayLegs + 1; }));
    EXPECT_TRUE(refused([](Overlay& o) { o.instruments[0] = kPerpetual; }));
    EXPECT_TRUE(refused([](Overlay& o) { o.instruments[0] = InstrumentId{40'000}; }));
    EXPECT_TRUE(refused([](Overlay& o) { o.legs[0].qty = Qty{}; }));
    EXPECT_TRUE(refused([](Overlay& o) { o.legs[0].qty += Qty::from_nanos(1); }));
    EXPECT_TRUE(refused([](Overlay& o) { o.legs[0].limit += Price::from_nanos(1); }));
    EXPECT_TRUE(refused([](Overlay& o) { o.legs[0].limit = Price{}; }));
    EXPECT_TRUE(refused([&](Overlay& o) { o.position_sequence = sequence + 10; }));
    tell(good, false);
    EXPECT_EQ(legs_sent().size(), good.count);
}

}  // namespace
}  // namespace hw::hedge::test
