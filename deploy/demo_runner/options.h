// The command line of hedgewire-demo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace hw::demo {

struct Options {
    std::uint32_t seconds = 30;  ///< how long the hedger hedges
    bool keep = false;           ///< leave journal, stores and logs where they are
    std::filesystem::path out = "demo-out";
    std::filesystem::path config = "deploy/config/demo.toml";
    std::filesystem::path programs;  ///< directory of hedgewire and hedgewire-exchange; ours by default
    std::uint64_t seed = 1;
    bool stress = false;               ///< an extreme market
    std::string feed = "deribit";      ///< or "starbase"
    std::string transport = "bypass";  ///< of orders; or "kernel", "paper"

    bool paper() const { return transport == "paper"; }
};

/// Fills `options`. Returns -1 to go on, otherwise the exit code.
int parse_options(int argc, char** argv, Options& options);

}  // namespace hw::demo
