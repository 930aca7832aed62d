// The account's second session against QuickFIX's stock acceptor, over a real socket, by both protocols.
#include "fix/account_session.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

constexpr Nanos kPatience = Nanos::from_seconds(10);

/// Our side: the session on its socket.
class Account {
  public:
    Account(const AccountConfig& config, std::uint16_t port) : port_(port) {
        std::string error;
        session = AccountSession::create(
            config, {}, *instruments, EventSinkRef{events}, [this] { return journaled; }, wall_clock(),
            error);
        if (session == nullptr) throw std::runtime_error(error);
    }
    bool come_up() {
        socket.connect("127.0.0.1", port_);
        return run_until([this] { return session->up(); });
    }
    template <class Done>
    bool run_until(Done&& done) {
        const Nanos end = wall_clock() + kPatience;
        while (!done()) {
            if (wall_clock() > end) return false;
            step();
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        return true;
    }
    void run_for(Nanos time) {
        const Nanos end = wall_clock() + time;
        run_until([&] { return wall_clock() >= end; });
    }
    void step() {
        const auto state =
            socket.poll([&](const char* data, std::size_t size) { session->on_bytes(data, size, now()); });
        const bool connected = state == net::KernelSocket::State::connected;
        if (connected && !connected_) session->on_connected(ByteSinkRef{socket}, now());
        if (!connected && connected_) session->on_disconnected(now(), socket.reason());
        connected_ = connected;
        session->poll(now());
    }
    Nanos now() const { return wall_clock() + clock_offset; }

    std::unique_ptr<InstrumentTable> instruments = make_instruments();
    Collector events;
    net::KernelSocket socket;
    std::unique_ptr<AccountSession> session;
    bool journaled = true;
    Nanos clock_offset;

  private:
    std::uint16_t port_;
    bool connected_ = false;
};

class AccountOver : public ::testing::TestWithParam<Protocol> {
  protected:
    static std::string begin_string() { return GetParam() == Protocol::fix44 ? "FIX.4.4" : "FIXT.1.1"; }
    AccountConfig config() const {
        AccountConfig c;
        c.session = make_config(dir / "store");
        c.session.protocol = GetParam();
        c.currencies = {"BTC", "USDC"};
        return c;
    }
    static Fields fill(const std::string& exec_id, const std::string& cum) {
        return {{37, "V1"},
                {11, "0001000000000700"},
                {17, exec_id},
                {880, "T" + exec_id},
                {150, "F"},
                {39, "1"},
                {55, "BTC-PERPETUAL"},
                {54, "1"},
                {32, "10"},
                {31, "64000.5"},
                {14, cum},
                {151, "90"},
                {38, "100"},
                {60, "20240102-03:04:05.678"}};
    }
    const Execution& execution() { return account.events.last(EventType::execution).payload.execution; }
    const AccountSnapshot& snapshot() {
        return account.events.last(EventType::account_snapshot).payload.account_snapshot;
    }
    bool ask() {
        if (!ask_only()) return false;
        answer_contracts();
        return true;
    }
    bool ask_only() {
        return account.session->request_snapshot(account.now()) &&
               account.run_until([&] { return venue->received("x").size() == 1; });
    }
    void answer_contracts() {
        venue->send("y", {{320, asked("x", 320)}, {322, "L1"}, {560, "0"}}, 146,
                    {{{55, "BTC-PERPETUAL"}, {167, "FUT"}, {231, "10"}, {969, "0.5"}},
                     {{55, "BTC-INDEX"}, {167, "INDEX"}}});
    }
    std::string asked(const std::string& type, int tag, std::size_t n = 0) const {
        return field_of(venue->received(type).at(n), tag);
    }
    /// A long perpetual, a short option, one that nobody knows.
    std::vector<Fields> holdings() const {
        return {
            {{703, "TQ"}, {704, "1500"}, {705, "0"}, {55, "BTC-PERPETUAL"}, {854, "1"}, {730, "64000.25"}},
            {{703, "TQ"}, {704, "0"}, {705, "2.5"}, {55, "BTC-OPT"}, {883, "0.0123"}},
            {{703, "TQ"}, {704, "7"}, {55, "DOGE-PERPETUAL"}, {730, "1"}}};
    }
    void answer_positions(const std::vector<Fields>& entries) {
        venue->send("AP", {{721, "R1"}, {710, asked("AN", 710)}, {724, "0"}, {728, "0"}}, 702, entries);
    }
    Fields order(const std::string& id, const std::string& total, const std::string& last) const {
        return {{37, id},
                {11, "0001000000000900"},
                {150, "I"},
                {39, "1"},
                {55, "BTC-PERPETUAL"},
                {54, "2"},
                {14, "5"},
                {151, "15"},
                {38, "20"},
                {44, "65"},
                {584, asked("AF", 584)},
                {911, total},
                {912, last},
                {60, "20240102-03:04:05.678"}};
    }
    void answer_no_orders() {
        venue->send("8", {{37, "NONE"},
                          {11, "NONE"},
                          {150, "I"},
                          {39, "8"},
                          {55, "NONE"},
                          {14, "0"},
                          {151, "0"},
                          {584, asked("AF", 584)},
                          {911, "0"},
                          {912, "Y"}});
    }
    void answer_equity(std::size_t n, const std::string& equity) {
        venue->send("BF", {{923, asked("BE", 923, n)},
                           {553, "HEDGER"},
                           {926, "1"},
                           {15, asked("BE", 15, n)},
                           {100001, equity},
                           {100003, "1.25"},
                           {100004, "0.75"}});
    }
    bool ends_with(SnapshotPhase phase) {
        return account.run_until([&] {
            return account.events.count(EventType::account_snapshot) > 1 && snapshot().phase == phase;
        });
    }

