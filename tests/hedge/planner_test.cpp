// The planner: smiles fitted from points, and surfaces made from what the engine's state knows.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "hedge/planner/surface_build.h"
#include "hedge/planner/svi_fit.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

SmileSlice known_smile() {
    SmileSlice s;
    s.a = 0.004, s.b = 0.08, s.rho = -0.35, s.m = 0.03, s.sigma = 0.12;
    s.years = 30.0 / 365;
    s.quoted_low = s.k_low = -0.4, s.quoted_high = s.k_high = 0.4;
    s.source = VolSource::own_fit;
    return s;
}

std::vector<SmilePoint> points_of(const SmileSlice& s, int count) {
    std::vector<SmilePoint> points;
    for (int n = 0; n < count; ++n) {
        const double k = s.k_low + (s.k_high - s.k_low) * n / (count - 1);
        points.push_back({k, vol_at(s, k), 1});
    }
    return points;
}

SmileSlice fitted(const std::vector<SmilePoint>& points, bool* good = nullptr) {
    SmileSlice s;
    s.years = known_smile().years;
    s.source = VolSource::own_fit;
    const bool ok = fit_svi(points, s);
    if (good != nullptr) *good = ok;
    return s;
}

TEST(SviFit, CleanPointsComeBackExactly) {
    const SmileSlice truth = known_smile();
    const SmileSlice s = fitted(points_of(truth, 21));
    EXPECT_LT(s.rms_vol, 1e-6);
    for (double k = -0.4; k <= 0.4; k += 0.01) EXPECT_NEAR(vol_at(s, k), vol_at(truth, k), 1e-6) << k;
    EXPECT_EQ(s.quotes, 21u);
    EXPECT_EQ(s.quoted_low, -0.4);
    EXPECT_EQ(s.quoted_high, 0.4);
}

TEST(SviFit, RandomSmilesComeBack) {
    const std::uint64_t seed = 401;
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> unit(0, 1);
    for (int n = 0; n < 60; ++n) {
        SmileSlice truth = known_smile();
        truth.a = 0.001 + 0.02 * unit(random);
        truth.b = 0.02 + 0.15 * unit(random);
        truth.rho = -0.8 + 1.6 * unit(random);
        truth.m = -0.1 + 0.2 * unit(random);
        truth.sigma = 0.05 + 0.3 * unit(random);
        const SmileSlice s = fitted(points_of(truth, 25));
        EXPECT_LT(s.rms_vol, 2e-4) << "seed " << seed << " smile " << n;
    }
}

TEST(SviFit, NoiseMovesItNoFurtherThanTheNoise) {
    std::mt19937_64 random(402);
    std::normal_distribution<double> noise(0, 0.005);
    const SmileSlice truth = known_smile();
    auto points = points_of(truth, 31);
    for (SmilePoint& p : points) p.vol += noise(random);
    const SmileSlice s = fitted(points);
    EXPECT_LT(s.rms_vol, 0.007);
    for (const SmilePoint& p : points) EXPECT_NEAR(vol_at(s, p.k), vol_at(truth, p.k), 0.01) << p.k;
}

TEST(SviFit, AnOutlierOfLittleWeightCountsLittle) {
    const SmileSlice truth = known_smile();
    auto points = points_of(truth, 21);
    points[4].vol += 0.3;
    points[4].weight = 1e-4;
    const SmileSlice s = fitted(points);
    EXPECT_NEAR(vol_at(s, 0), vol_at(truth, 0), 1e-3);
}

TEST(SviFit, FewPoints) {
    bool good = true;
    fitted({}, &good);
    EXPECT_FALSE(good);
    const SmileSlice one = fitted({{0.1, 0.5, 1}}, &good);
    EXPECT_TRUE(good);
    EXPECT_NEAR(vol_at(one, 0.1), 0.5, 1e-12);
    EXPECT_NEAR(vol_at(one, 3), 0.5, 1e-12);
    const SmileSlice two = fitted({{0.1, 0.5, 1}, {0.2, 0.7, 1}, {0.2, 0.7, 1}}, &good);
    EXPECT_TRUE(good);
    EXPECT_NEAR(vol_at(two, 0.15), (0.5 + 0.7 + 0.7) / 3, 1e-12);
    const SmileSlice three = fitted({{-0.2, 0.7, 1}, {0, 0.5, 1}, {0.2, 0.6, 1}}, &good);
    EXPECT_TRUE(good);
    EXPECT_NEAR(vol_at(three, 0), 0.5, 0.02);
}

