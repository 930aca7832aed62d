#include "net/port.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "core/clock.h"
#include "net/capture_ring.h"
#include "tests/net/capture_files.h"
#include "tests/net/fuzz.h"
#include "tests/net/held_frames.h"

namespace hw::net {
namespace {

std::string scratch(const std::string& name) {
    return (std::filesystem::temp_directory_path() / ("hw_port_" + std::to_string(getpid()) + "_" + name))
        .string();
}

/// Three packets at known times, the second in the same microsecond as the first plus one.
std::vector<CapturedFrame> known_frames() {
    std::vector<CapturedFrame> frames;
    const UdpEndpoints to{{2, 0, 0, 0, 0, 1}, {}, 0x7f000001, 0xef6f6f03, 5265, 6100, 32};
    for (const std::int64_t us : {1'686'858'149'957'123, 1'686'858'149'957'124, 1'686'858'150'000'000}) {
        std::vector<std::byte> frame(100 + static_cast<std::size_t>(us % 7));
        const std::vector<std::byte> payload(50, static_cast<std::byte>(us % 251));
        frame.resize(build_udp_frame(to, payload, frame));
        frames.push_back({Nanos::from_us(us), frame});
    }
    return frames;
}

// DPDK starts once a process: one set of devices for all the tests here.
class PortTest : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        write_pcap(pcap_path(), known_frames());
        std::string error;
        ASSERT_TRUE(Eal::start(arguments(), error)) << error;
    }
    static void TearDownTestSuite() { std::filesystem::remove(pcap_path()); }