    ScratchDir dir;
    std::uint16_t port = free_port();
    std::unique_ptr<StockAcceptor> venue =
        StockAcceptor::start(port, dir.path(), StockAcceptor::kNoEnd, begin_string());
    Account account{config(), port};
};

TEST_P(AccountOver, LogsOnAndSaysWhichSessionItIs) {
    ASSERT_TRUE(account.come_up()) << account.session->last_note();
    const SessionState& state = account.events.last(EventType::session_state).payload.session_state;
    EXPECT_EQ(state.up, 1);
    EXPECT_EQ(state.role, SessionRole::account);
    const std::string logon = venue->received("A").at(0);
    EXPECT_EQ(field_of(logon, 8), begin_string());
    EXPECT_EQ(field_of(logon, 1137), GetParam() == Protocol::fixt11 ? "9" : "");
}

TEST_P(AccountOver, AFillHasTheKeyThatTheOrderSessionGivesIt) {
    ASSERT_TRUE(account.come_up());
    venue->send("8", fill("E1", "10"));
    ASSERT_TRUE(account.run_until([&] { return account.events.count(EventType::execution) == 1; }));
    EXPECT_EQ(execution().source, SessionRole::account);
    EXPECT_EQ(execution().order, OrderId::make(1, 7, 0));
    EXPECT_EQ(execution().key, ExecKey::of("17:E1;37:V1;55:BTC-PERPETUAL"));
    EXPECT_EQ(account.events.last(EventType::execution).header.instrument, kPerpetual);
    venue->send("8", [&] {
        Fields bust = fill("E2", "10");
        for (auto& field : bust) field.second = field.first == 150 ? "H" : field.second;
        bust.emplace_back(19, "E1");
        return bust;
    }());
    ASSERT_TRUE(account.run_until([&] { return account.events.count(EventType::execution) == 2; }));
    EXPECT_EQ(execution().change, TradeChange::bust);
    EXPECT_EQ(execution().ref, ExecKey::of("17:E1;37:V1;55:BTC-PERPETUAL"));
    EXPECT_EQ(account.session->counters().rejects_sent, 0u);
}

TEST_P(AccountOver, ASnapshotIsToldWhole) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    EXPECT_EQ(snapshot().phase, SnapshotPhase::begin);
    EXPECT_FALSE(account.session->request_snapshot(account.now())) << "one at a time";
    EXPECT_EQ(asked("AN", 724), "0");
    EXPECT_EQ(asked("AN", 263), "0");
    EXPECT_EQ(asked("AN", 15), "") << "all currencies: what is not named counts as zero";
    EXPECT_EQ(asked("AF", 585), "7");
    EXPECT_EQ(asked("BE", 924), "4");
    EXPECT_EQ(asked("BE", 553), "HEDGER");
    answer_equity(1, "100.5");
    answer_positions(holdings());
    venue->send("8", order("V7", "2", "N"));
    venue->send("8", order("V8", "2", "Y"));
    account.run_for(Nanos::from_ms(100));
    EXPECT_EQ(account.events.count(EventType::position), 0u) << "nothing before all is known";
    answer_equity(0, "12.000000000123");
    ASSERT_TRUE(ends_with(SnapshotPhase::end)) << account.session->snapshot_failure();

