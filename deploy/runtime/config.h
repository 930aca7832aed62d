// From a configuration file to a RunConfig, or to everything that is wrong with it.
//
// Called by every subcommand that takes --config, and by replay with the text a journal kept. It never stops
// at the first error and never guesses: a key it does not know, a value out of its limits or a secret in the
// file is an error with its place in the file. Cold path; allocates freely.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "deploy/runtime/run_config.h"

namespace hw::deploy {

/// One thing that is wrong, and where. Lines and columns count from 1; line 0: the file as a whole.
struct ConfigError {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string message;

    friend bool operator==(const ConfigError&, const ConfigError&) = default;
};

/// In the order of the file; never empty.
using ConfigErrors = std::vector<ConfigError>;
using ConfigResult = std::variant<RunConfig, ConfigErrors>;

/// Reads and checks the file at `path`.
ConfigResult load_config(const std::string& path);
/// The same for text that is already here; `name` stands for the file in messages.
ConfigResult parse_config(std::string_view text, const std::string& name);

/// The effective configuration: every key, in a fixed order, as TOML.
std::string config_text(const RunConfig&);

/// `FILE:line:col: message`.
std::string to_string(const ConfigError&);
/// One error a line, each line ended.
std::string to_string(const ConfigErrors&);

}  // namespace hw::deploy