TEST(SviFit, GarbageGivesFalseOrAUsableSlice) {
    const std::uint64_t seed = 403;
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> unit(0, 1);
    const double strange[] = {std::nan(""), INFINITY, -INFINITY, 0.0, -0.5, 1e-300, 1e300};
    for (int n = 0; n < 200; ++n) {
        std::vector<SmilePoint> points;
        for (std::uint64_t p = random() % 9; p > 0; --p) {
            SmilePoint point{4 * unit(random) - 2, 5 * unit(random) + 1e-3, unit(random) + 1e-3};
            if (random() % 8 == 0) point.vol = strange[random() % std::size(strange)];
            if (random() % 16 == 0) point.k = strange[random() % std::size(strange)];
            points.push_back(point);
        }
        bool good = false;
        const SmileSlice s = fitted(points, &good);
        if (!good) continue;
        EXPECT_TRUE(parse_surface(encode_surface(1, std::vector{s})))
            << "seed " << seed << " case " << n << ": a " << s.a << " b " << s.b << " rho " << s.rho << " m "
            << s.m << " sigma " << s.sigma << " rms " << s.rms_vol << " k " << s.k_low << " to " << s.k_high;
    }
}

TEST(SviFit, TheResidualIsThatOfTheFitWhateverTheSliceWasBefore) {
    SmileSlice s;
    s.years = known_smile().years;  // no source yet, as the planner calls it
    ASSERT_TRUE(fit_svi(points_of(known_smile(), 21), s));
    EXPECT_LT(s.rms_vol, 1e-6);
    EXPECT_EQ(s.source, VolSource::none);
}

TEST(FlatFit, IsTheWeightedMedian) {
    SmileSlice s;
    s.years = 0.1;
    s.source = VolSource::own_fit;
    ASSERT_TRUE(fit_flat(std::vector<SmilePoint>{{-1, 0.5, 1}, {0, 0.6, 1}, {1, 5.0, 1}}, s));
    EXPECT_NEAR(vol_at(s, 0.3), 0.6, 1e-12);
    ASSERT_TRUE(fit_flat(std::vector<SmilePoint>{{-1, 0.5, 9}, {0, 0.6, 1}, {1, 5.0, 1}, {0, NAN, 50}}, s));
    EXPECT_NEAR(vol_at(s, 0.3), 0.5, 1e-12);
    EXPECT_FALSE(fit_flat(std::vector<SmilePoint>{{0, NAN, 1}, {0, -1, 1}, {0, 0.5, 0}}, s));
    EXPECT_FALSE(fit_flat({}, s));
}

/// An engine whose state holds a chain of quoted options.
class SurfaceBuild : public EngineTest {
  protected:
    static constexpr double kBasis = 1.02;
    InstrumentId next{0};

    InstrumentId add(const Instrument& i) {
        define(i);
        const InstrumentId id = next;
        next = InstrumentId{index(next) + 1};
        return id;
    }
    void begin() {
        run_started();
        add(contract("BTC-PERPETUAL", Kind::perpetual, Settlement::inverse, 10));
        quote(kPerpetual, kReference);
    }
    double vol_of(double k) const { return vol_at(known_smile(), k); }
    void show(InstrumentId id, double at, double half_spread) {
        level(id, Side::buy, at - half_spread, 5, false, false);
        level(id, Side::sell, at + half_spread, 5, true, false);
        trust(id, true, false);
    }
    void mark(InstrumentId id, double at) {
        Event e = make(EventType::ticker, id);
        e.payload.ticker = Ticker{};
        e.payload.ticker.mark = price(at);
        step(e, false);
    }
    /// Both sides of 21 strikes, priced off `forward` with the known smile, and shown by `how`.
    template <class How>
    void chain(Nanos expiry, Settlement settlement, double forward, How&& how) {
        for (int n = -10; n <= 10; ++n) {
            const double strike = std::round(forward * std::exp(0.035 * n) / 100) * 100;
            for (const OptionType type : {OptionType::call, OptionType::put}) {
                const std::string name = "BTC-" + std::to_string(index(next));
                Instrument i = option(name, settlement, type, strike);
                i.expiry = expiry;
                pricing::OptionTerms terms{settlement,
                                           type,
                                           forward,
                                           strike,
                                           (expiry - now).to_years(),
                                           vol_of(std::log(strike / forward)),
                                           0};
                how(add(i), pricing::black76(terms).price, settlement == Settlement::inverse ? 1e-5 : 0.5);
            }
        }
    }
    auto quoted() {
        return [this](InstrumentId id, double at, double half) { show(id, at, std::min(half, at / 4)); };
    }
    auto marked() {
        return [this](InstrumentId id, double at, double) { mark(id, at); };
    }
    void expect_smile(const SmileSlice& s, double tolerance) {
        for (double k = -0.2; k <= 0.2; k += 0.05) EXPECT_NEAR(vol_at(s, k), vol_of(k), tolerance) << k;
    }
};

