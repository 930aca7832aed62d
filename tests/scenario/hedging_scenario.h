// A hedger and an exchange with a quiet market in which only what the test arranges happens, at its time: the
// beginning of the scenarios of hedging.
//
// All times are the exchange's, counted from the hedger's logon: on a machine that others use, too, they go
// slower than the wall's, and what follows from what stays the same. A run ends when what the test waits for
// is there, not after a while that might be too short.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <optional>
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
    /// KIND@AT_S[+FOR_S][=VALUE]; see tests/exchange/incidents.h.
    void incident(const char* text) { exchange({"--incident", text}); }
    /// The time begins with the exchange, before the hedger is there.
    void count_from_start() { from_ = "start"; }
    /// Replaces text in the hedger's configuration.
    void configure(const std::string& from, const std::string& to) { world.configure(from, to); }

    using Condition = std::function<bool()>;
    /// Both processes, at least until `seconds`, then until `done` (or twenty seconds more); stopped in
    /// order, then read. `meanwhile` is called every few milliseconds.
    void run(double seconds, const Condition& done = {}, const std::function<void()>& meanwhile = {});
    /// The exchange has an order that came at `from` or later, and none is open.
    Condition order_after(double from) const;
    /// The hedger has said so.
    bool said(const char* alert) const;
    /// Orders that the exchange got from `from` to before `to`.
    std::vector<nlohmann::json> orders(double from = 0, double to = 1e9) const;
    /// The exchange's time now, as well as it is known.
    double time_s() const;
    std::uint64_t alerts(const char* code) const { return hedger.at("alerts").value(code, std::uint64_t{0}); }
    const nlohmann::json& btc() const { return hedger.at("underlyings").at("BTC"); }
    void expect_in_band() const;

    TwoProcesses world{60, 11};
    nlohmann::json hedger;  ///< its report, at the end
    nlohmann::json venue;   ///< the exchange's last one

  private:
    void start();
    bool look();
    double told_s() const { return venue.at("incidents").at("at_s").get<double>(); }

    std::string from_ = "logon";
    std::optional<demo::ChildProcess> process_;
};

}  // namespace hw::scenario
