// A recorded day through the program: capture file, DPDK's pcap port, paper orders, report, journal, replay.
#include <algorithm>
#include <set>

#include "tests/scenario/capture_world.h"

namespace hw::scenario {
namespace {

constexpr std::uint64_t kSeed = 11;
constexpr double kSeconds = 1.2;
constexpr std::size_t kBook = 20;

class Capture : public CaptureWorld {
  protected:
    /// What any report of a run that went well has; `packets` in the capture, `orders_before` of earlier runs
    /// on the same journal: orders are the journal's, latencies the run's.
    void expect_complete(const nlohmann::json& j, std::size_t packets, int orders_before = 0) {
        ASSERT_TRUE(j.is_object());
        EXPECT_EQ(j.at("packets"), packets);
        for (const char* figure : {"messages", "decisions", "orders", "fills"})
            EXPECT_GT(j.at(figure).get<int>(), 0) << figure;
        const auto& hedges = j.at("hedges");
        EXPECT_EQ(j.at("orders"), hedges.at("sent"));
        EXPECT_EQ(hedges.at("sent").get<int>(),
                  hedges.at("filled").get<int>() + hedges.at("unfilled").get<int>() +
                      hedges.at("rejected").get<int>() + hedges.at("open").get<int>());
        const auto& latency = j.at("tick_to_hedge");
        EXPECT_EQ(latency.at("count").get<int>(), j.at("orders").get<int>() - orders_before);
        EXPECT_GT(latency.at("p50_ns").get<double>(), 0);
        EXPECT_LE(latency.at("p50_ns").get<double>(), latency.at("p99_ns").get<double>());
        EXPECT_LE(latency.at("p99_ns").get<double>(), latency.at("max_ns").get<double>());
        ASSERT_FALSE(j.at("underlyings").empty());
        for (const auto& [name, u] : j.at("underlyings").items()) expect_explained(name, u);
    }
    void expect_explained(const std::string& name, const nlohmann::json& u) {
        for (const char* greek : {"gamma", "vega", "theta"})
            EXPECT_NE(u.at(greek).get<double>(), 0) << name << " " << greek;
        const auto& delta = u.at("net_delta");
        const double beyond = std::abs(delta.at("final").get<double>() - delta.at("target").get<double>());
        EXPECT_EQ(u.at("in_band").get<bool>(), beyond <= delta.at("band").get<double>()) << name;
        EXPECT_GT(std::abs(delta.at("max_before").get<double>()), delta.at("band").get<double>())
            << name << ": this book was to need hedging";
        EXPECT_TRUE(u.at("in_band").get<bool>() || !u.at("why_not").empty())
            << name << " is outside its band and nothing says why: " << u.dump();
        for (const auto& why : u.at("why_not")) {
            EXPECT_FALSE(why.at("code").get<std::string>().empty());
            EXPECT_FALSE(why.at("text").get<std::string>().empty());
        }
    }
    /// The replay of a journal, from its beginning and from its snapshots, agrees with the report of its last
    /// run.
    void expect_replays(const std::string& journal, const nlohmann::json& j, int runs) {
        for (const bool snapshot : {false, true}) {
            const auto replayed = replay(
                journal, snapshot ? std::vector<std::string>{"--from-snapshot"} : std::vector<std::string>{});
            EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
            const auto said = replayed.json();
            ASSERT_TRUE(said.is_object()) << replayed.out;
            EXPECT_TRUE(said.at("identical").get<bool>());
            EXPECT_EQ(said.at("state_hash"), j.at("journal").at("state_hash"));
            EXPECT_EQ(said.at("last_sequence"), j.at("journal").at("last_sequence"));
            if (snapshot) continue;
            EXPECT_EQ(said.at("events"), j.at("journal").at("last_sequence"));
            EXPECT_GE(said.at("actions").get<int>(), j.at("orders").get<int>());
            EXPECT_EQ(said.at("runs"), runs);
        }
    }
    void remove_newest_snapshot(const std::string& journal) {
        std::set<std::filesystem::path> snapshots;
        for (const auto& entry : std::filesystem::directory_iterator(path(journal))) {
            if (entry.path().extension() == ".hws") snapshots.insert(entry.path());
        }
        ASSERT_GE(snapshots.size(), 2u) << "each run leaves one at its end";
        std::filesystem::remove(*snapshots.rbegin());
    }
    std::string book(const CaptureDay& day) { return write("book.csv", positions_csv(day.options, kBook)); }
    int epoch(const std::string& journal) { return std::stoi(read_file(path(journal) + "/epoch")); }
};

TEST_F(Capture, HedgesABookOfTwentyOptionsAndReplays) {
    const CaptureDay day = make_day(kSeed, kSeconds);
    const std::string capture = write("day.pcap", pcap_micro(day.frames));
    const auto first = run("one", capture, {"--positions", book(day)});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    const auto one = report();
    expect_complete(one, day.frames.size());
    EXPECT_EQ(one.at("journal").at("stalls"), 0);
    EXPECT_EQ(one.at("unknown_positions"), 0);
    std::size_t held = 0;
    for (const auto& [name, quantity] : one.at("positions").items())
        held +=
            std::find(day.options.begin(), day.options.begin() + kBook, name) != day.options.begin() + kBook;
    EXPECT_EQ(held, kBook);
    EXPECT_TRUE(one.at("positions").contains("BTC-PERPETUAL")) << "what hedging bought or sold";
    expect_replays("one", one, 1);

    const auto second = run("two", capture, {"--positions", book(day)});
    ASSERT_EQ(second.exit_code, 0) << second.err;
    const auto two = report();
    EXPECT_EQ(two.at("journal").at("state_hash"), one.at("journal").at("state_hash"));
    EXPECT_EQ(two.at("journal").at("last_sequence"), one.at("journal").at("last_sequence"));
}

TEST_F(Capture, EveryFileFormatOfTheSameFramesGivesTheSameState) {
    const CaptureDay day = make_day(kSeed + 1, 0.5);
    ASSERT_TRUE(std::any_of(day.frames.begin(), day.frames.end(),
                            [](const DayFrame& f) { return f.time.ns() % 1'000 != 0; }));
    const struct {
        const char* name;
        std::string bytes;
    } files[] = {{"micro.pcap", pcap_micro(day.frames)},
                 {"nano.pcap", pcap_nano(day.frames)},
                 {"micro.pcapng", pcapng_micro(day.frames)},
                 {"nano.pcapng", pcapng_nano(day.frames)}};
    std::set<std::string> hashes;
    for (const auto& file : files) {
        const auto result = run(std::string("journal-") + file.name, write(file.name, file.bytes),
                                {"--positions", book(day)});
        ASSERT_EQ(result.exit_code, 0) << file.name << ": " << result.err;
        EXPECT_EQ(report().at("packets"), day.frames.size()) << file.name;
        EXPECT_GT(report().at("fills").get<int>(), 0) << file.name;
        hashes.insert(report().at("journal").at("state_hash").get<std::string>());
    }
    EXPECT_EQ(hashes.size(), 1u);
}

TEST_F(Capture, ASecondStartGoesOnFromTheJournal) {
    const CaptureDay day = make_day(kSeed + 2, kSeconds);
    const auto first =
        run("journal", write("morning.pcap", pcap_micro(day.morning())), {"--positions", book(day)});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    const auto morning = report();
    EXPECT_EQ(epoch("journal"), 1);

    // Another book, which must not replace the one that the journal has.
    const std::string other = write("other.csv", positions_csv(day.options, 3));
    const auto second =
        run("journal", write("afternoon.pcapng", pcapng_nano(day.afternoon())), {"--positions", other});
    ASSERT_EQ(second.exit_code, 0) << second.err;
    EXPECT_TRUE(second.says("positions_ignored")) << second.err;
    EXPECT_TRUE(second.says(other)) << second.err;
    EXPECT_EQ(epoch("journal"), 2);
    const auto afternoon = report();
    expect_complete(afternoon, day.afternoon().size(), morning.at("orders").get<int>());
    EXPECT_GT(afternoon.at("journal").at("last_sequence"), morning.at("journal").at("last_sequence"));
    for (const std::string& option : day.options) {
        EXPECT_EQ(afternoon.at("positions").value(option, 0.0), morning.at("positions").value(option, 0.0))
            << option;
    }
    expect_replays("journal", afternoon, 2);

    // From the morning's snapshot there is the afternoon to go through.
    remove_newest_snapshot("journal");
    const auto tail = replay("journal", {"--from-snapshot"}).json();
    ASSERT_TRUE(tail.is_object());
    EXPECT_TRUE(tail.value("identical", false));
    EXPECT_EQ(tail.at("events").get<int>(), afternoon.at("journal").at("last_sequence").get<int>() -
                                                morning.at("journal").at("last_sequence").get<int>());
    EXPECT_EQ(tail.at("state_hash"), afternoon.at("journal").at("state_hash"));
}

TEST_F(Capture, WithoutABookThereIsNothingToHedge) {
    const CaptureDay day = make_day(kSeed + 3, 0.3);
    const auto result = run("journal", write("day.pcap", pcap_micro(day.frames)));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto j = report();
    EXPECT_EQ(j.at("orders"), 0);
    EXPECT_TRUE(j.at("positions").empty());
    EXPECT_TRUE(j.at("underlyings").at("BTC").at("in_band").get<bool>());
}

/// Inverse BTC options that a capture defines.
std::vector<std::string> options_in(const CommandResult& decoded) {
    std::set<std::string> names;
    std::istringstream lines(decoded.out);
    for (std::string line; std::getline(lines, line);) {
        const auto message = nlohmann::json::parse(line, nullptr, false);
        if (!message.is_object() || message.value("type", "") != "instrument") continue;
        const auto name = message.at("name").get<std::string>();
        if (name.starts_with("BTC-") && (name.ends_with("-C") || name.ends_with("-P"))) names.insert(name);
    }
    return {names.begin(), names.end()};
}

TEST_F(Capture, ARealDay) {
    const std::string capture =
        std::string(HW_SOURCE_DIR) + "/../shared/data/deribit/capture_2023-06-15.pcapng";
    if (!std::filesystem::exists(capture)) GTEST_SKIP() << "skipped: no ../shared";
    const auto options = options_in(command({"decode", "--feed", "deribit", "--in", capture}));
    ASSERT_GE(options.size(), kBook);
    const std::string book = write("book.csv", positions_csv(options, kBook));
    const auto first = run("one", capture, {"--positions", book});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    const auto one = report();
    expect_complete(one, 5'066);
    expect_replays("one", one, 1);
    const auto second = run("two", capture, {"--positions", book});
    ASSERT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(report().at("journal").at("state_hash"), one.at("journal").at("state_hash"));
    EXPECT_EQ(report().at("journal").at("last_sequence"), one.at("journal").at("last_sequence"));
}

}  // namespace
}  // namespace hw::scenario
