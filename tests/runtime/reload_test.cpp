// What a changed file may change while it runs: bands and limits that become tighter, and nothing else.
#include "deploy/runtime/reload.h"

#include <gtest/gtest.h>

#include "deploy/runtime/config.h"
#include "hedge/state_memory.h"

namespace hw::deploy {
namespace {

constexpr char kConfig[] = R"(version = 1
[port]
eal = ["--no-pci"]
[feed]
kind = "deribit"
[order]
transport = "paper"
[journal]
dir = "journal"
[[underlying]]
name = "BTC"
hedge_instrument = "BTC-PERPETUAL"
band = 0.5
[[underlying]]
name = "ETH"
hedge_instrument = "ETH-PERPETUAL"
band = 5
[gate]
max_order_coins = 10
max_orders_per_second = 20
max_daily_fill_coins = 0
)";

class ReloadTest : public testing::Test {
  protected:
    ReloadTest() {
        hedge::EngineState& s = memory_.state();
        s.underlying_count = 2;
        s.underlyings[0].name = *Currency::from("ETH");
        s.underlyings[1].name = *Currency::from("BTC");
        for (int n = 0; n < 2; ++n) s.underlyings[n].configured = 1;
    }
    static RunConfig parsed(const std::string& text) {
        auto result = parse_config(text, "test");
        if (const auto* errors = std::get_if<ConfigErrors>(&result))
            throw std::runtime_error(to_string(*errors));
        return std::get<RunConfig>(result);
    }
    static std::string changed(std::string text, const std::string& from, const std::string& to) {
        return text.replace(text.find(from), from.size(), to);
    }
    Reload reload(const std::string& text) {
        return compare_configurations(parsed(kConfig), parsed(text), memory_.state());
    }
    hedge::StateMemory memory_;
};

TEST_F(ReloadTest, TheSameFileChangesNothing) {
    const Reload r = reload(kConfig);
    EXPECT_TRUE(r.commands.empty() && r.taken.empty() && r.not_taken.empty());
}

TEST_F(ReloadTest, TighterBandsAndLimitsBecomeCommands) {
    std::string text = changed(kConfig, "band = 0.5", "band = 0.25");
    text = changed(text, "max_orders_per_second = 20", "max_orders_per_second = 4");
    const Reload r = reload(changed(text, "max_daily_fill_coins = 0", "max_daily_fill_coins = 77"));
    EXPECT_TRUE(r.not_taken.empty()) << r.not_taken[0];
    ASSERT_EQ(r.commands.size(), 3u);
    EXPECT_EQ(r.commands[0].kind, CommandKind::set_limit);
    EXPECT_EQ(r.commands[0].limit, LimitKind::daily_fill);
    EXPECT_EQ(r.commands[0].value, 77);
    EXPECT_EQ(r.commands[0].underlying, kNoUnderlying);
    EXPECT_EQ(r.commands[1].limit, LimitKind::orders_per_second);
    EXPECT_EQ(r.commands[1].value, 4);
    EXPECT_EQ(r.commands[2].kind, CommandKind::set_band);
    EXPECT_EQ(r.commands[2].underlying, UnderlyingId{1}) << "BTC, whatever its place in the file";
    EXPECT_EQ(r.taken[2], "underlying[0].band: 0.5 -> 0.25");
}

TEST_F(ReloadTest, WhatWouldWidenIsNamedAndLeft) {
    std::string text = changed(kConfig, "band = 5", "band = 6");
    const Reload r = reload(changed(text, "max_order_coins = 10", "max_order_coins = 11"));
    EXPECT_TRUE(r.commands.empty());
    ASSERT_EQ(r.not_taken.size(), 2u);
    EXPECT_EQ(r.not_taken[0], "gate.max_order_coins: 10 -> 11: wider, which takes a restart");
    EXPECT_EQ(r.not_taken[1], "underlying[1].band: 5 -> 6: wider, which takes a restart");
}

TEST_F(ReloadTest, AnythingElseIsNamedByItsKey) {
    std::string text = changed(kConfig, "band = 5", "band = 5\nhedge_to = 0.25");
    text = changed(text, "band = 0.5", "band = 0.4");
    const Reload r = reload(text + "[control]\nsocket = \"s\"\n");
    EXPECT_EQ(r.commands.size(), 1u) << "what tightens is taken all the same";
    ASSERT_EQ(r.not_taken.size(), 2u);
    EXPECT_EQ(r.not_taken[0], "control.socket: \"\" -> \"s\": takes a restart");
    EXPECT_TRUE(r.not_taken[1].starts_with("underlying[1].hedge_to: 0.5 -> 0.25")) << r.not_taken[1];
    const Reload more = reload(std::string(kConfig) +
                               "[[underlying]]\nname = \"SOL\"\n"
                               "hedge_instrument = \"SOL-P\"\nband = 1\n");
    EXPECT_TRUE(more.commands.empty());
    EXPECT_FALSE(more.not_taken.empty());
}

TEST_F(ReloadTest, APersonsTighterBandStays) {
    memory_.state().underlyings[1].risk.overrides.band = 0.1;
    Reload r = reload(changed(kConfig, "band = 0.5", "band = 0.25"));
    EXPECT_TRUE(r.commands.empty());
    ASSERT_EQ(r.not_taken.size(), 1u);
    EXPECT_EQ(r.not_taken[0], "underlying[0].band: 0.5 -> 0.25: somebody set it to 0.1");
    r = reload(changed(kConfig, "band = 0.5", "band = 0.05"));
    EXPECT_EQ(r.commands.size(), 1u);
    memory_.state().underlyings[1].risk.overrides.band = 0.25;
    r = reload(changed(kConfig, "band = 0.5", "band = 0.25"));
    EXPECT_TRUE(r.commands.empty() && r.not_taken.empty()) << "it is so already";
}

}  // namespace
}  // namespace hw::deploy
