// Requests of the control socket: what they become, and what a person is told when they cannot be.
#include "deploy/runtime/operator_commands.h"

#include <gtest/gtest.h>

#include "hedge/state_memory.h"

namespace hw::deploy {
namespace {

using nlohmann::json;

class OperatorCommands : public testing::Test {
  protected:
    OperatorCommands() {
        hedge::UnderlyingConfig btc;
        btc.name = "BTC";
        btc.band = 2;
        config_.underlyings.push_back(btc);
        config_.gate.max_order_coins = 10;
        hedge::EngineState& s = memory_.state();
        s.underlying_count = 2;
        s.underlyings[0].name = *Currency::from("BTC");
        s.underlyings[0].configured = 1;
        s.underlyings[1].name = *Currency::from("SOL");
        Instrument perpetual{};
        perpetual.symbol = *Symbol::from("BTC-PERPETUAL");
        perpetual.feed_id = 1;
        InstrumentId id{};
        s.instruments.add(perpetual, &id);
    }
    std::variant<Command, std::string> read(json request) {
        const auto kind = command_named(request.value("command", ""));
        if (!kind) throw std::runtime_error("no such command");
        return command_from(*kind, request, memory_.state(), config_);
    }
    Command command(const json& request) {
        const auto result = read(request);
        if (const auto* fault = std::get_if<std::string>(&result)) throw std::runtime_error(*fault);
        return std::get<Command>(result);
    }
    std::string fault(const json& request) {
        const auto result = read(request);
        const auto* fault = std::get_if<std::string>(&result);
        return fault != nullptr ? *fault : "accepted";
    }
    hedge::EngineConfig config_;
    hedge::StateMemory memory_;
};

TEST_F(OperatorCommands, CarryWhoAndWhyAndWhatTheyMean) {
    const Command c = command({{"command", "set-band"},
                               {"underlying", "BTC"},
                               {"value", 0.5},
                               {"who", "ann"},
                               {"why", "thin market"}});
    EXPECT_EQ(c.kind, CommandKind::set_band);
    EXPECT_EQ(c.underlying, UnderlyingId{0});
    EXPECT_EQ(c.value, 0.5);
    EXPECT_EQ(c.who.view(), "ann");
    EXPECT_EQ(c.why.view(), "thin market");
    EXPECT_EQ(command({{"command", "hedge"}, {"underlying", "BTC"}, {"value", -1.5}}).value, -1.5);
    const Command limit =
        command({{"command", "set-limit"}, {"limit", "max_orders_per_second"}, {"value", 3}});
    EXPECT_EQ(limit.limit, LimitKind::orders_per_second);
    EXPECT_EQ(limit.underlying, kNoUnderlying);
    const Command external =
        command({{"command", "external-position"}, {"instrument", "BTC-PERPETUAL"}, {"value", -7}});
    EXPECT_EQ(external.instrument, InstrumentId{0});
    EXPECT_EQ(command({{"command", "pause"}}).underlying, kNoUnderlying);
    EXPECT_EQ(command({{"command", "reset-stop"}, {"underlying", "BTC"}}).underlying, UnderlyingId{0});
}

TEST_F(OperatorCommands, AFaultSaysWhatMayBe) {
    EXPECT_EQ(fault({{"command", "set-band"}, {"value", 1}}), "set-band needs an underlying");
    EXPECT_EQ(fault({{"command", "set-band"}, {"underlying", "XRP"}, {"value", 1}}),
              "unknown underlying \"XRP\"");
    EXPECT_EQ(fault({{"command", "hedge"}, {"underlying", "SOL"}, {"value", 1}}),
              "underlying \"SOL\" is not hedged by this configuration");
    EXPECT_EQ(fault({{"command", "set-band"}, {"underlying", "BTC"}}),
              "set-band needs a value: coins either side of the target");
    EXPECT_EQ(fault({{"command", "set-band"}, {"underlying", "BTC"}, {"value", 3}}),
              "the band cannot be 3: while it runs it may only be tighter than the configured 2 (0: as "
              "configured)");
    EXPECT_EQ(fault({{"command", "set-limit"}, {"limit", "max_oder"}, {"value", 3}}),
              "unknown limit \"max_oder\"; known: max_order_coins, max_position_coins, max_delta_coins, "
              "max_order_notional, max_orders_per_second, max_daily_fill_coins");
    EXPECT_EQ(
        fault({{"command", "set-limit"}, {"limit", "max_order_coins"}, {"value", 11}}),
        "max_order_coins cannot be 11: while it runs it may only be tighter than the configured 10 (0: as "
        "configured)");
    EXPECT_EQ(fault({{"command", "set-limit"}, {"limit", "max_delta_coins"}, {"value", 11}}),
              "max_delta_coins is set for one underlying: say which");
    EXPECT_EQ(fault({{"command", "set-limit"},
                     {"limit", "max_orders_per_second"},
                     {"underlying", "BTC"},
                     {"value", 1}}),
              "max_orders_per_second is set for the account as a whole: leave the underlying out");
    EXPECT_EQ(fault({{"command", "set-limit"}, {"limit", "max_order_notional"}, {"value", -1}}),
              "max_order_notional cannot be -1: it must be above 0 (0: none, as configured)");
    EXPECT_EQ(fault({{"command", "hedge"}, {"underlying", "BTC"}, {"value", 0}}),
              "hedge needs a value other than 0");
    EXPECT_EQ(fault({{"command", "external-position"}, {"instrument", "X"}, {"value", 1}}),
              "unknown instrument \"X\"");
    EXPECT_EQ(fault({{"command", "external-position"}, {"instrument", "BTC-PERPETUAL"}, {"value", 1e30}}),
              "external-position needs a number of contracts other than 0");
    EXPECT_FALSE(command_named("status"));
}

}  // namespace
}  // namespace hw::deploy
