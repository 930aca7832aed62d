#include "tests/fix/harness.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

namespace hw::fix::test {
namespace {

constexpr Nanos kPatience = Nanos::from_seconds(10);

Action make_action(ActionType type) {
    Action action;
    action.header.type = type;
    action.header.instrument = kPerpetual;
    action.header.time = wall_clock();
    return action;
}

}  // namespace

Nanos wall_clock() {
    return Nanos::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count());
}

std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(fd);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

ScratchDir::ScratchDir() {
    std::string name = (std::filesystem::temp_directory_path() / "hw_fix_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch directory");
    path_ = name;
}
ScratchDir::~ScratchDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Event& Collector::stage(EventType type, InstrumentId instrument, Nanos venue_time) {
    Event& event = events.emplace_back();
    event.header.type = type;
    event.header.instrument = instrument;
    event.header.venue_time = venue_time;
    return event;
}

std::vector<const Event*> Collector::all(EventType type) const {
    std::vector<const Event*> found;
    for (const Event& event : events) {
        if (event.header.type == type) found.push_back(&event);
    }
    return found;
}

const Event& Collector::last(EventType type) const {
    const auto found = all(type);
    if (found.empty()) throw std::runtime_error("no such event");
    return *found.back();
}

bool Collector::is_up() const {
    const auto states = all(EventType::session_state);
    return !states.empty() && states.back()->payload.session_state.up == 1;
}

std::unique_ptr<InstrumentTable> make_instruments() {
    auto table = std::make_unique<InstrumentTable>();
    Instrument perpetual;
    perpetual.symbol = *Symbol::from("BTC-PERPETUAL");
    perpetual.kind = Kind::perpetual;
    perpetual.feed_id = 1;
    Instrument option;
    option.symbol = *Symbol::from("BTC-OPT");
    option.kind = Kind::option;
    option.feed_id = 2;
    InstrumentId id;
    table->add(perpetual, &id);
    table->add(option, &id);
    return table;
}

Action new_order(OrderId order, Side side, Qty qty, Price limit, TimeInForce time_in_force) {
    Action action = make_action(ActionType::new_order);
    action.payload.new_order.order = order;
    action.payload.new_order.side = side;
    action.payload.new_order.qty = qty;
    action.payload.new_order.limit = limit;
    action.payload.new_order.time_in_force = time_in_force;
    return action;
}
Action cancel_order(OrderId order, OrderId original, Side side, Qty qty) {
    Action action = make_action(ActionType::cancel_order);
    action.payload.cancel_order.order = order;
    action.payload.cancel_order.original = original;
    action.payload.cancel_order.side = side;
    action.payload.cancel_order.qty = qty;
    return action;
}
Action mass_cancel(OrderId order) {
    Action action = make_action(ActionType::mass_cancel);
    action.payload.mass_cancel.order = order;
    return action;
}
Action settle_orders(OrderId order) {
    Action action = make_action(ActionType::settle_orders);
    action.payload.settle_orders.order = order;
    return action;
}

SessionConfig make_config(const std::string& store_dir) {
    SessionConfig config;
    config.sender_comp_id = "HEDGER";
    config.target_comp_id = "VENUE";
    config.store_dir = store_dir;
    config.store_slots = 256;
    config.received_mib = 1;
    config.heartbeat_s = 1;
    return config;
}

Hedger::Hedger(const SessionConfig& config, std::uint16_t port, const Credentials& credentials)
    : port_(port) {
    std::string error;
    session = OrderSession::create(config, credentials, *instruments, EventSinkRef{events}, now(), error);
    if (session == nullptr) throw std::runtime_error(error);
}

void Hedger::connect() {
    if (!socket.connect("127.0.0.1", port_)) throw std::runtime_error(std::string{socket.reason()});
    connected_ = false;
}

bool Hedger::send(const char* data, std::size_t size) {
    if (lose_outgoing > 0) {
        --lose_outgoing;
        return true;
    }
    if (cut_outgoing) {
        cut_outgoing = false;
        socket.send(data, size / 2);
        socket.close();
        return true;
    }
    return socket.send(data, size);
}

void Hedger::step() {
    std::string damaged;
    bool cut = false;
    const auto state = socket.poll([&](const char* data, std::size_t size) {
        if (corrupt_incoming > 0) {
            --corrupt_incoming;
            damaged.assign(data, size);
            char& digit = damaged[damaged.find("\x01"
                                               "34=") +
                                  4];
            digit = digit == '7' ? '8' : '7';  // the checksum no longer fits
            session->on_bytes(damaged.data(), damaged.size(), now());
            return;
        }
        if (cut) return;
        cut = cut_incoming;
        session->on_bytes(data, cut ? size / 2 : size, now());
    });
    if (cut) {
        cut_incoming = false;
        socket.close();
    }
    if (state == net::KernelSocket::State::connected && !connected_) {
        connected_ = true;
        session->on_connected(ByteSinkRef{*this}, now());
    }
    if (state == net::KernelSocket::State::closed && connected_) {
        connected_ = false;
        session->on_disconnected(now(), socket.reason());
    }
    session->poll(now());
    session->tidy();
}

bool Hedger::run_until(const std::function<bool()>& done) {
    const Nanos end = wall_clock() + kPatience;
    while (!done()) {
        if (wall_clock() > end) return false;
        step();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
}

void Hedger::run_for(Nanos time) {
    const Nanos end = wall_clock() + time;
    while (wall_clock() < end) {
        step();
        std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
}

bool Hedger::come_up() {
    connect();
    return run_until([this] { return session->up(); });
}

void Hedger::break_connection() {
    socket.close();
    step();
}

}  // namespace hw::fix::test
