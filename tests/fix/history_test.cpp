// What a session's folder tells afterwards: both directions, in order, without secrets.
#include "fix/history.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fix/framing.h"
#include "fix/names.h"
#include "fix/secrets.h"
#include "tests/fix/direct_link.h"
#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

TEST(Secrets, AreMaskedAndTheChecksumIsRightAgain) {
    std::string message = with_soh("8=FIX.4.4|9=40|35=A|553=me|554=hunter2|96=1.bm9uY2U=|925=new|10=000|");
    EXPECT_TRUE(mask_secrets(message));
    EXPECT_EQ(message.substr(0, message.size() - 7),
              with_soh("8=FIX.4.4|9=40|35=A|553=me|554=*******|96=**********|925=***|"));
    const auto end = message.size() - 7;
    EXPECT_EQ(std::stoul(message.substr(end + 3, 3)), fix_checksum(message.substr(0, end)));

    std::string order = with_soh("8=FIX.4.4|9=40|35=D|1554=open|10=123|");
    const std::string before = order;
    EXPECT_FALSE(mask_secrets(order));
    EXPECT_EQ(order, before);
}

TEST(Secrets, AreFoundBehindBrokenFieldsAndInRawDataWithFieldEnds) {
    const auto masked = [](const char* text) {
        std::string message = with_soh(text);
        mask_secrets(message);
        for (char& c : message)
            if (c == '\x01') c = '|';
        return message;
    };
    EXPECT_EQ(masked("35=A|58|554=x|"), "35=A|58|554=*|");
    EXPECT_EQ(masked("35=A|95=5|96=a|b=c|58=t|"), "35=A|95=5|96=*****|58=t|");
    EXPECT_EQ(masked("95=99999999999999999999|96=abc|58=t|"), "95=99999999999999999999|96=***|58=t|");
    EXPECT_EQ(masked("95=60000|96=abc|58=t|"), "95=60000|96=*********") << "a length beyond the end";
    EXPECT_EQ(masked("554=never ends"), "554=**********");
    EXPECT_EQ(masked("554="), "554=");
    EXPECT_EQ(masked("||=|554"), "||=|554");
}

TEST(Names, ComeFromTheDictionary) {
    EXPECT_EQ(tag_name(11), "ClOrdID");
    EXPECT_EQ(tag_name(925), "NewPassword");
    EXPECT_EQ(tag_name(100010), "DeribitLabel");
    EXPECT_EQ(tag_name(31337), "");
    EXPECT_EQ(type_name("D"), "NewOrderSingle");
    EXPECT_EQ(type_name("AF"), "OrderMassStatusRequest");
    EXPECT_EQ(type_of("ExecutionReport"), "8");
    EXPECT_EQ(type_of("8"), "8");
    EXPECT_EQ(type_of("nonsense"), "");
    EXPECT_EQ(value_name(54, "2"), "sell");
    EXPECT_EQ(value_name(55, "2"), "");
}

