// A book large enough for the ladder, hedged with it and without it.
#include <random>

#include "hedge/planner/ladder_plan.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

constexpr int kExpiries = 12;
constexpr int kStrikes = 40;

/// One of two equal days: the same Events but for the ladder.
class Day : public EngineTest {
  public:
    void TestBody() override {}
    void prepare(bool with_ladder, SmileDelta smile) {
        config.underlyings[0].band = 2;
        config.underlyings[0].ladder = true;
        config.underlyings[0].ladder_tolerance = 5e-4;
        config.underlyings[0].smile_delta = smile;
        config.gate.max_order_coins = 1e4;
        config.gate.max_position_coins = 1e6;
        config.gate.max_orders_per_second = 1000;
        ladder_ = with_ladder;
        run_started();
        define_market();
        for (int n = 0; n < kExpiries * kStrikes; ++n) define(listed(n));
        definitions_complete();
        session(true);
        quote(kPerpetual, kReference);
    }
    /// The nearest is three minutes away: too near for the ladder.
    static Nanos expiry(int n) {
        const int days = n % kExpiries == 0 ? 0 : 2 + 5 * (n % kExpiries);
        return kStart + Nanos::from_seconds(180 + days * 86'400);
    }
    static InstrumentId id(int n) { return InstrumentId{static_cast<std::uint32_t>(5 + n)}; }
    static Instrument listed(int n) {
        const Settlement settlement = n % 3 == 0 ? Settlement::linear : Settlement::inverse;
        Instrument i =
            option("BTC-O" + std::to_string(n), settlement, n % 2 == 0 ? OptionType::call : OptionType::put,
                   30'000 + 1'000 * (n / kExpiries));
        i.expiry = expiry(n);
        return i;
    }
    /// The planner's round: a surface, and the ladder made for it.
    void plan(double vol) {
        std::vector<SmileSlice> slices;
        for (int n = 0; n < kExpiries; ++n) {
            for (const Settlement settlement : {Settlement::inverse, Settlement::linear}) {
                SmileSlice s = flat_slice(expiry(n), settlement, vol);
                s.years = (expiry(n) - now).to_years();
                s.a = vol * vol * s.years;
                s.b = 0.1 * s.years, s.rho = -0.3, s.sigma = 0.2;
                slices.push_back(s);
            }
        }
        const double reference = btc().reference;
        Event e = make(EventType::surface);
        e.payload.surface.blob = blobs.put(encode_surface(reference, slices));
        e.payload.surface.underlying = kBtc;
        step(e, false);
        const auto ladder =
            plan_ladder(memory.state(), config, kBtc, {e.payload.surface.blob.id, reference, slices, {}});
        bound = ladder ? ladder->error_bound : 0;
        made += ladder.has_value();
        if (!ladder || !ladder_) return tick_over();
        Event l = make(EventType::ladder);
        l.payload.surface.blob = blobs.put(encode_ladder(*ladder));
        l.payload.surface.underlying = kBtc;
        step(l);
    }
    void tick_over() { tick(); }
    double exact() {
        EngineConfig without = config;
        without.underlyings[0].ladder = false;
        Exposure sum;
        EXPECT_EQ(evaluate(memory.state(), without, kBtc, sum), AlertCode::none);
        return sum.net_delta;
    }
    double looked_up(bool& used) {
        Exposure sum;
        EXPECT_EQ(evaluate(memory.state(), config, kBtc, sum), AlertCode::none);
        used = sum.looked_up != 0;
        return sum.net_delta;
    }
    using EngineTest::alerts;
    using EngineTest::blobs;
    using EngineTest::btc;
    using EngineTest::config;
    using EngineTest::execution;
    using EngineTest::fill;
    using EngineTest::flat_surface;
    using EngineTest::last;
    using EngineTest::make;
    using EngineTest::memory;
    using EngineTest::now;
    using EngineTest::orders_in;
    using EngineTest::quote;
    using EngineTest::step;
    double bound = 0;
    int made = 0;

  private:
    bool ladder_ = true;
};

TEST(LadderUse, IsWithinItsBoundAndFillsSinceAreExact) {
    for (const SmileDelta smile : {SmileDelta::sticky_strike, SmileDelta::sticky_moneyness}) {
        Day day;
        day.prepare(true, smile);
        std::mt19937_64 random(11);
        for (int n = 0; n < kExpiries * kStrikes; ++n)
            day.fill(Day::id(n), random() % 2 ? Side::buy : Side::sell,
                     1.0 + static_cast<double>(random() % 50) / 10, 0.01);
        int used = 0, looked = 0;
        for (int round = 0; round < 5; ++round) {
            day.plan(0.6 + 0.01 * round);
            for (int n = 0; n < 200; ++n) {
                const double price =
                    kReference * (1 + 0.03 * (static_cast<double>(random() % 2'001) / 1'000 - 1));
                day.quote(kPerpetual, std::round(price));
                if (n % 7 == 0) {
                    const auto instrument = static_cast<int>(random() % (kExpiries * kStrikes));
                    day.fill(Day::id(instrument), random() % 2 ? Side::buy : Side::sell, 0.5, 0.01);
                }
                bool by_ladder = false;
                const double delta = day.looked_up(by_ladder);
                used += by_ladder;
                ++looked;
                ASSERT_NEAR(delta, day.exact(), day.bound + 1e-9) << "round " << round << " tick " << n;
            }
        }
        EXPECT_EQ(day.made, 5);
        EXPECT_GT(day.btc().ladder.near_count, 0u) << "no expiry was left to the exact sums";
        EXPECT_GT(used, looked * 9 / 10) << "the ladder hardly ever served";
        EXPECT_GT(day.btc().ladder_ticks, 0u);
    }
}

TEST(LadderUse, DecisionsWithAndWithoutItAgree) {
    Day with, without;
    with.prepare(true, SmileDelta::sticky_strike);
    without.prepare(false, SmileDelta::sticky_strike);
    std::mt19937_64 random(12);
    std::size_t orders = 0;
    const auto both = [&](auto&& what) {
        what(with), what(without);
        const auto a = with.orders_in(with.last), b = without.orders_in(without.last);
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t n = 0; n < a.size(); ++n) {
            ++orders;
            ASSERT_EQ(a[n].side, b[n].side);
            // Rounded to lots of 10 USD: the last lot may go either way.
            ASSERT_NEAR(a[n].qty.to_double(), b[n].qty.to_double(), 1 + 2 * with.bound * 5'000);
            ASSERT_EQ(a[n].limit, b[n].limit);
            const Side side = a[n].side;
            const double contracts = a[n].qty.to_double();
            for (Day* day : {&with, &without})
                day->step(day->execution(kPerpetual, side, contracts, kReference,
                                         day == &with ? a[n].order : b[n].order));
        }
    };
    for (int n = 0; n < kExpiries * kStrikes; ++n) {
        const Side side = random() % 2 ? Side::buy : Side::sell;
        both([&](Day& d) { d.fill(Day::id(n), side, 3, 0.01); });
    }
    for (int round = 0; round < 4; ++round) {
        both([&](Day& d) { d.plan(0.6); });
        for (int n = 0; n < 100; ++n) {
            const double price = std::round(kReference * (1 + 0.02 * std::sin(0.1 * n + round)));
            both([&](Day& d) { d.quote(kPerpetual, price); });
        }
    }
    EXPECT_GT(with.btc().ladder_ticks, 300u);
    EXPECT_GT(with.btc().ladder.near_count, 0u);
    EXPECT_EQ(without.btc().ladder_ticks, 0u);
    EXPECT_GT(orders, 20u);
}

TEST(LadderUse, AnotherSurfaceALongTimeOrAFarPriceTakeTheExactPath) {
    Day day;
    day.prepare(true, SmileDelta::sticky_strike);
    for (int n = 0; n < kExpiries * kStrikes; ++n) day.fill(Day::id(n), Side::buy, 1, 0.01);
    day.plan(0.6);
    bool used = false;
    day.looked_up(used);
    EXPECT_TRUE(used);
    day.quote(kPerpetual, kReference * 1.09);
    day.looked_up(used);
    EXPECT_FALSE(used);
    day.quote(kPerpetual, kReference);
    day.now = day.now + Nanos::from_seconds(10);
    day.quote(kPerpetual, kReference);
    day.looked_up(used);
    EXPECT_FALSE(used);
    day.plan(0.6);
    day.looked_up(used);
    EXPECT_TRUE(used);
    day.flat_surface();  // of one expiry only: the ladder is not its
    Exposure sum;
    evaluate(day.memory.state(), day.config, kBtc, sum);
    EXPECT_EQ(sum.looked_up, 0u);
}

TEST(LadderUse, RubbishIsRefused) {
    Day day;
    day.prepare(true, SmileDelta::sticky_strike);
    Event e = day.make(EventType::ladder);
    e.payload.surface.blob = day.blobs.put(std::vector<std::byte>(100));
    e.payload.surface.underlying = kBtc;
    day.step(e);
    EXPECT_EQ(day.alerts(AlertCode::ladder_refused), 1u);
}

}  // namespace
}  // namespace hw::hedge::test
