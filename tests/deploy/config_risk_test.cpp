// The configuration of gate and stops: where its values arrive, and what they owe each other.
#include <gtest/gtest.h>

#include "deploy/runtime/config.h"
#include "tests/deploy/config_samples.h"

namespace hw::deploy {
namespace {

using Lines = std::vector<std::string>;

RunConfig valid(std::string_view text) {
    ConfigResult result = parse_config(text, "c.toml");
    const auto* errors = std::get_if<ConfigErrors>(&result);
    EXPECT_EQ(errors, nullptr) << to_string(*errors);
    return errors ? RunConfig{} : std::get<RunConfig>(std::move(result));
}

TEST(ConfigRisk, StopsAndCapitalAreOffUntilTheyAreSet) {
    const RunConfig c = valid(kSample);
    EXPECT_EQ(c.engine.stops.loss, (std::array<double, 4>{}));
    EXPECT_EQ(c.engine.underlyings[0].stops.drawdown, (std::array<double, 4>{}));
    EXPECT_EQ(c.engine.gate.capital, 0);
    EXPECT_EQ(c.engine.underlyings[0].max_delta_coins, 0);
    EXPECT_EQ(c.engine.gate.duplicate_window, Nanos::from_ms(1));
    EXPECT_EQ(c.engine.gate.runaway_orders, 3u);
}

TEST(ConfigRisk, ValuesArriveWhereTheyBelong) {
    const std::string text =
        spoilt("collar_bp = 50.0",
               "collar_bp = 50.0\nreference_collar_bp = 75\nmax_order_notional = 1e6\n"
               "max_messages_per_second = 30\nmessage_burst = 5\nmax_daily_loss = 2e5\ncapital = 3e6\n"
               "duplicate_window_ms = 2\nrunaway_orders = 4") +
        "[stops]\nloss_warn = 10\nloss_halt = 40\ndrawdown_flatten = 30\n[engine]\nrisk_stale_after_ms = 7\n";
    const RunConfig c = valid(text);
    const hedge::GateConfig& gate = c.engine.gate;
    EXPECT_EQ(gate.reference_collar_bp, 75);
    EXPECT_EQ(gate.max_order_notional, 1e6);
    EXPECT_EQ(gate.max_messages_per_second, 30);
    EXPECT_EQ(gate.message_burst, 5);
    EXPECT_EQ(gate.max_daily_loss, 2e5);
    EXPECT_EQ(gate.capital, 3e6);
    EXPECT_EQ(gate.duplicate_window, Nanos::from_ms(2));
    EXPECT_EQ(gate.runaway_orders, 4u);
    EXPECT_EQ(c.engine.stops.loss, (std::array<double, 4>{10, 0, 0, 40}));
    EXPECT_EQ(c.engine.stops.drawdown, (std::array<double, 4>{0, 0, 30, 0}));
    EXPECT_EQ(c.engine.risk_stale_after, Nanos::from_ms(7));
    EXPECT_EQ(valid(c.text).text, c.text);
    const RunConfig of_one =
        valid(spoilt("band = 0.5\n", "band = 0.5\nmax_delta_coins = 0.5\nstops = { loss_reduce = 7 }\n"));
    EXPECT_EQ(of_one.engine.underlyings[0].stops.loss[1], 7);
    EXPECT_EQ(of_one.engine.underlyings[0].max_delta_coins, 0.5);
    EXPECT_EQ(of_one.engine.underlyings[1].stops.loss[1], 0);
    EXPECT_EQ(valid(of_one.text).text, of_one.text);
}

TEST(ConfigRisk, AHigherLevelMustNotComeFirst) {
    EXPECT_EQ(errors_of(std::string(kSample) + "[stops]\nloss_warn = 10\nloss_flatten = 9\nloss_halt = 11\n"),
              Lines{"c.toml:43:16: stops.loss_flatten (9) is less than stops.loss_warn (10): a higher level "
                    "must not come first"});
    EXPECT_EQ(
        errors_of(spoilt("band = 0.5\n", "band = 0.5\nstops = { drawdown_warn = 2, drawdown_reduce = 1 }\n")),
        Lines{"c.toml:30:48: underlying[0].stops.drawdown_reduce (1) is less than "
              "underlying[0].stops.drawdown_warn (2): a higher level must not come first"});
}

TEST(ConfigRisk, LimitsThatWouldStopEverythingAreRefused) {
    EXPECT_EQ(
        errors_of(spoilt("band = 0.5\n", "band = 0.5\nmax_delta_coins = 0.4\n")),
        Lines{"c.toml:30:19: underlying[0].max_delta_coins (0.4) is less than underlying[0].band (0.5): "
              "the band would lie outside the limit"});
    EXPECT_EQ(errors_of(spoilt("collar_bp = 50.0", "max_messages_per_second = 0.5\nmessage_burst = 0")),
              Lines{"c.toml:39:17: gate.message_burst: 0.5 messages at once are less than one order: none "
                    "could ever be sent"});
    EXPECT_EQ(errors_of(spoilt("collar_bp = 50.0", "capital = -1")),
              Lines{"c.toml:38:11: gate.capital must be between 0 and 1000000000000, but is -1"});
}

}  // namespace
}  // namespace hw::deploy
