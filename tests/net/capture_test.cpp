// Real packets: a capture of the venue's own multicast, when it is at hand.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "net/feed/decode_report.h"
#include "net/feed/prescan.h"
#include "net/packet.h"
#include "net/pcapng.h"
#include "tests/net/capture_files.h"
#include "tests/net/feed_harness.h"

namespace hw::net {
namespace {

class VenueCapture : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(path_)) GTEST_SKIP() << "skipped: no ../shared";
    }
    const std::string path_ = HW_SOURCE_DIR "/../shared/data/deribit/capture_2023-06-15.pcapng";
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(VenueCapture, IsDecodedWholeAndAgreesWithItself) {
    std::ostringstream out;
    const DecodeOutcome outcome = decode_deribit_capture(path_, true, out);
    EXPECT_TRUE(outcome.opened && outcome.complete && outcome.clean) << outcome.error;
    const std::string text = out.str();
    EXPECT_TRUE(text.starts_with(
        R"({"packets":5066,"messages":6780,"types":{"ticker":4211,"book":1064,"index":468,"trades":332,)"
        R"("snapshot":197,"instrument":194,"instrument_v2":194,"snapshot_start":60,"snapshot_end":60},)"
        R"("gaps":0,"malformed":0,)"))
        << text;
    EXPECT_TRUE(contains(text, R"("snapshot_checks":110,"snapshot_mismatches":0,)")) << text;
    EXPECT_TRUE(contains(text, R"("ticker_checks":3320,"ticker_mismatches":0)")) << text;
}

TEST_F(VenueCapture, IsPrintedMessageByMessage) {
    std::ostringstream out;
    EXPECT_TRUE(decode_deribit_capture(path_, false, out).clean);
    std::istringstream lines(out.str());
    std::size_t n = 0;
    for (std::string line; std::getline(lines, line); ++n) {
        ASSERT_TRUE(line.starts_with("{\"packet\":") && line.ends_with("}")) << line;
    }
    EXPECT_EQ(n, 6780u);
}

TEST_F(VenueCapture, LosingPacketsIsFoundAndTheBooksStillAgree) {
    std::string error;
    const auto reader = CaptureReader::open(path_, error);
    ASSERT_TRUE(reader) << error;
    std::vector<CapturedFrame> kept;
    std::size_t n = 0;
    for (CaptureFrame frame; reader->next(frame);) {
        if (++n % 97 != 0) kept.push_back({frame.time, {frame.bytes.begin(), frame.bytes.end()}});
    }
    const std::string lossy =
        (std::filesystem::temp_directory_path() / ("hw_lossy_" + std::to_string(::getpid()) + ".pcap"))
            .string();
    write_pcap(lossy, kept);
    std::ostringstream out;
    const DecodeOutcome outcome = decode_deribit_capture(lossy, true, out);
    std::filesystem::remove(lossy);
    EXPECT_TRUE(outcome.complete);
    EXPECT_FALSE(outcome.clean);
    EXPECT_FALSE(contains(out.str(), "\"gaps\":0,"));
    // What is believed is right, whatever was lost.
    EXPECT_TRUE(contains(out.str(), "\"snapshot_mismatches\":0,")) << out.str();
    EXPECT_TRUE(contains(out.str(), "\"ticker_mismatches\":0}")) << out.str();
}

TEST_F(VenueCapture, GivesItsInstruments) {
    std::string error;
    const auto instruments = prescan_definitions(path_, error);
    EXPECT_EQ(error, "");
    ASSERT_EQ(instruments.size(), 84u);
    std::map<Kind, int> kinds;
    for (const Instrument& i : instruments) {
        EXPECT_EQ(definition_error(i), "") << i.symbol.view();
        ++kinds[i.kind];
        if (i.symbol.view() != "BTC-16JUN23-26400-C") continue;
        EXPECT_TRUE(i.is_inverse());
        EXPECT_EQ(i.quote.view(), "USD");
        EXPECT_EQ(i.tick_above.nanos(), 200'000);
        EXPECT_EQ(i.expiry.ns(), 1'686'902'400'000'000'000);
    }
    EXPECT_EQ(kinds[Kind::option], 76);
    EXPECT_EQ(kinds[Kind::perpetual], 4);
    EXPECT_EQ(kinds[Kind::future], 2);
    EXPECT_EQ(kinds[Kind::spot], 2);
}

TEST_F(VenueCapture, ThroughTheFeedEveryBookEndsTrusted) {
    Receiver receiver;
    FeedConfig config;
    config.silent_after = Nanos::from_seconds(60);
    DeribitFeed<Receiver> feed(config, *receiver.table, receiver);
    std::string error;
    const auto reader = CaptureReader::open(path_, error);
    ASSERT_TRUE(reader) << error;
    for (CaptureFrame frame; reader->next(frame);) {
        const Classified packet = classify(frame.bytes);
        ASSERT_EQ(packet.verdict, Verdict::udp);
        feed.on_datagram(packet.udp, frame.time);
    }
    receiver.flush();
    EXPECT_EQ(receiver.table->size(), 84u);
    EXPECT_EQ(receiver.removals_of_nothing, 0u);
    EXPECT_EQ(receiver.books.size(), 84u);
    for (const auto& [id, book] : receiver.books) {
        EXPECT_TRUE(book.trusted) << (*receiver.table)[InstrumentId{id}].symbol.view();
        EXPECT_FALSE(book.partial);
    }
    EXPECT_EQ(receiver.count(EventType::definitions_complete), 1u);
    EXPECT_EQ(receiver.count(EventType::index_price), 468u);
    const FeedCounters c = feed.counters();
    EXPECT_EQ(c.messages(), 6780u);
    EXPECT_EQ(c.lines.gaps + c.recovery.change_id_gaps + c.decode.malformed_total(), 0u);
    EXPECT_EQ(c.bad_levels + c.bad_tickers + c.bad_trades + c.bad_index_prices + c.bad_definitions, 0u);
}

TEST(DecodeReport, NotACaptureAndADamagedOne) {
    std::ostringstream out;
    const DecodeOutcome missing = decode_deribit_capture("/nonexistent.pcapng", true, out);
    EXPECT_FALSE(missing.opened);
    EXPECT_TRUE(contains(missing.error, "/nonexistent.pcapng"));
    EXPECT_EQ(out.str(), "");

    wire::FrameEncoder encoder;
    encoder.start(0, 1);
    encoder.add(wire::PriceIndexMsg{"btc_usd", 25'000, 1});
    std::vector<std::byte> frame(200);
    frame.resize(build_udp_frame({{}, {}, 1, 0xef6f6f00, 5, 6100, 16}, encoder.bytes(), frame));
    const std::string bytes = pcap_bytes({{Nanos::from_seconds(5), frame}, {Nanos::from_seconds(6), frame}});
    const std::string path =
        (std::filesystem::temp_directory_path() / ("hw_cut_" + std::to_string(::getpid()) + ".pcap"))
            .string();
    write_file(path, bytes.substr(0, bytes.size() - 1));
    const DecodeOutcome cut = decode_deribit_capture(path, true, out);
    std::filesystem::remove(path);
    EXPECT_TRUE(cut.opened);
    EXPECT_FALSE(cut.complete);
    EXPECT_TRUE(contains(cut.error, "byte " + std::to_string(24 + 16 + frame.size()) + ":")) << cut.error;
    EXPECT_TRUE(contains(out.str(), R"("packets":1,"messages":1,)")) << out.str();
}

}  // namespace
}  // namespace hw::net
