// How orders leave in a benchmark of the whole way: by a FIX session that is up, over a bypass socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/action.h"
#include "deploy/runtime/stopwatch.h"
#include "fix/session.h"
#include "net/tcp/bypass_socket.h"
#include "tests/fix/direct_link.h"

namespace hw::bench {

/// The session's way to the socket; notes when a message has left. Until the session is up, what it says is
/// also heard by somebody who answers.
class SocketSink {
  public:
    SocketSink(net::BypassSocket& socket, fix::test::DirectLink& venue) : socket_(socket), venue_(venue) {}
    bool send(const char* data, std::size_t size) {
        if (venue_.keeps) venue_.send(data, size);
        const bool sent = socket_.send(data, size);
        sent_at_ns = deploy::monotonic_ns();
        return sent;
    }
    void close() { socket_.close(); }
    bool rehearse(const char* data, std::size_t size) { return socket_.rehearse(data, size); }

    std::int64_t sent_at_ns = 0;

  private:
    net::BypassSocket& socket_;
    fix::test::DirectLink& venue_;
};

/// Orders by a FIX session that is up, over the socket; nobody answers them.
class OrderOut {
  public:
    OrderOut(net::BypassSocket& socket, const InstrumentTable& instruments, const std::string& store_dir,
             std::string& error)
        : sink_(socket, venue_) {
        fix::SessionConfig config;
        config.sender_comp_id = "HEDGER";
        config.target_comp_id = "VENUE";
        config.heartbeat_s = 3'600;
        config.store_dir = store_dir;
        config.store_slots = 4'096;
        session_ = fix::OrderSession::create(config, {}, instruments, EventSinkRef(unheard_),
                                             deploy::wall_time(), error);
    }
    /// The hedge instrument is known by now. False: the session does not come up.
    bool begin(InstrumentId hedge) {
        if (!session_ || !venue_.come_up(*session_, deploy::wall_time(), ByteSinkRef(sink_))) return false;
        venue_.keeps = false;
        session_->prepare(hedge);
        return true;
    }
    bool send(const Action& action, Nanos) {
        if (action.header.type != ActionType::new_order) return true;
        const bool sent = session_->send(action, deploy::wall_time());
        last = action.payload.new_order;
        is_open = true;
        ++orders;
        return sent;
    }
    void poll() { session_->poll(deploy::wall_time()); }
    void rehearse() { session_->rehearse(deploy::wall_time()); }
    std::int64_t sent_at_ns() const { return sink_.sent_at_ns; }
    std::uint64_t from_templates() const { return session_->counters().sent_fast; }

    NewOrder last{};
    bool is_open = false;  ///< the last one has not been filled
    std::uint64_t orders = 0;

  private:
    /// The desk tells the engine itself that the session is up.
    struct Unheard {
        Event& stage(EventType, InstrumentId, Nanos) { return event = Event{}; }
        void flush() {}
        Event event;
    };

    Unheard unheard_;
    fix::test::DirectLink venue_;
    SocketSink sink_;
    std::unique_ptr<fix::OrderSession> session_;
};

}  // namespace hw::bench
