// Two processes with a wire between them: the far end of the measurements, and the commands it takes.
//
// The far end is a process of its own with its own EAL, TCP stack and core. It serves (drains TCP on the
// first memif link and a kernel socket) until it is told to do something else for a while: send a flood on
// the second link, or pass a cache line to and fro. Commands go through a page that both have mapped.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/port.h"
#include "net/tcp/bypass_socket.h"
#include "net/tcp/tcp_stack.h"

namespace hw::bench {

enum class FarCommand : std::uint32_t { serve = 0, flood, echo, quit };

struct FloodResult {
    std::uint64_t offered = 0;  ///< frames whose time came: numbered, and sent if there was room
    std::uint64_t unsent = 0;   ///< of them, those for which the ring had no room
    std::uint64_t skipped = 0;  ///< frames whose time passed while the sender itself was late: never offered
    std::int64_t elapsed_ns = 0;
    std::int64_t longest_gap_ns = 0;  ///< in which the sender did not look at the clock
};

/// What both processes see.
struct SharedPage {
    alignas(64) std::atomic<FarCommand> command{FarCommand::serve};
    alignas(64) std::atomic<FarCommand> doing{FarCommand::serve};
    alignas(64) std::atomic<bool> flood_over{false};
    alignas(64) std::atomic<std::uint64_t> ball{0};
    double rate = 0;
    std::int64_t duration_ns = 0;
    std::uint64_t first_sequence = 0;
    FloodResult flood;
};

/// The near end; its constructor forks the far one, so nothing may have started a thread or DPDK before.
class WirePair {
  public:
    static std::unique_ptr<WirePair> start(std::string& error);
    ~WirePair();
    WirePair(const WirePair&) = delete;
    WirePair& operator=(const WirePair&) = delete;

    /// A TCP connection to the far end, which drains it. Null, and why in `error`.
    std::unique_ptr<net::BypassSocket> connect(std::string& error);
    /// One turn: what has come by the first link goes to the stack.
    void round();

    net::Port& port() { return *port_; }
    net::Port& flood_port() { return *flood_port_; }
    SharedPage& page() { return *page_; }
    /// A kernel socket on loopback, whose other end the far end drains.
    int kernel_socket() const { return kernel_socket_; }
    bool cores_apart() const { return cores_.size() > 1; }

    /// Tells the far end, and waits until it does so.
    void tell(FarCommand command);

  private:
    WirePair() = default;
    bool open(std::string& error);
    bool wait_for_links(std::string& error);

    std::string directory_;
    std::vector<int> cores_;
    SharedPage* page_ = nullptr;
    pid_t far_ = -1;
    int kernel_socket_ = -1;
    std::unique_ptr<net::Port> port_;
    std::unique_ptr<net::Port> flood_port_;
    std::unique_ptr<net::TcpStack> stack_;
};

/// Sends 60-byte frames on `device`, whose port is open, at `page.rate` for `page.duration_ns`: never waits,
/// never sends again. Each frame has its number where kFloodSequence says.
void send_flood(const std::string& device, SharedPage& page);
inline constexpr std::size_t kFloodFrame = 60;

}  // namespace hw::bench
