// The order session against QuickFIX's stock acceptor, over a real socket.
#include "fix/session.h"

#include <gtest/gtest.h>

#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

class Session : public ::testing::Test {
  protected:
    ScratchDir dir;
    std::uint16_t port = free_port();
    std::unique_ptr<StockAcceptor> venue = StockAcceptor::start(port, dir.path());
    Hedger hedger{make_config(dir / "store"), port};

    static OrderId id(std::uint64_t n) { return OrderId::make(1, n, 0); }
    static std::string text(OrderId order) {
        const auto digits = order.to_text();
        return {digits.data(), digits.size()};
    }
    Fields fill(const std::string& cl_ord_id, const std::string& exec_id, const std::string& qty,
                const std::string& price) const {
        return {{37, "V1"},    {11, cl_ord_id},
                {17, exec_id}, {150, "F"},
                {39, "1"},     {55, "BTC-PERPETUAL"},
                {54, "1"},     {38, "100"},
                {32, qty},     {31, price},
                {14, "10"},    {151, "90"},
                {6, "1"},      {60, "20240102-03:04:05.678"}};
    }
};

TEST_F(Session, LogsOnAndIsUpOnlyAfterTheTestRequestCameBack) {
    ASSERT_TRUE(hedger.come_up()) << hedger.session->last_note();
    EXPECT_TRUE(hedger.session->logged_on());
    ASSERT_EQ(venue->received("1").size(), 1u);
    ASSERT_EQ(hedger.events.count(EventType::session_state), 1u);
    EXPECT_EQ(hedger.events.flushed, hedger.events.events.size());
    EXPECT_EQ(hedger.session->counters().logons, 1u);
}

