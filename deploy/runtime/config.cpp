#include "deploy/runtime/config.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "deploy/runtime/config_findings.h"
#include "deploy/runtime/config_limits.h"
#include "deploy/runtime/config_schema.h"
#include "deploy/runtime/config_wallets.h"
#include "deploy/runtime/toml_reader.h"
#include "deploy/runtime/toml_writer.h"

namespace hw::deploy {
namespace {

// Far beyond any sensible file: somebody named a journal or a device.
constexpr std::size_t kLargestFile = 4 << 20;

ConfigErrors whole_file(const std::string& path, std::string message) {
    return {{path, 0, 0, std::move(message)}};
}

void read(TomlReader& reader, RunConfig& config, ConfigFindings& findings) {
    // Under another version the keys may mean something else: say only that.
    if (!reader.version(kConfigVersion)) return;
    describe(reader, config);
    reader.finish();
    assume_quote_wallets(config);
    check_limits(config, findings);
}

}  // namespace

ConfigResult parse_config(std::string_view text, const std::string& name) {
    ConfigFindings findings(name);
    TomlReader reader(text, findings);
    RunConfig config;
    if (reader.parsed()) read(reader, config, findings);
    if (!findings.empty()) return findings.sorted();
    config.text = config_text(config);
    return config;
}

ConfigResult load_config(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return whole_file(path, fmt::format("cannot be opened: {}", std::strerror(errno)));
    std::string text(kLargestFile + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (file.fail() && !file.eof())) return whole_file(path, "cannot be read");
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kLargestFile)
        return whole_file(path, fmt::format("is larger than {} bytes: not a configuration", kLargestFile));
    return parse_config(text, path);
}

std::string config_text(const RunConfig& config) {
    RunConfig copy = config;  // the visitor is one for reading and writing
    TomlWriter writer;
    writer.version(kConfigVersion);
    describe(writer, copy);
    return writer.text();
}

std::string to_string(const ConfigError& error) {
    if (error.line == 0) return fmt::format("{}: {}", error.file, error.message);
    return fmt::format("{}:{}:{}: {}", error.file, error.line, error.column, error.message);
}

std::string to_string(const ConfigErrors& errors) {
    std::string text;
    for (const auto& error : errors) text += to_string(error) + '\n';
    return text;
}

}  // namespace hw::deploy
