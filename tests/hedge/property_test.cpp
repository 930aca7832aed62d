// Random days: the engine against a venue modelled in a few lines, hostile Events, and the promise that the
// same Events give the same Actions. HW_PROPERTY_STEPS raises the number of steps.
#include "tests/hedge/random_day.h"

namespace hw::hedge::test {
namespace {

TEST_F(RandomDay, PositionsAgreeNothingIsHedgedTwiceAndTheBandIsReached) {
    const std::uint64_t steps = steps_or(6'000);
    begin(101);
    for (std::uint64_t n = 0; n < steps; ++n) {
        random_step();
        check_positions();
        if (HasFatalFailure()) return;
        if (n % 2'000 != 1'999) continue;
        calm_down();
        check_positions();
        if (HasFatalFailure()) return;
        ASSERT_LE(std::abs(net_delta() - config.underlyings[0].target_delta), config.underlyings[0].band)
            << "seed " << seed << " event " << sequence;
    }
    EXPECT_GT(btc().hedge_fills, steps / 100) << "a day on which nothing happened proves nothing";
    EXPECT_GT(memory.state().duplicates, 0u);
    EXPECT_EQ(memory.state().actions_dropped, 0u);
}

TEST_F(RandomDay, ManyShortDays) {
    const std::uint64_t days = steps_or(6'000) / 300;
    for (std::uint64_t day = 0; day < days; ++day) {
        memory.clear();
        sequence = 0;
        at_venue.clear(), missed.clear(), reported.clear(), history.clear(), all.clear();
        held_linear = held_perpetual = 0;
        mid = kReference, up = true, settle_asked = false, now = kStart;
        begin(1'000 + day);
        for (int n = 0; n < 300; ++n) {
            random_step();
            check_positions();
            if (HasFatalFailure()) return;
        }
        calm_down();
        ASSERT_LE(std::abs(net_delta() - config.underlyings[0].target_delta), config.underlyings[0].band)
            << "seed " << seed;
    }
}

/// Plays `events` from `first` on into `engine` and compares with what was done the first time.
void expect_same(Engine& engine, const std::vector<Event>& events, std::size_t first,
                 const std::vector<Action>& all, std::size_t done) {
    for (std::size_t n = first; n < events.size(); ++n) {
        const ActionList& actions = engine.step(events[n]);
        engine.complete();
        for (const Action& a : actions) {
            ASSERT_LT(done, all.size());
            ASSERT_EQ(std::memcmp(&a, &all[done], sizeof a), 0) << "event " << n << " action " << done;
            ++done;
        }
    }
    ASSERT_EQ(done, all.size());
}

TEST_F(RandomDay, TheSameEventsGiveTheSameActionsAndTheSameState) {
    begin(201);
    StateMemory middle;
    std::size_t events_then = 0, actions_then = 0;
    const std::uint64_t steps = steps_or(4'000);
    for (std::uint64_t n = 0; n < steps; ++n) {
        random_step();
        if (n == steps / 2) {
            middle.copy_from(memory);
            events_then = history.size();
            actions_then = all.size();
        }
    }
    ASSERT_GT(all.size(), 100u);
    StateMemory again;
    Engine second(again.state(), blobs);
    second.configure(config);
    expect_same(second, history, 0, all, 0);
    EXPECT_EQ(state_hash(again.state()), state_hash(memory.state()));
    EXPECT_EQ(std::memcmp(&again.state(), &memory.state(), offsetof(EngineState, books)), 0);

    Engine third(middle.state(), blobs);
    third.configure(config);
    EXPECT_NE(state_hash(middle.state()), state_hash(memory.state()));
    expect_same(third, history, events_then, all, actions_then);
    EXPECT_EQ(state_hash(middle.state()), state_hash(memory.state()));
}

TEST_F(RandomDay, TheHashSeesEveryPart) {
    start();
    const std::uint64_t before = state_hash(memory.state());
    memory.state().positions[4'000].qty = Qty::from_nanos(1);
    EXPECT_NE(state_hash(memory.state()), before);
    memory.state().positions[4'000].qty = {};
    EXPECT_EQ(state_hash(memory.state()), before);
}

class Hostile : public RandomDay {
  protected:
    Event garbage() {
        Event e{};
        e.header.type = EventType{static_cast<std::uint16_t>(below(std::size_t(EventType::count_) + 1))};
        e.header.venue_time = Nanos::from_ns(static_cast<std::int64_t>(random()));
        e.header.instrument = below(3) == 0 ? InstrumentId{static_cast<std::uint32_t>(random())}
                                            : InstrumentId{static_cast<std::uint32_t>(below(12))};
        for (std::byte& b : e.payload.bytes) b = static_cast<std::byte>(random());
        if (e.header.type == EventType::command && below(20) != 0)
            e.payload.command.kind = CommandKind::reset;
        return e;
    }
    Event damaged() {
        Event e = history[below(history.size())];
        for (std::uint64_t flips = 1 + below(3); flips > 0; --flips)
            e.payload.bytes[below(160)] ^= static_cast<std::byte>(1u << below(8));
        if (below(3) == 0) {
            // The numbers most likely to overflow something.
            static constexpr std::int64_t kEdges[] = {
                INT64_MIN, INT64_MAX, -1, 0, 1, INT64_MAX / 2, 4'000'000'000 * kNano};
            const std::int64_t edge = kEdges[below(std::size(kEdges))];
            std::memcpy(e.payload.bytes.data() + 8 * below(20), &edge, sizeof edge);
        }
        return e;
    }
};

TEST_F(Hostile, NothingCrashesTheEngineAndItStaysDeterministic) {
    const std::uint64_t steps = steps_or(30'000);
    for (const std::uint64_t with_seed : {301, 302}) {
        memory.clear();
        history.clear(), all.clear();
        sequence = 0;
        now = kStart;
        seed = with_seed;
        random.seed(seed);
        start();
        for (std::uint64_t n = 0; n < steps; ++n) {
            now = now + Nanos::from_us(static_cast<std::int64_t>(below(20'000)));
            step(below(2) == 0 ? garbage() : damaged(), below(3) != 0);
            ASSERT_LE(last.size(), ActionList::kCapacity);
            for (const NewOrder& o : orders_in(last)) {
                ASSERT_GT(o.qty, Qty{}) << "seed " << seed << " event " << n;
                ASSERT_TRUE(std::isfinite(o.why.net_delta)) << "seed " << seed << " event " << n;
            }
            if (n % 50 == 0) {
                command(CommandKind::reset);
                definitions_complete();
                session(true);
                quote(kPerpetual, kReference);
            }
        }
        StateMemory again;
        Engine second(again.state(), blobs);
        second.configure(config);
        expect_same(second, history, 0, all, 0);
        EXPECT_EQ(state_hash(again.state()), state_hash(memory.state())) << "seed " << seed;
    }
}

}  // namespace
}  // namespace hw::hedge::test
