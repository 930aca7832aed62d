// Configurations for the tests: a small valid one whose lines are known, and ways to spoil it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "deploy/runtime/config.h"

namespace hw::deploy {

/// Valid; the tests rely on its line numbers.
inline constexpr std::string_view kSample = R"(version = 1

[port]
eal = ["--no-huge", "-m", "64"]
device = "net_ring0"

[feed]
kind = "deribit"

[[feed.channel]]
name = "btc"
group = "239.111.111.1"

[order]
transport = "kernel"

[fix]
port = 9878
sender_comp_id = "A"
target_comp_id = "B"
store_dir = "fix"

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
slippage_cap_bp = 10

[gate]
collar_bp = 50.0
max_order_coins = 20
max_position_coins = 100
)";

/// The sample with `from`, which must be in it, replaced by `to`.
inline std::string spoilt(std::string_view from, std::string_view to) {
    std::string text(kSample);
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "the sample has no: " << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
}

/// All errors, one `c.toml:LINE:COL: message` each; empty when the text is valid.
inline std::vector<std::string> errors_of(std::string_view text) {
    const ConfigResult result = parse_config(text, "c.toml");
    std::vector<std::string> lines;
    if (const auto* errors = std::get_if<ConfigErrors>(&result))
        for (const auto& error : *errors) lines.push_back(to_string(error));
    return lines;
}

}  // namespace hw::deploy
