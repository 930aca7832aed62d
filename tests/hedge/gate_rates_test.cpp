// The risk gate, how many and how often: each reason binds, and what is allowed passes.
#include "hedge/message_rate.h"
#include "tests/hedge/risk_fixture.h"

namespace hw::hedge::test {
namespace {

using GateRates = RiskTest;

TEST_F(GateRates, OpenOrders) {
    config.gate.max_open_orders = 2;
    start();
    gain_delta(3);
    gain_delta(3);
    EXPECT_EQ(orders_in(all).size(), 2u);
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_open_orders), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    fill(orders_in(all).front());
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(alerts(AlertCode::hedging_resumed), 1u);
}

TEST_F(GateRates, OrdersInASecond) {
    config.gate.max_orders_per_second = 3;
    start();
    for (int n = 0; n < 3; ++n) {
        gain_delta(3);
        fill(one_order());
    }
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_order_rate), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    now = now + Nanos::from_ms(999);
    quote(kPerpetual, kReference);
    EXPECT_TRUE(orders_in(last).empty());
    now = now + Nanos::from_ms(1);
    quote(kPerpetual, kReference);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(one_order().why.headroom_rate, 3);
    tighten_all(LimitKind::orders_per_second, 1);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::gate_order_rate);
}

TEST_F(GateRates, TheCountIsThatOfASlidingSecond) {
    config.gate.max_orders_per_second = 100'000;
    start();
    std::vector<Nanos> sent;
    for (int n = 0; n < 3'000; ++n) {
        now = now + Nanos::from_us(200 + 37 * (n % 101));
        if (n % 100 == 0) quote(kPerpetual, kReference);
        gain_delta(n % 2 == 0 ? 3 : -3);
        for (const NewOrder& o : orders_in(last)) {
            sent.push_back(now);
            fill(o);
        }
        if (n % 7 == 0) timer(Nanos{});
        const auto recent = static_cast<std::uint32_t>(std::count_if(
            sent.begin(), sent.end(), [&](Nanos t) { return now - t < Nanos::from_seconds(1); }));
        ASSERT_EQ(orders_in_last_second(memory.state()), recent) << n;
    }
    EXPECT_GT(sent.size(), 1'500u);
}

TEST_F(GateRates, AtMostTheWindowIsCounted) {
    config.gate.max_orders_per_second = 100'000;
    start();
    for (int n = 0; n < 2'000; ++n) {
        gain_delta(n % 2 == 0 ? 3 : -3);
        for (const NewOrder& o : orders_in(last)) fill(o);
    }
    EXPECT_GT(memory.state().rate_cursor, kMaxOrderRate);
    EXPECT_EQ(orders_in_last_second(memory.state()), kMaxOrderRate);
}

TEST_F(GateRates, MessagesAreATokenBucketOfOrders) {
    config.gate.max_messages_per_second = 10;
    config.gate.message_burst = 2;
    start();
    for (int n = 0; n < 2; ++n) {
        gain_delta(3);
        fill(one_order());
    }
    gain_delta(3);
    EXPECT_EQ(alerts(AlertCode::gate_message_rate), 1u);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_TRUE(orders_in(timer(Nanos::from_ms(99))).empty());
    EXPECT_EQ(orders_in(timer(Nanos::from_ms(1))).size(), 1u) << "one every 100 ms";
    fill(one_order());
    timer(Nanos::from_seconds(10));
    EXPECT_EQ(messages_left(memory.state(), config.gate), 2) << "no more than a burst is saved up";
}

TEST_F(GateRates, CancelsCountAndAreNeverRefused) {
    config.gate.max_messages_per_second = 10;
    config.gate.message_burst = 1;
    start();
    gain_delta(3);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_EQ(count(command(CommandKind::kill), ActionType::mass_cancel), 1u);
    EXPECT_EQ(messages_left(memory.state(), config.gate), -1);
    EXPECT_EQ(count(command(CommandKind::kill), ActionType::mass_cancel), 1u);
    EXPECT_EQ(messages_left(memory.state(), config.gate), -1) << "the debt has a floor";
    command(CommandKind::reset);
    EXPECT_EQ(gate(proposal(Side::sell, 1)), AlertCode::gate_message_rate);
    timer(Nanos::from_ms(200));
    EXPECT_EQ(messages_left(memory.state(), config.gate), 1);
}

TEST_F(GateRates, NothingIsCountedWithoutALimit) {
    start();
    gain_delta(3);
    EXPECT_TRUE(memory.state().risk.message_time.is_zero());
}

TEST_F(GateRates, DuplicateOfTheLastOrder) {
    config.gate.duplicate_window = Nanos::from_ms(1);
    start();
    const auto hedge_again = [&] {
        gain_delta(2.5);
        return orders_in(last).size();
    };
    gain_delta(0.5);
    EXPECT_EQ(hedge_again(), 1u);
    fill(one_order());
    EXPECT_EQ(hedge_again(), 0u) << "the same 12,500 at the same price, at the same moment";
    EXPECT_EQ(alerts(AlertCode::gate_duplicate), 1u);
    EXPECT_TRUE(timer(Nanos::from_us(999)).empty());
    EXPECT_EQ(orders_in(timer(Nanos::from_us(1))).size(), 1u);
    fill(one_order());
    quote(kPerpetual, kReference + 1);
    EXPECT_EQ(hedge_again(), 1u) << "at another price";
    Proposal other = proposal(Side::sell, one_order().qty.to_double(), one_order().limit.to_double());
    EXPECT_EQ(gate(other), AlertCode::gate_duplicate);
    other.side = Side::buy;
    EXPECT_EQ(gate(other), AlertCode::none);
    other = proposal(Side::sell, one_order().qty.to_double() + 1, one_order().limit.to_double());
    EXPECT_EQ(gate(other), AlertCode::none);
}

TEST_F(GateRates, TheRestOfACutHedgeWaitsQuietly) {
    config.gate.duplicate_window = Nanos::from_ms(1);
    config.gate.max_order_coins = 1;
    start();
    gain_delta(3);
    EXPECT_EQ(orders_in(last).size(), 1u);
    EXPECT_TRUE(tick().empty()) << "neither an order nor an alert";
    timer(Nanos::from_ms(1));
    EXPECT_EQ(orders_in(last).size(), 1u);
}

}  // namespace
}  // namespace hw::hedge::test
