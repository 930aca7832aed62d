// A kernel bridge with multicast snooping, as a switch would be, believes our reports, asks, is answered, and
// hears us leave. All in a user and network namespace of its own.
#include "net/membership.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "net/bytes.h"
#include "tests/net/fuzz.h"
#include "tests/net/network_namespace.h"

namespace hw::net {
namespace {

constexpr std::uint32_t kGroup1 = 0xef6f6f01;
constexpr std::uint32_t kGroup2 = 0xef6f6f02;

constexpr int kPassed = 0;
constexpr int kForbidden = 77;  // namespaces
constexpr int kFailed = 1;

int failed(const std::string& what) { return std::fprintf(stderr, "%s\n", what.c_str()), kFailed; }

Nanos monotonic() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return Nanos::from_ns(t.tv_sec * kNano + t.tv_nsec);
}

/// Our end is hwv0; hwv1 is a port of the bridge, which asks every two seconds.
bool make_links() {
    return run("ip link set lo up") && run("ip link add hwv0 type veth peer name hwv1") &&
           run("ip link add hwbr type bridge mcast_snooping 1 mcast_querier 1 mcast_igmp_version 3 "
               "mcast_query_response_interval 100 mcast_startup_query_interval 100 mcast_query_interval 200 "
               "mcast_last_member_interval 20") &&
           run("ip link set hwv1 master hwbr") && run("ip link set hwv0 up") && run("ip link set hwv1 up") &&
           run("ip link set hwbr up");
}

bool bridge_knows(const std::string& group) {
    return output_of("bridge mdb show dev hwbr").find("grp " + group + " ") != std::string::npos;
}

bool kernel_has_joined(const std::string& hex) {
    std::ifstream file("/proc/self/net/igmp");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.find(hex) != std::string::npos;
}

/// All IGMP that passes the bridge's port, in both directions.
class Wiretap {
  public:
    Wiretap() : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL))) {
        sockaddr_ll at{};
        at.sll_family = AF_PACKET;
        at.sll_protocol = htons(ETH_P_ALL);
        at.sll_ifindex = static_cast<int>(if_nametoindex("hwv1"));
        good_ = fd_ >= 0 && bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    }
    ~Wiretap() { close(fd_); }
    Wiretap(const Wiretap&) = delete;
    Wiretap& operator=(const Wiretap&) = delete;

    bool good() const { return good_; }
    void look() {
        std::array<std::byte, 2048> bytes{};
        for (;;) {
            const ssize_t n = recv(fd_, bytes.data(), bytes.size(), 0);
            if (n <= 0) return;
            const Classified c = classify(std::span(bytes).first(static_cast<std::size_t>(n)));
            if (c.verdict == Verdict::igmp) note(c.ip);
        }
    }

    Nanos asked;     ///< the first general query
    Nanos answered;  ///< the first report of the state as it is, after that
    Nanos max_response;
    int changes = 0;
    int leaves = 0;

  private:
    void note(std::span<const std::byte> ip) {
        if (const auto query = parse_igmp_query(ip); query && query->group == 0) {
            if (asked.is_zero()) asked = monotonic(), max_response = query->max_response;
            return;
        }
        const std::byte* const igmp = ip.data() + (load8(ip.data()) & 0x0fu) * 4u;
        if (load8(igmp) != static_cast<std::uint8_t>(IgmpType::report_v3)) return;
        // IPv4's own groups apart, ours are the only ones here.
        if (load32(igmp + 12) != kGroup1 && load32(igmp + 12) != kGroup2) return;
        const auto record = static_cast<GroupRecord>(load8(igmp + 8));
        if (record == GroupRecord::to_exclude) ++changes;
        if (record == GroupRecord::to_include) ++leaves;
        if (record == GroupRecord::is_exclude && !asked.is_zero() && answered.is_zero())
            answered = monotonic();
    }

    int fd_;
    bool good_ = false;
};

