#include "tests/scenario/hedging_scenario.h"

#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

namespace hw::scenario {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double kPatience_s = 20;
constexpr auto kPoll = 2ms;
constexpr auto kLook = 50ms;
// What the exchange sent last is on its way.
constexpr auto kRest = 500ms;

double wall_s() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

HedgingScenario::HedgingScenario() {
    exchange({"--option-fill-every-ms", "0", "--jump-every-s", "0", "--vol-scale", "0.05"});
}

/// True when the exchange has told anything.
bool HedgingScenario::look() {
    auto report = world.exchange_report();
    if (!report.is_object()) return false;
    venue = std::move(report);
    return true;
}

void HedgingScenario::start() {
    world.exchange_argument("--incidents-from");
    world.exchange_argument(from_);
    ASSERT_TRUE(world.start_exchange());
    auto started = world.start_hedger(0);
    ASSERT_TRUE(started);
    process_.emplace(std::move(*started));
    const auto deadline = Clock::now() + 90s;
    while (Clock::now() < deadline && process_->running()) {
        const bool logged_on = look() && venue.at("fix").at("logons").get<int>() > 0;
        if (logged_on && venue.at("incidents").at("begun").get<bool>()) return;
        std::this_thread::sleep_for(kLook);
    }
    FAIL() << "the hedger did not log on:\n" << world.log("hedger-1.log");
}

double HedgingScenario::time_s() const {
    return told_s() + wall_s() - venue.at("incidents").at("wall_s").get<double>();
}

void HedgingScenario::run(double seconds, const Condition& done, const std::function<void()>& meanwhile) {
    ASSERT_NO_FATAL_FAILURE(start());
    for (auto next_look = Clock::now(); process_->running();) {
        if (meanwhile) meanwhile();
        std::this_thread::sleep_for(kPoll);
        if (Clock::now() < next_look) continue;
        next_look = Clock::now() + kLook;
        look();
        if (told_s() < seconds) continue;
        if (!done || done() || told_s() > seconds + kPatience_s) break;
    }
    std::this_thread::sleep_for(kRest);
    process_->stop(30s);
    EXPECT_EQ(process_->exit_code(), 0) << world.log("hedger-1.log");
    world.stop_exchange();
    hedger = world.hedger_report();
    look();
    ASSERT_TRUE(hedger.is_object());
    std::printf("arrivals %s\n", venue.at("arrivals").dump().c_str());
}

HedgingScenario::Condition HedgingScenario::order_after(double from) const {
    return [this, from] { return !orders(from).empty() && venue.at("orders").at("open") == 0; };
}

bool HedgingScenario::said(const char* alert) const {
    return world.log("hedger-1.log").find(std::string(" ") + alert + ":") != std::string::npos;
}

std::vector<nlohmann::json> HedgingScenario::orders(double from, double to) const {
    std::vector<nlohmann::json> found;
    for (const auto& order : venue.at("arrivals")) {
        const double at = order.at("at_s").get<double>();
        if (at >= from && at < to) found.push_back(order);
    }
    return found;
}

void HedgingScenario::expect_in_band() const {
    EXPECT_TRUE(btc().at("in_band").get<bool>())
        << btc().at("net_delta").dump() << btc().at("why_not").dump();
}

}  // namespace hw::scenario
