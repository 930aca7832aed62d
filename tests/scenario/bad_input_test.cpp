// What people and disks hand to the hedger that is wrong: each time a clear message with the place, the right
// exit code, and nothing done that should not have been.
#include <algorithm>
#include <filesystem>

#include "tests/scenario/capture_world.h"
#include "tests/scenario/journal_surgery.h"

namespace hw::scenario {
namespace {

namespace fs = std::filesystem;

class BadInput : public CaptureWorld {
  protected:
    const CaptureDay& day() {
        if (day_.frames.empty()) day_ = make_day(5, 0.4);
        return day_;
    }
    std::string capture() { return write("day.pcap", pcap_micro(day().frames)); }
    std::string book() { return write("book.csv", positions_csv(day().options, 20)); }
    /// Refused: exit 2, this message, no report.
    void expect_refused(const CommandResult& result, const std::string& message) {
        EXPECT_EQ(result.exit_code, 2) << result.err;
        EXPECT_TRUE(result.says(message)) << "expected \"" << message << "\", got:\n" << result.err;
        EXPECT_FALSE(fs::exists(path("out.json"))) << "a refused run has nothing to report";
    }

  private:
    CaptureDay day_;
};

// Captures.

TEST_F(BadInput, CaptureThatIsNotThere) {
    const std::string missing = path("missing.pcap");
    expect_refused(run("journal", missing), missing + ": ");
    // The refused start has not spoilt the journal: with the capture there, the book is loaded.
    const auto again = run("journal", capture(), {"--positions", book()});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_FALSE(again.says("positions_ignored")) << again.err;
    EXPECT_GT(report().at("fills").get<int>(), 0);
    EXPECT_EQ(replay("journal").exit_code, 0);
}

TEST_F(BadInput, FilesThatAreNoCaptures) {
    for (const auto& [name, bytes] : std::initializer_list<std::pair<const char*, std::string>>{
             {"empty", ""}, {"text", "instrument,quantity,average_price\n"}, {"folder", ""}}) {
        const std::string file =
            std::string(name) == "folder" ? path("a-folder") : write(std::string(name) + ".pcap", bytes);
        if (std::string(name) == "folder") fs::create_directory(file);
        expect_refused(run("journal", file), file + ": ");
    }
}

TEST_F(BadInput, CaptureOfAnotherLinkType) {
    const std::string file = write("sll.pcap", pcap_micro(day().frames, 113));
    const auto result = run("journal", file);
    expect_refused(result, file + ": byte 20: link type 113");
}

TEST_F(BadInput, CaptureWithoutAPacket) {
    const std::string file = write("none.pcap", pcap_micro({}));
    expect_refused(run("journal", file), file + ": no packets");
}

TEST_F(BadInput, CaptureCutOffIsUsedUpToTheCut) {
    const auto& frames = day().frames;
    const std::size_t whole = frames.size() * 3 / 4;
    for (const bool pcapng : {false, true}) {
        const auto bytes_of = [&](const std::vector<DayFrame>& some) {
            return pcapng ? pcapng_nano(some) : pcap_micro(some);
        };
        const std::size_t place =
            bytes_of({frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(whole)}).size();
        const std::string name = pcapng ? "cut.pcapng" : "cut.pcap";
        const std::string file = write(name, bytes_of(frames).substr(0, place + 40));
        const auto result = run("journal-" + name, file, {"--positions", book()});
        EXPECT_EQ(result.exit_code, 1) << result.err;
        EXPECT_TRUE(result.says(file + ": byte " + std::to_string(place) + ": the capture ends within"))
            << result.err;
        ASSERT_TRUE(report().is_object()) << name;
        EXPECT_EQ(report().at("packets"), whole);
        EXPECT_GT(report().at("fills").get<int>(), 0);
        EXPECT_EQ(replay("journal-" + name).exit_code, 0);
    }
}

TEST_F(BadInput, CaptureMustNotReachAVenue) {
    const std::string text = read_file(fs::path(HW_SOURCE_DIR) / "deploy/config/demo.toml");
    const std::string config =
        write("live.toml", changed(text, "dir = \"demo-out/journal\"", "dir = \"" + path("journal") + "\""));
    const auto result = command({"run", "--config", config, "--in", capture(), "--json", path("out.json")});
    expect_refused(result, "a capture must not reach a venue");
    EXPECT_FALSE(fs::exists(path("journal")));
}

// Positions and instrument definitions.

TEST_F(BadInput, PositionsFileFaultsHaveAPlace) {
    const std::string header = "instrument,quantity,average_price\n";
    const std::string name = day().options[0];
    const struct {
        std::string text, place, what;
    } cases[] = {
        {"name,quantity,average_price\n", "1:1",
         "the header has to be \"instrument,quantity,average_price\""},
        {"", "1:1", "empty"},
        {header + name + ",12x,0.01\n", "2:" + std::to_string(name.size() + 2),
         "not a quantity of contracts: \"12x\""},
        {header + name + ",,0.01\n", "2:" + std::to_string(name.size() + 2),
         "not a quantity of contracts: \"\""},
        {header + name + ",99999999999999,0.01\n", "2:" + std::to_string(name.size() + 2),
         "not a quantity of contracts"},
        {header + "\n# a note\n" + name + ", 1, nan\n", "4:" + std::to_string(name.size() + 6),
         "not a price: \"nan\""},
        {header + name + ",1,-0.01\n", "2:" + std::to_string(name.size() + 4), "not a price: \"-0.01\""},
        {header + name + ",1,0.01\n" + name + ",2,0.01\n", "3:1", "a second line for \"" + name + "\""},
        {header + name + ",1\n", "2:1", "2 fields, expected 3"},
        {header + ",1,0.01\n", "2:1", "no instrument name"},
    };
    const std::string recorded = capture();
    for (const auto& c : cases) {
        const std::string file = write("wrong.csv", c.text);
        expect_refused(run("journal", recorded, {"--positions", file}), file + ":" + c.place + ": " + c.what);
    }
    const std::string missing = path("nowhere.csv");
    expect_refused(run("journal", recorded, {"--positions", missing}), missing + ":0:0: cannot be read");
    EXPECT_FALSE(fs::exists(path("journal"))) << "nothing was to be started";
}

TEST_F(BadInput, EveryFaultOfAPositionsFileIsSaidAtOnce) {
    const std::string file = write("wrong.csv", "instrument,quantity,average_price\n" + day().options[0] +
                                                    ",one,0.01\n" + day().options[1] + ",1,cheap\n");
    const auto result = run("journal", capture(), {"--positions", file});
    expect_refused(result, file + ":2:");
    EXPECT_TRUE(result.says(file + ":3:")) << result.err;
}

class UnknownInstruments : public BadInput {
  protected:
    /// A book of which lines 3 and 5 name what nobody defined.
    std::string file() {
        std::string text = "instrument,quantity,average_price\n";
        const auto& names = day().options;
        for (const std::string& name :
             {names[0], std::string("BTC-1JAN50-1-C"), names[1], std::string("DOGE-PERPETUAL"), names[2]})
            text += name + ",3,0.01\n";
        return write("unknown.csv", text);
    }
};

TEST_F(UnknownInstruments, AreListedAndRefused) {
    const auto result = run("journal", capture(), {"--positions", file()});
    expect_refused(result, file() + ":3:1: unknown instrument \"BTC-1JAN50-1-C\"\n");
    EXPECT_TRUE(result.says(file() + ":5:1: unknown instrument \"DOGE-PERPETUAL\"\n")) << result.err;
    EXPECT_TRUE(result.says("2 positions in unknown instruments")) << result.err;
    EXPECT_EQ(orders_in(path("journal")), 0u);
}

TEST_F(UnknownInstruments, AreLeftOutWhenAllowed) {
    const auto result = run("journal", capture(), {"--positions", file(), "--allow-unknown"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(result.says(file() + ":3:1: unknown instrument \"BTC-1JAN50-1-C\"\n")) << result.err;
    const auto j = report();
    ASSERT_TRUE(j.is_object());
    EXPECT_EQ(j.at("unknown_positions"), 2);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(j.at("positions").value(day().options[i], 0.0), 3.0);
    EXPECT_GT(j.at("orders").get<int>(), 0);
    EXPECT_EQ(replay("journal").exit_code, 0);
}

TEST_F(BadInput, InstrumentsFileFaultsHaveAPlace) {
    const std::string header =
        "symbol,kind,settlement,option_type,base,quote,settle,feed_id,expiry,strike,contract_size,lot,tick\n";
    const std::string good =
        "BTC-25JUN27-90000-C,option,inverse,call,BTC,USD,BTC,77,2027-06-25T08:00:00Z,90000,1,0.1,0.0001";
    const auto with = [&](const std::string& from, const std::string& to) {
        return header + changed(good, from, to) + "\n";
    };
    const struct {
        std::string text, place, what;
    } cases[] = {
        {"symbol,kind\n", "1:1", "the header has to be"},
        {with("option,", "opt,"), "2:21", "not a kind: \"opt\""},
        {with("inverse", "quanto"), "2:28", "not a settlement: \"quanto\""},
        {with("call", "straddle"), "2:36", "not an option type: \"straddle\""},
        {with("77", "-1"), "2:53", "not a feed id: \"-1\""},
        {with("2027-06-25T08:00:00Z", "tomorrow"), "2:56", "not a time like"},
        {with("2027-06-25T08:00:00Z", "2026-11-31T08:00:00Z"), "2:56", "not a time like"},
        {with("2027-06-25T08:00:00Z", "9999-06-25T08:00:00Z"), "2:56", "not a time like"},
        {with("90000,1", "9e4,1"), "2:77", "not a price: \"9e4\""},
        {with(",0.0001", ""), "2:1", "12 fields, expected 13"},
        {with(",90000,", ",,"), "2:1", ""},
        {with(",0.1,", ",0,"), "2:1", ""},
        {with("inverse,call,BTC,USD,BTC", "linear,call,BTC,USD,"), "2:1", "quote-settled without"},
    };
    const std::string recorded = capture();
    for (const auto& c : cases) {
        const std::string file = write("wrong.csv", c.text);
        expect_refused(run("journal", recorded, {"--instruments", file}),
                       file + ":" + c.place + ": " + c.what);
    }
    EXPECT_FALSE(fs::exists(path("journal"))) << "nothing was to be started";

    // The same line without a fault makes a position known that the capture does not define.
    const std::string file = write("good.csv", header + good + "\n");
    const std::string positions =
        write("book.csv", "instrument,quantity,average_price\nBTC-25JUN27-90000-C,3,0.01\n");
    expect_refused(run("unknown", recorded, {"--positions", positions}), "unknown instrument");
    const auto result = run("known", recorded, {"--positions", positions, "--instruments", file});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(report().at("positions").value("BTC-25JUN27-90000-C", 0.0), 3.0);
}

TEST_F(BadInput, APositionsFileThatWasRefusedCanBePutRight) {
    const std::string text = positions_csv(day().options, 20);
    const std::string file = write("book.csv", text + "DOGE-PERPETUAL,1,1\n");
    expect_refused(run("journal", capture(), {"--positions", file}), "unknown instrument");
    write("book.csv", text);
    const auto result = run("journal", capture(), {"--positions", file});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_FALSE(result.says("positions_ignored")) << result.err;
    for (std::size_t i = 0; i < 20; ++i)
        EXPECT_NE(report().at("positions").value(day().options[i], 0.0), 0.0) << day().options[i];
    EXPECT_EQ(replay("journal").exit_code, 0);
}

// Configuration and command line.

TEST_F(BadInput, ConfigurationFaultsHaveAPlaceAndStartNothing) {
    const std::string good = read_file(config());
    const struct {
        std::string from, to, what;
    } cases[] = {
        {"hedge_to = 0.5", "hegde_to = 0.5", "hegde_to"},
        {"band = 0.1", "band = \"wide\"", "band"},
        {"band = 0.1", "band = -0.1", "band"},
        {"hedge_instrument = \"BTC-PERPETUAL\"", "", "hedge_instrument"},
        {"transport = \"paper\"", "transport = \"pigeon\"", "transport"},
        {"version = 1", "version = 99", "version"},
        {"band = 0.1", "band = = 0.1", ""},
    };
    for (const auto& c : cases) {
        const std::string file = write("wrong.toml", changed(good, c.from, c.to));
        const auto at = good.find(c.from);
        const auto line = std::count(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
        const auto result = command({"run", "--config", file, "--in", capture(), "--json", path("out.json")});
        expect_refused(result, c.what);
        // What is missing is placed at its table.
        EXPECT_TRUE(result.says(file + ":" + (c.to.empty() ? "" : std::to_string(line) + ":"))) << result.err;
    }
    const std::string missing = path("nowhere.toml");
    expect_refused(command({"run", "--config", missing, "--in", capture(), "--json", path("out.json")}),
                   missing);
    EXPECT_FALSE(fs::exists(path("journal")));
}

TEST_F(BadInput, CommandLine) {
    expect_refused(command({"run", "--in", capture()}), "--config");
    expect_refused(command({"run", "--config", config(), "--fast"}), "--fast");
    expect_refused(command({"run", "--config", config(), "--seconds", "-1"}), "--seconds");
    expect_refused(command({"replay"}), "--journal");
    EXPECT_FALSE(fs::exists(path("journal")));
}

TEST_F(BadInput, ReplayOfWhatIsNoJournal) {
    expect_refused(replay("nowhere"), path("nowhere") + ": no journal segments here");
    EXPECT_FALSE(fs::exists(path("nowhere"))) << "reading makes nothing";
}

}  // namespace
}  // namespace hw::scenario
