// The hot loop: packets in, Events, decisions, orders out; one thread, one direction.
//
// One turn drains what has arrived (at most 64 packets, then the order session, the planner and the control
// socket), all of it one burst, and lets the engine decide once at the end. In a capture-driven run the
// packets' own times are the clock, packets further apart than `kSameBurst` are bursts of their own, and
// nothing depends on how fast the machine is.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/gap_detector.h"
#include "core/journal/blob_store.h"
#include "core/ring.h"
#include "deploy/runtime/account_intake.h"
#include "deploy/runtime/event_writer.h"
#include "deploy/runtime/permit_block.h"
#include "deploy/runtime/stopwatch.h"
#include "hedge/engine.h"
#include "net/feed/line_pair.h"
#include "net/membership.h"
#include "net/packet.h"
#include "net/port.h"

namespace hw::deploy {

/// An Event of the planner's, on its way to the engine. It keeps the bytes of a blob until the follower has
/// seen the Event.
struct PlannerMessage {
    EventType type = EventType::surface;
    Event::Payload payload;
    const std::byte* data = nullptr;  ///< of the blob that `payload.surface` names; null: there is none
};

/// The engine's view of blobs on the hot thread: the one that is being handed over.
class HandedBlob : public BlobSource {
  public:
    void hand(const BlobRef& ref, const std::byte* data) { ref_ = ref, data_ = data; }
    std::span<const std::byte> find(const BlobRef& ref) override {
        if (data_ == nullptr || ref.id != ref_.id) return {};
        const std::span<const std::byte> bytes(data_, ref.length);
        return matches(ref, bytes) ? bytes : std::span<const std::byte>();
    }

  private:
    BlobRef ref_{};
    const std::byte* data_ = nullptr;
};

/// What reaches the hot thread from others.
struct Inbox {
    SpscRing<PlannerMessage> planner{256};
    SpscRing<Command> control{256};
    SpscRing<Equity> equity{64};
    SpscRing<PortState> ports{64};
    SpscRing<HostState> host{16};
    AccountChannel account;
    std::atomic<bool> stop{false};
};

struct LoopCounters {
    std::uint64_t packets = 0;
    std::uint64_t bursts = 0;  ///< turns in which something arrived
    std::uint64_t idle_turns = 0;
    std::uint64_t walks = 0;  ///< shadow orders walked in idle moments
    net::VerdictCounters verdicts;
};

/// How often the engine is told the time when nothing else happens: finer than any of its timeouts.
inline constexpr Nanos kTimerInterval = Nanos::from_ms(2);

template <class Feed, class Transport>
class HotLoop {
  public:
    using Writer = EventWriter<Transport>;

    HotLoop(net::Port& port, Feed& feed, Transport& transport, Writer& writer, HandedBlob& blobs,
            Inbox& inbox, const SteadyClock& clock, GapDetector& gaps)
        : port_(port),
          feed_(feed),
          transport_(transport),
          writer_(writer),
          blobs_(blobs),
          inbox_(inbox),
          account_(inbox.account),
          clock_(clock),
          gaps_(gaps) {}

    /// Line B of the feed comes on this port.
    void add_port_b(net::Port& port) { port_b_ = &port; }

    /// Quote permits are given here.
    void give_permits(PermitBlock& permits) { permits_ = &permits; }

    /// The engine is told when this thread was kept from running for longer.
    void tell_lateness(Nanos longer_than) { late_ns_ = longer_than.ns(); }

    /// The groups of a port are asked for and kept up there.
    void add_membership(net::Membership& membership, net::LineSide side) {
        memberships_[static_cast<std::size_t>(side)] = &membership;
    }

    /// One turn in real time; true when anything arrived. What the feed brought is decided on before anything
    /// else is looked at: asking a kernel socket costs more than the decision. `after_feed` runs before that
    /// decision.
    template <class AfterFeed>
    bool turn(AfterFeed&& after_feed) {
        const std::uint64_t before = writer_.sequence();
        const auto packets = port_.rx_burst(port_b_ == nullptr ? net::Port::kMaxBurst : kShare);
        const auto packets_b = rx_burst_b(net::Port::kMaxBurst - packets.size());
        const bool late = begin_burst(busy_);
        if (draining_ && !late) keep_draining(packets.size(), packets_b.size());
        if (packets.empty() && packets_b.empty()) {
            keep_link(writer_.now());
        } else {
            for (const net::RxPacket& packet : packets) receive(packet, writer_.now());
            for (const net::RxPacket& packet : packets_b) receive(packet, writer_.now(), net::LineSide::b);
            after_feed();
            writer_.end_burst();
            publish_permits(false);
            give_session_frames();
            port_.release();
            if (port_b_ != nullptr) port_b_->release();
            counters_.packets += packets.size() + packets_b.size();
            begin_burst(true);
        }
        finish_turn();
        busy_ = writer_.sequence() != before;
        ++(busy_ ? counters_.bursts : counters_.idle_turns);
        if (!busy_) walk(writer_.now());
        return busy_;
    }