    const auto positions = account.events.all(EventType::position);
    ASSERT_EQ(positions.size(), 2u);
    EXPECT_EQ(positions[0]->header.instrument, kPerpetual);
    EXPECT_EQ(positions[0]->payload.position.qty, Qty::from_units(1500));
    EXPECT_EQ(positions[0]->payload.position.source, 1);
    EXPECT_EQ(positions[0]->payload.position.average_price, Price::from_nanos(64'000'250'000'000));
    EXPECT_EQ(positions[1]->payload.position.qty, *Qty::from_double(-2.5));
    EXPECT_EQ(positions[1]->payload.position.average_price, Price::from_nanos(12'300'000));
    EXPECT_EQ(snapshot().positions, 3u);
    EXPECT_EQ(snapshot().unknown, 1u);
    EXPECT_EQ(snapshot().open_orders, 2u);
    const VenueOrder& open = account.events.last(EventType::venue_order).payload.venue_order;
    EXPECT_EQ(open.order, OrderId::make(1, 9, 0));
    EXPECT_EQ(open.leaves, Qty::from_units(15));
    EXPECT_EQ(open.cum, Qty::from_units(5));
    EXPECT_EQ(open.limit, Price::from_nanos(65'000'000'000));
    EXPECT_EQ(open.side, Side::sell);
    EXPECT_EQ(snapshot().contracts, ContractList::told);
    const auto contracts = account.events.all(EventType::contract_terms);
    ASSERT_EQ(contracts.size(), 1u) << "an index has no contracts";
    EXPECT_EQ(contracts[0]->header.instrument, kPerpetual);
    EXPECT_EQ(contracts[0]->payload.contract_terms.contract_size, Qty::from_units(10));
    const auto equities = account.events.all(EventType::equity);
    ASSERT_EQ(equities.size(), 2u);
    EXPECT_EQ(equities[0]->payload.equity.currency.view(), "USDC");
    EXPECT_EQ(equities[1]->payload.equity.amount, Cash::from_nanos(12'000'000'000));
    EXPECT_EQ(equities[1]->payload.equity.source, EquitySource::venue);
    EXPECT_EQ(equities[1]->payload.equity.margin_known, 1);
    EXPECT_EQ(equities[1]->payload.equity.maintenance_margin, Cash::from_nanos(750'000'000));
    EXPECT_EQ(account.session->counters().snapshots_complete, 1u);
    EXPECT_FALSE(account.session->snapshot_pending());
}

TEST_P(AccountOver, AnEmptyAccountIsASnapshotToo) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    venue->send("AO", {{721, "R1"}, {710, asked("AN", 710)}, {728, "2"}, {729, "0"}});
    answer_no_orders();
    answer_equity(0, "0");
    answer_equity(1, "0");
    ASSERT_TRUE(ends_with(SnapshotPhase::end)) << account.session->snapshot_failure();
    EXPECT_EQ(snapshot().positions + snapshot().open_orders, 0u);
}

// The order session's report of the ten may still be on its way.
TEST_P(AccountOver, HowAnOrderOfOursStandsIsNotToldHere) {
    ASSERT_TRUE(account.come_up());
    Fields canceled = fill("E1", "10");
    for (auto& [tag, value] : canceled) {
        if (tag == 150 || tag == 39) value = "4";
        if (tag == 151) value = "0";
    }
    std::erase_if(canceled, [](const auto& field) { return field.first == 32 || field.first == 31; });
    venue->send("8", canceled);
    venue->send("9", {{37, "V1"}, {11, "0001000000000800"}, {41, "0001000000000700"}, {39, "2"}, {434, "1"}});
    venue->send("8", fill("E2", "10"));
    ASSERT_TRUE(account.run_until([&] { return account.events.count(EventType::execution) == 1; }));
    EXPECT_EQ(account.events.count(EventType::order_update), 0u);
    EXPECT_EQ(account.events.count(EventType::cancel_reject), 0u);
    EXPECT_EQ(account.session->counters().other_order_updates, 1u);
}

TEST_P(AccountOver, AnAcknowledgmentMaySayHowManyReportsFollow) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    answer_no_orders();
    answer_equity(0, "0");
    answer_equity(1, "0");
    venue->send("AO", {{721, "R1"}, {710, asked("AN", 710)}, {727, "2"}, {728, "0"}, {729, "0"}});
    const auto entries = holdings();
    answer_positions({entries[0]});
    account.run_for(Nanos::from_ms(100));
    EXPECT_TRUE(account.session->snapshot_pending()) << "half of the positions";
    answer_positions({entries[1]});
    ASSERT_TRUE(ends_with(SnapshotPhase::end)) << account.session->snapshot_failure();
    EXPECT_EQ(account.events.count(EventType::position), 2u);
}

TEST_P(AccountOver, MoreReportsThanAnnouncedFailTheSnapshot) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    const auto entries = holdings();
    answer_positions({entries[0]});
    answer_positions({entries[1]});
    ASSERT_TRUE(ends_with(SnapshotPhase::failed));
    EXPECT_EQ(account.session->snapshot_failure(), "AP: more reports than 727 announces");
}

TEST_P(AccountOver, ARefusedPositionRequestFailsTheSnapshotAtOnce) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    venue->send("AO", {{721, "R1"}, {710, asked("AN", 710)}, {728, "0"}, {729, "2"}, {58, "not now"}});
    ASSERT_TRUE(ends_with(SnapshotPhase::failed));
    EXPECT_EQ(account.session->snapshot_failure(), "AO: 729 refuses: not now");
}

