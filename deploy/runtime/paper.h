// Paper order transport: orders go nowhere and fill against our own view of the book, a configured time after
// they were sent. What it says comes back as Events, like a venue's reports; it is deterministic in the
// feed's time.
#pragma once

#include <array>
#include <cstdint>

#include "core/action.h"
#include "core/event.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state.h"

namespace hw::deploy {

class PaperTransport {
  public:
    static constexpr std::size_t kMaxPending = 256;

    PaperTransport(const PaperConfig& config, const hedge::EngineState& state)
        : config_(config), state_(state) {}

    /// Takes an order, a cancel or a settlement request. False when too many are on their way.
    bool send(const Action&, Nanos now);
    /// Matches what is due at `now`; the session comes up at the first call.
    void poll(Nanos now, EventSinkRef sink);
    /// When the next order is due; zero: nothing is.
    Nanos next_due() const;

  private:
    struct Pending {
        NewOrder order;
        InstrumentId instrument;
        Nanos due;
        bool used = false;
    };

    /// What paper orders took of one level, as long as the feed shows the quantity they saw.
    struct Taken {
        InstrumentId instrument;
        Side side;
        Price price;
        Qty shown;
        Qty taken;
    };
    static constexpr std::size_t kMaxTaken = 512;
    Taken& taken_of(InstrumentId, Side, const Level&);

    void match(const Pending&, EventSinkRef sink, Nanos now);
    void settle(EventSinkRef sink, Nanos now);
    Cash fee(const Instrument&, Qty, Price) const;

    const PaperConfig config_;
    const hedge::EngineState& state_;
    std::array<Pending, kMaxPending> pending_{};
    std::array<Taken, kMaxTaken> taken_{};
    std::size_t taken_cursor_ = 0;  ///< the oldest makes room
    std::uint64_t executions_ = 0;
    bool up_ = false;
    bool settle_due_ = false;
};

}  // namespace hw::deploy
