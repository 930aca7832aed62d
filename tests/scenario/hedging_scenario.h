// A hedger and an exchange with a quiet market in which only what the test arranges happens, at its time: the
// beginning of the scenarios of hedging.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "tests/scenario/two_processes.h"

namespace hw::scenario {

class HedgingScenario : public ::testing::Test {
  protected:
    HedgingScenario();

    void exchange(std::initializer_list<const char*> arguments) {
        for (const char* argument : arguments) world.exchange_argument(argument);
    }
    /// KIND@AT_S[+FOR_S][=VALUE], seconds from the hedger's logon; see tests/exchange/incidents.h.
    void incident(const char* text) { exchange({"--incident", text}); }
    /// The incidents' time begins with the exchange, before the hedger is there.
    void count_from_start() { from_ = "start"; }
    /// Replaces text in the hedger's configuration.
    void configure(const std::string& from, const std::string& to) { world.configure(from, to); }

    /// Both processes, until so many seconds after the incidents' time began; stopped in order, then read.
    /// `meanwhile` is called again and again.
    void run(double seconds, const std::function<void()>& meanwhile = {});
    /// In `meanwhile`: ends the run.
    void stop_now() { stop_now_ = true; }
    /// Seconds since the incidents' time began.
    double incident_time() const;
    /// Orders that the exchange got from `from` to before `to`, seconds from the incidents' beginning.
    std::vector<nlohmann::json> orders(double from = 0, double to = 1e9) const;
    std::uint64_t alerts(const char* code) const { return hedger.at("alerts").value(code, std::uint64_t{0}); }
    const nlohmann::json& btc() const { return hedger.at("underlyings").at("BTC"); }
    void expect_in_band() const;

    TwoProcesses world{30, 11};
    nlohmann::json hedger;  ///< their reports
    nlohmann::json venue;

  private:
    void start();

    std::string from_ = "logon";
    std::optional<demo::ChildProcess> process_;
    bool stop_now_ = false;
    double begun_s_ = 0;  ///< wall time of the incidents' beginning
};

}  // namespace hw::scenario
