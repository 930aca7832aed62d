// Configurations that are wrong: each error with its line, its column and its words.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "tests/deploy/config_samples.h"

namespace hw::deploy {
namespace {

using Lines = std::vector<std::string>;

struct Case {
    const char* name;
    std::string_view from;  // of the sample
    std::string_view to;
    const char* error;  // after "c.toml:"
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class ConfigErrorCase : public testing::TestWithParam<Case> {};

TEST_P(ConfigErrorCase, IsLocatedAndNamed) {
    const Case& c = GetParam();
    EXPECT_EQ(errors_of(spoilt(c.from, c.to)), Lines{std::string("c.toml:") + c.error});
}

INSTANTIATE_TEST_SUITE_P(
    Config, ConfigErrorCase,
    testing::Values(
        Case{"UnknownKey", "device =", "devcie =", "5:1: unknown key port.devcie; did you mean port.device?"},
        Case{"UnknownKeyUnlikeAny", "device =", "colour =", "5:1: unknown key port.colour"},
        Case{"UnknownTable", "[gate]", "[gates]\n[gate]", "37:2: unknown key gates; did you mean gate?"},
        Case{"WrongTypeString", "device = \"net_ring0\"", "device = 5",
             "5:10: port.device must be a string, but is an integer"},
        Case{"AccountOnPaper", "transport = \"kernel\"",
             "transport = \"paper\"\n[account]\nport = 1\nsender_comp_id = \"A2\"\ntarget_comp_id = "
             "\"B\"\nstore_dir = \"account\"",
             "16:1: [account] needs an order session: with order.transport \"paper\" the venue's positions "
             "are not "
             "what was hedged"},
        Case{"AccountInTheOrderSessionsStore", "[journal]",
             "[account]\nport = 1\nsender_comp_id = \"A2\"\ntarget_comp_id = \"B\"\nstore_dir = "
             "\"fix\"\n[journal]",
             "27:13: account.store_dir and fix.store_dir are the same: each session needs one of its own"},
        Case{"AccountThatCouldNeverReconcile", "[journal]",
             "[account]\nport = 1\nsender_comp_id = \"A2\"\ntarget_comp_id = \"B\"\nstore_dir = "
             "\"account\"\nsnapshot_every_s = 0\n[journal]",
             "28:20: account.snapshot_every_s is 0, and account.reconcile waits for a snapshot: nothing "
             "would ever "
             "be hedged"},
        Case{"WrongTypeInteger", "port = 9878", "port = \"9878\"",
             "18:8: fix.port must be an integer, but is a string"},
        Case{"FractionForInteger", "port = 9878", "port = 9878.0",
             "18:8: fix.port must be an integer, but is a number with a fraction"},
        Case{"WrongTypeNumber", "band = 0.5", "band = true",
             "29:8: underlying[0].band must be a number, but is true or false"},
        Case{"WrongTypeInList", "\"-m\", \"64\"", "\"-m\", 64",
             "4:27: port.eal[2] must be a string, but is an integer"},
        Case{"ValueForTable", "[port]\neal = [\"--no-huge\", \"-m\", \"64\"]\ndevice = \"net_ring0\"\n",
             "port = 5\n", "3:8: port must be a table ([port]), but is an integer"},
        Case{"TableForTables", "[[feed.channel]]\nname", "[feed.channel]\nname",
             "10:1: feed.channel must be an array of tables ([[feed.channel]]), but is a table"},
        Case{"MissingKey", "dir = \"journal\"\n", "", "23:1: missing required key journal.dir"},
        Case{"MissingTable", "[journal]\ndir = \"journal\"\n", "", "1:1: missing required key journal.dir"},
        Case{"MissingBand", "band = 0.5\n", "", "26:1: missing required key underlying[0].band"},
        Case{"MissingFixKey", "sender_comp_id = \"A\"\n", "",
             "17:1: missing required key fix.sender_comp_id: order.transport is \"kernel\""},
        Case{"SessionStartWithoutEnd", "port = 9878", "port = 9878\nsession_start = \"08:00:00\"",
             "19:17: fix: session_start and session_end have to be times like \"21:30:00\""},
        Case{"SessionDayUnknown", "port = 9878",
             "port = 9878\nsession_start = \"08:00:00\"\nsession_end = \"17:00:00\"\n"
             "session_start_day = \"Sun\"\nsession_end_day = \"friday\"",
             "21:21: fix: session_start_day and session_end_day have to be \"sunday\" to \"saturday\""},
        Case{"EmptyRequired", "dir = \"journal\"", "dir = \"\"", "24:7: journal.dir must not be empty"},
        Case{"BandZero", "band = 0.5", "band = 0",
             "29:8: underlying[0].band must be greater than 0 and at most 1000000000, but is 0"},
        Case{"BandNegative", "band = 0.5", "band = -1.5",
             "29:8: underlying[0].band must be greater than 0 and at most 1000000000, but is -1.5"},
        Case{"BandNotANumber", "band = 0.5", "band = nan",
             "29:8: underlying[0].band must be greater than 0 and at most 1000000000, but is nan"},
        Case{"BandInfinite", "band = 0.5", "band = inf",
             "29:8: underlying[0].band must be greater than 0 and at most 1000000000, but is inf"},
        Case{"BandBeyondPosition", "band = 5", "band = 101",
             "34:8: underlying[1].band (101) is wider than gate.max_position_coins (100): no hedge could "
             "ever be "
             "reached"},
        Case{"HedgeToBeyondOne", "band = 0.5", "band = 0.5\nhedge_to = 1.25",
             "30:12: underlying[0].hedge_to must be between 0 and 1, but is 1.25"},
        Case{"HedgeToNegative", "band = 0.5", "hedge_to = -0.1\nband = 0.5",
             "29:12: underlying[0].hedge_to must be between 0 and 1, but is -0.1"},
        Case{"SlippageBeyondCollar", "slippage_cap_bp = 10", "slippage_cap_bp = 50.5",
             "35:19: underlying[1].slippage_cap_bp (50.5) is beyond gate.collar_bp (50): every such order "
             "would be "
             "refused"},
        Case{"MaxOrderZero", "max_order_coins = 20", "max_order_coins = 0",
             "39:19: gate.max_order_coins must be greater than 0 and at most 1000000000, but is 0"},
        Case{"MaxOrderBeyondPosition", "max_order_coins = 20", "max_order_coins = 200",
             "39:19: gate.max_order_coins (200) is larger than gate.max_position_coins (100)"},
        Case{"MaxOpenOrdersZero", "collar_bp = 50.0", "max_open_orders = 0",
             "38:19: gate.max_open_orders must be between 1 and 256, but is 0"},
        Case{"PortZero", "port = 9878", "port = 0", "18:8: fix.port must be between 1 and 65535, but is 0"},
        Case{"PortTooLarge", "port = 9878", "port = 65536",
             "18:8: fix.port must be between 1 and 65535, but is 65536"},
        Case{"PortFarTooLarge", "port = 9878", "port = 4294977174",
             "18:8: fix.port must be between 1 and 65535, but is 4294977174"},
        Case{"SegmentTooSmall", "dir = \"journal\"", "dir = \"journal\"\nsegment_mib = 0",
             "25:15: journal.segment_mib must be between 1 and 1024, but is 0"},
        Case{"NotAPowerOfTwo", "device =", "rx_ring = 1000\ndevice =",
             "5:11: port.rx_ring must be a power of two, but is 1000"},
        Case{"TooFewBuffers", "device =", "mbufs = 2048\ndevice =",
             "5:9: port.mbufs (2048) must be more than port.rx_ring + port.tx_ring (2048)"},
        Case{"BadGroup", "239.111.111.1", "239.111.111",
             "12:9: feed.channel[0].group must be an IPv4 address, but is \"239.111.111\""},
        Case{"GroupNotMulticast", "239.111.111.1", "10.0.0.1",
             "12:9: feed.channel[0].group must be a multicast group (224.0.0.0 to 239.255.255.255), but is "
             "\"10.0.0.1\""},
        Case{"GroupOctetTooLarge", "239.111.111.1", "239.111.111.256",
             "12:9: feed.channel[0].group must be an IPv4 address, but is \"239.111.111.256\""},
        Case{"SamePorts", "group =", "snapshot_port = 6100\ngroup =",
             "12:17: feed.channel[0].event_port and feed.channel[0].snapshot_port are both 6100"},
        Case{"ChannelTwice", "[order]", "[[feed.channel]]\nname = \"b\"\ngroup = \"239.111.111.1\"\n[order]",
             "16:9: group 239.111.111.1 port 6100 is configured twice"},
        Case{"LineBIsLineA", "group =", "group_b = \"239.111.111.1\"\ngroup =",
             "12:11: group 239.111.111.1 port 6100 is configured twice"},
        Case{
            "LineBNotMulticast", "group =", "group_b = \"10.0.0.1\"\ngroup =",
            "12:11: feed.channel[0].group_b must be a multicast group (224.0.0.0 to 239.255.255.255), but is "
            "\"10.0.0.1\""},
        Case{"PortWithoutLineB", "group =", "event_port_b = 6200\ngroup =",
             "12:16: feed.channel[0].event_port_b needs a feed.channel[0].group_b"},
        Case{"SecondPortIsTheFirst", "device =", "device_b = \"net_ring0\"\ndevice =",
             "5:12: port.device_b needs a port.device that is another one"},
        Case{"GapTooWide", "kind = \"deribit\"", "kind = \"deribit\"\ngap_packets = 65",
             "9:15: feed.gap_packets must be between 1 and 64, but is 65"},
        Case{"UnknownTransport", "\"kernel\"", "\"pigeon\"",
             "15:13: order.transport must be one of \"bypass\", \"kernel\", \"paper\", but is "
             "\"pigeon\""},
        Case{"BypassWithoutAnAddress", "\"kernel\"", "\"bypass\"",
             "1:1: missing required key tcp.address: order.transport is \"bypass\""},
        Case{"UnknownDialect", "port = 9878", "port = 9878\ndialect = \"cme\"",
             "19:11: fix.dialect must be one of \"plain\", \"deribit\", but is \"cme\""},
        Case{"UnderlyingTwice", "name = \"ETH\"", "name = \"BTC\"",
             "32:8: underlying \"BTC\" is configured twice"},
        Case{"HedgeInstrumentTwice", "ETH-PERPETUAL", "BTC-PERPETUAL",
             "33:20: \"BTC-PERPETUAL\" already hedges underlying \"BTC\""},
        Case{"NameTooLong", "name = \"ETH\"", "name = \"ETHEREUM\"",
             "32:8: underlying[1].name is longer than 7 bytes"},
        Case{"ControlCharacter", "\"A\"", "\"A\\u00018=FIX\"",
             "19:18: fix.sender_comp_id holds a control character"},
        Case{"KeyTwice", "dir = \"journal\"", "dir = \"journal\"\ndir = \"x\"",
             "25:7: Error while parsing key-value pair: cannot redefine existing string 'dir'"}),
    [](const auto& tested) { return tested.param.name; });

TEST(ConfigErrors, NoUnderlyingIsNothingToHedge) {
    std::string text(kSample);
    const auto first = text.find("[[underlying]]");
    text.erase(first, text.find("[gate]") - first);
    EXPECT_EQ(errors_of(text), Lines{"c.toml:1:1: missing [[underlying]]: there is nothing to hedge"});
}

TEST(ConfigErrors, SecretsAreSentWhereTheyBelong) {
    for (const char* key : {"password", "secret", "username", "Passwd", "api_key", "access_token"}) {
        const auto errors = errors_of(spoilt("port = 9878", std::string("port = 9878\n") + key + " = \"x\""));
        ASSERT_EQ(errors.size(), 1u) << key;
        EXPECT_EQ(errors[0].find("c.toml:19:1: fix." + std::string(key) + " does not belong"), 0u)
            << errors[0];
        EXPECT_NE(errors[0].find("HEDGEWIRE_FIX_SECRET"), std::string::npos);
        EXPECT_NE(errors[0].find("0600"), std::string::npos);
    }
}

TEST(ConfigErrors, ASecretsValueIsNeverRepeated) {
    for (const auto& error : errors_of(spoilt("port = 9878", "port = 9878\npassword = \"hunter2\"")))
        EXPECT_EQ(error.find("hunter2"), std::string::npos);
}

TEST(ConfigErrors, AnotherVersionIsRefusedNamingWhatIsUnderstood) {
    EXPECT_EQ(errors_of(spoilt("version = 1", "version = 2")),
              Lines{"c.toml:1:11: configuration version 2 is not understood by this build, which understands "
                    "version 1"});
    EXPECT_EQ(errors_of(spoilt("version = 1", "")), Lines{"c.toml:1:1: missing required key version"});
    EXPECT_EQ(errors_of(spoilt("version = 1", "version = \"1\"")),
              Lines{"c.toml:1:11: version must be an integer, but is a string"});
}

TEST(ConfigErrors, WhatTheMachineMayDoHasToMakeSense) {
    const auto with = [](const std::string& lines) { return errors_of(std::string(kSample) + lines); };
    EXPECT_EQ(
        with("[engine]\nblind_after_ms = 0\nemergency = \"kill\"\n"),
        Lines{"c.toml:43:13: engine.emergency would never come about: engine.blind_after_ms is 0, which "
              "is never"});
    EXPECT_EQ(with("[engine]\nemergency = \"stop\"\n").size(), 1u);
    EXPECT_EQ(errors_of(spoilt("device =", "gap_threshold_us = 6000\ndevice =")).size(), 1u)
        << "5 ms of engine.late_ms would not be seen";
    EXPECT_EQ(with("[permit]\nlease_ms = 101\n"),
              Lines{"c.toml:42:12: permit.lease_ms must be between 5 and 100, but is 101"});
    EXPECT_EQ(with("[control]\nsocket = \"/x\"\n[permit]\npath = \"/x\"\n"),
              Lines{"c.toml:44:8: permit.path and control.socket are the same file"});
}

TEST(ConfigErrors, AllAreToldInTheOrderOfTheFile) {
    std::string text = spoilt("device = \"net_ring0\"", "devise = 3");
    text.replace(text.find("9878"), 4, "0");
    text.replace(text.find("band = 0.5"), 10, "band = 0");
    text += "colour = 1\n";
    EXPECT_EQ(
        errors_of(text),
        (Lines{"c.toml:5:1: unknown key port.devise; did you mean port.device?",
               "c.toml:18:8: fix.port must be between 1 and 65535, but is 0",
               "c.toml:29:8: underlying[0].band must be greater than 0 and at most 1000000000, but is 0",
               "c.toml:41:1: unknown key gate.colour"}));
}

TEST(ConfigErrors, SyntaxIsLocated) {
    const auto errors = errors_of(spoilt("device = \"net_ring0\"", "device = "));
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].find("c.toml:5:"), 0u) << errors[0];
}

TEST(ConfigErrors, AFileThatCannotBeReadSaysWhy) {
    const auto said = [](const std::string& path) {
        return to_string(std::get<ConfigErrors>(load_config(path)));
    };
    EXPECT_EQ(said("/nonexistent/c.toml"),
              "/nonexistent/c.toml: cannot be opened: No such file or directory\n");
    EXPECT_EQ(said("/"), "/: cannot be read\n");
    EXPECT_EQ(said("/dev/zero"), "/dev/zero: is larger than 4194304 bytes: not a configuration\n");
}

}  // namespace
}  // namespace hw::deploy
