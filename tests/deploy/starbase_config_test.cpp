// The Starbase feed in the configuration: keys, addresses, and the demonstration's section.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "deploy/demo_runner/programs.h"
#include "deploy/demo_runner/workspace.h"
#include "deploy/runtime/ipv4.h"
#include "deploy/runtime/config_starbase.h"
#include "tests/deploy/config_samples.h"

namespace hw::deploy {
namespace {

constexpr std::string_view kDeribitFeed = R"(kind = "deribit"

[[feed.channel]]
name = "btc"
group = "239.111.111.1"
)";
constexpr std::string_view kStarbaseFeed = R"(kind = "starbase"
source = "10.0.0.2:7000"
gateway_mac = "02:00:00:00:0a:01"

[[feed.channel]]
name = "futures"
group = "224.0.12.193"
snapshot_group = "224.0.12.192"
retransmit = "10.0.0.1:4240"

[[feed.channel]]
name = "options"
group = "224.0.12.195"
snapshot_group = "224.0.12.194"
)";

/// The sample with a Starbase feed, in which `from` is replaced by `to`.
ConfigResult parsed(std::string_view from = {}, std::string_view to = {}) {
    std::string feed(kStarbaseFeed);
    if (!from.empty()) feed.replace(feed.find(from), from.size(), to);
    return parse_config(spoilt(kDeribitFeed, feed), "c.toml");
}
std::string errors_of(const ConfigResult& result) {
    const auto* errors = std::get_if<ConfigErrors>(&result);
    return errors == nullptr ? "" : to_string(*errors);
}

TEST(StarbaseConfig, ValuesArriveAndTheEffectiveTextIsTheConfiguration) {
    const ConfigResult result = parsed();
    ASSERT_EQ(errors_of(result), "");
    const RunConfig& c = std::get<RunConfig>(result);
    EXPECT_EQ(c.feed_kind, FeedKind::starbase);
    const net::StarbaseConfig feed = starbase_config(c);
    ASSERT_EQ(feed.channels.size(), 2u);
    EXPECT_EQ(feed.channels[0].event_group, 0xe0000cc1u);
    EXPECT_EQ(feed.channels[0].snapshot_group, 0xe0000cc0u);
    EXPECT_EQ(feed.channels[0].event_port, 4220);
    EXPECT_EQ(feed.channels[0].snapshot_port, 4230);
    EXPECT_EQ(feed.channels[0].retransmit, (net::UdpEndpoint{0x0a000001, 4240}));
    EXPECT_TRUE(feed.channels[1].retransmit.is_none());
    EXPECT_EQ(feed.silent_after, net::StarbaseConfig{}.silent_after);
    const ConfigResult again = parse_config(c.text, "c.toml");
    ASSERT_EQ(errors_of(again), "");
    EXPECT_EQ(std::get<RunConfig>(again).text, c.text);
}

TEST(StarbaseConfig, WhatIsWrongIsToldWithItsKey) {
    const auto tells = [](std::string_view from, std::string_view to, std::string_view what) {
        const std::string errors = errors_of(parsed(from, to));
        EXPECT_NE(errors.find(what), std::string::npos) << "\"" << errors << "\" does not tell of " << what;
    };
    tells("10.0.0.1:4240", "10.0.0.1", "feed.channel[0].retransmit");
    tells("10.0.0.1:4240", "224.0.0.1:4240", "feed.channel[0].retransmit");
    tells("10.0.0.1:4240", "10.0.0.1:0", "feed.channel[0].retransmit");
    tells("10.0.0.2:7000", "10.0.0.256:7000", "feed.source");
    tells("source = \"10.0.0.2:7000\"\n", "", "missing feed.source");
    tells("gateway_mac = \"02:00:00:00:0a:01\"\n", "", "missing feed.gateway_mac");
    tells("02:00:00:00:0a:01", "02:00:00:00:0a", "feed.gateway_mac");
    tells("224.0.12.195", "224.0.12.193", "feed.channel[1].group");
    tells("224.0.12.195", "224.0.12.209", "line B");
    tells("kind = \"starbase\"", "kind = \"starbase\"\nsilent_after_ms = 2000", "feed.silent_after_ms");
    tells("retransmit = ", "retransmitt = ", "retransmitt");
}

TEST(StarbaseConfig, HardwareAddresses) {
    EXPECT_EQ(parse_mac("02:00:00:00:0a:ff"), (std::array<std::uint8_t, 6>{2, 0, 0, 0, 10, 255}));
    for (const char* text : {"", "02:00:00:00:0a", "02:00:00:00:0a:f", "02-00-00-00-0a-ff",
                             "0g:00:00:00:0a:ff", "02:00:00:00:0a:ff:", "+2:00:00:00:0a:ff"})
        EXPECT_FALSE(parse_mac(text)) << text;
}

TEST(StarbaseConfig, TheDemonstrationsSectionIsAConfiguration) {
    std::string error;
    std::ifstream in(HW_SOURCE_DIR "/deploy/config/demo.toml");
    const auto text = demo::with_starbase({std::istreambuf_iterator<char>(in), {}}, error);
    ASSERT_TRUE(text) << error;
    const ConfigResult result = parse_config(*text, "demo.toml");
    ASSERT_EQ(errors_of(result), "");
    EXPECT_EQ(std::get<RunConfig>(result).feed_kind, FeedKind::starbase);
    EXPECT_FALSE(demo::with_starbase("version = 1", error));
}

}  // namespace
}  // namespace hw::deploy
