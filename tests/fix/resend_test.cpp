// What happens to messages that did not arrive, both ways, over reconnections and restarts.
#include <gtest/gtest.h>

#include <unistd.h>

#include <set>

#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

class Resend : public ::testing::Test {
  protected:
    ScratchDir dir;
    std::uint16_t port = free_port();
    std::unique_ptr<StockAcceptor> venue = StockAcceptor::start(port, dir.path());
    std::unique_ptr<Hedger> hedger = std::make_unique<Hedger>(make_config(dir / "store"), port);

    static OrderId id(std::uint64_t n) { return OrderId::make(1, n, 0); }
    static std::string text(OrderId order) {
        const auto digits = order.to_text();
        return {digits.data(), digits.size()};
    }
    void venue_fills(int n) {
        const std::string number = std::to_string(n);
        venue->send("8", {{37, "V" + number},
                          {11, "other-engine"},
                          {17, "E" + number},
                          {150, "F"},
                          {39, "2"},
                          {55, "BTC-OPT"},
                          {54, "2"},
                          {38, "1"},
                          {32, "1"},
                          {31, "0.05"},
                          {14, "1"},
                          {151, "0"},
                          {6, "0.05"},
                          {60, "20240102-03:04:05.678"}});
    }
    std::multiset<std::string> fills() const {
        std::multiset<std::string> ids;
        for (const Event* event : hedger->events.all(EventType::execution)) {
            ids.emplace(event->payload.execution.exec_id.view());
        }
        return ids;
    }
    std::size_t different_fills() const {
        const auto ids = fills();
        return std::set<std::string>(ids.begin(), ids.end()).size();
    }
    bool send_order(std::uint64_t n) {
        return hedger->session->send(new_order(id(n), Side::buy, Qty::from_units(1), Price::from_units(5)),
                                     wall_clock());
    }
};

TEST_F(Resend, SequenceNumbersGoOnOverReconnections) {
    ASSERT_TRUE(hedger->come_up());
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(send_order(static_cast<std::uint64_t>(round) + 1));
        ASSERT_TRUE(hedger->run_until([&] { return venue->received("D").size() == unsigned(round) + 1; }));
        hedger->break_connection();
        EXPECT_FALSE(hedger->events.is_up());
        ASSERT_TRUE(hedger->run_until([&] { return !venue->logged_on(); }));
        ASSERT_TRUE(hedger->come_up()) << hedger->session->last_note();
    }
    for (const auto& order : venue->received("D")) EXPECT_EQ(field_of(order, 43), "");
    EXPECT_TRUE(venue->received("2").empty());
}

TEST_F(Resend, FillsMissedWhileDownComeBeforeTheSessionIsUp) {
    ASSERT_TRUE(hedger->come_up());
    venue_fills(1);
    ASSERT_TRUE(hedger->run_until([&] { return fills().size() == 1; }));
    hedger->break_connection();
    ASSERT_TRUE(hedger->run_until([&] { return !venue->logged_on(); }));
    for (int i = 2; i <= 20; ++i) venue_fills(i);
    const std::size_t before = hedger->events.events.size();
    ASSERT_TRUE(hedger->come_up());
    EXPECT_EQ(fills().size(), 20u);
    EXPECT_EQ(different_fills(), 20u);
    const Event& last = hedger->events.events.back();
    EXPECT_EQ(last.header.type, EventType::session_state) << "up comes after the last missed fill";
    ASSERT_GT(hedger->events.events.size(), before);
    EXPECT_EQ(hedger->events.last(EventType::execution).payload.execution.possible_resend, 1);
}