TEST_P(AccountOver, AnInstrumentToldTwiceFailsTheSnapshot) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    answer_positions({holdings()[0], holdings()[1], holdings()[0]});
    ASSERT_TRUE(ends_with(SnapshotPhase::failed));
    EXPECT_EQ(account.session->snapshot_failure(), "AP: 55 is told twice: BTC-PERPETUAL");
    EXPECT_EQ(account.session->counters().field_told_twice, 1u);
}

TEST_P(AccountOver, AnOrderToldTwiceCountsAsItWasToldLast) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    answer_positions(holdings());
    answer_equity(0, "0");
    answer_equity(1, "0");
    venue->send("8", order("V7", "3", "N"));
    venue->send("8", order("V8", "3", "N"));
    Fields filled = order("V7", "3", "N");
    for (auto& [tag, value] : filled) {
        if (tag == 39) value = "2";
        if (tag == 151) value = "0";
    }
    venue->send("8", filled);
    Fields less = order("V8", "3", "Y");
    for (auto& [tag, value] : less) {
        if (tag == 151) value = "4";
    }
    venue->send("8", less);
    ASSERT_TRUE(ends_with(SnapshotPhase::end)) << account.session->snapshot_failure();
    EXPECT_EQ(snapshot().open_orders, 1u);
    EXPECT_EQ(account.events.last(EventType::venue_order).payload.venue_order.leaves, Qty::from_units(4));
}

