// `hedgewire decode --feed starbase`: a capture as JSON, message by message and counted.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "net/feed/prescan.h"
#include "net/feed/starbase_report.h"
#include "tests/net/capture_files.h"
#include "tests/net/fuzz.h"
#include "tests/net/starbase_harness.h"

namespace hw::net {
namespace {

using Json = nlohmann::json;

class StarbaseReportTest : public ::testing::Test {
  protected:
    void SetUp() override {
        add(venue_.event(venue_.heartbeat()));
        for (std::size_t i = 0; i < venue_.size(); ++i) add(venue_.snapshot_event(venue_.snapshot(i)));
        add(venue_.snapshot_event(venue_.end_of_cycle()));
        for (int n = 0; n < 50; ++n) add(venue_.event(venue_.transaction(random_, 2), n >= 25));
        for (std::size_t i = 0; i < venue_.size(); ++i) add(venue_.snapshot_event(venue_.snapshot(i)));
    }
    void TearDown() override { std::filesystem::remove(path_); }

    void add(const UdpDatagram& d) {
        std::vector<std::byte> frame(kUdpFrameHeader + d.payload.size() + 60);
        UdpEndpoints ends;
        ends.src_ip = d.src_ip;
        ends.dst_ip = d.dst_ip;
        ends.src_port = d.src_port;
        ends.dst_port = d.dst_port;
        frame.resize(build_udp_frame(ends, d.payload, frame));
        ASSERT_FALSE(frame.empty()) << "a packet too long for a frame: fewer orders, please";
        // Line B takes over after a pause.
        time_ = time_ + Nanos::from_ms(d.dst_ip == 0xe0000cd1 ? 60 : 1);
        frames_.push_back({time_, std::move(frame)});
    }
    DecodeOutcome decode(bool summary) {
        write_pcap(path_, frames_);
        out_.str("");
        return decode_starbase_capture(path_, summary, out_);
    }
    Json summary() {
        decode(true);
        return Json::parse(out_.str());
    }

    std::mt19937_64 random_{fuzz_seed()};
    StarbaseVenue venue_{0, {11, 12, 13}};
    std::vector<CapturedFrame> frames_;
    Nanos time_ = Nanos::from_seconds(1'700'000'000);
    // One a process: ctest runs the tests of a suite beside each other.
    std::string path_ =
        ::testing::TempDir() + "hedgewire_starbase_report_" + std::to_string(::getpid()) + ".pcap";
    std::ostringstream out_;
};

TEST_F(StarbaseReportTest, AWholeSessionIsCleanAndEqualToItsSnapshots) {
    const DecodeOutcome outcome = decode(true);
    EXPECT_TRUE(outcome.opened && outcome.complete && outcome.clean) << out_.str();
    const Json json = Json::parse(out_.str());
    EXPECT_EQ(json.at("packets"), frames_.size());
    EXPECT_EQ(json.at("instruments"), 3);
    EXPECT_EQ(json.at("types").at("snapshot_header"), 6);
    EXPECT_EQ(json.at("types").at("end_of_cycle"), 1);
    EXPECT_EQ(json.at("books_started"), 3);
    EXPECT_EQ(json.at("snapshot_checks"), 3);
    EXPECT_EQ(json.at("snapshot_mismatches"), 0);
    EXPECT_EQ(json.at("cycles"), 1);
    EXPECT_EQ(json.at("failovers"), 1);
    EXPECT_EQ(json.at("gaps"), 0);
    EXPECT_EQ(json.at("malformed"), 0);
}

TEST_F(StarbaseReportTest, EveryMessageIsALineWithTheWiresFields) {
    const DecodeOutcome outcome = decode(false);
    EXPECT_TRUE(outcome.clean);
    std::istringstream lines(out_.str());
    std::uint64_t count = 0;
    std::map<std::string, Json> last;
    for (std::string line; std::getline(lines, line); ++count) {
        const Json json = Json::parse(line);
        last[json.at("type").get<std::string>()] = json;
    }
    EXPECT_EQ(count, summary().at("messages"));
    EXPECT_EQ(last.at("instrument_definition").at("name"), "BTC13-PERPETUAL");
    EXPECT_TRUE(last.at("instrument_definition").at("strike").is_null());
    EXPECT_EQ(last.at("snapshot_trailer").at("incremental_sequence"), venue_.sequence() - 1);
    EXPECT_EQ(last.at("bid_put").at("packet_type"), 2);
    EXPECT_TRUE(last.at("bid_put").contains("sort_order_id"));
}

TEST_F(StarbaseReportTest, WhatIsLostOrDamagedIsFound) {
    const std::size_t whole = frames_.size();
    venue_.transaction(random_);  // lost
    add(venue_.event(venue_.transaction(random_), true));
    time_ = time_ + Nanos::from_ms(100);
    add(venue_.event(venue_.heartbeat(), true));
    EXPECT_FALSE(decode(true).clean);
    Json json = Json::parse(out_.str());
    EXPECT_EQ(json.at("gaps"), 1);
    EXPECT_GT(json.at("messages_lost"), 0);
    frames_.resize(whole);
    // A message cut short.
    auto bytes = venue_.transaction(random_, 1);
    bytes.resize(bytes.size() - 3);
    add(venue_.event(bytes, true));
    EXPECT_FALSE(decode(true).clean);
    json = Json::parse(out_.str());
    EXPECT_EQ(json.at("malformed"), 1);
    EXPECT_EQ(json.at("malformed_reasons").at("message_cut"), 1);
}

TEST_F(StarbaseReportTest, ARetransmissionInTheCaptureFillsItsGap) {
    const std::int64_t from = venue_.sequence();
    venue_.transaction(random_);  // lost
    const std::int64_t to = venue_.sequence();
    add(venue_.event(venue_.transaction(random_), true));
    add(venue_.answer(venue_.retransmit(from, static_cast<std::size_t>(to - from))));
    for (std::size_t i = 0; i < venue_.size(); ++i) add(venue_.snapshot_event(venue_.snapshot(i)));
    EXPECT_TRUE(decode(true).clean) << out_.str();
    const Json json = Json::parse(out_.str());
    EXPECT_EQ(json.at("gaps"), 1);
    EXPECT_EQ(json.at("messages_lost"), 0);
    EXPECT_EQ(json.at("snapshot_checks"), 6);
}

TEST_F(StarbaseReportTest, DefinitionsAreFoundAhead) {
    write_pcap(path_, frames_);
    std::string error;
    const auto definitions = prescan_starbase_definitions(path_, error);
    EXPECT_EQ(error, "");
    ASSERT_EQ(definitions.size(), 3u);
    EXPECT_EQ(definitions[0].symbol.view(), "BTC11-PERPETUAL");
}

TEST_F(StarbaseReportTest, NoCaptureIsNone) {
    EXPECT_FALSE(decode_starbase_capture("/nonexistent", true, out_).opened);
}

}  // namespace
}  // namespace hw::net