/// Turns the port until `done` or for ten seconds.
template <class Done>
bool turn(Port& port, Membership& membership, Wiretap& tap, Done&& done) {
    const Nanos give_up = monotonic() + Nanos::from_seconds(10);
    while (monotonic() < give_up) {
        for (const RxPacket& packet : port.rx_burst()) {
            const Classified c = classify(packet.bytes);
            if (c.verdict == Verdict::igmp) membership.on_igmp(c.ip, monotonic());
        }
        port.release();
        membership.on_time(monotonic());
        tap.look();
        if (done()) return true;
        usleep(1'000);
    }
    return false;
}

int check_own_reports(Port& port, Wiretap& tap) {
    std::string error;
    const std::uint64_t seed = fuzz_seed();
    std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));
    const auto membership = Membership::join(port, {kGroup1, kGroup2}, MembershipWay::igmp, seed, error);
    if (!membership) return failed(error);
    if (!turn(port, *membership, tap, [&] { return tap.changes >= 2; }))
        return failed("no reports were seen");
    if (!turn(port, *membership, tap, [] { return bridge_knows("239.111.111.1"); }) ||
        !bridge_knows("239.111.111.2")) {
        return failed("the bridge does not know our groups: " + output_of("bridge mdb show dev hwbr"));
    }
    if (!turn(port, *membership, tap, [&] { return !tap.answered.is_zero(); })) {
        return failed("the bridge's query was not answered");
    }
    // The exact limit is tested in igmp_test.cpp; here a busy machine may keep both sides waiting.
    if (tap.answered - tap.asked > tap.max_response + Nanos::from_seconds(5))
        return failed("answered too late");
    if (membership->reporter()->counters().queries == 0) return failed("no query was counted");
    membership->leave();
    if (!turn(port, *membership, tap, [&] { return tap.leaves == 2 && !bridge_knows("239.111.111.1"); })) {
        return failed("the bridge did not hear us leave");
    }
    return kPassed;
}

int check_kernel_join(Port& port) {
    std::string error;
    const unsigned interface = port.features().interface;
    if (membership_way(port.driver(), interface) != MembershipWay::kernel) return failed("not the kernel's");
    std::vector<std::uint32_t> groups;  // more than a socket may have
    for (std::uint32_t i = 1; i <= 45; ++i) groups.push_back(0xef6f6f00 + i);
    const auto membership = Membership::join(port, groups, MembershipWay::kernel, 1, error);
    if (!membership) return failed(error);
    if (!kernel_has_joined("016F6FEF") || !kernel_has_joined("2D6F6FEF")) return failed("/proc/net/igmp");
    for (int n = 0; n < 300 && !bridge_knows("239.111.111.45"); ++n) usleep(10'000);
    if (!bridge_knows("239.111.111.45")) return failed("the bridge does not know the kernel's groups");
    membership->leave();
    return kernel_has_joined("016F6FEF") ? failed("still joined") : kPassed;
}

int in_own_network() {
    if (!enter_own_network()) return kForbidden;
    if (!make_links()) return failed("cannot make links: is iproute2 installed?");
    std::string error;
    const bool started = Eal::start({"--no-huge", "-m", "64", "--no-pci", "--no-shconf", "--no-telemetry",
                                     "--lcores", "0@(0-1)", "--log-level", "*:critical", "--file-prefix",
                                     "hwigmp" + std::to_string(getpid()), "--vdev=net_af_packet0,iface=hwv0"},
                                    error);
    if (!started) return failed(error);
    PortConfig config;
    config.mbufs = 2047;
    config.rx_ring = config.tx_ring = 64;
    const auto port = Port::open(config, error);
    if (!port) return failed(error);
    Wiretap tap;
    if (!tap.good()) return failed("cannot listen on hwv1");
    const int own = check_own_reports(*port, tap);
    return own != kPassed ? own : check_kernel_join(*port);
}

TEST(MembershipTest, AKernelBridgeBelievesOurReportsAsksAndIsAnswered) {
    if (Eal::started())
        GTEST_SKIP() << "skipped: DPDK already runs in this process, its children cannot start it";
    const pid_t child = fork();
    if (child == 0) _exit(in_own_network());
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kForbidden) GTEST_SKIP() << "skipped: no user namespaces here";
    EXPECT_EQ(WEXITSTATUS(status), kPassed);
}

}  // namespace
}  // namespace hw::net
