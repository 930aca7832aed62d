// Configurations that are right: what they come to, and that the effective text is the configuration.
#include "deploy/runtime/config.h"

#include <gtest/gtest.h>

#include "tests/deploy/config_samples.h"

namespace hw::deploy {
namespace {

RunConfig valid(std::string_view text) {
    ConfigResult result = parse_config(text, "c.toml");
    const auto* errors = std::get_if<ConfigErrors>(&result);
    EXPECT_EQ(errors, nullptr) << to_string(*errors);
    return errors ? RunConfig{} : std::get<RunConfig>(std::move(result));
}

TEST(Config, ValuesArriveWhereTheyBelong) {
    const RunConfig c = valid(kSample);
    EXPECT_EQ(c.port.eal, (std::vector<std::string>{"--no-huge", "-m", "64"}));
    EXPECT_EQ(c.port.device, "net_ring0");
    EXPECT_EQ(c.transport, Transport::kernel);
    ASSERT_EQ(c.feed.channels.size(), 1u);
    EXPECT_EQ(c.feed.channels[0].name, "btc");
    EXPECT_EQ(c.feed.channels[0].group_ip, 0xef6f6f01u);
    EXPECT_EQ(c.fix.port, 9878);
    EXPECT_EQ(c.fix.sender_comp_id, "A");
    EXPECT_EQ(c.journal.dir, "journal");
    ASSERT_EQ(c.engine.underlyings.size(), 2u);
    EXPECT_EQ(c.engine.underlyings[0].name, "BTC");
    EXPECT_EQ(c.engine.underlyings[0].band, 0.5);
    EXPECT_EQ(c.engine.underlyings[1].hedge_instrument, "ETH-PERPETUAL");
    EXPECT_EQ(c.engine.underlyings[1].band, 5.0);
    EXPECT_EQ(c.engine.gate.max_order_coins, 20.0);
}

TEST(Config, AbsentKeysKeepTheRoomsDefaults) {
    const RunConfig c = valid(kSample);
    EXPECT_EQ(c.port.idle, net::IdlePolicy::spin) << "polling never backs off unless it is told to";
    EXPECT_EQ(c.feed.silent_after, net::FeedConfig{}.silent_after);
    EXPECT_EQ(c.fix.heartbeat_s, fix::SessionConfig{}.heartbeat_s);
    EXPECT_EQ(c.engine.underlyings[0].hedge_to, hedge::UnderlyingConfig{}.hedge_to);
    EXPECT_EQ(c.engine.gate.max_open_orders, hedge::GateConfig{}.max_open_orders);
    EXPECT_EQ(c.journal.segment_mib, JournalConfig{}.segment_mib);
    EXPECT_FALSE(c.paper.taker_fee_bp.has_value());
}

TEST(Config, PermitsShadowModeAndTheMachine) {
    const RunConfig none = valid(kSample);
    EXPECT_TRUE(none.permit.path.empty());
    EXPECT_EQ(none.engine.permit_lease, Nanos::from_ms(50));
    EXPECT_FALSE(none.engine.shadow);
    EXPECT_EQ(none.host.late, Nanos::from_ms(5));
    EXPECT_EQ(none.host.clock_jump, Nanos::from_ms(5));
    const RunConfig c = valid(std::string(kSample) +
                              "[engine]\nshadow = true\nblind_after_ms = 1500\nemergency = \"halt\"\n"
                              "late_ms = 8\nclock_jump_ms = 0\n"
                              "[permit]\npath = \"/dev/shm/p\"\nlease_ms = 20\n");
    EXPECT_TRUE(c.engine.shadow);
    EXPECT_EQ(c.engine.blind_after, Nanos::from_ms(1500));
    EXPECT_EQ(c.engine.emergency, hedge::Emergency::halt);
    EXPECT_EQ(c.host.late, Nanos::from_ms(8));
    EXPECT_TRUE(c.host.clock_jump.is_zero());
    EXPECT_EQ(c.permit.path, "/dev/shm/p");
    EXPECT_EQ(c.engine.permit_lease, Nanos::from_ms(20));
    EXPECT_EQ(valid(c.text).text, c.text);
}

TEST(Config, TheEffectiveTextParsesBackToItself) {
    const RunConfig c = valid(kSample);
    EXPECT_EQ(valid(c.text).text, c.text);
    EXPECT_NE(c.text.find("heartbeat_s = 5\n"), std::string::npos) << "defaults are written out";
}

TEST(Config, ASecondSessionIsThereWhenItsTableIs) {
    EXPECT_FALSE(valid(kSample).account);
    EXPECT_FALSE(valid(kSample).engine.reconcile || valid(kSample).engine.drop_copy);
    const std::string table =
        "[account]\nport = 9879\nsender_comp_id = \"A2\"\ntarget_comp_id = \"B\"\nstore_dir = \"account\"\n";
    const RunConfig c = valid(spoilt("[journal]", table + "currencies = [\"BTC\", \"USDC\"]\nprotocol = "
                                                          "\"FIXT.1.1\"\nunmatched_after_ms = 7\n[journal]"));
    ASSERT_TRUE(c.account);
    EXPECT_EQ(c.account->session.port, 9879);
    EXPECT_EQ(c.account->session.protocol, fix::Protocol::fixt11);
    EXPECT_FALSE(c.account->session.cancel_on_disconnect);
    EXPECT_EQ(c.account->currencies, (std::vector<std::string>{"BTC", "USDC"}));
    EXPECT_EQ(c.account->snapshot_every_s, 30u);
    EXPECT_TRUE(c.engine.reconcile && c.engine.drop_copy);
    EXPECT_EQ(c.engine.unmatched_after, Nanos::from_ms(7));
    EXPECT_EQ(valid(c.text).text, c.text);
    const RunConfig off =
        valid(spoilt("[journal]", table + "reconcile = false\ndrop_copy = false\n[journal]"));
    EXPECT_FALSE(off.engine.reconcile || off.engine.drop_copy);
    EXPECT_FALSE(valid(off.text).engine.reconcile) << "also in the effective text";
}

TEST(Config, DoublesSurviveTheEffectiveTextToTheBit) {
    for (const char* number :
         {"0.1", "0.30000000000000004", "1e-9", "77.12345678901234", "99.99999999999999", "7"}) {
        const RunConfig c = valid(spoilt("band = 0.5", std::string("band = ") + number));
        EXPECT_EQ(valid(c.text).engine.underlyings[0].band, c.engine.underlyings[0].band) << number;
    }
}

TEST(Config, QuotesAndBackslashesSurviveTheEffectiveText) {
    const RunConfig c = valid(spoilt(R"(dir = "journal")", R"(dir = 'a "b\c')"));
    EXPECT_EQ(c.journal.dir, R"(a "b\c)");
    EXPECT_EQ(valid(c.text).journal.dir, c.journal.dir);
}

TEST(Config, LineBHasAGroupAndPortsOfItsOwnOrNone) {
    EXPECT_EQ(valid(std::string(kSample)).feed.channels[0].group_ip_b, 0u);
    const RunConfig c = valid(spoilt("group =", "group_b = \"239.112.111.1\"\nevent_port_b = 6200\ngroup ="));
    EXPECT_EQ(c.feed.channels[0].group_ip_b, 0xef706f01u);
    EXPECT_EQ(c.feed.channels[0].event_port_b, 6200);
    EXPECT_EQ(c.feed.channels[0].snapshot_port_b, 0) << "as line A";
    EXPECT_EQ(valid(c.text).feed.channels[0].group_ip_b, 0xef706f01u);
    const RunConfig ports = valid(spoilt("device =", "device_b = \"net_ring1\"\ndevice ="));
    EXPECT_EQ(valid(ports.text).port.device_b, "net_ring1");
}

TEST(Config, PaperNeedsNoFixSession) {
    std::string text = spoilt("\"kernel\"", "\"paper\"");
    const auto fix = text.find("[fix]");
    text.erase(fix, text.find("[journal]") - fix);
    text += "[paper]\ndelay_us = 7\ntaker_fee_bp = 2.5\n";
    const RunConfig c = valid(text);
    EXPECT_EQ(c.transport, Transport::paper);
    EXPECT_EQ(c.paper.delay_us, 7u);
    EXPECT_EQ(c.paper.taker_fee_bp, 2.5);
    EXPECT_EQ(valid(c.text).text, c.text);
}

constexpr char kWallets[] =
    "[[wallet]]\ncurrency = \"USDC\"\nequity = 5\n"
    "[[wallet]]\ncurrency = \"BTC\"\nequity = 1\n";

TEST(Config, OneUnderlyingTakesTheDollarWalletsAndSeveralAreAsked) {
    std::string text(kSample);
    const auto second = text.find("[[underlying]]\nname = \"ETH\"");
    std::string one = text;
    one.erase(second, text.find("[gate]") - second);
    const RunConfig c = valid(one + kWallets);
    ASSERT_EQ(c.engine.underlyings[0].quote_wallets.size(), 1u);
    EXPECT_EQ(c.engine.underlyings[0].quote_wallets[0].currency, "USDC");
    EXPECT_EQ(c.engine.underlyings[0].quote_wallets[0].share, 1.0);
    EXPECT_EQ(valid(c.text).text, c.text);
    EXPECT_EQ(errors_of(text + kWallets),
              std::vector<std::string>{"c.toml:42:12: wallet \"USDC\" counts nowhere: it is no underlying's "
                                       "coin, and no [[underlying.quote_wallet]] names it"});
}

TEST(Config, QuoteWalletsAreSharedOutOnce) {
    const auto shared = [](const char* btc, const char* eth) {
        return spoilt("band = 0.5\n", std::string("band = 0.5\nquote_wallet = [") + btc + "]\n") +
               "[[wallet]]\ncurrency = \"USDC\"\nequity = 5\n" + std::string(eth);
    };
    const RunConfig c = valid(shared("{ currency = \"USDC\", share = 0.25 }, { currency = \"USDT\" }", ""));
    ASSERT_EQ(c.engine.underlyings[0].quote_wallets.size(), 2u);
    EXPECT_EQ(c.engine.underlyings[0].quote_wallets[0].share, 0.25);
    EXPECT_EQ(valid(c.text).text, c.text);
    EXPECT_EQ(errors_of(shared("{ currency = \"USDC\" }, { currency = \"USDC\" }", "")),
              (std::vector<std::string>{"c.toml:30:30: quote wallet \"USDC\" is listed twice",
                                        "c.toml:30:53: quote wallet \"USDC\" is listed twice"}));
    EXPECT_EQ(errors_of(shared("{ currency = \"USDC\" }, { currency = \"ETH\" }", "")),
              std::vector<std::string>{"c.toml:30:53: underlying[0].quote_wallet[1].currency \"ETH\" is an "
                                       "underlying: its coins are no quote currency"});
    std::string both = shared("{ currency = \"USDC\", share = 0.6 }", "");
    both.replace(both.find("band = 5\n"), 9,
                 "band = 5\nquote_wallet = [{ currency = \"USDC\", share = 0.5 }]\n");
    EXPECT_EQ(errors_of(both),
              std::vector<std::string>{"c.toml:36:46: underlying[1].quote_wallet[0].share: 1.1 of wallet "
                                       "\"USDC\" is given away so far, more than there is"});
    EXPECT_EQ(errors_of(shared("{ currency = \"USDC\" }", "[[wallet]]\ncurrency = \"USDC\"\nequity = 7\n")),
              std::vector<std::string>{"c.toml:46:12: wallet \"USDC\" is configured twice"});
}

TEST(Config, CreditsAreOffUntilTheyHaveACapacity) {
    EXPECT_EQ(valid(kSample).engine.credits.capacity, 0);
    const std::string text = std::string(kSample) +
                             "[credits]\ncapacity = 100\nrefill_per_s = 30\nper_order = 1\n"
                             "per_cancel = 2\nper_request = 0\nquoting_share = 0.75\n"
                             "cancel_reserve = 10\n";
    const RunConfig c = valid(text);
    EXPECT_EQ(c.engine.credits.capacity, 100);
    EXPECT_EQ(c.engine.credits.refill_per_s, 30);
    EXPECT_EQ(c.engine.credits.per_cancel, 2);
    EXPECT_EQ(c.engine.credits.per_request, 0);
    EXPECT_EQ(c.engine.credits.quoting_share, 0.75);
    EXPECT_EQ(c.engine.credits.cancel_reserve, 10);
    EXPECT_EQ(valid(c.text).text, c.text);
    EXPECT_EQ(valid(spoilt("max_order_coins = 20", "max_order_coins = 20\nmax_daily_fill_coins = 0"))
                  .engine.gate.max_daily_fill_coins,
              0);
}

TEST(Config, CreditsThatCouldNeverPayAnOrderAreRefused) {
    const auto credits = [](const char* lines) {
        return errors_of(std::string(kSample) + "[credits]\n" + lines);
    };
    using Lines = std::vector<std::string>;
    EXPECT_EQ(
        credits("capacity = 10\n"),
        Lines{"c.toml:41:1: credits.refill_per_s is 0: credits that are used up would never come back"});
    EXPECT_EQ(credits("capacity = 10\nrefill_per_s = 1\ncancel_reserve = 5\n"),
              Lines{"c.toml:42:12: credits.capacity (10) leaves us 5 beside the quoting engine, less than an "
                    "order and the reserve (6): none could ever be sent"});
    EXPECT_EQ(credits("refill_per_s = -1\n"),
              Lines{"c.toml:42:16: credits.refill_per_s must be between 0 and 1000000000, but is -1"});
    EXPECT_EQ(credits("quoting_share = 1.5\n"),
              Lines{"c.toml:42:17: credits.quoting_share must be between 0 and 1, but is 1.5"});
    EXPECT_EQ(credits("capcity = 5\n"),
              Lines{"c.toml:42:1: unknown key credits.capcity; did you mean credits.capacity?"});
    EXPECT_EQ(errors_of(spoilt("max_order_coins = 20", "max_order_coins = 20\nmax_daily_fill_coins = 19")),
              Lines{"c.toml:40:24: gate.max_daily_fill_coins (19) is less than one order may be "
                    "(gate.max_order_coins, 20); 0 is no limit"});
}

TEST(Config, LimitsOfGreeksBucketsOverlayAndStressesArriveWhereTheyBelong) {
    const RunConfig c =
        valid(std::string(kSample) +
              "[[underlying]]\nname = \"SOL\"\nhedge_instrument = \"SOL-PERPETUAL\"\nband = 1\n"
              "[underlying.greek_limits]\ngamma_soft = 20\ngamma_hard = 40\nvega_hard = 3\n"
              "[[underlying.bucket]]\nup_to_days = 2\ntheta_soft = 7\n"
              "[[underlying.bucket]]\nup_to_days = 7.5\n"
              "[underlying.overlay]\nmode = \"auto\"\ncost_weight = 2\nmax_contracts = 9\n"
              "min_years = 0.5\ninterval_ms = 1500\n"
              "[engine.greek_limits]\nvega_soft = 11\n"
              "[[stress]]\nname = \"gap\"\nspot = -0.3\nvol = 1\ndays = 2\n");
    const hedge::UnderlyingConfig& u = c.engine.underlyings.back();
    EXPECT_EQ(u.greek_limits.gamma.soft, 20);
    EXPECT_EQ(u.greek_limits.gamma.hard, 40);
    EXPECT_EQ(u.greek_limits.vega.soft, 0);
    EXPECT_EQ(u.greek_limits.vega.hard, 3);
    ASSERT_EQ(u.buckets.size(), 2u);
    EXPECT_EQ(u.buckets[0].limits.theta.soft, 7);
    EXPECT_EQ(u.buckets[1].up_to_days, 7.5);
    EXPECT_EQ(u.overlay.mode, hedge::OverlayMode::automatic);
    EXPECT_EQ(u.overlay.cost_weight, 2);
    EXPECT_EQ(u.overlay.max_contracts, 9);
    EXPECT_EQ(u.overlay.min_years, 0.5);
    EXPECT_EQ(u.overlay.interval, Nanos::from_ms(1500));
    EXPECT_EQ(c.engine.greek_limits.vega.soft, 11);
    ASSERT_EQ(c.engine.stresses.size(), 1u);
    EXPECT_EQ(c.engine.stresses[0].name, "gap");
    EXPECT_EQ(c.engine.stresses[0].spot, -0.3);
    EXPECT_EQ(c.engine.stresses[0].days, 2);
    EXPECT_EQ(valid(c.text).text, c.text);
    EXPECT_EQ(valid(kSample).engine.underlyings[0].overlay.mode, hedge::OverlayMode::advise);
}

TEST(Config, LimitsAndBucketsThatContradictEachOtherAreRefused) {
    using Lines = std::vector<std::string>;
    const auto with = [](const std::string& lines) { return errors_of(std::string(kSample) + lines); };
    EXPECT_EQ(with("[engine.greek_limits]\nvega_soft = 3\nvega_hard = 2\n"),
              Lines{"c.toml:42:13: engine.greek_limits.vega_soft (3) is beyond engine.greek_limits.vega_hard "
                    "(2): nothing would be said before it is too late"});
    EXPECT_EQ(with("[engine.greek_limits]\nvega_soft = -3\n"),
              Lines{"c.toml:42:13: engine.greek_limits.vega_soft must be between 0 and 1000000000000, but is "
                    "-3"});
    const auto of_eth = [](const std::string& lines) {
        return errors_of(spoilt("slippage_cap_bp = 10", "slippage_cap_bp = 10\n" + lines));
    };
    EXPECT_EQ(
        of_eth("[[underlying.bucket]]\nup_to_days = 7\n[[underlying.bucket]]\nup_to_days = 7\n"),
        Lines{"c.toml:39:14: underlying[1].bucket[1].up_to_days (7) is not later than the bucket before "
              "(7)"});
    EXPECT_EQ(of_eth("[[underlying.bucket]]\nup_to_days = 7\ngamma_soft = 2\ngamma_hard = 1\n"),
              Lines{"c.toml:38:14: underlying[1].bucket[0].gamma_soft (2) is beyond "
                    "underlying[1].bucket[0].gamma_hard (1): nothing would be said before it is too late"});
    std::string many;
    for (int n = 1; n <= 9; ++n) many += "[[underlying.bucket]]\nup_to_days = " + std::to_string(n) + "\n";
    const Lines too_many = of_eth(many);
    ASSERT_EQ(too_many.size(), 1u);
    EXPECT_NE(too_many[0].find("underlying[1].bucket: 9 are configured, at most 8 are possible"),
              std::string::npos)
        << too_many[0];
    EXPECT_EQ(of_eth("[underlying.overlay]\nmode = \"automatic\"\n").size(), 1u);
    EXPECT_EQ(with("[[stress]]\nname = \"a\"\n[[stress]]\nname = \"a\"\n"),
              Lines{"c.toml:44:8: stress \"a\" is configured twice"});
    EXPECT_EQ(with("[[stress]]\nname = \"a\"\nspot = -1\n"),
              Lines{"c.toml:43:8: stress[0].spot must be between -0.99 and 100, but is -1"});
}

TEST(Config, TheExamplesAreValidAndParseBackToThemselves) {
    for (const char* name : {"demo.toml", "capture.toml", "deribit.toml"}) {
        const ConfigResult result = load_config(std::string(HW_SOURCE_DIR) + "/deploy/config/" + name);
        const auto* errors = std::get_if<ConfigErrors>(&result);
        ASSERT_EQ(errors, nullptr) << to_string(*errors);
        const std::string& text = std::get<RunConfig>(result).text;
        EXPECT_EQ(valid(text).text, text) << name;
    }
}

}  // namespace
}  // namespace hw::deploy
