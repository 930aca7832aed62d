// `hedgewire check`: what a configuration comes to, or what is wrong with it. Starts nothing.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>
#include <variant>

#include "deploy/hedgewire/commands.h"
#include "deploy/runtime/config.h"

namespace hw::deploy {
namespace {

int report(const ConfigResult& result) {
    if (const auto* errors = std::get_if<ConfigErrors>(&result)) {
        std::fputs(to_string(*errors).c_str(), stderr);
        return 2;
    }
    std::fputs(std::get<RunConfig>(result).text.c_str(), stdout);
    return 0;
}

}  // namespace

int cmd_check(int argc, char** argv) {
    CLI::App app{
        "Checks a configuration: prints it in full, defaults included, or FILE:line:col and what is "
        "wrong (exit code 2)",
        "hedgewire check"};
    std::string path;
    app.add_option("--config", path, "the configuration file")->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return report(load_config(path));
}

}  // namespace hw::deploy
