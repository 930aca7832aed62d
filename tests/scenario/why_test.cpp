// `hedgewire why` and shadow mode, on a recorded day: every order's reasons and fate, from the journal alone.
#include <algorithm>

#include "tests/scenario/capture_world.h"

namespace hw::scenario {
namespace {

class Why : public CaptureWorld {
  protected:
    Why() : day_(make_day(17, 1.0)) {
        capture_ = write("day.pcap", pcap_micro(day_.frames));
        book_ = write("book.csv", positions_csv(day_.options, 20));
    }
    CommandResult why(const std::string& journal, std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"why", "--journal", path(journal)});
        return command(more);
    }
    /// A run with shadow mode on.
    CommandResult shadow_run(const std::string& journal) const {
        forget_report();
        const std::string text =
            changed(read_file(config(journal)), "[gate]", "[engine]\nshadow = true\n\n[gate]");
        return command({"run", "--config", write("shadow.toml", text), "--in", capture_, "--positions", book_,
                        "--json", path("out.json")});
    }
    static void expect_reasons(const nlohmann::json& o) {
        const auto& w = o.at("why");
        EXPECT_EQ(w.at("purpose"), "hedge");
        EXPECT_EQ(w.at("policy"), "fixed_band");
        EXPECT_GT(std::abs(w.at("net_delta").get<double>() - w.at("target").get<double>()),
                  w.at("band").get<double>());
        EXPECT_LE(w.at("envelope").at("low"), w.at("envelope").at("high"));
        EXPECT_GT(w.at("headroom").at("position_coins").get<double>(), 0);
        EXPECT_GT(w.at("headroom").at("orders_in_second").get<double>(), 0);
        EXPECT_EQ(o.at("instrument"), "BTC-PERPETUAL");
        EXPECT_EQ(o.at("underlying"), "BTC");
        const double coins = o.at("coins").get<double>();
        EXPECT_EQ(coins > 0, o.at("side") == "buy");
        EXPECT_LT(coins * w.at("net_delta").get<double>(), 0) << "a hedge goes against the delta";
        ASSERT_TRUE(o.at("trigger").is_object()) << o.dump();
        EXPECT_LE(o.at("trigger").at("time_ns"), o.at("time_ns"));
        EXPECT_LE(o.at("trigger").at("sequence"), o.at("decided_on").at("sequence"));
    }
    CaptureDay day_;
    std::string capture_, book_;
};

TEST_F(Why, TellsOfEveryOrderWhyItLeftAndWhatBecameOfIt) {
    const auto ran = run("journal", capture_, {"--positions", book_});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto j = report();
    const auto all = why("journal", {"--json"});
    ASSERT_EQ(all.exit_code, 0) << all.err;
    const auto orders = all.json();
    ASSERT_TRUE(orders.is_array()) << all.out;
    ASSERT_EQ(orders.size(), j.at("orders").get<std::size_t>());
    ASSERT_GT(orders.size(), 0u);
    std::size_t fills = 0;
    for (const auto& o : orders) {
        expect_reasons(o);
        EXPECT_FALSE(o.at("shadow").get<bool>());
        const auto& times = o.at("timing");
        EXPECT_LE(times.at("to_decision_ns"), times.at("to_sent_ns"));
        fills += o.at("outcome").at("fills").get<std::size_t>();
        const bool whole = o.at("outcome").at("filled") == o.at("qty");
        EXPECT_EQ(o.at("outcome").at("end") == "filled", whole) << o.dump();
    }
    EXPECT_EQ(fills, j.at("fills").get<std::size_t>());

    const auto last = why("journal", {"--last", "1"});
    ASSERT_EQ(last.exit_code, 0) << last.err;
    const auto id = orders.back().at("order").get<std::string>();
    for (const std::string& word :
         {id, std::string("why "), std::string("trigger "), std::string("in flight "),
          std::string("headroom "), std::string("times "), std::string("outcome ")})
        EXPECT_NE(last.out.find(word), std::string::npos) << word << " is not in\n" << last.out;
    EXPECT_LE(std::count(last.out.begin(), last.out.end(), '\n'), 12) << "to be read in ten seconds";
    EXPECT_EQ(why("journal", {"--order", id}).out, last.out);
    EXPECT_EQ(why("journal", {"--last", "1", "--json"}).json().size(), 1u);
}

TEST_F(Why, SaysWhatIsNotThere) {
    const auto none = why("nothing-here");
    EXPECT_EQ(none.exit_code, 2);
    EXPECT_TRUE(none.says("no journal")) << none.err;
    const auto ran = run("journal", capture_);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto quiet = why("journal");
    EXPECT_EQ(quiet.exit_code, 0);
    EXPECT_TRUE(quiet.says("no orders in")) << quiet.err;
    EXPECT_EQ(why("journal", {"--json"}).json(), nlohmann::json::array());
    const auto unknown = why("journal", {"--order", "00010000000001aa"});
    EXPECT_EQ(unknown.exit_code, 1);
    EXPECT_TRUE(unknown.says("no order 00010000000001aa")) << unknown.err;
    EXPECT_EQ(why("journal", {"--order", "seven"}).exit_code, 2);
    EXPECT_EQ(why("journal", {"--last", "0"}).exit_code, 2);
    EXPECT_EQ(why("journal", {"--last", "1", "--order", "00010000000001aa"}).exit_code, 2);
}

TEST_F(Why, ShadowModeShowsItsOrdersAndSendsNone) {
    const auto ran = shadow_run("journal");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto j = report();
    EXPECT_TRUE(j.at("shadow").get<bool>());
    EXPECT_EQ(j.at("orders"), 0);
    EXPECT_EQ(j.at("fills"), 0);
    EXPECT_FALSE(j.at("positions").contains("BTC-PERPETUAL"));
    EXPECT_FALSE(j.at("underlyings").at("BTC").at("permit").at("given").get<bool>());
    const auto shown = j.at("shadow_orders").get<std::size_t>();
    ASSERT_GT(shown, 0u);
    EXPECT_LE(shown, 3u) << "once a second";
    EXPECT_TRUE(ran.says("shadow mode")) << ran.err;
    const auto orders = why("journal", {"--json"}).json();
    ASSERT_EQ(orders.size(), shown);
    for (const auto& o : orders) {
        expect_reasons(o);
        EXPECT_TRUE(o.at("shadow").get<bool>());
        EXPECT_EQ(o.at("outcome").at("end"), "shadow");
        EXPECT_TRUE(o.at("timing").is_null());
    }
    EXPECT_TRUE(why("journal").out.starts_with("SHADOW")) << why("journal").out;
    EXPECT_EQ(replay("journal").exit_code, 0);
}

}  // namespace
}  // namespace hw::scenario
