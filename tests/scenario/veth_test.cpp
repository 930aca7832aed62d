// The hedger with market data and FIX on one bypass port, against an exchange whose sockets are the kernel's:
// a veth pair in a user and network namespace of the test's own, so no root is needed and nobody else sees
// it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <thread>

#include "tests/net/network_namespace.h"
#include "tests/scenario/two_processes.h"

namespace hw::scenario {
namespace {

using namespace std::chrono_literals;

constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kForbidden = 77;  // namespaces

constexpr std::uint32_t kSeconds = 13;
constexpr std::uint32_t kHedgerSeconds = 16;

/// The hedger's end has no address of the kernel's, so that it is the hedger's TCP stack that answers for
/// 10.0.0.2; the exchange's end is the kernel's, 10.0.0.1, and finishes its checksums itself.
bool make_links() {
    return net::run("ip link set lo up") &&
           net::run("ip link add hwv0 address 02:00:00:00:00:02 type veth peer name hwv1") &&
           net::finish_checksums("hwv1") && net::run("ip address add 10.0.0.1/24 dev hwv1") &&
           net::run("ip link set hwv0 up") && net::run("ip link set hwv1 up");
}

void expect_hedged_over_tcp(TwoProcesses& world) {
    const auto hedger = world.hedger_report();
    const auto exchange = world.exchange_report();
    ASSERT_TRUE(hedger.is_object() && exchange.is_object());
    std::printf("hedges %s\ntcp %s\nfeed %s\nalerts %s\n", hedger.at("hedges").dump().c_str(),
                hedger.at("tcp").dump().c_str(), hedger.at("feed").dump().c_str(),
                hedger.at("alerts").dump().c_str());
    EXPECT_GT(hedger.at("hedges").at("sent").get<int>(), 0);
    EXPECT_GT(hedger.at("hedges").at("filled").get<int>(), 0);
    EXPECT_TRUE(hedger.at("underlyings").at("BTC").at("in_band").get<bool>());
    EXPECT_FALSE(hedger.at("killed").get<bool>()) << hedger.at("alerts").dump();
    EXPECT_GT(hedger.at("executions").get<int>(), 0);
    EXPECT_EQ(hedger.at("executions"), exchange.at("executions"));
    EXPECT_EQ(exchange.at("orders").at("duplicate_cl_ord_ids"), 0);
    expect_same_positions(hedger, exchange);
    EXPECT_EQ(world.log("fix/epoch"), "1\n")
        << "the session's store has to know the order ids that were used";
    EXPECT_GT(hedger.at("tcp").at("delegated_sends").get<int>(), 0) << "nothing took the fast way out";
    const auto replay = world.replay();
    EXPECT_TRUE(replay.value("identical", false));
    EXPECT_EQ(replay.value("state_hash", std::string("none")), hedger.at("journal").at("state_hash"));
}

void hedge_over_veth() {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    TwoProcesses world(kSeconds, seed);
    world.use_devices("net_af_packet0,iface=hwv0", "net_af_packet0,iface=hwv1");
    world.exchange_argument("--option-fill-every-ms");
    world.exchange_argument("150");
    world.configure("transport = \"kernel\"", "transport = \"bypass\"");
    world.configure("host = \"127.0.0.1\"", "host = \"10.0.0.1\"");
    ASSERT_TRUE(world.start_exchange());
    auto hedger = world.start_hedger(kHedgerSeconds);
    ASSERT_TRUE(hedger);
    while (hedger->running()) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(hedger->exit_code(), 0) << world.log("hedger-1.log");
    world.stop_exchange();
    expect_hedged_over_tcp(world);
}

int run_in_own_network() {
    if (!net::enter_own_network()) return kForbidden;
    EXPECT_TRUE(make_links());
    if (!testing::Test::HasFailure()) hedge_over_veth();
    std::fflush(nullptr);
    return testing::Test::HasFailure() ? kFailed : kPassed;
}

TEST(Veth, OrdersByBypassReachAnExchangeOnTheKernelsTcp) {
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) _exit(run_in_own_network());
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    if (WEXITSTATUS(status) == kForbidden)
        GTEST_SKIP() << "skipped: user and network namespaces are forbidden here";
    EXPECT_EQ(WEXITSTATUS(status), kPassed) << "see the output above";
}

}  // namespace
}  // namespace hw::scenario