    /// One packet of a capture at its own time; `last` ends its burst.
    template <class AfterFeed>
    void replay(const net::RxPacket& packet, bool last, std::int64_t ticks_ns, AfterFeed&& after_feed) {
        writer_.begin_burst(packet.timestamp, ticks_ns);
        receive(packet, writer_.now());
        ++counters_.packets;
        after_feed();
        if (last) {
            finish_turn();
            ++counters_.bursts;
        }
    }

    /// Lets time pass in a capture: timers, and what the transport has due, up to `until`.
    void advance_to(Nanos until) {
        for (Nanos at = next_due(); at <= until && !at.is_zero(); at = next_due()) {
            writer_.begin_burst(at, monotonic_ns());
            finish_turn();
        }
    }

    const LoopCounters& counters() const { return counters_; }

  private:
    /// True when this thread comes late.
    bool begin_burst(bool worked) {
        const std::int64_t ticks_ns = monotonic_ns();
        const std::int64_t gap_ns = gaps_.at(ticks_ns, worked);
        writer_.begin_burst(clock_.now(), ticks_ns);
        if (gap_ns <= late_ns_) [[likely]]
            return false;
        say_late(gap_ns);
        return draining_ = true;
    }
    /// What waited in the ports meanwhile is old: one more burst, and on as long as they are full.
    void keep_draining(std::size_t packets, std::size_t packets_b) {
        say_late(0);
        const std::size_t share = port_b_ == nullptr ? net::Port::kMaxBurst : kShare;
        draining_ = packets == share || packets + packets_b == net::Port::kMaxBurst;
    }
    void say_late(std::int64_t ns) {
        HostState& host = writer_.stage(EventType::host_state, kNoInstrument, Nanos{}).payload.host_state;
        host.condition = HostCondition::core_late;
        host.ns = ns;
    }
    void publish_permits(bool renew) {
        if (permits_ != nullptr) permits_->publish(writer_.state(), process_clock.paced_ns(), renew);
    }
    /// Idle is used to stay warm: now and then a shadow order goes the whole way, from the decision to what
    /// stands ready to be sent, and no further. A tick that comes meanwhile waits for a microsecond at most
    /// one time in a hundred.
    void walk(Nanos now) {
        if (now < next_walk_) return;
        next_walk_ = now + kWalkInterval;
        rehearsed_ = writer_.rehearse();
        if constexpr (requires { transport_.rehearse(); }) transport_.rehearse();
        ++counters_.walks;
    }
    static constexpr Nanos kWalkInterval = Nanos::from_us(100);

    /// A link that is down may need help to come back (a memif client whose server was restarted).
    void keep_link(Nanos now) {
        if (now < next_link_check_) return;
        const bool first = next_link_check_ == Nanos{};
        next_link_check_ = now + kLinkInterval;
        if (first) return;  // the handshake that began at the start gets its time
        if (!port_.link_up()) port_.keep_link();
        if (port_b_ != nullptr && !port_b_->link_up()) port_b_->keep_link();
    }
    static constexpr Nanos kLinkInterval = Nanos::from_ms(100);

    Nanos next_due() const {
        const Nanos order = transport_.next_due();
        return order.is_zero() || order > next_timer_ ? next_timer_ : order;
    }

    /// Of a burst, when there are two ports: neither can starve the other.
    static constexpr std::size_t kShare = net::Port::kMaxBurst / 2;
    std::span<const net::RxPacket> rx_burst_b(std::size_t most) {
        return port_b_ == nullptr ? std::span<const net::RxPacket>() : port_b_->rx_burst(most);
    }

    void receive(const net::RxPacket& packet, Nanos now, net::LineSide from = net::LineSide::a) {
        const net::Classified c = net::classify(packet.bytes);
        counters_.verdicts.count(c.verdict);
        if (c.verdict == net::Verdict::udp) feed_.on_datagram(c.udp, now, from);
        if (c.verdict == net::Verdict::igmp) [[unlikely]] {
            net::Membership* const membership = memberships_[static_cast<std::size_t>(from)];
            if (membership != nullptr) membership->on_igmp(c.ip, now);
        }
        // Orders go by the first port.
        if constexpr (kSessionOnPort) {
            const bool for_stack = c.verdict != net::Verdict::udp && c.verdict != net::Verdict::igmp;
            if (for_stack && from == net::LineSide::a)
                session_frames_[session_frame_count_++] = {packet.bytes, c};
        }
    }

