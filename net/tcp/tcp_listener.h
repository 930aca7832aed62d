// The passive side: takes connections to one port of a TcpStack.
//
// `accept` hands out, one at a time, those that came up; what they have sent so far waits in them. More than
// kMaxWaiting that nobody takes are reset. Must be gone before its stack is.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "net/tcp/bypass_socket.h"

namespace hw::net {

class TcpListener {
  public:
    static constexpr std::size_t kMaxWaiting = 8;

    /// Null, and why in `error`, when the port is taken. `max_queued` is for the sockets it makes.
    static std::unique_ptr<TcpListener> listen(TcpStack& stack, std::uint16_t port, std::string& error,
                                               std::size_t max_queued = 1u << 20);
    ~TcpListener();
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    /// The next connection, connected; or null. It may already be over: its `poll` tells.
    std::unique_ptr<BypassSocket> accept();
    /// Connections reset because nobody took them.
    std::uint64_t refused() const { return refused_; }

  private:
    struct Callbacks;
    TcpListener(TcpStack& stack, std::size_t max_queued) : stack_(stack), max_queued_(max_queued) {}

    TcpStack& stack_;
    const std::size_t max_queued_;
    tcp_pcb* pcb_ = nullptr;
    std::deque<std::unique_ptr<BypassSocket>> waiting_;
    std::uint64_t refused_ = 0;
};

}  // namespace hw::net
