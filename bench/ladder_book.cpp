// Books inside the real engine, for the time from a new underlying price to the net delta.
#include <map>

#include "bench/contestants.h"
#include "core/hash.h"
#include "hedge/engine.h"
#include "hedge/exposure.h"
#include "hedge/planner/ladder_plan.h"
#include "hedge/state_memory.h"

namespace hw::bench {

namespace {

using namespace hw::hedge;

struct Blobs : BlobSource {
    std::span<const std::byte> find(const BlobRef&) override { return bytes; }
    std::vector<std::byte> bytes;
};

/// An engine that holds options of several expiries: nothing but what `evaluate` needs. The nearest expiry,
/// five minutes away, is the hot set of a ladder that is held to a tight tolerance.
class EngineBook {
  public:
    explicit EngineBook(std::uint32_t options) : engine_(memory_.state(), blobs_) {
        config_.underlyings.push_back({});
        config_.underlyings[0].name = "BTC";
        config_.underlyings[0].hedge_instrument = "BTC-PERPETUAL";
        config_.underlyings[0].band = 2;
        config_.underlyings[0].ladder_tolerance =
            3e-5;  // so tight that the near expiry is left to the exact sums
        engine_.configure(config_);
        step(make(EventType::run_started));
        define(perpetual());
        for (std::uint32_t n = 0; n < options; ++n) define(option(n, options));
        memory_.state().underlyings[0].reference = kReference;
        for (std::uint32_t n = 0; n < options; ++n) hold(n);
        plan();
    }
    double net_delta(double reference) {
        memory_.state().underlyings[0].reference = reference;
        Exposure sum;
        evaluate(memory_.state(), config_, UnderlyingId{0}, sum);
        return sum.net_delta;
    }
    bool by_ladder() {
        Exposure sum;
        evaluate(memory_.state(), config_, UnderlyingId{0}, sum);
        return sum.looked_up != 0;
    }
    /// Blocks that the ladder leaves to the exact sums.
    std::uint16_t hot_blocks() { return memory_.state().underlyings[0].ladder.near_count; }

  private:
    static constexpr double kReference = 60'000;
    static constexpr std::int64_t kNow = 1'700'000'000;

    static Event make(EventType type) {
        Event e;
        e.header.type = type;
        return e;
    }
    void step(Event e) {
        e.header.sequence = ++sequence_;
        e.header.recv_time = Nanos::from_seconds(kNow) + Nanos::from_ns(static_cast<std::int64_t>(sequence_));
        engine_.step(e);
        engine_.complete();
    }
    static Instrument perpetual() {
        Instrument i;
        i.symbol = *Symbol::from("BTC-PERPETUAL");
        i.base = *Currency::from("BTC");
        i.contract_size = Qty::from_units(10);
        i.lot = Qty::from_units(1);
        i.tick = Price::from_nanos(kNano / 2);
        i.feed_id = 1;
        i.kind = Kind::perpetual;
        i.settlement = Settlement::inverse;
        return i;
    }
    /// Of a large book 64 options expire within five minutes, the others in 2 to 107 days; a small one stands
    /// dense in two expiries.
    static Nanos expiry(std::uint32_t n, std::uint32_t options) {
        if (options > 256 && n % (options / 64) == 0) return Nanos::from_seconds(kNow + 300);
        const std::uint32_t days = 2 + 7 * (n % (options > 256 ? 16 : 2));
        return Nanos::from_seconds(kNow + days * 86'400);
    }
    static Instrument option(std::uint32_t n, std::uint32_t options) {
        Instrument i = perpetual();
        i.symbol = Symbol::cut("BTC-OPTION-" + std::to_string(n));
        i.feed_id = n + 2;
        i.kind = Kind::option;
        i.option_type = n % 2 == 0 ? OptionType::call : OptionType::put;
        i.strike = Price::from_units(40'000 + static_cast<std::int64_t>(n) * 40'000 / options);
        i.expiry = expiry(n, options);
        i.contract_size = Qty::from_units(1);
        return i;
    }
    void define(const Instrument& i) {
        Event e = make(EventType::instrument_definition);
        e.payload.instrument = i;
        step(e);
    }
    void hold(std::uint32_t n) {
        Event e = make(EventType::position);
        e.header.instrument = InstrumentId{n + 1};
        e.payload.position = {};
        e.payload.position.qty = Qty::from_nanos((static_cast<std::int64_t>(n % 21) - 10) * kNano / 10);
        if (e.payload.position.qty.is_zero()) e.payload.position.qty = Qty::from_nanos(kNano / 10);
        step(e);
    }
    void plan() {
        std::map<std::int64_t, SmileSlice> slices;
        for (const ExpiryGroup& g : memory_.state().inventory.groups(UnderlyingId{0})) {
            SmileSlice& s = slices[g.expiry.ns()];
            s.expiry = g.expiry;
            s.years = (g.expiry - memory_.state().now).to_years();
            s.a = 0.36 * s.years;
            s.source = VolSource::own_fit;
        }
        std::vector<SmileSlice> list;
        for (const auto& [time, s] : slices) list.push_back(s);
        publish(EventType::surface, encode_surface(kReference, list));
        LadderGrid grid;
        grid.horizon = Nanos::from_seconds(2);
        const auto ladder =
            plan_ladder(memory_.state(), config_, UnderlyingId{0}, {sequence_, kReference, list, {}}, grid);
        if (ladder) publish(EventType::ladder, encode_ladder(*ladder));
    }
    void publish(EventType type, std::vector<std::byte> bytes) {
        blobs_.bytes = std::move(bytes);
        Event e = make(type);
        e.payload.surface = {};
        e.payload.surface.blob.id = sequence_ + 1;
        e.payload.surface.underlying = UnderlyingId{0};
        step(e);
    }

    StateMemory memory_;
    Blobs blobs_;
    EngineConfig config_;
    Engine engine_;
    std::uint64_t sequence_ = 0;
};

}  // namespace

std::vector<Contestant> ladder_contestants() {
    std::vector<Contestant> all;
    for (const std::uint32_t n : {64u, 16'384u}) {
        const auto book = std::make_shared<EngineBook>(n);
        const bool small = n == 64;
        // A ladder without a hot set would not be what is measured.
        if (!small && (!book->by_ladder() || book->hot_blocks() == 0)) continue;
        const std::string name = small ? "exact_" : "ladder_";
        all.push_back({name + std::to_string(n), 1, [book](double price) { return book->net_delta(price); }});
    }
    return all;
}

}  // namespace hw::bench
