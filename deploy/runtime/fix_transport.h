// Orders over a FIX session on the kernel's TCP: keeps the connection, with a pause that doubles while it
// fails, and carries bytes between socket and session. Lives on the hot thread.
#pragma once

#include <memory>
#include <string>

#include "deploy/runtime/stopwatch.h"
#include "fix/session.h"
#include "hedge/state.h"
#include "net/tcp/kernel_socket.h"

namespace hw::deploy {

class FixTransport {
  public:
    /// Connects once the engine knows the venue's instruments: reports that come before could not be booked,
    /// while those that the venue still keeps are resent at the logon.
    FixTransport(const fix::SessionConfig& config, const hedge::EngineState& state)
        : config_(config), state_(state) {}

    /// The session writes its Events to the EventWriter, which sends through this: so it comes second.
    void attach(std::unique_ptr<fix::OrderSession> session) { session_ = std::move(session); }
    fix::OrderSession& session() { return *session_; }
    const net::KernelSocket::Counters& socket_counters() const { return socket_.counters(); }

    /// Times given here are the engine's; what the session says to the venue is stamped with the wall's.
    bool send(const Action& action, Nanos) { return session_->send(action, wall_time()); }
    void poll(Nanos steady, EventSinkRef);
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

    const fix::SessionConfig config_;
    const hedge::EngineState& state_;
    std::unique_ptr<fix::OrderSession> session_;
    net::KernelSocket socket_;
    Nanos next_attempt_;
    Nanos attempted_;
    std::uint32_t failures_ = 0;
    bool announced_ = false;  ///< the session has been told that the socket is connected
    bool stopping_ = false;
};

}  // namespace hw::deploy
