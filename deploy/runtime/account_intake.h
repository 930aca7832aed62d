// The hot thread's end of the account's channel: takes Events in, and tells the session how the engine
// stands.
#pragma once

#include "deploy/runtime/account_channel.h"
#include "hedge/state.h"

namespace hw::deploy {

class AccountIntake {
  public:
    explicit AccountIntake(AccountChannel& channel) : channel_(channel) {}

    /// Stages what has come, each Event flushed, so that it is in the journal when it counts as taken. Some
    /// at a time: a long list must not hold up the market's data.
    template <class Writer>
    void take(Writer& writer) {
        for (int n = 0; n < kAtATime && channel_.events.pop(given_); ++n) {
            stage(writer);
            writer.flush();
            channel_.journaled.store(++taken_, std::memory_order_release);
        }
    }

    /// To be called after each turn; costs three comparisons.
    void tell(const hedge::EngineState& state) {
        if (state.definitions_complete != 0 && !definitions_told_) [[unlikely]] {
            definitions_told_ = true;
            channel_.definitions_complete.store(true, std::memory_order_release);
        }
        const bool waits = state.account.waiting != 0;
        if (waits != waits_told_) [[unlikely]] {
            waits_told_ = waits;
            channel_.positions_wait.store(waits, std::memory_order_release);
        }
        const bool up = state.session_up != 0;
        if (up == order_up_) return;
        order_up_ = up;
        if (up) channel_.order_session_ups.store(++ups_, std::memory_order_release);
    }

  private:
    static constexpr int kAtATime = 16;

    /// A position in an instrument that the table does not hold cannot be told: it is counted for the end of
    /// its snapshot. Any other Event is told without instrument; the engine knows what that means.
    template <class Writer>
    void stage(Writer& writer) {
        const EventHeader& header = given_.event.header;
        const InstrumentId id = given_.symbol.empty()
                                    ? kNoInstrument
                                    : writer.state().instruments.find_symbol(given_.symbol.view());
        const bool is_snapshot = header.type == EventType::account_snapshot;
        if (is_snapshot && given_.event.payload.account_snapshot.phase == SnapshotPhase::begin) unknown_ = 0;
        if (header.type == EventType::position && id == kNoInstrument) {
            ++unknown_;
            return;
        }
        // The venue lists more than we are told of.
        if (header.type == EventType::contract_terms && id == kNoInstrument) return;
        Event& event = writer.stage(header.type, id, header.venue_time);
        event.payload = given_.event.payload;
        if (is_snapshot && event.payload.account_snapshot.phase == SnapshotPhase::end)
            event.payload.account_snapshot.unknown += unknown_;
    }

    AccountChannel& channel_;
    AccountEvent given_;
    std::uint64_t taken_ = 0;
    std::uint32_t unknown_ = 0;  ///< positions of the snapshot being told
    std::uint32_t ups_ = 0;
    bool order_up_ = false;
    bool definitions_told_ = false;
    bool waits_told_ = false;
};

}  // namespace hw::deploy
