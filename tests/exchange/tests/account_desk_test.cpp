// What the venue tells the account's second session.
#include "tests/exchange/account_desk.h"

#include <gtest/gtest.h>

#include "tests/exchange/fix_codec.h"

namespace hw::exchange {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

class Desk : public ::testing::Test {
  protected:
    Desk()
        : simulation(
              {}, kStart, [](const Packet&) {}, [this](const Report& r) { told.push_back(r); }) {}

    /// The same fill again, under other numbers.
    static Report fill(int number, const std::string& cl_ord_id = "Q-1") {
        Report r;
        r.kind = ReportKind::fill;
        r.time = kStart;
        r.exec_id = "E" + std::to_string(number);
        r.order_id = "O" + std::to_string(number);
        r.cl_ord_id = cl_ord_id;
        r.symbol = "BTC-PERPETUAL";
        r.order_status = '2';
        r.qty = r.cum_qty = r.last_qty = *Qty::from_double(10);
        r.last_price = *Price::from_double(90'000);
        return r;
    }
    std::vector<FixMessage> released(AccountDesk& desk, Nanos now = kStart) {
        std::vector<FixMessage> out;
        desk.release(now, [&](const FixMessage& m) { out.push_back(m); });
        return out;
    }
    Qty held() const { return simulation.account().holding(simulation.market().find("BTC-PERPETUAL")).qty; }

    std::vector<Report> told;
    Simulation simulation;
};

TEST_F(Desk, CopiesFillsAndKeepsTheOrderSessionsAnswersToIt) {
    AccountDesk desk({}, true);
    EXPECT_TRUE(desk.pass(fill(1)));
    Report status = fill(2);
    status.kind = ReportKind::status;
    EXPECT_TRUE(desk.pass(status));
    const auto copies = released(desk);
    ASSERT_EQ(copies.size(), 1u);
    EXPECT_EQ(copies[0].get(17), "E1");
    EXPECT_EQ(copies[0].get(150), "F");
    AccountDesk none({}, false);
    EXPECT_TRUE(none.pass(fill(3)));
    EXPECT_TRUE(none.empty()) << "there is no second session";
}

TEST_F(Desk, LosesDelaysAndRepeatsAsTold) {
    AccountDeskConfig config;
    config.lose_copy_every = 3;
    config.copy_twice_every = 4;
    config.lose_report_every = 2;
    config.copy_delay = Nanos::from_ms(5);
    AccountDesk desk(config, true);
    EXPECT_TRUE(desk.pass(fill(1)));
    EXPECT_FALSE(desk.pass(fill(2)));
    EXPECT_TRUE(desk.pass(fill(3)));
    EXPECT_FALSE(desk.pass(fill(4, "00010000000000a0"))) << "whosever order it was";
    EXPECT_TRUE(released(desk).empty());
    const auto copies = released(desk, kStart + Nanos::from_ms(5));
    ASSERT_EQ(copies.size(), 4u);
    EXPECT_EQ(copies[2].get(17), "E4");
    EXPECT_EQ(copies[3].get(17), "E4");
    EXPECT_EQ(desk.counts().copies_lost, 1u);
    EXPECT_EQ(desk.counts().reports_lost, 2u);
}

TEST_F(Desk, BustsAndCorrectionsChangeTheAccountAndNameTheFill) {
    AccountDeskConfig config;
    config.bust_every = 2;
    config.correct_every = 3;
    AccountDesk desk(config, true);
    const Qty before = held();
    for (int i = 1; i <= 3; ++i) desk.pass(fill(i));
    told.clear();
    desk.change_trades(simulation);
    EXPECT_TRUE(told.empty()) << "not at once";
    while (simulation.now() < kStart + Nanos::from_ms(301)) simulation.step();
    told.clear();
    desk.change_trades(simulation);
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].kind, ReportKind::busted);
    EXPECT_EQ(told[0].original_exec_id, "E2");
    EXPECT_EQ(told[1].kind, ReportKind::corrected);
    EXPECT_EQ(told[1].original_exec_id, "E3");
    EXPECT_GT(told[1].last_price, *Price::from_double(90'000));
    EXPECT_EQ(held(), before - *Qty::from_double(10)) << "the busted ten; a correction keeps the quantity";
    const FixMessage bust = to_fix(told[0]);
    EXPECT_EQ(bust.get(150), "H");
    EXPECT_EQ(bust.get(19), "E2");
    EXPECT_NE(bust.get(17), "E2");
    EXPECT_EQ(to_fix(told[1]).get(150), "G");
}

TEST_F(Desk, AnswersPositionsOrdersAndEquity) {
    AccountDeskConfig config;
    config.wrong_position["BTC-PERPETUAL"] = *Qty::from_double(5);
    AccountDesk desk(config, true);
    ASSERT_TRUE(simulation.open_position("BTC-PERPETUAL", *Qty::from_double(-100)));
    EXPECT_FALSE(simulation.open_position("NONE", *Qty::from_double(1)));
    EXPECT_TRUE(desk.answer({"AN", {{710, "P1"}}}, simulation));
    EXPECT_TRUE(desk.answer({"AF", {{584, "S1"}}}, simulation));
    EXPECT_TRUE(desk.answer({"BE", {{923, "U1"}, {553, "me"}, {15, "BTC"}}}, simulation));
    EXPECT_FALSE(desk.answer({"D", {}}, simulation));
    const auto answers = released(desk, simulation.now());
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0].get(710), "P1");
    ASSERT_EQ(answers[0].groups.size(), 1u);
    ASSERT_EQ(answers[0].groups[0].entries.size(), 1u);
    const FixMessage entry{"", answers[0].groups[0].entries[0]};
    EXPECT_EQ(entry.get(705), "95") << "a hundred short, and five too few reported";
    EXPECT_EQ(entry.get(704), "0");
    EXPECT_FALSE(entry.get(730).empty());
    EXPECT_EQ(answers[1].get(584), "S1");
    EXPECT_EQ(answers[1].get(911), "0");
    EXPECT_EQ(answers[2].get(923), "U1");
    EXPECT_NEAR(std::stod(answers[2].get(100001)), 100.0, 1e-3) << "the deposit; bought at the fair price";
    EXPECT_GT(std::stod(answers[2].get(100003)), std::stod(answers[2].get(100004)));
}