TEST_F(Resend, FillsMissedOverARestartComeOnceBeforeTheSessionIsUp) {
    ASSERT_TRUE(hedger->come_up());
    venue_fills(1);
    ASSERT_TRUE(send_order(5));
    ASSERT_TRUE(hedger->run_until([&] { return fills().size() == 1 && venue->received("D").size() == 1; }));
    hedger.reset();
    for (int i = 0; i < 500 && venue->logged_on(); ++i) ::usleep(10'000);
    ASSERT_FALSE(venue->logged_on());
    for (int i = 2; i <= 9; ++i) venue_fills(i);
    hedger = std::make_unique<Hedger>(make_config(dir / "store"), port);
    EXPECT_TRUE(hedger->session->has_slot(id(5)));
    EXPECT_FALSE(hedger->session->has_slot(id(6)));
    ASSERT_TRUE(hedger->come_up());
    EXPECT_EQ(fills(), (std::multiset<std::string>{"E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9"}));
    EXPECT_EQ(hedger->events.events.back().header.type, EventType::session_state);
    EXPECT_EQ(venue->received("D").size(), 1u) << "the order was not sent twice";
}

TEST_F(Resend, AGarbledMessageIsAskedForAgainAndTheSessionIsDownMeanwhile) {
    ASSERT_TRUE(hedger->come_up());
    hedger->corrupt_incoming = 1;
    venue_fills(1);
    ASSERT_TRUE(hedger->run_until([&] { return hedger->corrupt_incoming == 0; }));
    venue_fills(2);
    ASSERT_TRUE(hedger->run_until([&] { return fills().size() == 2 && hedger->session->up(); }));
    EXPECT_EQ(fills(), (std::multiset<std::string>{"E1", "E2"}));
    const auto states = hedger->events.all(EventType::session_state);
    ASSERT_EQ(states.size(), 3u);
    EXPECT_EQ(states[1]->payload.session_state.up, 0);
    EXPECT_EQ(states[2]->payload.session_state.up, 1);
    EXPECT_EQ(hedger->session->counters().gaps, 1u);
    EXPECT_EQ(hedger->session->framing_counters().bad_checksum, 1u);
}

TEST_F(Resend, AYoungOrderThatGotLostIsSentAgain) {
    ASSERT_TRUE(hedger->come_up());
    hedger->lose_outgoing = 1;
    ASSERT_TRUE(send_order(1));
    ASSERT_TRUE(hedger->session->send(mass_cancel(id(2)), wall_clock()));
    ASSERT_TRUE(hedger->run_until([&] { return venue->received("D").size() == 1; }));
    EXPECT_EQ(field_of(venue->received("D")[0], 43), "Y");
    EXPECT_EQ(hedger->session->counters().orders_replayed, 1u);
    EXPECT_EQ(hedger->events.count(EventType::order_unsent), 0u);
    EXPECT_TRUE(hedger->run_until([&] { return venue->received("q").size() >= 1; }));
}

TEST_F(Resend, AStaleOrderIsNeverSentAgainAndSaidToBeUnsent) {
    ASSERT_TRUE(hedger->come_up());
    ASSERT_TRUE(send_order(1));
    ASSERT_TRUE(hedger->run_until([&] { return venue->received("D").size() == 1; }));
    hedger->lose_outgoing = 1;
    ASSERT_TRUE(send_order(2));
    hedger->break_connection();
    ASSERT_TRUE(hedger->run_until([&] { return !venue->logged_on(); }));
    hedger->clock_offset = Nanos::from_ms(700);  // beyond order_time_to_live
    ASSERT_TRUE(hedger->come_up());
    EXPECT_EQ(venue->received("D").size(), 1u);
    ASSERT_EQ(hedger->events.count(EventType::order_unsent), 1u);
    const OrderUnsent& unsent = hedger->events.last(EventType::order_unsent).payload.order_unsent;
    EXPECT_EQ(unsent.order, id(2));
    EXPECT_EQ(unsent.reason, UnsentReason::replaced_by_gap_fill);
    EXPECT_EQ(hedger->session->counters().orders_gap_filled, 1u);
    EXPECT_EQ(hedger->events.events.back().header.type, EventType::session_state)
        << "before the session is up";
    ASSERT_TRUE(send_order(3));
    EXPECT_TRUE(hedger->run_until([&] { return venue->received("D").size() == 2; }));
}

TEST_F(Resend, AStaleOrderTheVenueHasSpokenOfIsUnknownNotUnsent) {
    ASSERT_TRUE(hedger->come_up());
    ASSERT_TRUE(send_order(1));
    ASSERT_TRUE(hedger->run_until([&] { return venue->received("D").size() == 1; }));
    const int sequence = std::stoi(field_of(venue->received("D")[0], 34));
    venue->send("8", {{37, "V1"},
                      {11, text(id(1))},
                      {17, "0"},
                      {150, "0"},
                      {39, "0"},
                      {55, "BTC-PERPETUAL"},
                      {54, "1"},
                      {38, "1"},
                      {14, "0"},
                      {151, "1"},
                      {6, "0"}});
    ASSERT_TRUE(hedger->run_until([&] { return hedger->events.count(EventType::order_update) == 1; }));
    hedger->break_connection();
    ASSERT_TRUE(hedger->run_until([&] { return !venue->logged_on(); }));
    venue->set_next_target(sequence);  // the venue lost its memory
    hedger->clock_offset = Nanos::from_ms(700);
    ASSERT_TRUE(hedger->come_up());
    EXPECT_EQ(hedger->events.count(EventType::order_unsent), 0u);
    const OrderUpdate& update = hedger->events.last(EventType::order_update).payload.order_update;
    EXPECT_EQ(update.order, id(1));
    EXPECT_EQ(update.status, OrderStatus::unknown);
    EXPECT_EQ(venue->received("D").size(), 1u);
}

TEST_F(Resend, AMessageLostBeforeTheStoreNeverExisted) {
    ASSERT_TRUE(hedger->come_up());
    auto order = new_order(id(1), Side::buy, Qty::from_units(1), Price::from_units(5));
    hedger->break_connection();
    EXPECT_FALSE(hedger->session->send(order, wall_clock()));
    EXPECT_FALSE(hedger->session->has_slot(id(1)));
    ASSERT_TRUE(hedger->come_up());
    EXPECT_TRUE(venue->received("D").empty());
}

// A connection that garbles and loses may cost a ResendRequest too; then the session gives up and a new
// connection settles it. However it goes: every fill once, every order either arrived or told to be
// otherwise.
TEST_F(Resend, HundredsOfMessagesBothWaysWithFaultsAgreeInTheEnd) {
    ASSERT_TRUE(hedger->come_up());
    std::set<std::string> sent;
    for (int i = 1; i <= 200; ++i) {
        if (i % 37 == 0) hedger->lose_outgoing = 1;
        if (i % 41 == 0) hedger->corrupt_incoming = 1;
        venue_fills(i);
        const auto number = static_cast<std::uint64_t>(i);
        if (send_order(number)) sent.insert(text(id(number)));
        hedger->step();
    }
    hedger->lose_outgoing = hedger->corrupt_incoming = 0;
    const auto agreed = [&] {
        if (!hedger->session->attached() && !venue->logged_on() &&
            hedger->socket.state() == net::KernelSocket::State::closed) {
            hedger->connect();
        }
        return different_fills() == 200 && hedger->session->up();
    };
    ASSERT_TRUE(hedger->run_until(agreed)) << different_fills() << " fills, " << hedger->session->last_note();
    EXPECT_EQ(fills().size(), 200u);
    const auto accounted = [&] {
        std::set<std::string> ids;
        for (const auto& order : venue->received("D")) ids.insert(field_of(order, 11));
        for (const Event* e : hedger->events.all(EventType::order_unsent)) {
            ids.insert(text(e->payload.order_unsent.order));
        }
        for (const Event* e : hedger->events.all(EventType::order_update)) {
            ids.insert(text(e->payload.order_update.order));
        }
        return ids;
    };
    ASSERT_TRUE(hedger->run_until([&] { return accounted().size() >= sent.size(); }));
    EXPECT_EQ(accounted(), sent);
    std::multiset<std::string> arrived;
    for (const auto& order : venue->received("D")) arrived.insert(field_of(order, 11));
    for (const auto& order : sent) EXPECT_LE(arrived.count(order), 1u) << order;
    EXPECT_GT(sent.size(), 30u);
}

}  // namespace
}  // namespace hw::fix::test
