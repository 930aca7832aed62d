// One program run to its end: exit code, and what it said on stdout and stderr.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hw::scenario {

struct CommandResult {
    int exit_code = -1;  ///< minus the signal's number when one ended it; -1000 when it never ended
    std::string out;
    std::string err;

    bool says(const std::string& text) const { return err.find(text) != std::string::npos; }
    /// stdout as JSON; discarded (is_object() is false) when it is none.
    nlohmann::json json() const { return nlohmann::json::parse(out, nullptr, false); }
};

/// Runs `hedgewire` with these arguments; its output passes through files in `dir`. Ended by force when it
/// takes more than a minute.
CommandResult hedgewire(const std::filesystem::path& dir, const std::vector<std::string>& arguments);

std::string read_file(const std::filesystem::path&);

}  // namespace hw::scenario
