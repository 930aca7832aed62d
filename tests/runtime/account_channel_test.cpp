// The account's channel between two threads: nothing counts before it is journaled, nothing is lost when the
// ring is full, and what was not taken is not said to be.
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "deploy/runtime/account_intake.h"
#include "deploy/runtime/account_sink.h"
#include "hedge/state_memory.h"

namespace hw::deploy {
namespace {

/// The hot thread's writer, as far as the intake sees it.
struct Taken {
    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time) {
        events.emplace_back();
        events.back().header.type = type;
        events.back().header.instrument = instrument;
        events.back().header.venue_time = venue_time;
        return events.back();
    }
    void flush() { flushed = events.size(); }
    const hedge::EngineState& state() const { return memory->state(); }

    std::unique_ptr<hedge::StateMemory> memory = std::make_unique<hedge::StateMemory>();
    std::vector<Event> events;
    std::size_t flushed = 0;
};

class Channel : public ::testing::Test {
  protected:
    Channel() {
        taken.events.reserve(10'000);
        Instrument perpetual{};
        perpetual.symbol = Symbol::cut("BTC-PERPETUAL");
        InstrumentId id{};
        auto& table = const_cast<hedge::EngineState&>(taken.state()).instruments;
        table.add(perpetual, &id);
    }
    /// What a session does, on a thread of its own, while this one is the hot thread.
    template <class Session>
    void run(Session&& session) {
        std::atomic<bool> done{false};
        std::thread thread([&] {
            session();
            done = true;
        });
        while (!done) intake.take(taken);
        thread.join();
        intake.take(taken);
    }
    void give_fill(int number, const char* symbol) {
        Event& event = sink.stage(EventType::execution, sink.find_symbol(symbol), Nanos::from_ns(number));
        event.payload.execution = Execution{};
        event.payload.execution.cum_qty = Qty::from_units(number);
    }

    AccountChannel channel;
    AccountSink sink{channel};
    AccountIntake intake{channel};
    Taken taken;
};

TEST_F(Channel, AFlushReturnsWhenTheEventIsInTheJournalNamedByTheHotThread) {
    run([&] {
        give_fill(1, "BTC-PERPETUAL");
        sink.flush();
        EXPECT_EQ(channel.journaled.load(), 1u);
        give_fill(2, "NEVER-LISTED");
        sink.flush();
        EXPECT_TRUE(sink.journaled());
    });
    ASSERT_EQ(taken.events.size(), 2u);
    EXPECT_EQ(taken.events[0].header.instrument, InstrumentId{0});
    EXPECT_EQ(taken.events[0].header.venue_time, Nanos::from_ns(1));
    EXPECT_EQ(taken.events[1].header.instrument, kNoInstrument) << "the engine knows what that means";
    EXPECT_EQ(taken.flushed, 2u);
}

TEST_F(Channel, MoreThanTheRingHoldsComesThroughInOrder) {
    constexpr int kMany = 5'000;
    run([&] {
        for (int i = 0; i < kMany; ++i) give_fill(i, "BTC-PERPETUAL");
        sink.flush();
        EXPECT_TRUE(sink.journaled());
    });
    ASSERT_EQ(taken.events.size(), static_cast<std::size_t>(kMany));
    for (int i = 0; i < kMany; ++i)
        ASSERT_EQ(taken.events[static_cast<std::size_t>(i)].payload.execution.cum_qty, Qty::from_units(i));
}

TEST_F(Channel, WhatWasNotTakenBeforeTheChannelClosedIsNotJournaled) {
    std::thread session([&] {
        give_fill(1, "BTC-PERPETUAL");
        sink.flush();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    channel.closed = true;
    session.join();
    EXPECT_FALSE(sink.journaled());
    EXPECT_TRUE(taken.events.empty());
}

TEST_F(Channel, PositionsInUnknownInstrumentsAreCountedAtTheEndOfTheirSnapshot) {
    const auto phase = [&](SnapshotPhase p) {
        AccountSnapshot& s =
            sink.stage(EventType::account_snapshot, kNoInstrument, Nanos{}).payload.account_snapshot;
        s.phase = p;
        s.positions = 2;
    };
    run([&] {
        for (int round = 0; round < 2; ++round) {
            phase(SnapshotPhase::begin);
            for (const char* symbol : {"BTC-PERPETUAL", "NEVER-LISTED"})
                sink.stage(EventType::position, sink.find_symbol(symbol), Nanos{}).payload.position.source =
                    1;
            phase(SnapshotPhase::end);
            sink.flush();
        }
    });
    ASSERT_EQ(taken.events.size(), 6u);
    EXPECT_EQ(taken.events[1].header.instrument, InstrumentId{0});
    for (const std::size_t end : {2u, 5u}) {
        EXPECT_EQ(taken.events[end].payload.account_snapshot.unknown, 1u);
        EXPECT_EQ(taken.events[end].payload.account_snapshot.positions, 2u);
    }
}

TEST_F(Channel, TheSessionLearnsWhatTheEngineIsReadyFor) {
    auto& state = const_cast<hedge::EngineState&>(taken.state());
    intake.tell(state);
    EXPECT_FALSE(channel.definitions_complete);
    EXPECT_EQ(channel.order_session_ups, 0u);
    state.definitions_complete = 1;
    for (const bool up : {true, true, false, true}) {
        state.session_up = up ? 1 : 0;
        intake.tell(state);
    }
    EXPECT_TRUE(channel.definitions_complete);
    EXPECT_EQ(channel.order_session_ups, 2u);
    for (const std::uint32_t waiting : {2u, 1u, 0u}) {
        state.account.waiting = waiting;
        intake.tell(state);
        EXPECT_EQ(channel.positions_wait, waiting != 0);
    }
}

}  // namespace
}  // namespace hw::deploy
