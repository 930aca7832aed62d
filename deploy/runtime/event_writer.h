// The one door to the engine: gives Events their number and time, journals them, steps the engine, journals
// and dispatches its Actions.
//
// It holds each Event back until the next one (or the end of the burst) so that the last of a burst can carry
// the flag that lets the engine decide. Lives on the hot thread; satisfies EventSink.
#pragma once

#include <algorithm>
#include <concepts>
#include <vector>

#include "core/event.h"
#include "core/journal/writer.h"
#include "deploy/runtime/stopwatch.h"
#include "hedge/engine.h"

namespace hw::deploy {

/// What carries orders out: `send` says whether an Action's bytes are on their way.
template <class T>
concept OrderTransport = requires(T& transport, const Action& action, Nanos now) {
    { transport.send(action, now) } -> std::same_as<bool>;
};

template <OrderTransport Transport>
class EventWriter {
  public:
    EventWriter(hedge::Engine& engine, JournalWriter& journal, Transport& transport,
                std::uint64_t last_sequence, Nanos last_time)
        : engine_(engine),
          journal_(journal),
          transport_(transport),
          sequence_(last_sequence),
          now_(last_time) {
        deferred_.reserve(kDeferred);
        taken_.reserve(kDeferred);
    }

    /// Receive time of the Events to come; time never runs backwards here.
    void begin_burst(Nanos now, std::int64_t ticks_ns) {
        now_ = std::max(now_, now);
        burst_ticks_ns_ = ticks_ns;
    }

    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time) {
        // While Actions go out the engine must not be stepped: what a transport says then waits its turn.
        if (!dispatching_) commit(0);
        Event& event = dispatching_ ? deferred_.emplace_back() : staged_;
        event = Event{};
        event.header.recv_time = now_;
        event.header.venue_time = venue_time;
        event.header.type = type;
        event.header.instrument = instrument;
        has_staged_ = has_staged_ || !dispatching_;
        return event;
    }
    void flush() {
        if (!dispatching_) commit(0);
    }
    /// The Events since the last end are one burst: decide on them. Nothing when there were none.
    void end_burst() {
        if (!has_staged_ && open_) stage(EventType::timer, kNoInstrument, Nanos{});
        commit(kEndOfBurst);
        while (!deferred_.empty()) take_deferred();
    }

    /// The engine's and the journal's part of a walk that sends nothing.
    double rehearse() const {
        journal_.rehearse();
        return engine_.rehearse();
    }

    Nanos now() const { return now_; }
    const hedge::EngineState& state() const { return engine_.state(); }
    std::uint64_t sequence() const { return sequence_; }
    std::uint64_t orders() const { return orders_; }

  private:
    static constexpr std::size_t kDeferred = 256;

    void commit(std::uint16_t flags) {
        if (!has_staged_) return;
        has_staged_ = false;
        staged_.header.sequence = ++sequence_;
        staged_.header.flags = flags;
        open_ = flags == 0;
        journal_.append(staged_);
        const ActionList& actions = engine_.step(staged_);
        if (!actions.empty()) [[unlikely]]
            dispatch(actions);
        engine_.complete();
    }

    /// First all Actions into the journal, then onto the wire.
    void dispatch(const ActionList& actions) {
        dispatching_ = true;
        Timing timing;
        timing.to_decision_ns = since_burst();
        for (const Action& action : actions) journal_.append(action);
        timing.to_journal_ns = since_burst();
        for (const Action& action : actions) timing.orders += send(action);
        dispatching_ = false;
        if (timing.orders == 0) return;
        orders_ += timing.orders;
        timing.sequence = sequence_;
        timing.recv_time = now_;
        timing.to_sent_ns = since_burst();
        journal_.append(timing);
    }

    /// 1 for a hedge, sent or not. One that the transport did not take comes back to the engine as unsent.
    std::uint32_t send(const Action& action) {
        const bool stays =
            action.header.type == ActionType::alert || action.header.type == ActionType::shadow_order;
        if (stays) return 0;
        const bool sent = transport_.send(action, now_);
        const bool hedge = action.header.type == ActionType::new_order;
        if (!sent && (hedge || action.header.type == ActionType::mass_cancel)) {
            OrderUnsent& unsent = stage(EventType::order_unsent, kNoInstrument, Nanos{}).payload.order_unsent;
            unsent.order = hedge ? action.payload.new_order.order : action.payload.mass_cancel.order;
            unsent.reason = UnsentReason::transport_refused;
        }
        return hedge ? 1 : 0;
    }

    /// What was said during the dispatch is a burst of its own.
    void take_deferred() {
        taken_.clear();
        taken_.swap(deferred_);
        for (const Event& event : taken_) {
            commit(0);
            staged_ = event;
            has_staged_ = true;
        }
        commit(kEndOfBurst);
    }

    std::uint32_t since_burst() const {
        const std::int64_t ns = monotonic_ns() - burst_ticks_ns_;
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ns, 0, UINT32_MAX));
    }

    hedge::Engine& engine_;
    JournalWriter& journal_;
    Transport& transport_;
    Event staged_;
    bool has_staged_ = false;
    bool open_ = false;  ///< Events were committed since the last end of a burst
    std::uint64_t sequence_;
    Nanos now_;
    std::int64_t burst_ticks_ns_ = 0;
    std::uint64_t orders_ = 0;
    bool dispatching_ = false;
    std::vector<Event> deferred_;
    std::vector<Event> taken_;  ///< those that are being committed
};

}  // namespace hw::deploy
