// Two processes, each with a TCP stack on its end of a memif link: what the tests of net/tcp run on.
//
// `run_pair` forks a process for each side; a side's body gets its Side and returns when it has seen enough.
// Expectations may be used in it: a side with a failed one ends with a status that fails the test. Between
// port and stack there may be a FaultyWire, that loses, doubles and reorders what is received.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "net/port.h"
#include "net/tcp/bypass_socket.h"
#include "net/tcp/tcp_listener.h"
#include "net/tcp/tcp_stack.h"

namespace hw::net {

inline constexpr std::uint32_t kClientIp = 10u << 24 | 2;
inline constexpr std::uint32_t kServerIp = 10u << 24 | 1;
inline constexpr std::uint16_t kTcpPort = 9'881;

inline Nanos steady_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return Nanos::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

struct WireFaults {
    double loss = 0.0;
    double duplication = 0.0;
    double reordering = 0.0;  ///< share of frames that come after up to four later ones
};

/// Hands frames on as a bad network would.
class FaultyWire {
  public:
    FaultyWire(const WireFaults& faults, std::uint64_t seed) : faults_(faults), random_(seed) {}

    template <class F>
    void carry(std::span<const std::byte> frame, F&& on) {
        if (chance(faults_.loss)) {
            ++lost;
        } else if (chance(faults_.reordering)) {
            held_.push_back({{frame.begin(), frame.end()}, 1 + random_() % 4});
            ++reordered;
        } else {
            on(frame);
            if (chance(faults_.duplication)) {
                on(frame);
                ++duplicated;
            }
        }
        for (Held& h : held_) --h.frames_to_wait;
        release(on, [](const Held& h) { return h.frames_to_wait == 0; });
    }
    /// Nothing follows that could be waited for.
    template <class F>
    void settle(F&& on) {
        release(on, [](const Held&) { return true; });
    }

    std::uint64_t lost = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;

  private:
    struct Held {
        std::vector<std::byte> frame;
        std::uint64_t frames_to_wait;
    };
    bool chance(double share) { return std::uniform_real_distribution<>(0.0, 1.0)(random_) < share; }
    template <class F, class P>
    void release(F& on, P due) {
        while (!held_.empty() && due(held_.front())) {
            const Held h = std::move(held_.front());
            held_.pop_front();
            on(std::span<const std::byte>(h.frame));
        }
    }

    const WireFaults faults_;
    std::mt19937_64 random_;
    std::deque<Held> held_;
};

struct PairOptions {
    TcpConfig client;
    TcpConfig server;
    WireFaults faults;
    std::uint64_t seed = 0;

    PairOptions() {
        client.address = kClientIp;
        server.address = kServerIp;
    }
};

/// One end: polls its port into its stack.
class Side {
  public:
    Side(std::unique_ptr<Port> its_port, std::unique_ptr<TcpStack> its_stack, const WireFaults& faults,
         std::uint64_t seed)
        : port(std::move(its_port)), stack(std::move(its_stack)), wire(faults, seed) {}

    /// One round; true when something came.
    bool round() {
        const auto take = [this](std::span<const std::byte> frame) { stack->on_frame(frame); };
        const auto burst = port->rx_burst();
        for (const RxPacket& p : burst) wire.carry(p.bytes, take);
        const bool came = !burst.empty();
        port->release();
        const Nanos now = steady_now();
        if (came) last_ = now;
        if (now - last_ > Nanos::from_ms(1)) wire.settle(take);
        stack->poll(now);
        return came;
    }
    bool until(const std::function<bool()>& done, Nanos patience = Nanos::from_seconds(20)) {
        const Nanos give_up = steady_now() + patience;
        while (!done()) {
            if (steady_now() > give_up) return false;
            if (!round()) std::this_thread::yield();
        }
        return true;
    }
    /// Looks now and then only: each look at a link that is down starts the device anew.
    bool until_linked() {
        Nanos next = steady_now() + Nanos::from_ms(100);
        return until([&] {
            if (port->link_up()) return true;
            if (steady_now() < next) return false;
            next = steady_now() + Nanos::from_ms(100);
            return port->keep_link();
        });
    }
    /// Lets what is under way arrive.
    void linger(Nanos time = Nanos::from_ms(300)) {
        until([] { return false; }, time);
    }

    std::unique_ptr<Port> port;
    std::unique_ptr<TcpStack> stack;
    FaultyWire wire;

  private:
    Nanos last_;
};

inline int exit_status(pid_t child) {
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

using SideBody = std::function<void(Side&)>;

/// A Side on the device `vdev` describes, for `body`; returns what its process is to end with.
inline int run_side(const std::string& vdev, const TcpConfig& tcp, const WireFaults& faults,
                    std::uint64_t seed, const SideBody& body) {
    const std::vector<std::string> arguments = {"--no-huge",
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
                                                "hwtcp" + std::to_string(getpid()),
                                                "--vdev=" + vdev};
    PortConfig config;
    config.mbufs = 4'095;
    std::string error;
    std::unique_ptr<Port> port;
    std::unique_ptr<TcpStack> stack;
    if (Eal::start(arguments, error)) port = Port::open(config, error);
    if (port) stack = TcpStack::start(*port, tcp, error);
    EXPECT_NE(stack, nullptr) << error;
    if (!stack) return 1;
    {
        Side side(std::move(port), std::move(stack), faults, seed);
        EXPECT_TRUE(side.until_linked());
        body(side);
    }
    std::fflush(nullptr);
    return ::testing::Test::HasFailure() ? 1 : 0;
}

/// A Side in a process of its own, on a device that needs no peer.
inline void run_alone(const std::string& vdev, const TcpConfig& tcp, const SideBody& body) {
    if (Eal::started())
        GTEST_SKIP() << "skipped: DPDK already runs in this process, its children cannot start it";
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) _exit(run_side(vdev, tcp, {}, 0, body));
    EXPECT_EQ(exit_status(child), 0);
}

/// Ends when both sides have; expects both to have seen what they expected.
inline void run_pair(const PairOptions& options, const SideBody& client, const SideBody& server) {
    if (Eal::started())
        GTEST_SKIP() << "skipped: DPDK already runs in this process, its children cannot start it";
    const std::string path =
        (std::filesystem::temp_directory_path() / ("hw_tcp_" + std::to_string(getpid()) + ".sock")).string();
    const std::string memif = ",id=0,socket=" + path + ",socket-abstract=no,mac=02:00:00:00:00:0";
    std::fflush(nullptr);
    const pid_t serving = fork();
    if (serving == 0)
        _exit(run_side("net_memif0,role=server" + memif + "1", options.server, options.faults,
                       options.seed * 2, server));
    const pid_t calling = fork();
    if (calling == 0)
        _exit(run_side("net_memif0,role=client" + memif + "2", options.client, options.faults,
                       options.seed * 2 + 1, client));
    EXPECT_EQ(exit_status(calling), 0) << "client, seed " << options.seed;
    EXPECT_EQ(exit_status(serving), 0) << "server, seed " << options.seed;
    std::filesystem::remove(path);
}

}  // namespace hw::net