TEST_F(SurfaceBuild, QuotesGiveTheirVolatilitiesAndTheFutureTheForward) {
    begin();
    Instrument f = contract("BTC-FUTURE", Kind::future, Settlement::inverse, 10);
    quote(add(f), kReference * kBasis, 0.5);
    chain(kExpiry, Settlement::inverse, kReference * kBasis, quoted());
    const SurfaceDraft draft = build_surface(memory.state(), kBtc);
    EXPECT_EQ(draft.reference, kReference);
    ASSERT_EQ(draft.slices.size(), 1u);
    EXPECT_EQ(draft.slices[0].source, VolSource::own_fit);
    EXPECT_NEAR(draft.slices[0].forward_ratio, kBasis, 1e-9);
    expect_smile(draft.slices[0], 2e-3);
    EXPECT_TRUE(parse_surface(encode_surface(draft.reference, draft.slices)));
}

TEST_F(SurfaceBuild, WithoutAFutureParityGivesTheForward) {
    begin();
    chain(kExpiry, Settlement::inverse, kReference * kBasis, marked());
    chain(kExpiry, Settlement::linear, kReference * 1.01, marked());
    const SurfaceDraft draft = build_surface(memory.state(), kBtc);
    ASSERT_EQ(draft.slices.size(), 2u);
    EXPECT_EQ(draft.slices[0].settlement, Settlement::inverse);
    EXPECT_NEAR(draft.slices[0].forward_ratio, kBasis, 1e-5);
    EXPECT_NEAR(draft.slices[1].forward_ratio, 1.01, 1e-5);
    for (const SmileSlice& s : draft.slices) {
        EXPECT_EQ(s.source, VolSource::venue_mark);
        expect_smile(s, 1e-3);
    }
}

