// The demonstration in an extreme market: what the exchange is told to do, what the hedger is told to think
// of it, and what has to come of it.
//
// Prices that jump all the time, a gap down and one up, a book with one lot a level in between and one that
// is crossed; then a quiet end. The hedger has market regimes and loss stops configured. It has to end inside
// its band and within its capital, having seen more than a fast market.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "deploy/demo_runner/options.h"

namespace hw::demo {

/// Arguments of the exchange, to be appended.
std::vector<std::string> stress_arguments(const Options&);

/// The example with regimes, stops and capital; nothing, and the reason in `error`, when there is no place
/// for them.
std::optional<std::string> with_stress(std::string example, std::string& error);

/// Changes of regime, stops, and the worst scenario beside the capital, from the hedger's report.
nlohmann::ordered_json stress_of(const nlohmann::ordered_json& hedger);
void judge_stress(const nlohmann::ordered_json& stress, std::vector<std::string>& failures);
std::string stress_words(const nlohmann::ordered_json& stress);

}  // namespace hw::demo
