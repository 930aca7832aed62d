// A person at the control socket of a running hedger, and a quoting engine that reads its permits.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "deploy/permit/hedgewire_permit.h"
#include "tests/scenario/command.h"
#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

bool comes_true(const std::function<bool()>& what, std::chrono::milliseconds patience = 15s) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
        if (what()) return true;
        std::this_thread::sleep_for(1ms);
    }
    return what();
}

class Operator : public testing::Test {
  protected:
    Operator() : path_("/dev/shm/hedgewire-operator-" + std::to_string(getpid())) {
        world_.configure("[control]", "[permit]\npath = \"" + path_ + "\"\n\n[control]");
    }
    ~Operator() override {
        hw_permit_close(&permit_);
        fs::remove(path_);
    }
    bool may_quote() {
        if (permit_.block == nullptr) hw_permit_open(&permit_, path_.c_str());
        return hw_permit_may_quote(&permit_, hw_permit_find(&permit_, "BTC")) != 0;
    }
    std::string why_not() {
        hw_permit_state state{};
        hw_permit_read(&permit_, hw_permit_find(&permit_, "BTC"), &state);
        return state.reason_text;
    }
    int ctl(const std::vector<std::string>& arguments) { return world_.ctl(arguments, said_); }
    nlohmann::json status() {
        EXPECT_EQ(ctl({"status"}), 0) << said_;
        return nlohmann::json::parse(said_, nullptr, false);
    }
    nlohmann::json btc() { return status().at("underlyings").at("BTC"); }
    void rewrite(const std::string& from, const std::string& to) {
        std::string text = read_file(world_.configuration());
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        std::ofstream(world_.configuration()) << text.replace(at, from.size(), to);
    }

    TwoProcesses world_{20, 23};
    std::string path_;
    hw_permit permit_{};
    std::string said_;
};

TEST_F(Operator, TightensReloadsHedgesAndWithdrawsThePermit) {
    ASSERT_TRUE(world_.start_exchange());
    EXPECT_FALSE(may_quote()) << "nobody there";
    auto hedger = world_.start_hedger(0);
    ASSERT_TRUE(hedger);
    ASSERT_TRUE(comes_true([&] { return may_quote(); }, 30s)) << why_not() << world_.log("hedger-1.log");

    // Bands and limits.
    EXPECT_EQ(ctl({"set-band", "--underlying", "BTC", "--value", "0.25", "--why", "thin"}), 0) << said_;
    EXPECT_TRUE(comes_true([&] { return btc().at("net_delta").at("band") == 0.25; }));
    EXPECT_EQ(btc().at("set_by_people").at("band"), 0.25);
    EXPECT_EQ(ctl({"set-band", "--underlying", "BTC", "--value", "5"}), 1);
    EXPECT_NE(said_.find("tighter than the configured 0.5"), std::string::npos) << said_;
    EXPECT_EQ(ctl({"set-band", "--underlying", "BTC"}), 2);
    EXPECT_NE(said_.find("set-band needs --value"), std::string::npos) << said_;
    EXPECT_EQ(ctl({"set-limit", "--limit", "max_order_coins", "--value", "20"}), 0) << said_;
    EXPECT_TRUE(comes_true([&] { return status().at("set_by_people").contains("max_order_coins"); }));
    EXPECT_EQ(ctl({"set-limit", "--limit", "max_delta", "--value", "20"}), 1);
    EXPECT_NE(said_.find("known: max_order_coins"), std::string::npos) << said_;

    // A changed file.
    rewrite("max_order_coins = 25.0", "max_order_coins = 15.0");
    EXPECT_EQ(ctl({"reload"}), 0) << said_;
    EXPECT_NE(said_.find("gate.max_order_coins: 25 -> 15"), std::string::npos) << said_;
    rewrite("slippage_cap_bp = 10.0", "slippage_cap_bp = 11.0");
    EXPECT_EQ(ctl({"reload"}), 1);
    EXPECT_NE(said_.find("slippage_cap_bp"), std::string::npos) << said_;
    rewrite("version = 1", "version = one");
    EXPECT_EQ(ctl({"reload"}), 1);
    EXPECT_NE(said_.find("hedger.toml:"), std::string::npos) << said_;

    // What is held, on both sides.
    EXPECT_EQ(ctl({"positions"}), 0) << said_;
    const auto positions = nlohmann::json::parse(said_, nullptr, false);
    ASSERT_TRUE(positions.is_array()) << said_;
    ASSERT_FALSE(positions.empty());
    for (const auto& p : positions) EXPECT_TRUE(p.at("venue").is_number()) << p.dump();

    // An order of one's own.
    EXPECT_EQ(ctl({"hedge", "--underlying", "BTC", "--value", "0.02", "--why", "a try"}), 0) << said_;
    const std::string journal = (fs::path(world_.configuration()).parent_path() / "journal").string();
    const auto manual = [&] {
        const auto orders = hedgewire(world_.dir(), {"why", "--journal", journal, "--json"}).json();
        if (!orders.is_array()) return nlohmann::json();  // nothing was ordered yet
        for (const auto& o : orders)
            if (o.at("why").at("purpose") == "manual") return o;
        return nlohmann::json();
    };
    EXPECT_TRUE(comes_true([&] { return manual().is_object(); }, 5s));
    EXPECT_EQ(manual().at("side"), "buy");
    EXPECT_EQ(status().at("alerts").at("manual_hedge"), 1);

    // The permit follows.
    ASSERT_TRUE(comes_true([&] { return may_quote(); }));
    EXPECT_EQ(ctl({"pause", "--underlying", "BTC"}), 0) << said_;
    EXPECT_TRUE(comes_true([&] { return !may_quote(); }, 200ms));
    EXPECT_EQ(why_not(), "paused");
    EXPECT_EQ(ctl({"resume"}), 0) << said_;
    EXPECT_TRUE(comes_true([&] { return may_quote(); }));
    hedger->crash();
    const auto crashed = std::chrono::steady_clock::now();
    EXPECT_TRUE(comes_true([&] { return !may_quote(); }, 200ms));
    EXPECT_LT(std::chrono::steady_clock::now() - crashed, 100ms);
}

}  // namespace
}  // namespace hw::scenario
