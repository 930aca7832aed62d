// Orders over a FIX session on TCP, the kernel's or the bypass port's: keeps the connection, with a pause
// that doubles while it fails, and carries bytes between socket and session. Lives on the hot thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "deploy/runtime/stopwatch.h"
#include "fix/session.h"
#include "hedge/state.h"
#include "net/packet.h"
#include "net/tcp/bypass_socket.h"
#include "net/tcp/kernel_socket.h"
#include "net/tcp/tcp_stack.h"

namespace hw::deploy {

template <class Socket>
class FixTransport {
  public:
    /// Connects once the engine knows the venue's instruments: reports that come before could not be booked,
    /// while those that the venue still keeps are resent at the logon.
    template <class... SocketArguments>
    FixTransport(const fix::SessionConfig& config, const hedge::EngineState& state,
                 SocketArguments&&... socket)
        : config_(config), state_(state), socket_(std::forward<SocketArguments>(socket)...) {}

    /// The session writes its Events to the EventWriter, which sends through this: so it comes second.
    void attach(std::unique_ptr<fix::OrderSession> session) { session_ = std::move(session); }
    fix::OrderSession& session() { return *session_; }
    const typename Socket::Counters& socket_counters() const { return socket_.counters(); }
    Socket& socket() { return socket_; }

    /// Times given here are the engine's; what the session says to the venue is stamped with the wall's.
    bool send(const Action& action, Nanos) { return session_->send(action, wall_time()); }
    void poll(Nanos steady, EventSinkRef);
    /// Walks the way that an order takes, from its template through the store slot and the checksums to where
    /// the socket would send it.
    void rehearse() {
        prepare_orders();
        session_->rehearse(wall_time());
    }
    /// Nothing of a live session is due at a known time.
    Nanos next_due() const { return {}; }

    /// Logs out; `stopped` once the venue has answered or the connection is gone.
    void stop();
    bool stopped() const { return stopping_ && !socket_.connected(); }

  private:
    static constexpr Nanos kConnectPatience = Nanos::from_seconds(3);

    void try_connect(Nanos now);
    void check_connecting(Nanos now);
    void lost(Nanos now);
    void prepare_orders();

    const fix::SessionConfig config_;
    const hedge::EngineState& state_;
    std::unique_ptr<fix::OrderSession> session_;
    Socket socket_;
    Nanos next_attempt_;
    Nanos attempted_;
    std::uint32_t failures_ = 0;
    bool announced_ = false;  ///< the session has been told that the socket is connected
    bool stopping_ = false;
};

extern template class FixTransport<net::KernelSocket>;
extern template class FixTransport<net::BypassSocket>;

/// The kernel's sockets.
using KernelFixTransport = FixTransport<net::KernelSocket>;

/// The session's connection runs over the port that the market data comes in by: what the hot loop receives
/// and is no market data goes to the TCP stack.
class BypassFixTransport : public FixTransport<net::BypassSocket> {
  public:
    BypassFixTransport(const fix::SessionConfig& config, const hedge::EngineState& state,
                       net::TcpStack& stack)
        : FixTransport(config, state, stack), stack_(stack) {}

    void on_frame(std::span<const std::byte> frame, const net::Classified& classified) {
        stack_.on_frame(frame, classified);
    }
    /// What may wait until the turn's orders have left: lwIP's book-keeping, acknowledgments, timers.
    void tidy(Nanos steady) {
        socket().tidy();
        stack_.poll(steady);
    }

  private:
    net::TcpStack& stack_;
};

}  // namespace hw::deploy
