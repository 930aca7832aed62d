#include "bench/far_end.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <thread>

#include "bench/machine.h"
#include "core/clock.h"
#include "net/tcp/tcp_listener.h"

namespace hw::bench {

namespace {

using namespace hw::net;

constexpr std::uint32_t kNear = 10u << 24 | 2;
constexpr std::uint32_t kFar = 10u << 24 | 1;
constexpr std::uint16_t kTcpPort = 9'881;
constexpr std::int64_t kPatienceNs = 10'000'000'000;
constexpr std::int64_t kLinkCheckNs = 100'000'000;

std::vector<int> usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    std::vector<int> cores;
    for (int i = 0; i < CPU_SETSIZE; ++i) {
        if (CPU_ISSET(i, &set)) cores.push_back(i);
    }
    return cores;
}

std::vector<std::string> eal(const std::string& directory, bool near, int core) {
    const std::string role = near ? "client" : "server";
    const auto memif = [&](int number, const std::string& more) {
        const std::string n = std::to_string(number);
        return "--vdev=net_memif" + n + ",role=" + role + ",id=" + n + ",socket=" + directory + "/memif" + n +
               ".sock,socket-abstract=no,mac=02:00:00:00:00:" + (near ? "1" : "2") + n + more;
    };
    return {"--no-huge",     "-m",
            "256",           "--no-pci",
            "--no-shconf",   "--no-telemetry",
            "--lcores",      "0@" + std::to_string(core),
            "--log-level",   "*:critical",
            "--file-prefix", "hwbench" + std::to_string(getpid()),
            memif(0, ""),    memif(1, ",rsize=12")};
}

std::unique_ptr<Port> open_port(const char* device, std::string& error) {
    PortConfig config;
    config.device = device;
    config.mbufs = 16'383;
    return Port::open(config, error);
}

TcpConfig tcp_config(bool near) {
    TcpConfig config;
    config.address = near ? kNear : kFar;
    return config;
}

/// Both ends of a TCP connection over loopback, without Nagle; the far one does not block.
bool make_kernel_pair(std::array<int, 2>& ends) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    bool ok = bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && listen(listener, 1) == 0 &&
              getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ok = ok && connect(ends[0], reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    ends[1] = ok ? accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
    const int on = 1;
    setsockopt(ends[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    close(listener);
    return ok && ends[1] >= 0;
}

/// The far end's life.
class FarEnd {
  public:
    FarEnd(SharedPage& page, int kernel_socket) : page_(page), kernel_socket_(kernel_socket) {}

    int run(const std::string& directory, int core) {
        std::string error;
        if (Eal::start(eal(directory, false, core), error)) port_ = open_port("net_memif0", error);
        if (port_) flood_port_ = open_port("net_memif1", error);
        if (flood_port_) stack_ = TcpStack::start(*port_, tcp_config(false), error);
        if (stack_) listener_ = TcpListener::listen(*stack_, kTcpPort, error);
        if (!listener_) {
            std::fprintf(stderr, "net_bench: far end: %s\n", error.c_str());
            return 1;
        }
        while (obey()) {
        }
        sockets_.clear();
        listener_.reset();
        return 0;
    }

  private:
    bool obey() {
        const FarCommand command = page_.command.load(std::memory_order_acquire);
        page_.doing.store(command, std::memory_order_release);
        switch (command) {
            case FarCommand::serve:
                serve();
                return true;
            case FarCommand::flood:
                if (!page_.flood_over.load(std::memory_order_acquire)) send_flood("net_memif1", page_);
                return true;
            case FarCommand::echo:
                echo();
                return true;
            case FarCommand::quit:
                return false;
        }
        return false;
    }
    void serve() {
        const auto burst = port_->rx_burst();
        for (const RxPacket& p : burst) stack_->on_frame(p.bytes);
        port_->release();
        stack_->poll(Nanos::from_ns(process_clock.steady_ns()));
        while (auto socket = listener_->accept()) sockets_.push_back(std::move(socket));
        for (auto& s : sockets_) s->poll([](const char*, std::size_t) {});
        if (++turns_ % kKernelEvery != 0) return;
        std::array<char, 65'536> bytes;
        while (read(kernel_socket_, bytes.data(), bytes.size()) > 0) {
        }
    }
    void echo() {
        std::uint64_t seen = 0;
        while (page_.command.load(std::memory_order_relaxed) == FarCommand::echo) {
            const std::uint64_t ball = page_.ball.load(std::memory_order_acquire);
            if (ball % 2 == 1 && ball != seen) page_.ball.store(seen = ball + 1, std::memory_order_release);
        }
    }
    static constexpr std::uint64_t kKernelEvery = 16;

    SharedPage& page_;
    const int kernel_socket_;
    std::uint64_t turns_ = 0;
    std::unique_ptr<Port> port_;
    std::unique_ptr<Port> flood_port_;
    std::unique_ptr<TcpStack> stack_;
    std::unique_ptr<TcpListener> listener_;
    std::vector<std::unique_ptr<BypassSocket>> sockets_;
};

}  // namespace

std::unique_ptr<WirePair> WirePair::start(std::string& error) {
    std::unique_ptr<WirePair> pair(new WirePair);
    std::string directory = (std::filesystem::temp_directory_path() / "hw_bench_XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) return error = "no folder for the sockets", nullptr;
    pair->directory_ = directory;
    pair->cores_ = usable_cores();
    void* const page =
        mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return error = "no memory to share", nullptr;
    pair->page_ = new (page) SharedPage;
    std::array<int, 2> ends{-1, -1};
    if (!make_kernel_pair(ends)) return error = "no TCP connection over loopback", nullptr;
    pair->kernel_socket_ = ends[0];
    std::fflush(nullptr);
    pair->far_ = fork();
    if (pair->far_ < 0) return error = "cannot fork", nullptr;
    if (pair->far_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        _exit(FarEnd(*pair->page_, ends[1]).run(directory, pair->cores_.back()));
    }
    close(ends[1]);
    if (!pair->open(error)) return nullptr;
    return pair;
}

bool WirePair::open(std::string& error) {
    if (!Eal::start(eal(directory_, true, cores_.front()), error)) return false;
    port_ = open_port("net_memif0", error);
    if (port_) flood_port_ = open_port("net_memif1", error);
    if (!flood_port_ || !wait_for_links(error)) return false;
    stack_ = TcpStack::start(*port_, tcp_config(true), error);
    return stack_ != nullptr;
}

bool WirePair::wait_for_links(std::string& error) {
    const std::int64_t give_up = now_ns() + kPatienceNs;
    while (!port_->link_up() || !flood_port_->link_up()) {
        if (now_ns() > give_up) return error = "the far end does not come up", false;
        std::this_thread::sleep_for(std::chrono::nanoseconds(kLinkCheckNs));
        port_->keep_link();
        flood_port_->keep_link();
    }
    return true;
}

WirePair::~WirePair() {
    stack_.reset();
    flood_port_.reset();
    port_.reset();
    if (far_ > 0) {
        page_->command.store(FarCommand::quit);
        int status = 0;
        const std::int64_t give_up = now_ns() + kPatienceNs;
        while (waitpid(far_, &status, WNOHANG) == 0) {
            if (now_ns() > give_up) kill(far_, SIGKILL);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    if (kernel_socket_ >= 0) close(kernel_socket_);
    if (page_ != nullptr) munmap(page_, sizeof(SharedPage));
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::unique_ptr<BypassSocket> WirePair::connect(std::string& error) {
    auto socket = std::make_unique<BypassSocket>(*stack_);
    if (!socket->connect(ip_text(kFar), kTcpPort)) return error = socket->reason(), nullptr;
    const std::int64_t give_up = now_ns() + kPatienceNs;
    while (!socket->connected()) {
        round();
        socket->poll_without_reading();
        if (now_ns() > give_up || socket->state() == BypassSocket::State::closed)
            return error = "no TCP connection to the far end", nullptr;
    }
    return socket;
}

void WirePair::round() {
    const auto burst = port_->rx_burst();
    for (const RxPacket& p : burst) stack_->on_frame(p.bytes);
    port_->release();
    stack_->poll(Nanos::from_ns(process_clock.steady_ns()));
}

void WirePair::tell(FarCommand command) {
    page_->command.store(command, std::memory_order_release);
    while (page_->doing.load(std::memory_order_acquire) != command) {
    }
}

}  // namespace hw::bench
