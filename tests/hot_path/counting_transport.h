// The FIX transport of a real run, watched: it counts what the hot thread asks the heap for until an order
// has left, from the beginning of the turn of the loop, so from a little before rx_burst. What lwIP asks for
// once an order has left, for its book-keeping, is counted apart, even where another order follows in the
// same turn.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "core/action.h"
#include "core/event.h"
#include "deploy/runtime/fix_transport.h"
#include "tests/hot_path/heap_count.h"

namespace hw::test {

struct HeapUse {
    std::uint64_t orders = 0;
    std::uint64_t by_ticks = 0;  ///< orders before the session was looked at: market data decided
    std::uint64_t orders_with_allocations = 0;
    std::uint64_t until_sent = 0;  ///< allocations before the order had left, all orders together
    std::uint64_t most_until_sent = 0;
    std::uint64_t between = 0;  ///< for the book-keeping of an order, before another one of the same turn
    std::uint64_t in_all = 0;   ///< of the hot thread, lwIP's included
    fix::Counters session;      ///< what the session counted meanwhile, of the counters that are looked at
};

class CountingTransport : public deploy::BypassFixTransport {
  public:
    using BypassFixTransport::BypassFixTransport;

    void begin_turn() {
        at_turn_ = heap_allocations();
        polled_ = false;
    }
    void begin_counting() {
        use_ = {};
        at_counting_ = heap_allocations();
        session_before_ = session().counters();
    }
    HeapUse use() {
        HeapUse use = use_;
        use.in_all = heap_allocations() - at_counting_;
        const fix::Counters& now = session().counters();
        use.session.orders_sent = now.orders_sent - session_before_.orders_sent;
        use.session.sent_fast = now.sent_fast - session_before_.sent_fast;
        use.session.executions = now.executions - session_before_.executions;
        use.session.received_fast = now.received_fast - session_before_.received_fast;
        return use;
    }

    bool send(const Action& action, Nanos now) {
        const bool sent = BypassFixTransport::send(action, now);
        if (action.header.type == ActionType::new_order) note(heap_allocations() - at_turn_);
        return sent;
    }
    void on_frame(std::span<const std::byte> frame, const net::Classified& classified) {
        complete();
        BypassFixTransport::on_frame(frame, classified);
    }
    void poll(Nanos steady, EventSinkRef sink) {
        polled_ = true;
        complete();
        BypassFixTransport::poll(steady, sink);
    }

  private:
    void complete() {
        const std::uint64_t before = heap_allocations();
        socket().complete();
        const std::uint64_t taken = heap_allocations() - before;
        at_turn_ += taken;
        use_.between += taken;
    }
    void note(std::uint64_t allocations) {
        ++use_.orders;
        use_.by_ticks += polled_ ? 0 : 1;
        use_.orders_with_allocations += allocations == 0 ? 0 : 1;
        use_.until_sent += allocations;
        use_.most_until_sent = std::max(use_.most_until_sent, allocations);
    }

    bool polled_ = false;
    std::uint64_t at_turn_ = 0;
    std::uint64_t at_counting_ = 0;
    fix::Counters session_before_;
    HeapUse use_;
};

}  // namespace hw::test
