// Positions that do not fit into the book.
#include "hedge/planner/ladder_plan.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

class Capacity : public EngineTest {
  protected:
    /// Calls of as many expiries as there may be, one coin of each, and one more.
    void fill_all_expiries() {
        start();
        for (int n = 0; n <= static_cast<int>(kMaxExpiryGroups); ++n) {
            Instrument i = option("BTC-X" + std::to_string(n), Settlement::inverse, OptionType::call, 50'000);
            i.expiry = kExpiry + Nanos::from_seconds(n * 86'400);
            define(i);
        }
        std::vector<SmileSlice> slices;
        for (int n = 0; n < static_cast<int>(kMaxSlices); ++n)
            slices.push_back(flat_slice(kExpiry + Nanos::from_seconds(n * 86'400), Settlement::inverse, 0.6));
        surface(slices);
        for (int n = 0; n < static_cast<int>(kMaxExpiryGroups); ++n) position(of(n), 1, 0.01);
        EXPECT_FALSE(killed());
        position(of(static_cast<int>(kMaxExpiryGroups)), 1'000, 0.01);
    }
    static InstrumentId of(int n) { return InstrumentId{static_cast<std::uint32_t>(5 + n)}; }
    AlertCode known() {
        Exposure sum;
        return evaluate(memory.state(), config, kBtc, sum);
    }
};

TEST_F(Capacity, ABookWithAHoleIsNotHedgedAfterAResetEither) {
    fill_all_expiries();
    EXPECT_TRUE(killed());
    EXPECT_EQ(btc().left_out, 1u);
    command(CommandKind::reset);
    EXPECT_FALSE(killed());
    EXPECT_EQ(known(), AlertCode::book_incomplete);
    quote(kPerpetual, kReference * 1.1);
    EXPECT_TRUE(orders_in(last).empty());
    EXPECT_EQ(btc().blocked_by, AlertCode::book_incomplete);
}

TEST_F(Capacity, WhatWasLeftOutComesInWhenThereIsRoom) {
    fill_all_expiries();
    // Changes of what has its place arrive there all the same.
    position(of(3), 7, 0.01);
    EXPECT_EQ(btc().left_out, 1u);
    EXPECT_EQ(memory.state().inventory.nodes(), kMaxExpiryGroups);
    position(of(3), 0, 0.01);
    EXPECT_EQ(btc().left_out, 0u);
    EXPECT_TRUE(memory.state().inventory.holds(of(static_cast<int>(kMaxExpiryGroups))));
    EXPECT_NE(known(), AlertCode::book_incomplete);
}

TEST_F(Capacity, WhatWasLeftOutMayAlsoGoItself) {
    fill_all_expiries();
    position(of(static_cast<int>(kMaxExpiryGroups)), 0, 0.01);
    EXPECT_EQ(btc().left_out, 0u);
    EXPECT_EQ(known(), AlertCode::none);
}

// More than 256 strikes, so that a ladder serves; the 65th expiry has no place.
class CapacityWithLadder : public Capacity {
  protected:
    static constexpr int kStrikes = 5;
    static InstrumentId at(int expiry, int strike) {
        return InstrumentId{static_cast<std::uint32_t>(5 + expiry * kStrikes + strike)};
    }
    void fill_book() {
        config.underlyings[0].ladder = true;
        config.underlyings[0].band = 1e6;
        start();
        for (int n = 0; n <= static_cast<int>(kMaxExpiryGroups); ++n) {
            for (int strike = 0; strike < kStrikes; ++strike) {
                Instrument i = option("BTC-X" + std::to_string(n) + "-" + std::to_string(strike),
                                      Settlement::inverse, OptionType::call, 46'000 + 2'000 * strike);
                i.expiry = expiry(n);
                define(i);
            }
        }
        for (int n = 0; n < static_cast<int>(kMaxExpiryGroups); ++n)
            for (int strike = 0; strike < kStrikes; ++strike) position(at(n, strike), 1, 0.01);
        position(left_out(), 10, 0.01);
        command(CommandKind::reset);
        plan();
    }
    static Nanos expiry(int n) { return kExpiry + Nanos::from_seconds(n * 86'400); }
    static InstrumentId left_out() { return at(static_cast<int>(kMaxExpiryGroups), 2); }
    /// Surface and ladder of the expiries that are held; `instead`: the last one's smile, not this one's.
    void plan(bool hand_over = true, int instead = static_cast<int>(kMaxExpiryGroups)) {
        std::vector<SmileSlice> slices;
        for (int n = 0; n <= static_cast<int>(kMaxExpiryGroups); ++n)
            if (n != instead) slices.push_back(flat_slice(expiry(n), Settlement::inverse, 0.6));
        Event e = make(EventType::surface);
        e.payload.surface.blob = blobs.put(encode_surface(kReference, slices));
        e.payload.surface.underlying = kBtc;
        step(e);
        planned =
            plan_ladder(memory.state(), config, kBtc, {e.payload.surface.blob.id, kReference, slices, {}});
        ASSERT_TRUE(planned);
        if (hand_over) use_ladder();
    }
    void use_ladder() {
        Event l = make(EventType::ladder);
        l.payload.surface.blob = blobs.put(encode_ladder(*planned));
        l.payload.surface.underlying = kBtc;
        step(l);
    }
    /// Looked up and summed, they agree.
    void expect_agreement() {
        Exposure looked_up, summed;
        EngineConfig exact = config;
        exact.underlyings[0].ladder = false;
        const AlertCode known = evaluate(memory.state(), config, kBtc, looked_up);
        EXPECT_EQ(evaluate(memory.state(), exact, kBtc, summed), known);
        EXPECT_EQ(looked_up.looked_up, 1u) << "the ladder did not serve";
        EXPECT_NEAR(looked_up.net_delta, summed.net_delta, 1e-6 + planned->error_bound);
    }
    std::optional<Ladder> planned;
};

TEST_F(CapacityWithLadder, WhatIsLeftOutGoesWithoutHavingBeenInTheLadder) {
    fill_book();
    expect_agreement();
    fill(left_out(), Side::sell, 10, 0.01);
    EXPECT_EQ(btc().left_out, 0u);
    expect_agreement();
}

TEST_F(CapacityWithLadder, WhatComesInIsAddedToALadderThatDoesNotKnowIt) {
    fill_book();
    plan(false, 7);
    for (int strike = 0; strike < kStrikes; ++strike) position(at(7, strike), 0, 0.01);
    EXPECT_EQ(btc().left_out, 0u);
    use_ladder();
    ASSERT_FALSE(planned->covers(expiry(static_cast<int>(kMaxExpiryGroups)), Settlement::inverse));
    expect_agreement();
    Exposure with, without;
    EXPECT_EQ(evaluate(memory.state(), config, kBtc, with), AlertCode::none);
    fill(left_out(), Side::sell, 10, 0.01);
    EXPECT_EQ(evaluate(memory.state(), config, kBtc, without), AlertCode::none);
    const double years = (expiry(static_cast<int>(kMaxExpiryGroups)) - now).to_years();
    const pricing::Greeks one =
        pricing::black76({Settlement::inverse, OptionType::call, kReference, 50'000, years, 0.6, 0});
    EXPECT_NEAR(with.net_delta - without.net_delta, 10 * one.net_delta, 1e-6);
}

}  // namespace
}  // namespace hw::hedge::test
