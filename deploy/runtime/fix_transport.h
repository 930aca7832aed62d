// Orders over a FIX session on TCP, the kernel's or the bypass port's. Lives on the hot thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "deploy/runtime/kept_session.h"
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
        : state_(state), kept_(config, std::forward<SocketArguments>(socket)...) {}

    /// The session writes its Events to the EventWriter, which sends through this: so it comes second.
    void attach(std::unique_ptr<fix::OrderSession> session) { kept_.attach(std::move(session)); }
    fix::OrderSession& session() { return kept_.session(); }
    const typename Socket::Counters& socket_counters() const { return kept_.socket().counters(); }
    Socket& socket() { return kept_.socket(); }

    /// Times given here are the engine's; what the session says to the venue is stamped with the wall's.
    bool send(const Action& action, Nanos) { return session().send(action, wall_time()); }
    void poll(Nanos steady, EventSinkRef);
    /// Walks the way that an order takes, from its template through the store slot and the checksums to where
    /// the socket would send it.
    void rehearse() {
        prepare_orders();
        session().rehearse(wall_time());
    }
    /// What may wait until the turn's orders have left.
    void tidy(Nanos) { session().tidy(); }
    /// Nothing of a live session is due at a known time.
    Nanos next_due() const { return {}; }

    /// Logs out; `stopped` once the venue has answered or the connection is gone.
    void stop() { kept_.stop(); }
    bool stopped() const { return kept_.stopped(); }

  private:
    void prepare_orders();

    const hedge::EngineState& state_;
    KeptSession<Socket, fix::OrderSession> kept_;
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
    /// lwIP's book-keeping, acknowledgments and timers may wait, too.
    void tidy(Nanos steady) {
        FixTransport::tidy(steady);
        socket().tidy();
        stack_.poll(steady);
    }

  private:
    net::TcpStack& stack_;
};

}  // namespace hw::deploy
