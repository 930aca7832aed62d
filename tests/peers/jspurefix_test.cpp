// The order session against jspurefix, a FIX engine that shares no code with QuickFIX: over TCP on 127.0.0.1,
// with a message lost each way.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "deploy/demo_runner/child_process.h"
#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path kPeers = std::filesystem::path(HW_SOURCE_DIR) / "tests/peers";
constexpr std::uint64_t kOrders = 500;

/// Where a program is; empty when it is not installed.
std::string find_program(const char* program) {
    const std::string path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find(':', at), path.size());
        const std::string candidate = path.substr(at, end - at) + "/" + program;
        if (std::filesystem::exists(candidate)) return candidate;
        at = end + 1;
    }
    return {};
}

class Jspurefix : public ::testing::Test {
  protected:
    void SetUp() override {
        const std::string node = find_program("node");
        if (node.empty()) GTEST_SKIP() << "Node.js is not installed; deploy/test --all installs it";
        if (!std::filesystem::exists(kPeers / "node_modules/jspurefix"))
            GTEST_SKIP() << "jspurefix is not installed: npm ci --prefix tests/peers, or deploy/test --all";
        std::string error;
        auto started = demo::ChildProcess::start(
            {{node, kPeers / "acceptor.js", std::to_string(port)}, dir / "out", dir / "err"}, error);
        ASSERT_TRUE(started) << error;
        venue.emplace(std::move(*started));
        for (int n = 0; n < 600 && said().find("listening") == std::string::npos; ++n) {
            ASSERT_TRUE(venue->running()) << text_of("err");
            std::this_thread::sleep_for(100ms);
        }
    }
    std::string text_of(const char* name) const {
        std::ifstream in(dir / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string said() const { return text_of("out"); }
    /// The last JSON object it printed.
    nlohmann::json seen() const {
        const std::string text = said();
        const auto at = text.rfind('{');
        return at == std::string::npos ? nlohmann::json()
                                       : nlohmann::json::parse(text.substr(at), nullptr, false);
    }

    ScratchDir dir;
    std::uint16_t port = free_port();
    std::optional<demo::ChildProcess> venue;
};

TEST_F(Jspurefix, LogonOrdersReportsAGapEachWayAndALogout) {
    SessionConfig config = make_config(dir / "store");
    config.store_slots = 4'096;
    // However slow the machine: lost orders are sent again, and a busy peer is not taken for a dead one.
    // However slow the machine: lost orders are sent again, and a busy peer is not taken for a dead one.
    config.order_time_to_live = Nanos::from_seconds(30);
    config.heartbeat_s = 3;
    Hedger hedger(config, port);
    ASSERT_TRUE(hedger.come_up()) << hedger.session->last_note() << text_of("err");

    std::set<std::string> fills;
    std::size_t executions = 0;
    const auto take = [&] {
        for (const Event* event : hedger.events.all(EventType::execution)) {
            ++executions;
            fills.emplace(event->payload.execution.exec_id.view());
            EXPECT_EQ(event->payload.execution.last_qty, Qty::from_units(2));
            EXPECT_EQ(event->header.instrument, kPerpetual);
        }
        hedger.events.events.clear();
    };
    const auto filled = [&](std::uint64_t orders) {
        take();
        return fills.size() == orders && hedger.session->up();
    };
    // In groups, as many as a desk may have under way: of the 11th the first order is lost, of the 31st the
    // first reports.
    for (std::uint64_t n = 1; n <= kOrders; ++n) {
        if (n == 101) hedger.lose_outgoing = 1;
        if (n == 301) hedger.corrupt_incoming = 1;
        const auto order = new_order(OrderId::make(1, n, 0), n % 2 == 0 ? Side::buy : Side::sell,
                                     Qty::from_units(2), *Price::from_double(64'250.5));
        ASSERT_TRUE(hedger.session->send(order, wall_clock())) << n << ": " << hedger.session->last_note();
        if (n % 10 == 0) {
            for (int again = 0; again < 3 && !filled(n); ++again) hedger.run_until([&] { return filled(n); });
            ASSERT_TRUE(filled(n)) << n << ": " << fills.size() << " fills; " << hedger.session->last_note();
        }
    }
    EXPECT_EQ(executions, kOrders) << "each fill once";
    EXPECT_EQ(hedger.session->framing_counters().bad_checksum, 1u);
    EXPECT_EQ(hedger.session->counters().gaps, 1u);
    EXPECT_GE(hedger.session->counters().orders_replayed, 1u);
    EXPECT_EQ(hedger.session->counters().rejects_sent + hedger.session->counters().rejects_received, 0u);

    hedger.session->begin_logout(wall_clock());
    ASSERT_TRUE(hedger.run_until([&] { return !hedger.session->attached(); }));
    for (int n = 0; n < 100 && !seen().is_object(); ++n) std::this_thread::sleep_for(50ms);
    const nlohmann::json theirs = seen();
    ASSERT_TRUE(theirs.is_object()) << said() << text_of("err");
    std::printf("jspurefix: %s\n", theirs.dump().c_str());
    EXPECT_EQ(theirs.at("logons"), 1);
    EXPECT_EQ(theirs.at("filled"), kOrders);
    EXPECT_EQ(theirs.at("reports"), kOrders);
    EXPECT_GE(theirs.at("resend_requests_sent"), 1) << "it missed an order";
    EXPECT_GE(theirs.at("resend_requests_received"), 1) << "and we a report";
    EXPECT_EQ(theirs.at("rejects"), 0);
}

}  // namespace
}  // namespace hw::fix::test
