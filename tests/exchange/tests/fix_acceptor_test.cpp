#include "tests/exchange/fix_acceptor.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "tests/exchange/tests/fix_client.h"
#include "tests/exchange/venue.h"
#ifdef HW_WITH_FIX_DICTIONARY
#include "fix/dictionary.h"
#endif

namespace hw::exchange {
namespace {

class FixAcceptorTest : public ::testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/hw_exchange_fix_XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        config_.dir = name;
#ifdef HW_WITH_FIX_DICTIONARY
        config_.dictionary_xml = fix::fix44_dictionary_xml();
#endif
    }
    void TearDown() override {
        acceptor_.reset();
        std::filesystem::remove_all(config_.dir);
    }
    void start() {
        std::string error;
        acceptor_ = FixAcceptor::start(config_, error);
        ASSERT_NE(acceptor_, nullptr) << error;
    }
    FixMessage wait_inbound() {
        std::vector<FixMessage> in;
        for (int i = 0; i < 50 && in.empty(); ++i) acceptor_->receive(in, 100'000);
        EXPECT_EQ(in.size(), 1u);
        return in.empty() ? FixMessage{} : in.front();
    }
    static FixMessage fill_report(const std::string& exec_id) {
        Report r;
        r.kind = ReportKind::fill;
        r.time = Nanos::from_seconds(1'795'000'000);
        r.exec_id = exec_id;
        r.order_id = "1";
        r.cl_ord_id = "Q-1";
        r.symbol = "BTC-PERPETUAL";
        r.order_status = '2';
        r.qty = r.cum_qty = r.last_qty = Qty::from_units(3);
        r.price = r.last_price = Price::from_units(90'000);
        r.group = "C-1";
        r.group_legs = 2;
        return to_fix(r);
    }
    bool wait_logged_on(bool wanted) const {
        for (int i = 0; i < 5'000 && acceptor_->logged_on() != wanted; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return acceptor_->logged_on() == wanted;
    }

    /// A customer who comes back. QuickFIX lets nobody in while the thread of the last connection still has
    /// the session, and says nothing to one who comes too early: so he tries again, as customers do.
    std::unique_ptr<FixClient> come_back(int sequence, FixMessage& answer) {
        for (int i = 0; i < 50; ++i) {
            auto client = std::make_unique<FixClient>(acceptor_->port());
            client->logon(sequence);
            if (const auto got = client->receive(200)) {
                answer = *got;
                return client;
            }
        }
        ADD_FAILURE() << "the acceptor answers no logon";
        return std::make_unique<FixClient>(acceptor_->port());
    }

    FixAcceptorConfig config_;
    std::unique_ptr<FixAcceptor> acceptor_;
};

FixMessage new_order(const std::string& id) {
    return {"D",
            {{11, id},
             {55, "BTC-PERPETUAL"},
             {54, "1"},
             {38, "10"},
             {40, "2"},
             {44, "90000.5"},
             {59, "3"},
             {60, "20261123-19:00:00.000"}}};
}

TEST_F(FixAcceptorTest, OrdersComeInAndReportsGoOut) {
    start();
    FixClient client(acceptor_->port());
    ASSERT_TRUE(client.connected());
    client.logon(1);
    ASSERT_EQ(client.receive().value().type, "A");
    client.send(new_order("a1"), 2);
    const FixMessage in = wait_inbound();
    EXPECT_EQ(in.type, "D");
    OrderRequest order;
    ASSERT_EQ(parse_order(in, order), "");
    EXPECT_EQ(order.cl_ord_id, "a1");
    EXPECT_EQ(order.qty, Qty::from_units(10));
    EXPECT_EQ(order.price, *Price::from_double(90'000.5));
    EXPECT_TRUE(order.ioc);
    acceptor_->send(fill_report("X1"));
    const FixMessage out = client.receive().value();
    EXPECT_EQ(out.type, "8");
    EXPECT_EQ(out.get(17), "X1");
    EXPECT_EQ(out.get(150), "F");
    EXPECT_EQ(out.get(32), "3");
    EXPECT_EQ(out.get(31), "90000");
    EXPECT_EQ(out.get(442), "2");
    EXPECT_EQ(out.get(527), "C-1");
    EXPECT_EQ(out.get(5527), "2");
}

TEST_F(FixAcceptorTest, WhatIsSaidWhileTheCustomerIsAwayComesByResend) {
    start();
    {
        FixClient client(acceptor_->port());
        client.logon(1);
        ASSERT_EQ(client.receive().value().get(34), "1");
        // What is sent before QuickFIX has noted that it sent its Logon goes to the store only.
        ASSERT_TRUE(wait_logged_on(true));
        acceptor_->send(fill_report("X1"));
        ASSERT_EQ(client.receive().value().get(34), "2");
    }
    ASSERT_TRUE(wait_logged_on(false));
    for (const char* id : {"X2", "X3", "X4"}) acceptor_->send(fill_report(id));
    ASSERT_TRUE(acceptor_->drain(5'000));

    FixMessage answer;
    const auto client = come_back(2, answer);
    // Numbers 3 to 5 went by in the meantime.
    EXPECT_EQ(answer.get(34), "6");
    client->send({"2", {{7, "3"}, {16, "0"}}}, 3);
    for (const char* id : {"X2", "X3", "X4"}) {
        const auto resent = client->receive();
        ASSERT_TRUE(resent.has_value());
        EXPECT_EQ(resent->get(17), id);
        EXPECT_EQ(resent->get(43), "Y");
    }
}

TEST_F(FixAcceptorTest, TheStoreOutlivesTheProcess) {
    start();
    acceptor_->send(fill_report("X1"));
    acceptor_->send(fill_report("X2"));
    ASSERT_TRUE(acceptor_->drain(5'000));
    acceptor_.reset();
    start();
    FixClient client(acceptor_->port());
    client.logon(1);
    EXPECT_EQ(client.receive().value().get(34), "3");
    client.send({"2", {{7, "1"}, {16, "0"}}}, 2);
    EXPECT_EQ(client.receive().value().get(17), "X1");
    EXPECT_EQ(client.receive().value().get(17), "X2");
}

TEST_F(FixAcceptorTest, RefusesAWrongPassword) {
    config_.username = "desk";
    config_.password = "right";
    start();
    {
        FixClient wrong(acceptor_->port());
        wrong.logon(1, {{553, "desk"}, {554, "wrong"}});
        const auto answer = wrong.receive();
        EXPECT_TRUE(!answer || answer->type == "5");
        EXPECT_FALSE(acceptor_->logged_on());
    }
    EXPECT_EQ(acceptor_->counts().refused_logons, 1u);
    FixClient right(acceptor_->port());
    right.logon(2, {{553, "desk"}, {554, "right"}});
    const auto answer = right.receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->type, "A");
}

TEST_F(FixAcceptorTest, DroppedConnectionsEndWithoutALogoutAndTheCustomerMayReturn) {
    start();
    FixClient client(acceptor_->port());
    client.logon(1);
    ASSERT_EQ(client.receive().value().type, "A");
    acceptor_->drop_connection();
    EXPECT_FALSE(client.receive().has_value());
    EXPECT_TRUE(client.closed_by_peer);
    ASSERT_TRUE(wait_logged_on(false));
    for (int i = 0; i < 5'000 && acceptor_->counts().logouts == 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(acceptor_->counts().logouts, 1u);
    FixMessage answer;
    come_back(2, answer);
    EXPECT_EQ(answer.type, "A");
}

TEST_F(FixAcceptorTest, UnknownMessageTypesAreRejectedNotIgnored) {
    start();
    FixClient client(acceptor_->port());
    client.logon(1);
    ASSERT_EQ(client.receive().value().type, "A");
    client.send({"V", {{262, "1"}, {263, "0"}, {264, "0"}}}, 2);
    const auto answer = client.receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->type == "j" || answer->type == "3") << answer->type;
    std::vector<FixMessage> in;
    acceptor_->receive(in, 0);
    EXPECT_TRUE(in.empty());
}

TEST_F(FixAcceptorTest, SaysWhyItCannotStart) {
    config_.dir += "/no/such/place";
    std::string error;
    EXPECT_EQ(FixAcceptor::start(config_, error), nullptr);
    EXPECT_NE(error.find("no/such/place"), std::string::npos);
    config_.dir = config_.dir.substr(0, config_.dir.find("/no/such"));
}

}  // namespace
}  // namespace hw::exchange
