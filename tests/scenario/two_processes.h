// Hedger and simulated exchange as two processes over memif, with FIX over loopback or over memif too, in a
// folder that goes with the test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "deploy/demo_runner/child_process.h"
#include "deploy/demo_runner/options.h"
#include "deploy/demo_runner/programs.h"
#include "deploy/demo_runner/workspace.h"

namespace hw::scenario {

class TwoProcesses {
  public:
    /// `seconds`: the exchange stops bringing option fills a little before; it goes on for half a minute
    /// then.
    explicit TwoProcesses(std::uint32_t seconds, std::uint64_t seed);
    ~TwoProcesses();
    TwoProcesses(const TwoProcesses&) = delete;
    TwoProcesses& operator=(const TwoProcesses&) = delete;

    /// Appends arguments to the exchange's command line; before start_exchange.
    void exchange_argument(const std::string& argument) { exchange_arguments_.push_back(argument); }
    /// Market data by the Starbase feed; before start_exchange.
    void use_starbase() { options_.feed = "starbase"; }
    /// Orders by TCP on the port of the market data instead of a loopback socket; before start_exchange.
    void use_bypass() { options_.transport = "bypass"; }
    /// Other ports than the two ends of a memif link, described as for --vdev; before start_exchange.
    void use_devices(const std::string& hedger, const std::string& exchange) {
        devices_ = {hedger, exchange};
    }
    /// Replaces text in the hedger's configuration; before start_exchange.
    void configure(const std::string& from, const std::string& to) { changes_.emplace_back(from, to); }
    bool start_exchange();
    std::optional<demo::ChildProcess> start_hedger(std::uint32_t seconds);
    /// Until the journal holds the beginning of the run that was started last: how long that takes is the
    /// machine's affair.
    void wait_until_running(demo::ChildProcess& hedger) const;
    void stop_exchange();

    nlohmann::json hedger_report() const { return read("hedger.json"); }
    nlohmann::json exchange_report() const { return read("exchange.json"); }
    /// The replay's own report.
    nlohmann::json replay();
    /// `hedgewire ctl` with these arguments: its exit code, and what it printed in `output`.
    int ctl(const std::vector<std::string>& arguments, std::string& output);
    std::string log(const char* name) const;
    double seconds_running() const;
    /// The folder of the hedger's order session.
    std::string store_dir() const { return workspace_->out("fix"); }
    std::string configuration() const { return workspace_->out("hedger.toml"); }
    const std::filesystem::path& dir() const { return dir_; }

  private:
    nlohmann::json read(const char* name) const;
    void change(std::string& config, const std::string& from, const std::string& to) const;
    std::string memif(const std::string& role) const;
    void give_devices(std::string& config, demo::Command& exchange) const;
    bool exchange_is_ready() const;

    demo::Options options_;
    std::filesystem::path dir_;
    std::optional<demo::Workspace> workspace_;
    std::optional<demo::ChildProcess> exchange_;
    std::vector<std::string> exchange_arguments_;
    std::optional<std::pair<std::string, std::string>> devices_;  ///< the hedger's and the exchange's
    std::vector<std::pair<std::string, std::string>> changes_;
    std::chrono::steady_clock::time_point begun_;
    int starts_ = 0;
};

/// Positions of a report without those of zero.
std::map<std::string, double> positions_of(const nlohmann::json& report);

/// Every position of the exchange's account is ours too, and the other way round.
void expect_same_positions(const nlohmann::json& hedger, const nlohmann::json& exchange);

/// What has to hold at the end of any run in which the hedger had a quiet while to finish: every fill booked
/// once, no order twice, positions as the exchange has them, a replay that does the same. `killed`: whether
/// it was to be.
void expect_consistent(TwoProcesses&, bool killed = false);

}  // namespace hw::scenario
