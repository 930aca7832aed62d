#include "deploy/runtime/fix_transport.h"

#include <algorithm>
#include <string>

#include "deploy/runtime/stopwatch.h"

namespace hw::deploy {

void FixTransport::try_connect(Nanos now) {
    if (stopping_ || now < next_attempt_ || !state_.definitions_complete) return;
    // The pause counts from here, whether the attempt fails at once or later.
    const std::uint32_t doublings = std::min(failures_, 5u);
    next_attempt_ = now + Nanos::from_ms(static_cast<std::int64_t>(config_.reconnect_ms) << doublings);
    ++failures_;
    attempted_ = now;
    socket_.connect(config_.host, config_.port);
}

/// A peer that neither accepts nor refuses is given up on, so that another attempt can be made.
void FixTransport::check_connecting(Nanos now) {
    if (socket_.state() != net::KernelSocket::State::connecting || now - attempted_ < kConnectPatience)
        return;
    socket_.close();
}

void FixTransport::lost(Nanos now) {
    announced_ = false;
    const std::string why(socket_.reason());
    session_->on_disconnected(now, why);
}

void FixTransport::poll(Nanos steady, EventSinkRef) {
    const Nanos now = wall_time();
    check_connecting(steady);
    if (socket_.state() == net::KernelSocket::State::closed) {
        if (announced_) lost(now);
        try_connect(steady);
    }
    socket_.poll([&](const char* data, std::size_t size) { session_->on_bytes(data, size, now); });
    if (socket_.connected() && !announced_) {
        announced_ = true;
        session_->on_connected(ByteSinkRef(socket_), now);
    }
    if (announced_ && socket_.state() == net::KernelSocket::State::closed) lost(now);
    session_->poll(now);
    if (session_->up()) failures_ = 0;
}

void FixTransport::stop() {
    stopping_ = true;
    if (socket_.connected()) session_->begin_logout(wall_time());
}

}  // namespace hw::deploy