    static std::string pcap_path() { return scratch("in.pcap"); }
    static std::vector<std::string> arguments() {
        return {"--no-huge",
                "-m",
                "128",
                "--no-pci",
                "--no-shconf",
                "--no-telemetry",
                "--lcores",
                "0@(0-1)",
                "--file-prefix",
                "hwport" + std::to_string(getpid()),
                "--log-level",
                "*:error",
                "--vdev=net_ring0",
                "--vdev=net_null0",
                "--vdev=net_pcap0,rx_pcap=" + pcap_path()};
    }
    static std::unique_ptr<Port> open(const std::string& device) {
        PortConfig config;
        config.device = device;
        config.mbufs = 1023;
        config.rx_ring = config.tx_ring = 64;
        std::string error;
        auto port = Port::open(config, error);
        EXPECT_NE(port, nullptr) << error;
        return port;
    }
};

TEST_F(PortTest, RingBringsBackWhatWasSent) {
    const auto port = open("net_ring0");
    ASSERT_TRUE(port);
    EXPECT_TRUE(port->link_up());
    EXPECT_EQ(port->driver(), "net_ring");
    const auto frames = known_frames();
    for (const auto& frame : frames) ASSERT_TRUE(port->tx(frame.bytes));
    const auto burst = port->rx_burst();
    ASSERT_EQ(burst.size(), frames.size());
    for (std::size_t i = 0; i < burst.size(); ++i) {
        EXPECT_TRUE(std::ranges::equal(burst[i].bytes, frames[i].bytes));
        EXPECT_TRUE(burst[i].timestamp.is_zero());
    }
    port->release();
    EXPECT_TRUE(port->rx_burst().empty());
    EXPECT_EQ(port->counters().tx_packets, frames.size());
    EXPECT_EQ(port->counters().rx_packets, frames.size());
    EXPECT_EQ(port->counters().rx_bytes, port->counters().tx_bytes);
}

TEST_F(PortTest, BackPressureIsReportedAndNothingLeaks) {
    const auto port = open("net_ring0");
    ASSERT_TRUE(port);
    const std::vector<std::byte> frame(64, std::byte{7});
    for (int round = 0; round < 20; ++round) {  // more packets in all than the pool has buffers
        std::uint64_t sent = 0;
        while (port->tx(frame)) ++sent;
        std::uint64_t received = 0;
        for (auto burst = port->rx_burst(); !burst.empty(); burst = port->rx_burst()) {
            received += burst.size();
            port->release();
        }
        ASSERT_GT(sent, 0u);
        ASSERT_EQ(received, sent) << "round " << round;
    }
    EXPECT_EQ(port->counters().tx_full + port->counters().tx_no_mbuf, 20u);
}

TEST_F(PortTest, WhatTheDeviceCannotDoSoftwareDoes) {
    PortConfig config;
    config.device = "net_ring0";
    config.mbufs = 1023;
    config.rx_ring = config.tx_ring = 64;
    config.flows = {{false, 0xef6f6f01, 0, 6100, kFeedQueue}, {true, 0, 9881, 0, kOrderQueue}};
    std::string error;
    const auto port = Port::open(config, error);
    ASSERT_TRUE(port) << error;
    const PortFeatures& f = port->features();
    EXPECT_FALSE(f.flow_rules);
    EXPECT_FALSE(f.steered);
    EXPECT_FALSE(f.rx_timestamp);
    EXPECT_EQ(f.interface, 0u);
    EXPECT_EQ(to_text(f).substr(0, 24), "receive times: our clock");
    const std::vector<MacAddress> groups = {multicast_mac(0xef6f6f01)};
    EXPECT_FALSE(port->filter_multicast(groups)) << "a ring filters nothing";
    const auto frames = known_frames();
    ASSERT_TRUE(port->tx(frames[0].bytes));
    EXPECT_EQ(port->rx_burst().size(), 1u) << "on queue 0";
    port->release();
    EXPECT_TRUE(open("net_pcap0")->features().rx_timestamp);
}

TEST_F(PortTest, AFrameLongerThanABufferIsRefused) {
    const auto port = open("net_null0");
    ASSERT_TRUE(port);
    EXPECT_FALSE(port->tx(std::vector<std::byte>(4000)));
    EXPECT_EQ(port->counters().tx_too_long, 1u);
    EXPECT_TRUE(port->tx(std::vector<std::byte>(1500)));
}

TEST_F(PortTest, PcapDeviceGivesTheCapturesTimestamps) {
    const auto port = open("net_pcap0");
    ASSERT_TRUE(port);
    const auto expected = known_frames();
    std::size_t seen = 0;
    for (int polls = 0; polls < 10; ++polls) {
        for (const RxPacket& packet : port->rx_burst()) {
            ASSERT_LT(seen, expected.size());
            EXPECT_EQ(packet.timestamp.ns(), expected[seen].time.ns());
            EXPECT_TRUE(std::ranges::equal(packet.bytes, expected[seen].bytes));
            ++seen;
        }
        port->release();
    }
    EXPECT_EQ(seen, expected.size());
}

/// Sends and receives on a ring port, with its tap from the third round to the 18th; what the tap must hold.
std::vector<HeldFrame> talk(Port& port, CaptureRing& tap, std::mt19937_64& random) {
    std::vector<HeldFrame> expected;
    for (int round = 0; round < 20; ++round) {
        if (round == 3) port.set_tap(&tap);
        if (round == 18) port.set_tap(nullptr);
        const bool held = round >= 3 && round < 18;
        for (std::size_t n = random() % 20; n > 0; --n) {
            std::vector<std::byte> frame(1 + random() % 1'514);
            for (std::byte& b : frame) b = static_cast<std::byte>(random());
            EXPECT_TRUE(port.tx(frame));
            EXPECT_FALSE(port.tx(std::vector<std::byte>(4'000))) << "not sent, hence not held";
            if (held) expected.push_back({CaptureDirection::out, frame, {}});
        }
        for (const RxPacket& p : port.rx_burst()) {
            if (held) expected.push_back({CaptureDirection::in, {p.bytes.begin(), p.bytes.end()}, {}});
        }
        port.release();
    }
    return expected;
}

TEST_F(PortTest, ATapHoldsWhatCameInAndWhatWentOut) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto port = open("net_ring0");
    ASSERT_TRUE(port);
    CaptureRing tap({.seconds = 100, .mib = 1});
    const Nanos before = process_clock.wall();
    const auto expected = talk(*port, tap, random);
    const std::string path = scratch("tap.pcapng");
    const CaptureWritten written = tap.write(path, Nanos::from_seconds(100));
    EXPECT_TRUE(written.ok) << written.error;
    const auto held = read_held_frames(path);
    EXPECT_EQ(held, expected);
    ASSERT_FALSE(held.empty());
    EXPECT_GE(held.front().time, before - Nanos::from_us(10));
    EXPECT_LE(held.back().time, process_clock.wall() + Nanos::from_us(10));
    EXPECT_EQ(tap.counters().rx_frames + tap.counters().tx_frames, expected.size());
    EXPECT_EQ(tap.counters().evicted, 0u);
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u) << "an order session's logon is in it";
    std::filesystem::remove(path);
}

TEST_F(PortTest, AnUnknownDeviceIsNamedWithThoseThatExist) {
    PortConfig config;
    config.device = "net_memif7";
    std::string error;
    EXPECT_EQ(Port::open(config, error), nullptr);
    EXPECT_NE(error.find("net_memif7"), std::string::npos) << error;
    EXPECT_NE(error.find("net_ring0"), std::string::npos) << error;
}

TEST_F(PortTest, DpdkStartsOnceWithOneSetOfArguments) {
    std::string error;
    EXPECT_TRUE(Eal::start(arguments(), error)) << error;
    EXPECT_FALSE(Eal::start({"--no-huge"}, error));
    EXPECT_NE(error.find("other arguments"), std::string::npos) << error;
}

// Everything below does not start DPDK in this process.

int listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(fd, 1), 0);
    return fd;
}

TEST(MemifSocket, OnlyAnAbandonedServerSocketIsRemoved) {
    const std::string path = scratch("memif.sock");
    const std::string server = "--vdev=net_memif0,role=server,id=0,socket=" + path + ",socket-abstract=no";
    const std::string client = "net_memif0,role=client,id=0,socket=" + path + ",socket-abstract=no";
    const int fd = listen_at(path);
    remove_stale_memif_sockets({server});
    EXPECT_TRUE(std::filesystem::exists(path)) << "somebody listens there";
    close(fd);
    remove_stale_memif_sockets({"--vdev", client});
    EXPECT_TRUE(std::filesystem::exists(path)) << "a client owns no socket";
    remove_stale_memif_sockets({server});
    EXPECT_FALSE(std::filesystem::exists(path));
}

std::unique_ptr<Port> open_memif(const std::string& role, const std::string& path) {
    std::string error;
    const std::vector<std::string> arguments = {
        "--no-huge",
        "-m",
        "64",
        "--no-pci",
        "--no-shconf",
        "--no-telemetry",
        "--lcores",
        "0@(0-1)",
        "--log-level",
        "*:critical",
        "--file-prefix",
        "hwmemif" + role + std::to_string(getpid()),
        "--vdev=net_memif0,role=" + role + ",id=0,socket=" + path + ",socket-abstract=no"};
    PortConfig config;
    config.mbufs = 2047;
    if (!Eal::start(arguments, error)) return std::fprintf(stderr, "%s\n", error.c_str()), nullptr;
    auto port = Port::open(config, error);
    if (!port) std::fprintf(stderr, "%s\n", error.c_str());
    return port;
}

constexpr int kEchoed = 0;
constexpr int kNoPort = 2;
constexpr int kGarbled = 3;
constexpr int kTooLate = 4;

/// Sends every packet back, for as long as it is let.
int memif_server(const std::string& path) {
    const auto port = open_memif("server", path);
    if (!port) return kNoPort;
    for (;;) {
        for (const RxPacket& packet : port->rx_burst()) {
            while (port->link_up() && !port->tx(packet.bytes)) std::this_thread::yield();
        }
        port->release();
        std::this_thread::yield();
    }
}

/// Sends packets one at a time and wants each back, until the server was lost once and `count` more came
/// back. `heard`: that one has.
int memif_client(const std::string& path, std::size_t count, std::atomic<bool>& heard) {
    const auto port = open_memif("client", path);
    if (!port) return kNoPort;
    const std::vector<std::byte> frame(200, std::byte{0x5a});
    using Clock = std::chrono::steady_clock;
    const auto give_up = Clock::now() + std::chrono::seconds(40);
    bool lost = false;
    for (std::size_t received = 0; !lost || received < count;) {
        if (Clock::now() > give_up) return kTooLate;
        if (!port->keep_link()) {
            lost = lost || received > 0;
            if (lost) received = 0;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        if (!port->tx(frame)) continue;
        const auto answer_by = Clock::now() + std::chrono::milliseconds(100);
        for (bool answered = false; !answered && Clock::now() < answer_by; std::this_thread::yield()) {
            for (const RxPacket& packet : port->rx_burst()) {
                if (!std::ranges::equal(packet.bytes, frame)) return kGarbled;
                answered = heard = true;
                ++received;
            }
            port->release();
        }
    }
    return kEchoed;
}

template <class F>
pid_t start_process(F&& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    return child;
}

int status_of(pid_t child) {
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

void kill_process(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

// The client is there before the server, and the server is killed and comes back: its socket file stays
// behind.
TEST(Memif, PacketsGoBothWaysAndAClientFindsAServerThatComesBack) {
    if (Eal::started())
        GTEST_SKIP() << "skipped: DPDK already runs in this process, its children cannot start it";
    const std::string path = scratch("pair.sock");
    void* const shared =
        mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(shared, MAP_FAILED);
    auto& heard = *new (shared) std::atomic<bool>(false);
    const pid_t client = start_process([&] { return memif_client(path, 1'000, heard); });
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    pid_t server = start_process([&] { return memif_server(path); });
    // However slow the machine: a server that was never heard cannot be lost.
    for (int n = 0; n < 1'500 && !heard; ++n) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    kill_process(server);
    EXPECT_TRUE(std::filesystem::exists(path));
    server = start_process([&] { return memif_server(path); });
    EXPECT_EQ(status_of(client), kEchoed);
    kill_process(server);
    munmap(shared, sizeof(std::atomic<bool>));
    std::filesystem::remove(path);
}

/// Where two processes wait for each other.
struct Meeting {
    std::atomic<int> come{0};
    void wait(int round) {
        ++come;
        while (come < 2 * round) std::this_thread::yield();
    }
};

constexpr int kRounds = 150;

/// Gives the handshake its time before it begins anew: a server's driver that cannot greet a client because
/// it has left already panics, and nothing here can help that.
bool linked_in_time(Port& port) {
    using Clock = std::chrono::steady_clock;
    const auto give_up = Clock::now() + std::chrono::seconds(10);
    auto again = Clock::now() + std::chrono::milliseconds(200);
    while (!port.link_up() && Clock::now() < give_up) {
        if (Clock::now() > again) {
            port.keep_link();
            again = Clock::now() + std::chrono::milliseconds(200);
        }
        std::this_thread::yield();
    }
    return port.link_up();
}

/// Opens its port, waits until it is linked and drops it about when the peer does, over and over.
int come_and_go(const std::string& role, const std::string& path, Meeting& linked, Meeting& left) {
    using Clock = std::chrono::steady_clock;
    signal(SIGPIPE, SIG_IGN);  // the driver writes to a peer that may be gone
    std::mt19937_64 random(role.size() + role[0]);
    PortConfig config;
    config.mbufs = 2047;
    for (int round = 1; round <= kRounds; ++round) {
        std::string error;
        left.wait(2 * round - 1);
        auto port = round == 1 ? open_memif(role, path) : Port::open(config, error);
        if (!port) return kNoPort;
        if (!linked_in_time(*port)) return kTooLate;
        linked.wait(round);
        const auto leave = Clock::now() + std::chrono::microseconds(random() % 100);
        while (Clock::now() < leave) port->rx_burst();
        port.reset();
        left.wait(2 * round);
    }
    return kEchoed;
}

// DPDK's driver answers the peer on a thread of its own: what it frees there nobody may free here meanwhile.
TEST(Memif, EndsThatLeaveAtTheSameMomentDoNotCrash) {
    if (Eal::started())
        GTEST_SKIP() << "skipped: DPDK already runs in this process, its children cannot start it";
    const std::string path = scratch("come_and_go.sock");
    void* const shared =
        mmap(nullptr, 2 * sizeof(Meeting), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(shared, MAP_FAILED);
    auto* const meetings = new (shared) Meeting[2];
    const pid_t server = start_process([&] { return come_and_go("server", path, meetings[0], meetings[1]); });
    const pid_t client = start_process([&] { return come_and_go("client", path, meetings[0], meetings[1]); });
    int status = -1;
    const pid_t first = waitpid(-1, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kEchoed) << status;
    // The other one would wait for ever.
    if (status != 0) kill(first == server ? client : server, SIGKILL);
    EXPECT_EQ(status_of(first == server ? client : server), kEchoed);
    munmap(shared, 2 * sizeof(Meeting));
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace hw::net
