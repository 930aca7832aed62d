// Orders of a fixed layout by BypassSocket's delegated sends, as a FIX template would leave: made in place,
// and committed. Fills come back on the same connection and become Events.
//
// Counts what the hot thread asks the heap for until an order has left: from the beginning of the turn of the
// loop, so from a little before rx_burst. What lwIP asks for once an order has left, for its
// book-keeping, is counted apart, even where another order follows in the same turn.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "core/action.h"
#include "core/event.h"
#include "hedge/state.h"
#include "net/packet.h"
#include "net/tcp/bypass_socket.h"
#include "net/tcp/tcp_stack.h"
#include "tests/hot_path/heap_count.h"
#include "tests/hot_path/order_wire.h"
#include "tests/net/tcp_pair.h"

namespace hw::test {

struct HeapUse {
    std::uint64_t orders = 0;
    std::uint64_t by_ticks = 0;  ///< orders before the session was looked at: market data decided
    std::uint64_t fills = 0;
    std::uint64_t orders_with_allocations = 0;
    std::uint64_t until_sent = 0;  ///< allocations before the order had left, all orders together
    std::uint64_t most_until_sent = 0;
    std::uint64_t between = 0;  ///< for the book-keeping of an order, before another one of the same turn
    std::uint64_t in_all = 0;   ///< of the hot thread, lwIP's included
};

class FixedTransport {
  public:
    FixedTransport(net::TcpStack& stack, const hedge::EngineState& state)
        : stack_(stack), state_(state), socket_(stack) {}

    void begin_turn() {
        at_turn_ = heap_allocations();
        polled_ = false;
    }
    void begin_counting() {
        use_ = {};
        at_counting_ = heap_allocations();
    }
    HeapUse use() const {
        HeapUse use = use_;
        use.in_all = heap_allocations() - at_counting_;
        return use;
    }
    const net::BypassSocket::Counters& socket_counters() const { return socket_.counters(); }

    bool send(const Action& action, Nanos) {
        if (action.header.type == ActionType::settle_orders) settle_due_ = true;
        if (action.header.type != ActionType::new_order) return true;
        const std::span<char> place = socket_.prepare(sizeof(OrderMessage));
        write(action, place);
        const bool sent = socket_.commit(sizeof(OrderMessage));
        note(heap_allocations() - at_turn_);
        return sent;
    }

    void on_frame(std::span<const std::byte> frame, const net::Classified& classified) {
        complete();
        stack_.on_frame(frame, classified);
    }
    void poll(Nanos, EventSinkRef sink) {
        polled_ = true;
        complete();
        keep_connection(sink);
        socket_.poll([&](const char* data, std::size_t size) {
            reader_.take(data, size, [&](const OrderMessage& message) { book(message, sink); });
        });
        if (!settle_due_) return;
        settle_due_ = false;
        sink.stage(EventType::settle_complete, kNoInstrument, Nanos{});
    }
    void tidy(Nanos now) {
        socket_.tidy();
        stack_.poll(now);
    }
    Nanos next_due() const { return {}; }
    void rehearse() { socket_.rehearse(sizeof(OrderMessage)); }

  private:
    void complete() {
        const std::uint64_t before = heap_allocations();
        socket_.complete();
        const std::uint64_t taken = heap_allocations() - before;
        at_turn_ += taken;
        use_.between += taken;
    }

    void keep_connection(EventSinkRef sink) {
        if (socket_.state() == net::BypassSocket::State::closed && state_.definitions_complete)
            socket_.connect(net::ip_text(net::kServerIp), net::kTcpPort);
        if (socket_.connected() == up_) return;
        up_ = socket_.connected();
        sink.stage(EventType::session_state, kNoInstrument, Nanos{}).payload.session_state.up = up_ ? 1 : 0;
    }

    void write(const Action& action, std::span<char> place) const {
        const NewOrder& order = action.payload.new_order;
        OrderMessage message;
        message.order = order.order.value;
        message.qty_nanos = order.qty.nanos();
        message.price_nanos = order.limit.nanos();
        message.instrument = static_cast<std::uint32_t>(state_.instruments[action.header.instrument].feed_id);
        message.buys = order.side == hw::Side::buy ? 1 : 0;
        std::memcpy(place.data(), &message, sizeof message);
    }

    void book(const OrderMessage& fill, EventSinkRef sink) {
        ++use_.fills;
        Execution& x =
            sink.stage(EventType::execution, state_.instruments.find_feed_id(fill.instrument), Nanos{})
                .payload.execution;
        x.order.value = fill.order;
        x.key = {1, fill.trade};
        x.last_qty = x.cum_qty = Qty::from_nanos(fill.qty_nanos);
        x.last_price = Price::from_nanos(fill.price_nanos);
        x.side = fill.buys != 0 ? hw::Side::buy : hw::Side::sell;
    }

    void note(std::uint64_t allocations) {
        ++use_.orders;
        use_.by_ticks += polled_ ? 0 : 1;
        use_.orders_with_allocations += allocations == 0 ? 0 : 1;
        use_.until_sent += allocations;
        use_.most_until_sent = std::max(use_.most_until_sent, allocations);
    }

    net::TcpStack& stack_;
    const hedge::EngineState& state_;
    net::BypassSocket socket_;
    MessageReader reader_;
    bool up_ = false;
    bool settle_due_ = false;
    bool polled_ = false;
    std::uint64_t at_turn_ = 0;
    std::uint64_t at_counting_ = 0;
    HeapUse use_;
};

}  // namespace hw::test