TEST_F(Desk, ListsItsContractsAndTellsAWrongMultiplierWhereItIsTo) {
    AccountDeskConfig config;
    config.wrong_multiplier["BTC-PERPETUAL"] = Qty::from_units(1);
    AccountDesk desk(config, true);
    EXPECT_TRUE(desk.answer({"x", {{320, "L1"}, {559, "0"}, {167, "FUT"}}}, simulation));
    ASSERT_TRUE(simulation.open_position("BTC-PERPETUAL", Qty::from_units(5)));
    EXPECT_TRUE(desk.answer({"AN", {{710, "P1"}}}, simulation));
    const auto answers = released(desk, simulation.now());
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].type, "y");
    EXPECT_EQ(answers[0].get(320), "L1");
    const auto& entries = answers[0].groups.at(0).entries;
    ASSERT_GT(entries.size(), 1u) << "the perpetual and dated futures";
    const FixMessage perpetual{"", entries[0]};
    const FixMessage future{"", entries[1]};
    EXPECT_EQ(perpetual.get(55), "BTC-PERPETUAL");
    EXPECT_EQ(perpetual.get(231), "1");
    EXPECT_EQ(future.get(231), "10");
    EXPECT_EQ(future.get(167), "FUT");
    const FixMessage held{"", answers[1].groups.at(0).entries.at(0)};
    EXPECT_EQ(held.get(231), "1") << "a position has it, too";
    EXPECT_EQ(desk.counts().list_requests, 1u);
}

}  // namespace
}  // namespace hw::exchange