class Told : public ::testing::Test {
  protected:
    std::vector<History::Entry> read() {
        std::string error;
        history = History::open(dir / "store", error);
        std::vector<History::Entry> entries;
        if (!history) {
            ADD_FAILURE() << error;
            return entries;
        }
        History::Entry entry;
        while (history->next(entry)) entries.push_back(entry);
        return entries;
    }
    static std::string types(const std::vector<History::Entry>& entries, bool sent) {
        std::string text;
        for (const auto& entry : entries)
            if (entry.sent == sent) text += std::string(entry.type()) + " ";
        return text;
    }
    static std::string bytes_of(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    ScratchDir dir;
    std::optional<History> history;
};

TEST_F(Told, BothDirectionsWhileTheSessionRunsAndAfterwards) {
    const std::uint16_t port = free_port();
    const auto venue = StockAcceptor::start(port, dir.path());
    Hedger hedger(make_config(dir / "store"), port);
    ASSERT_TRUE(hedger.come_up());
    const auto order = new_order(OrderId::make(1, 7, 0), Side::buy, Qty::from_units(1), Price::from_units(5));
    ASSERT_TRUE(hedger.session->send(order, wall_clock()));
    ASSERT_TRUE(hedger.run_until([&] { return venue->received("D").size() == 1; }));
    venue->send("8", {{37, "V1"},
                      {11, "x"},
                      {17, "E1"},
                      {150, "F"},
                      {39, "2"},
                      {55, "BTC-OPT"},
                      {54, "1"},
                      {32, "1"},
                      {31, "5"},
                      {14, "1"},
                      {151, "0"},
                      {6, "5"}});
    ASSERT_TRUE(hedger.run_until([&] { return hedger.events.count(EventType::execution) == 1; }));

    const auto entries = read();
    EXPECT_EQ(types(entries, true), "A 1 D ");
    EXPECT_EQ(types(entries, false), "A 0 8 ");
    for (std::size_t n = 1; n < entries.size(); ++n) EXPECT_GE(entries[n].time, entries[n - 1].time);
    for (const bool sent : {true, false}) {
        std::uint32_t expected = 1;
        for (const auto& entry : entries) {
            if (entry.sent != sent) continue;
            EXPECT_EQ(entry.sequence, expected++);
        }
    }
    EXPECT_EQ(history->owner(), "HEDGER->VENUE");
    EXPECT_EQ(history->sent_missing() + history->received_damaged(), 0u);
    EXPECT_EQ(history->sent_let_go() + history->received_let_go(), 0u);

    hedger.session.reset();
    EXPECT_EQ(read().size(), entries.size());
}

// The venue asks for everything again: what we sent is sent again or skipped, and the Logon, which is kept
// without its secrets, does not get in the way.
TEST_F(Told, APlainPasswordIsNeverKept) {
    const std::uint16_t port = free_port();
    const auto venue = StockAcceptor::start(port, dir.path());
    Hedger hedger(make_config(dir / "store"), port, {"me", "open-sesame"});
    ASSERT_TRUE(hedger.come_up());
    EXPECT_EQ(field_of(venue->received("A").at(0), 554), "open-sesame");
    venue->send("2", {{7, "1"}, {16, "0"}});
    venue->send("1", {{112, "after"}});
    const auto answered = [&] {
        const auto beats = venue->received("0");
        return !beats.empty() && field_of(beats.back(), 112) == "after";
    };
    ASSERT_TRUE(hedger.run_until(answered)) << hedger.session->last_note();
    const auto entries = read();
    ASSERT_FALSE(entries.empty());
    EXPECT_NE(entries[0].text.find(with_soh("|554=***********|")), std::string::npos) << entries[0].text;
    for (const char* file : {"messages", "received"})
        EXPECT_EQ(bytes_of(dir / "store" + "/" + file).find("open-sesame"), std::string::npos) << file;
}

// What a fill leads to must not wait for people's copy of it.
TEST_F(Told, TheEventOfAReportComesFirst) {
    const auto table = make_instruments();
    Collector events;
    DirectLink link;
    std::string error;
    const auto session = OrderSession::create(make_config(dir / "store"), {}, *table, EventSinkRef{events},
                                              wall_clock(), error);
    ASSERT_NE(session, nullptr) << error;
    ASSERT_TRUE(link.come_up(*session, wall_clock()));
    const std::size_t before = read().size();
    const auto hear = [&](const std::string& bytes) {
        session->on_bytes(bytes.data(), bytes.size(), wall_clock());
    };
    hear(link.next_message("8", wall_clock(),
                           "37=V|11=x|17=E1|150=F|39=1|55=BTC-OPT|54=1|32=1|31=0.05|14=1|151=9|"));
    ASSERT_EQ(session->counters().received_fast, 1u);
    EXPECT_EQ(events.count(EventType::execution), 1u);
    EXPECT_EQ(read().size(), before);
    session->tidy();
    EXPECT_EQ(types(read(), false), "A 0 8 ");
    // Whatever comes behind a report stays behind it.
    hear(link.next_message("8", wall_clock(),
                           "37=V|11=x|17=E2|150=F|39=1|55=BTC-OPT|54=1|32=1|31=0.05|14=2|151=8|"));
    hear(link.next_message("0", wall_clock(), ""));
    EXPECT_EQ(types(read(), false), "A 0 8 8 0 ");
}

TEST_F(Told, SaysWhatWasLetGo) {
    ASSERT_TRUE(std::filesystem::create_directory(dir / "store"));
    std::string error;
    {
        auto store = MessageStore::open(dir / "store", "A->B", 64, Nanos::from_seconds(1), error);
        for (std::uint32_t n = 1; n <= 100; ++n) {
            ASSERT_TRUE(
                store->put(n, with_soh("8=FIX.4.4|9=5|35=0|34=" + std::to_string(n) + "|10=000|"), {}));
            store->set_next_sender(n + 1);
        }
    }
    EXPECT_EQ(read().size(), 64u);
    EXPECT_EQ(history->sent_let_go(), 36u);
    EXPECT_NE(history->received_fault().find("received"), std::string::npos) << "an older store has none";
}

}  // namespace
}  // namespace hw::fix::test
