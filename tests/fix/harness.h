// What the session tests share: a collecting event sink, a scratch directory, an instrument table, and a
// hedger's side of a connection over a real socket, with faults that can be put between session and socket.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/action.h"
#include "core/event.h"
#include "core/instrument.h"
#include "fix/session.h"
#include "net/tcp/kernel_socket.h"
#include "tests/fix/stock_acceptor.h"

namespace hw::fix::test {

Nanos wall_clock();
std::uint16_t free_port();

/// A directory that lives as long as the object.
class ScratchDir {
  public:
    ScratchDir();
    ~ScratchDir();
    ScratchDir(const ScratchDir&) = delete;
    ScratchDir& operator=(const ScratchDir&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

/// Keeps every Event; notes which were flushed before the next call came.
class Collector {
  public:
    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time);
    void flush() { flushed = events.size(); }

    std::vector<const Event*> all(EventType) const;
    const Event& last(EventType) const;
    std::size_t count(EventType type) const { return all(type).size(); }
    bool is_up() const;

    std::deque<Event> events;
    std::size_t flushed = 0;
};

/// BTC-PERPETUAL (id 0, inverse), BTC-OPT (id 1).
std::unique_ptr<InstrumentTable> make_instruments();
inline constexpr InstrumentId kPerpetual{0};
inline constexpr InstrumentId kOption{1};

Action new_order(OrderId, Side, Qty, Price, TimeInForce = TimeInForce::ioc);
Action cancel_order(OrderId, OrderId original, Side, Qty);
Action mass_cancel(OrderId);
Action settle_orders(OrderId);

SessionConfig make_config(const std::string& store_dir);

/// The hedger's side.
class Hedger {
  public:
    Hedger(const SessionConfig& config, std::uint16_t port, const Credentials& credentials = {});

    /// Connects and runs until the session is up; false after 10 s.
    bool come_up();
    /// Runs the session until `done`, false after 10 s.
    bool run_until(const std::function<bool()>& done);
    void run_for(Nanos);
    void connect();
    /// The connection breaks from our side, without a Logout.
    void break_connection();
    void step();

    // ByteSink, between session and socket.
    bool send(const char* data, std::size_t size);
    void close() { socket.close(); }

    std::unique_ptr<InstrumentTable> instruments = make_instruments();
    Collector events;
    net::KernelSocket socket;
    std::unique_ptr<OrderSession> session;
    int lose_outgoing = 0;      ///< so many of the next writes vanish on the way
    int corrupt_incoming = 0;   ///< in so many of the next reads one byte of the body is changed
    bool cut_outgoing = false;  ///< the next write breaks off halfway, and the connection with it
    bool cut_incoming = false;  ///< so does the next read
    Nanos clock_offset;         ///< added to the time the session is told

  private:
    Nanos now() const { return wall_clock() + clock_offset; }
    std::uint16_t port_;
    bool connected_ = false;
};

}  // namespace hw::fix::test