TEST_P(AccountOver, OneFieldThatCannotBeReadFailsTheSnapshotAndSaysWhere) {
    ASSERT_TRUE(account.come_up());
    struct Case {
        int tag;
        const char* value;
        const char* reason;
    };
    std::size_t questions = 0;
    // QuickFIX itself refuses a count that is no number.
    for (const Case& c : {Case{704, "-1", "AP: 704 cannot be read: -1"}, Case{55, "", "AP: 55 is missing"},
                          Case{704, "", "AP: 704 is missing"}, Case{730, "", "AP: 730 is missing"},
                          Case{854, "0", "AP: 854 cannot be read: 0"},
                          Case{704, "12x9", "AP: 704 cannot be read: 12x9"}, Case{727, "x", "AP (34="}}) {
        ASSERT_TRUE(account.session->request_snapshot(account.now())) << c.reason;
        ++questions;
        ASSERT_TRUE(account.run_until([&] { return venue->received("AN").size() == questions; }));
        Fields spoilt = {{703, "TQ"}, {704, "1500"}, {55, "BTC-PERPETUAL"}, {854, "1"}, {730, "64000.25"}};
        std::erase_if(spoilt, [&](const auto& field) { return field.first == c.tag; });
        Fields body{{721, "R1"}, {710, asked("AN", 710, questions - 1)}};
        if (*c.value != 0) (c.tag == 727 ? body : spoilt).emplace_back(c.tag, c.value);
        venue->send("AP", body, 702, {spoilt});
        ASSERT_TRUE(account.run_until([&] { return !account.session->snapshot_pending(); })) << c.reason;
        EXPECT_EQ(std::string(account.session->snapshot_failure()).find(c.reason), 0u)
            << account.session->snapshot_failure();
        EXPECT_EQ(snapshot().phase, SnapshotPhase::failed);
    }
    EXPECT_EQ(account.events.count(EventType::position), 0u);
    EXPECT_EQ(account.session->counters().snapshots_refused, questions);
}

TEST_P(AccountOver, AnAnswerThatDoesNotComeInTimeFailsTheSnapshot) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    answer_positions(holdings());
    answer_no_orders();
    answer_equity(0, "1");
    account.run_for(Nanos::from_ms(100));
    account.clock_offset = Nanos::from_seconds(6);
    ASSERT_TRUE(ends_with(SnapshotPhase::failed));
    EXPECT_NE(std::string(account.session->snapshot_failure()).find("BE"), std::string::npos);
    EXPECT_EQ(account.events.count(EventType::position), 0u);
    EXPECT_EQ(account.events.count(EventType::equity), 0u);
    EXPECT_EQ(account.session->counters().snapshots_timed_out, 1u);
    answer_equity(1, "1");
    ASSERT_TRUE(account.run_until([&] { return account.session->counters().answers_too_late == 1; }));
}

TEST_P(AccountOver, APositionTellsItsMultiplier) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    Fields held = holdings()[0];
    held.emplace_back(231, "1");
    answer_positions({held});
    answer_no_orders();
    answer_equity(0, "0");
    answer_equity(1, "0");
    ASSERT_TRUE(ends_with(SnapshotPhase::end)) << account.session->snapshot_failure();
    EXPECT_EQ(account.events.count(EventType::contract_terms), 2u) << "of the list, and of what is held";
}