TEST_F(Session, AnOrderArrivesWithItsFieldsExact) {
    ASSERT_TRUE(hedger.come_up());
    const auto action = new_order(id(7), Side::sell, *Qty::from_double(10.5), *Price::from_double(64'250.25));
    EXPECT_FALSE(hedger.session->has_slot(id(7)));
    ASSERT_TRUE(hedger.session->send(action, wall_clock()));
    EXPECT_TRUE(hedger.session->has_slot(id(7)));
    ASSERT_TRUE(hedger.run_until([&] { return !venue->received("D").empty(); }));
    const std::string order = venue->received("D")[0];
    EXPECT_EQ(field_of(order, 11), text(id(7)));
    EXPECT_EQ(field_of(order, 55), "BTC-PERPETUAL");
    EXPECT_EQ(field_of(order, 54), "2");
    EXPECT_EQ(field_of(order, 38), "10.5");
    EXPECT_EQ(field_of(order, 40), "2");
    EXPECT_EQ(field_of(order, 44), "64250.25");
    EXPECT_EQ(field_of(order, 59), "3");
    EXPECT_EQ(field_of(order, 60).size(), 21u);
    EXPECT_EQ(field_of(order, 1), "");
}

TEST_F(Session, CancelsMassCancelsAndStatusRequestsArrive) {
    ASSERT_TRUE(hedger.come_up());
    auto& session = *hedger.session;
    ASSERT_TRUE(session.send(cancel_order(id(8), id(7), Side::buy, Qty::from_units(3)), wall_clock()));
    ASSERT_TRUE(session.send(mass_cancel(id(9)), wall_clock()));
    ASSERT_TRUE(session.send(settle_orders(id(10)), wall_clock()));
    ASSERT_TRUE(hedger.run_until([&] { return !venue->received("AF").empty(); }));
    const std::string cancel = venue->received("F").at(0);
    EXPECT_EQ(field_of(cancel, 11), text(id(8)));
    EXPECT_EQ(field_of(cancel, 41), text(id(7)));
    EXPECT_EQ(field_of(cancel, 38), "3");
    const std::string mass = venue->received("q").at(0);
    EXPECT_EQ(field_of(mass, 530), "7");
    const std::string status = venue->received("AF").at(0);
    EXPECT_EQ(field_of(status, 584), text(id(10)));
    EXPECT_EQ(field_of(status, 585), "7");
    EXPECT_TRUE(session.has_slot(id(8)));
    EXPECT_TRUE(session.has_slot(id(10)));
}

TEST_F(Session, WhatCannotBeSaidIsNotSent) {
    auto order = new_order(id(7), Side::buy, Qty::from_units(1), Price::from_units(1));
    EXPECT_FALSE(hedger.session->send(order, wall_clock())) << "not connected";
    ASSERT_TRUE(hedger.come_up());
    order.payload.new_order.qty = Qty{};
    EXPECT_FALSE(hedger.session->send(order, wall_clock())) << "no quantity";
    order.payload.new_order.qty = Qty::from_units(1);
    order.header.instrument = InstrumentId{77};
    EXPECT_FALSE(hedger.session->send(order, wall_clock())) << "unknown instrument";
    EXPECT_FALSE(hedger.session->has_slot(id(7)));
    EXPECT_EQ(hedger.session->counters().sends_refused, 3u);
    EXPECT_EQ(hedger.session->counters().orders_sent, 0u);
}

TEST_F(Session, AFillBecomesAnExecution) {
    ASSERT_TRUE(hedger.come_up());
    venue->send("8", fill(text(id(7)), "E1", "10", "64250.5"));
    ASSERT_TRUE(hedger.run_until([&] { return hedger.events.count(EventType::execution) == 1; }));
    const Event& event = hedger.events.last(EventType::execution);
    EXPECT_EQ(event.header.instrument, kPerpetual);
    const Execution& execution = event.payload.execution;
    EXPECT_EQ(execution.order, id(7));
    EXPECT_EQ(execution.last_qty, Qty::from_units(10));
    EXPECT_EQ(execution.last_price.nanos(), 64'250'500'000'000);
    EXPECT_EQ(execution.leaves_qty, Qty::from_units(90));
    EXPECT_EQ(execution.side, Side::buy);
    EXPECT_EQ(execution.fee_known, 0);
    EXPECT_EQ(execution.exec_id.view(), "E1");
    EXPECT_EQ(hedger.events.flushed, hedger.events.events.size());
}

// Rejected, and the engine is stopped: a fill that cannot be read is a position that is not known.
TEST_F(Session, AFillThatDoesNotParseIsRejectedAndStopsTheEngine) {
    ASSERT_TRUE(hedger.come_up());
    venue->send("8", fill(text(id(7)), "E1", "12x9", "64250.5"));
    venue->send("8", fill(text(id(7)), "E2", "1", "1e5"));
    venue->send("8", fill(text(id(7)), "E3", "1", "0.0000000001"));  // finer than a nano-unit
    venue->send("8", fill(text(id(7)), "E4", "1", "5"));
    ASSERT_TRUE(hedger.run_until([&] { return venue->received("3").size() == 3; }));
    EXPECT_EQ(field_of(venue->received("3")[0], 371), "32");
    EXPECT_EQ(field_of(venue->received("3")[1], 371), "31");
    EXPECT_EQ(field_of(venue->received("3")[2], 371), "31");
    EXPECT_EQ(field_of(venue->received("3")[2], 373), "6");
    ASSERT_TRUE(hedger.run_until([&] { return hedger.events.count(EventType::execution) == 4; }));
    const auto executions = hedger.events.all(EventType::execution);
    for (int n = 0; n < 3; ++n) EXPECT_EQ(executions[n]->header.instrument, kNoInstrument);
    EXPECT_EQ(executions[3]->header.instrument, kPerpetual);
    EXPECT_EQ(executions[3]->payload.execution.exec_id.view(), "E4");
    EXPECT_NE(executions[0]->payload.execution.key, executions[1]->payload.execution.key);
    EXPECT_EQ(hedger.session->counters().reports_unread, 2u) << "the third only the reader can refuse";
    EXPECT_EQ(hedger.session->counters().rejects_sent, 3u);
    EXPECT_EQ(hedger.session->counters().rejects_sent_format, 3u);
    Fields news = fill(text(id(7)), "E5", "1x", "5");
    news[3].second = "0";  // 150: no fill, so no reason to stop
    venue->send("8", news);
    ASSERT_TRUE(hedger.run_until([&] { return venue->received("3").size() == 4; }));
    EXPECT_EQ(hedger.events.count(EventType::execution), 4u);
}

TEST_F(Session, ARejectOfOurMessageRejectsTheOrder) {
    ASSERT_TRUE(hedger.come_up());
    auto order = new_order(id(7), Side::buy, Qty::from_units(1), Price::from_units(5));
    ASSERT_TRUE(hedger.session->send(order, wall_clock()));
    ASSERT_TRUE(hedger.run_until([&] { return !venue->received("D").empty(); }));
    const std::string sequence = field_of(venue->received("D")[0], 34);
    venue->send("3", {{45, sequence}, {371, "44"}, {372, "D"}, {373, "5"}, {58, "no such price"}});
    ASSERT_TRUE(hedger.run_until([&] { return hedger.events.count(EventType::order_update) == 1; }));
    const OrderUpdate& update = hedger.events.last(EventType::order_update).payload.order_update;
    EXPECT_EQ(update.order, id(7));
    EXPECT_EQ(update.status, OrderStatus::rejected);
    EXPECT_EQ(update.reject_code, 5u);
    EXPECT_EQ(update.text.view(), "no such price");

    venue->send("j", {{45, "99999"}, {372, "D"}, {379, text(id(8))}, {380, "4"}, {58, "closed"}});
    ASSERT_TRUE(hedger.run_until([&] { return hedger.events.count(EventType::order_update) == 2; }));
    EXPECT_EQ(hedger.events.last(EventType::order_update).payload.order_update.order, id(8));
}

TEST_F(Session, HeartbeatsKeepItAliveAndTestRequestsAreAnswered) {
    ASSERT_TRUE(hedger.come_up());
    hedger.run_for(Nanos::from_ms(3500));
    EXPECT_TRUE(hedger.session->up());
    EXPECT_GE(venue->received("0").size(), 2u);
    venue->send("1", {{112, "are you there"}});
    const auto answered = [&] {
        for (const auto& beat : venue->received("0")) {
            if (field_of(beat, 112) == "are you there") return true;
        }
        return false;
    };
    EXPECT_TRUE(hedger.run_until(answered));
}

TEST_F(Session, TheVenuesLogoutTakesItDownAndSaysWhy) {
    ASSERT_TRUE(hedger.come_up());
    venue->log_out("maintenance");
    ASSERT_TRUE(hedger.run_until([&] { return !hedger.session->attached(); }));
    const SessionState& state = hedger.events.last(EventType::session_state).payload.session_state;
    EXPECT_EQ(state.up, 0);
    EXPECT_EQ(state.text.view(), "maintenance");
    EXPECT_EQ(hedger.socket.state(), net::KernelSocket::State::closed);
}

TEST_F(Session, OurLogoutIsAnsweredAndClosesTheConnection) {
    ASSERT_TRUE(hedger.come_up());
    hedger.session->begin_logout(wall_clock());
    ASSERT_TRUE(hedger.run_until([&] { return !hedger.session->attached(); }));
    EXPECT_EQ(venue->received("5").size(), 1u);
    EXPECT_FALSE(hedger.events.is_up());
    EXPECT_EQ(hedger.events.last(EventType::session_state).payload.session_state.text.view(), "logged out");
}

TEST_F(Session, AVenueThatFallsSilentIsGivenUp) {
    ASSERT_TRUE(hedger.come_up());
    hedger.lose_outgoing = 1'000'000;  // our heartbeats do not arrive, the venue drops us
    ASSERT_TRUE(hedger.run_until([&] { return !hedger.session->attached(); }));
    EXPECT_FALSE(hedger.events.is_up());
}

TEST(SessionCreate, SaysWhatIsWrong) {
    ScratchDir dir;
    auto instruments = make_instruments();
    Collector events;
    std::string error;
    const auto create = [&](const SessionConfig& config) {
        return OrderSession::create(config, {}, *instruments, EventSinkRef{events}, wall_clock(), error);
    };
    auto config = make_config(dir / "store");
    config.sender_comp_id.clear();
    EXPECT_EQ(create(config), nullptr);
    EXPECT_NE(error.find("sender_comp_id"), std::string::npos);
    config = make_config(dir / "store");
    config.heartbeat_s = 0;
    EXPECT_EQ(create(config), nullptr);
    EXPECT_NE(error.find("heartbeat_s"), std::string::npos);
    config = make_config(dir / "store");
    config.dialect = DialectKind::deribit;
    EXPECT_EQ(create(config), nullptr);
    EXPECT_NE(error.find("username"), std::string::npos);
    config = make_config(dir / "none" + "/such/store");
    EXPECT_EQ(create(config), nullptr);
    EXPECT_NE(error.find("/such/store"), std::string::npos);
    config = make_config(dir / "store");
    const auto first = create(config);
    ASSERT_NE(first, nullptr) << error;
    EXPECT_EQ(create(config), nullptr);
    EXPECT_NE(error.find("in use"), std::string::npos) << error;
}

}  // namespace
}  // namespace hw::fix::test