    /// What is the order session's waits until the feed's packets have been decided on: a TCP stack takes its
    /// time, and nothing of it is booked before the session is polled.
    void give_session_frames() {
        if constexpr (kSessionOnPort) {
            for (std::size_t n = 0; n < session_frame_count_; ++n)
                transport_.on_frame(session_frames_[n].bytes, session_frames_[n].classified);
            session_frame_count_ = 0;
        }
    }

    void finish_turn() {
        const Nanos now = writer_.now();
        feed_.on_time(now);
        for (net::Membership* const membership : memberships_) {
            if (membership != nullptr) membership->on_time(now);
        }
        transport_.poll(now, EventSinkRef(writer_));
        take_plans();
        take_commands();
        take_equity();
        take_port_states();
        take_host_states();
        account_.take(writer_);
        const bool timer = now >= next_timer_;
        if (timer) fire_timer(now);
        writer_.end_burst();
        publish_permits(timer);
        account_.tell(writer_.state());
        if constexpr (requires { transport_.tidy(now); }) transport_.tidy(now);
    }

    void take_plans() {
        PlannerMessage message;
        while (inbox_.planner.pop(message)) {
            const bool with_blob = message.data != nullptr;
            if (with_blob) blobs_.hand(message.payload.surface.blob, message.data);
            writer_.stage(message.type, kNoInstrument, Nanos{}).payload = message.payload;
            if (with_blob) writer_.flush();
        }
    }

    void take_equity() {
        Equity equity;
        while (inbox_.equity.pop(equity))
            writer_.stage(EventType::equity, kNoInstrument, Nanos{}).payload.equity = equity;
    }
    void take_port_states() {
        PortState state;
        while (inbox_.ports.pop(state))
            writer_.stage(EventType::port_state, kNoInstrument, Nanos{}).payload.port_state = state;
    }
    void take_host_states() {
        HostState state;
        while (inbox_.host.pop(state))
            writer_.stage(EventType::host_state, kNoInstrument, Nanos{}).payload.host_state = state;
    }
    void take_commands() {
        Command command;
        while (inbox_.control.pop(command)) {
            writer_.stage(EventType::command, kNoInstrument, Nanos{}).payload.command = command;
        }
    }

    void fire_timer(Nanos now) {
        writer_.stage(EventType::timer, kNoInstrument, Nanos{}).payload.timer.count = ++timers_;
        check_books(now);
        next_timer_ = now + kTimerInterval;
    }

    /// The engine may have found a book impossible that the feed believes in: then the feed has to bring it
    /// back. Looks at some books each time, at the hedge instruments every time.
    void check_books(Nanos now) {
        const hedge::EngineState& state = writer_.state();
        const auto check = [&](InstrumentId id) {
            const BookSlot& slot = state.books.slot(id);
            if (slot.depth != 0 && slot.trusted == 0 && feed_.trusted(id)) feed_.distrust(id, now);
        };
        for (std::uint16_t u = 0; u < state.underlying_count; ++u) {
            if (state.underlyings[u].has_hedge) check(state.underlyings[u].hedge);
        }
        const std::uint32_t size = state.instruments.size();
        for (std::uint32_t n = 0; n < kBooksAtATime && n < size; ++n) {
            check_cursor_ = check_cursor_ + 1 < size ? check_cursor_ + 1 : 0;
            check(InstrumentId{check_cursor_});
        }
    }
    static constexpr std::uint32_t kBooksAtATime = 32;

    /// The transport's bytes come by the port, too.
    static constexpr bool kSessionOnPort =
        requires(Transport & t, std::span<const std::byte> frame, const net::Classified& c) {
        t.on_frame(frame, c);
    };
    struct SessionFrame {
        std::span<const std::byte> bytes;
        net::Classified classified;
    };

    net::Port& port_;
    net::Port* port_b_ = nullptr;
    std::array<net::Membership*, net::kSides> memberships_{};
    PermitBlock* permits_ = nullptr;
    std::int64_t late_ns_ = INT64_MAX;
    bool draining_ = false;  ///< reading what waited while this thread did not run
    Feed& feed_;
    Transport& transport_;
    Writer& writer_;
    HandedBlob& blobs_;
    Inbox& inbox_;
    AccountIntake account_;
    const SteadyClock& clock_;
    GapDetector& gaps_;
    std::array<SessionFrame, kSessionOnPort ? net::Port::kMaxBurst : 0> session_frames_{};
    std::size_t session_frame_count_ = 0;
    bool busy_ = false;  ///< the last turn brought something
    LoopCounters counters_;
    Nanos next_timer_;
    Nanos next_link_check_;
    Nanos next_walk_;
    volatile double rehearsed_ = 0;
    std::uint64_t timers_ = 0;
    std::uint32_t check_cursor_ = 0;
};

}  // namespace hw::deploy