TEST_F(SurfaceBuild, AnExpiryWithNothingBorrowsFromItsNeighbour) {
    begin();
    const Nanos later = kExpiry + Nanos::from_seconds(7 * 86'400);
    chain(kExpiry, Settlement::inverse, kReference, marked());
    chain(later, Settlement::inverse, kReference, [](InstrumentId, double, double) {});
    const SurfaceDraft draft = build_surface(memory.state(), kBtc);
    ASSERT_EQ(draft.slices.size(), 2u);
    EXPECT_EQ(draft.slices[1].source, VolSource::neighbour);
    EXPECT_EQ(draft.slices[1].expiry, later);
    // The same volatility at the same number of standard deviations, in the time of its own.
    const double years = (later - now).to_years(), root = std::sqrt(years / known_smile().years);
    EXPECT_NEAR(draft.slices[1].years, years, 1e-12);
    for (double k = -0.2; k <= 0.2; k += 0.05)
        EXPECT_NEAR(vol_at(draft.slices[1], k * root), vol_of(k), 1e-3) << k;
    EXPECT_TRUE(parse_surface(encode_surface(draft.reference, draft.slices)));
}

TEST_F(SurfaceBuild, AWideOrOldFutureIsNoForward) {
    begin();
    const InstrumentId future = add(contract("BTC-FUTURE", Kind::future, Settlement::inverse, 10));
    chain(kExpiry, Settlement::inverse, kReference * 1.01, quoted());
    const auto forward = [&] {
        const SurfaceDraft draft = build_surface(memory.state(), kBtc);
        EXPECT_EQ(draft.slices.size(), 1u);
        return std::pair(draft.slices[0].forward_source, draft.slices[0].forward_ratio);
    };
    quote(future, kReference * 1.2, 20'000);
    EXPECT_EQ(forward().first, ForwardSource::parity);
    EXPECT_NEAR(forward().second, 1.01, 1e-5);
    quote(future, kReference * 1.02, 0.5);
    EXPECT_EQ(forward().first, ForwardSource::future);
    now = now + Nanos::from_seconds(3600);
    for (std::uint32_t n = index(future) + 1; n < index(next); ++n) {  // only the options go on
        const BookSet::Touch t = memory.state().books.touch(InstrumentId{n});
        level(InstrumentId{n}, Side::buy, t.bid.to_double(), 6);
        level(InstrumentId{n}, Side::sell, t.ask.to_double(), 6);
    }
    EXPECT_EQ(forward().first, ForwardSource::parity);
    EXPECT_NEAR(forward().second, 1.01, 1e-4);
}

TEST_F(SurfaceBuild, ParityBelievesLiveBooksMoreThanMarks) {
    begin();
    chain(kExpiry, Settlement::inverse, kReference * 1.01, quoted());
    for (std::uint32_t n = 1; n < index(next); ++n) {  // marks of another forward
        const Instrument& i = memory.state().instruments[InstrumentId{n}];
        pricing::OptionTerms terms{Settlement::inverse,
                                   i.option_type,
                                   kReference * 1.03,
                                   i.strike.to_double(),
                                   (kExpiry - now).to_years(),
                                   0.6,
                                   0};
        mark(InstrumentId{n}, pricing::black76(terms).price);
    }
    EXPECT_NEAR(build_surface(memory.state(), kBtc).slices[0].forward_ratio, 1.01, 1e-5);
    now = now + Nanos::from_seconds(60);
    step(make(EventType::timer));  // nothing is fresh any more
    EXPECT_NEAR(build_surface(memory.state(), kBtc).slices[0].forward_ratio, 1.03, 1e-5);
}

TEST_F(SurfaceBuild, WithNothingAtAllThereIsNone) {
    begin();
    EXPECT_TRUE(build_surface(memory.state(), kBtc).slices.empty());
    chain(kExpiry, Settlement::inverse, kReference, [](InstrumentId, double, double) {});
    EXPECT_TRUE(build_surface(memory.state(), kBtc).slices.empty());
    memory.clear();
    EXPECT_EQ(build_surface(memory.state(), kBtc).reference, 0);
}

TEST_F(SurfaceBuild, BrokenMarksAreNotBelieved) {
    begin();
    Instrument f = contract("BTC-FUTURE", Kind::future, Settlement::inverse, 10);
    quote(add(f), kReference * 3, 0.5);  // a forward of three times the reference
    chain(kExpiry, Settlement::inverse, kReference, marked());
    const SurfaceDraft draft = build_surface(memory.state(), kBtc);
    ASSERT_EQ(draft.slices.size(), 1u);
    EXPECT_EQ(draft.slices[0].forward_ratio, 1.0);
}

TEST_F(SurfaceBuild, TheEnginePricesWithWhatThePlannerMade) {
    start();
    next = InstrumentId{5};
    chain(kExpiry, Settlement::inverse, kReference, quoted());
    const SurfaceDraft draft = build_surface(memory.state(), kBtc);
    Event e = make(EventType::surface);
    e.payload.surface.blob = blobs.put(encode_surface(draft.reference, draft.slices));
    e.payload.surface.underlying = kBtc;
    step(e);
    EXPECT_EQ(alerts(AlertCode::surface_refused), 0u);
    fill(InstrumentId{5 + 20}, Side::buy, 1, 0.06);  // the middle call
    const Instrument& i = memory.state().instruments[InstrumentId{25}];
    ASSERT_EQ(i.option_type, OptionType::call);
    const double k = std::log(i.strike.to_double() / kReference);
    pricing::OptionTerms terms{Settlement::inverse,        OptionType::call, kReference, i.strike.to_double(),
                               (kExpiry - now).to_years(), vol_of(k),        0};
    EXPECT_NEAR(net_delta(), pricing::black76(terms).net_delta, 1e-4);
}

}  // namespace
}  // namespace hw::hedge::test
