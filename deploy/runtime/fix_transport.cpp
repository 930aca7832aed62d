#include "deploy/runtime/fix_transport.h"

#include <algorithm>
#include <string>

#include "deploy/runtime/stopwatch.h"

namespace hw::deploy {

template <class Socket>
void FixTransport<Socket>::try_connect(Nanos now) {
    if (stopping_ || now < next_attempt_ || !state_.definitions_complete) return;
    if (!session_->wanted(wall_time())) return;
    // The pause counts from here, whether the attempt fails at once or later.
    const std::uint32_t doublings = std::min(failures_, 5u);
    next_attempt_ = now + Nanos::from_ms(static_cast<std::int64_t>(config_.reconnect_ms) << doublings);
    ++failures_;
    attempted_ = now;
    socket_.connect(config_.host, config_.port);
}

/// A peer that neither accepts nor refuses is given up on, so that another attempt can be made.
template <class Socket>
void FixTransport<Socket>::check_connecting(Nanos now) {
    if (socket_.state() != Socket::State::connecting || now - attempted_ < kConnectPatience) return;
    socket_.close();
}

template <class Socket>
void FixTransport<Socket>::lost(Nanos now) {
    announced_ = false;
    const std::string why(socket_.reason());
    session_->on_disconnected(now, why);
}

/// What hedges are made of stands ready before the first of them is wanted.
template <class Socket>
void FixTransport<Socket>::prepare_orders() {
    for (std::uint16_t u = 0; u < state_.underlying_count; ++u) {
        if (state_.underlyings[u].has_hedge) session_->prepare(state_.underlyings[u].hedge);
    }
}

template <class Socket>
void FixTransport<Socket>::poll(Nanos steady, EventSinkRef) {
    const Nanos now = wall_time();
    check_connecting(steady);
    if (socket_.state() == Socket::State::closed) {
        if (announced_) lost(now);
        try_connect(steady);
    }
    socket_.poll([&](const char* data, std::size_t size) { session_->on_bytes(data, size, now); });
    if (socket_.connected() && !announced_) {
        announced_ = true;
        prepare_orders();
        session_->on_connected(ByteSinkRef(socket_), now);
    }
    if (announced_ && socket_.state() == Socket::State::closed) lost(now);
    session_->poll(now);
    if (session_->up()) failures_ = 0;
}

template <class Socket>
void FixTransport<Socket>::stop() {
    stopping_ = true;
    if (socket_.connected()) session_->begin_logout(wall_time());
}

template class FixTransport<net::KernelSocket>;
template class FixTransport<net::BypassSocket>;

}  // namespace hw::deploy