TEST_P(AccountOver, WithoutTheListOfContractsTheRestIsTold) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask_only());
    answer_positions(holdings());
    answer_no_orders();
    answer_equity(0, "0");
    answer_equity(1, "0");
    account.run_for(Nanos::from_ms(100));
    EXPECT_TRUE(account.session->snapshot_pending()) << "it may still come";
    account.clock_offset = Nanos::from_seconds(6);
    ASSERT_TRUE(ends_with(SnapshotPhase::end)) << account.session->snapshot_failure();
    EXPECT_EQ(snapshot().contracts, ContractList::not_told);
    EXPECT_EQ(account.events.count(EventType::position), 2u);
    EXPECT_EQ(account.session->contracts_failure(), "no answer in time to x");
    EXPECT_EQ(account.session->counters().contract_lists_missing, 1u);
    ASSERT_TRUE(account.session->request_snapshot(account.now()));
    ASSERT_TRUE(account.run_until([&] { return venue->received("BE").size() == 4; }));
    EXPECT_EQ(venue->received("x").size(), 1u) << "it is not asked again";
}

TEST_P(AccountOver, AVenueThatKnowsNoListOfContractsSaysSoAtOnce) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask_only());
    answer_positions(holdings());
    answer_no_orders();
    answer_equity(0, "0");
    answer_equity(1, "0");
    venue->send("j", {{45, asked("x", 34)}, {372, "x"}, {380, "3"}, {58, "not here"}});
    ASSERT_TRUE(ends_with(SnapshotPhase::end));
    EXPECT_EQ(snapshot().contracts, ContractList::not_told);
    EXPECT_EQ(account.session->contracts_failure(), "x was refused: not here");
}

TEST_P(AccountOver, ARefusedQuestionFailsTheSnapshotAtOnce) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    venue->send("j", {{45, asked("AN", 34)}, {372, "AN"}, {380, "3"}, {58, "not here"}});
    ASSERT_TRUE(ends_with(SnapshotPhase::failed));
    EXPECT_EQ(account.session->snapshot_failure(), "AN was refused: not here");
}

TEST_P(AccountOver, TheEndOfTheSessionFailsTheSnapshot) {
    ASSERT_TRUE(account.come_up());
    ASSERT_TRUE(ask());
    venue->drop_connection();
    ASSERT_TRUE(ends_with(SnapshotPhase::failed));
    EXPECT_EQ(account.session->counters().snapshots_cut_off, 1u);
}

TEST_P(AccountOver, WhatWasNotJournaledIsSentAgainAfterTheNextLogon) {
    ASSERT_TRUE(account.come_up());
    venue->send("8", fill("E1", "10"));
    ASSERT_TRUE(account.run_until([&] { return account.events.count(EventType::execution) == 1; }));
    account.journaled = false;
    venue->send("8", fill("E2", "20"));
    venue->send("8", fill("E3", "30"));
    ASSERT_TRUE(account.run_until([&] { return account.events.count(EventType::execution) == 2; }));
    account.run_for(Nanos::from_ms(200));
    EXPECT_EQ(account.events.count(EventType::execution), 2u) << "nothing more is taken";
    account.session.reset();
    account.socket.close();
    Account again(config(), port);
    ASSERT_TRUE(again.come_up()) << again.session->last_note();
    const auto fills = again.events.all(EventType::execution);
    ASSERT_EQ(fills.size(), 2u) << "before the session is up";
    EXPECT_EQ(fills[0]->payload.execution.exec_id.view(), "E2");
    EXPECT_EQ(fills[1]->payload.execution.exec_id.view(), "E3");
    EXPECT_EQ(fills[0]->payload.execution.possible_resend, 1);
}

INSTANTIATE_TEST_SUITE_P(Protocols, AccountOver, ::testing::Values(Protocol::fix44, Protocol::fixt11),
                         [](const auto& tested) {
                             return tested.param == Protocol::fix44 ? std::string("Fix44") : "Fixt11";
                         });

}  // namespace
}  // namespace hw::fix::test
