#include "tests/scenario/hedging_scenario.h"

#include <chrono>
#include <cmath>
#include <thread>

namespace hw::scenario {

using namespace std::chrono_literals;

namespace {

double wall_s() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

HedgingScenario::HedgingScenario() {
    exchange({"--option-fill-every-ms", "0", "--jump-every-s", "0", "--vol-scale", "0.05"});
}

void HedgingScenario::start() {
    world.exchange_argument("--incidents-from");
    world.exchange_argument(from_);
    ASSERT_TRUE(world.start_exchange());
    auto started = world.start_hedger(0);
    ASSERT_TRUE(started);
    process_.emplace(std::move(*started));
    // The exchange writes its report every second.
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < deadline && process_->running()) {
        const auto report = world.exchange_report();
        const bool begun = report.is_object() && report.at("fix").at("logons").get<int>() > 0 &&
                           report.at("incidents_begun_ns").get<std::int64_t>() != 0;
        if (begun) {
            begun_s_ = report.at("incidents_begun_ns").get<double>() * 1e-9;
            return;
        }
        std::this_thread::sleep_for(20ms);
    }
    FAIL() << "the hedger did not log on:\n" << world.log("hedger-1.log");
}

double HedgingScenario::incident_time() const { return wall_s() - begun_s_; }

void HedgingScenario::run(double seconds, const std::function<void()>& meanwhile) {
    ASSERT_NO_FATAL_FAILURE(start());
    while (incident_time() < seconds && !stop_now_ && process_->running()) {
        if (meanwhile) meanwhile();
        std::this_thread::sleep_for(2ms);
    }
    process_->stop(30s);
    EXPECT_EQ(process_->exit_code(), 0) << world.log("hedger-1.log");
    world.stop_exchange();
    hedger = world.hedger_report();
    venue = world.exchange_report();
    ASSERT_TRUE(hedger.is_object() && venue.is_object());
    std::printf("arrivals %s\n", venue.at("arrivals").dump().c_str());
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
