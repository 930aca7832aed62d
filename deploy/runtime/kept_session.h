// A FIX session on its TCP connection: keeps the connection, with a pause that doubles while it fails, and
// carries bytes between socket and session. The order session's and the account session's alike; lives on the
// thread of whoever polls it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "core/byte_sink.h"
#include "deploy/runtime/stopwatch.h"
#include "fix/session_config.h"

namespace hw::deploy {

template <class Socket, class Session>
class KeptSession {
  public:
    template <class... SocketArguments>
    explicit KeptSession(const fix::SessionConfig& config, SocketArguments&&... socket)
        : config_(config), socket_(std::forward<SocketArguments>(socket)...) {}

    void attach(std::unique_ptr<Session> session) { session_ = std::move(session); }
    Session& session() { return *session_; }
    const Session& session() const { return *session_; }
    Socket& socket() { return socket_; }
    const Socket& socket() const { return socket_; }

    /// `wanted`: a connection may be made. `before_logon` runs when one has been made.
    template <class BeforeLogon>
    void poll(Nanos steady, bool wanted, BeforeLogon&& before_logon) {
        const Nanos now = wall_time();
        check_connecting(steady);
        if (socket_.state() == Socket::State::closed) {
            if (announced_) lost(now);
            if (wanted) try_connect(steady);
        }
        socket_.poll([&](const char* data, std::size_t size) { session_->on_bytes(data, size, now); });
        if (socket_.connected() && !announced_) {
            announced_ = true;
            before_logon();
            session_->on_connected(ByteSinkRef(socket_), now);
        }
        if (announced_ && socket_.state() == Socket::State::closed) lost(now);
        session_->poll(now);
        if (session_->up()) failures_ = 0;
    }

    /// Logs out; `stopped` once the venue has answered or the connection is gone.
    void stop() {
        stopping_ = true;
        if (socket_.connected()) session_->begin_logout(wall_time());
    }
    bool stopped() const { return stopping_ && !socket_.connected(); }

  private:
    static constexpr Nanos kConnectPatience = Nanos::from_seconds(3);
    static constexpr std::uint32_t kMostDoublings = 5;

    void try_connect(Nanos now) {
        if (stopping_ || now < next_attempt_ || !session_->wanted(wall_time())) return;
        // The pause counts from here, whether the attempt fails at once or later.
        const std::uint32_t doublings = std::min(failures_, kMostDoublings);
        next_attempt_ = now + Nanos::from_ms(static_cast<std::int64_t>(config_.reconnect_ms) << doublings);
        ++failures_;
        attempted_ = now;
        socket_.connect(config_.host, config_.port);
    }
    /// A peer that neither accepts nor refuses is given up on, so that another attempt can be made.
    void check_connecting(Nanos now) {
        if (socket_.state() != Socket::State::connecting || now - attempted_ < kConnectPatience) return;
        socket_.close();
    }
    void lost(Nanos now) {
        announced_ = false;
        const std::string why(socket_.reason());
        session_->on_disconnected(now, why);
    }

    const fix::SessionConfig config_;
    std::unique_ptr<Session> session_;
    Socket socket_;
    Nanos next_attempt_;
    Nanos attempted_;
    std::uint32_t failures_ = 0;
    bool announced_ = false;  ///< the session has been told that the socket is connected
    bool stopping_ = false;
};

}  // namespace hw::deploy
