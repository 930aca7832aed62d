// From a request of the control socket to the Command it means, or to what is wrong with it in words.
//
// The engine checks every command again, and it alone decides; here a person is told at once which value
// would be refused and what it may be.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/event.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::deploy {

/// Null when there is no command of that name that goes to the engine.
std::optional<CommandKind> command_named(std::string_view name);
std::optional<LimitKind> limit_named(std::string_view name);
/// All names of limits, separated by commas.
std::string limit_names();

std::variant<Command, std::string> command_from(CommandKind, const nlohmann::json& request,
                                                const hedge::EngineState&, const hedge::EngineConfig&);

/// A text of the request; empty when it has none.
std::string text_of(const nlohmann::json& request, const char* key);

}  // namespace hw::deploy
