// What the core's steps cost, one at a time: pricing, journal, books, and a whole decision over books of
// several sizes. Single figures move with the machine; compare within one run.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "bench/contestants.h"
#include "bench/summary.h"
#include "core/journal/writer.h"
#include "core/pricing/black76.h"
#include "hedge/engine.h"
#include "hedge/state_memory.h"

namespace {

using namespace hw;

void black76_greeks(benchmark::State& state) {
    pricing::OptionTerms option{Settlement::inverse, OptionType::call, 60'000, 62'000, 0.1, 0.6, 0};
    for (auto _ : state) {
        option.forward += 0.5;
        benchmark::DoNotOptimize(pricing::black76(option));
    }
}
BENCHMARK(black76_greeks);

Event level_event(Price price, Qty qty, Side side, InstrumentId id, std::uint16_t flags) {
    Event e;
    e.header.type = EventType::book_level;
    e.header.instrument = id;
    e.header.flags = flags;
    e.payload.book_level.price = price;
    e.payload.book_level.qty = qty;
    e.payload.book_level.side = side;
    e.payload.book_level.last = 1;
    return e;
}

void journal_append(benchmark::State& state) {
    const auto dir = std::filesystem::temp_directory_path() / "hedgewire-core-bench";
    std::filesystem::remove_all(dir);
    JournalConfig config;
    config.dir = dir.string();
    std::string error;
    auto writer = JournalWriter::open(config, {}, error);
    if (!writer) {
        state.SkipWithError(error.c_str());
        return;
    }
    Event e = level_event(Price::from_units(60'000), Qty::from_units(1), Side::buy, InstrumentId{0}, 0);
    for (auto _ : state) {
        ++e.header.sequence;
        writer->append(e);
    }
    state.counters["stalls"] = static_cast<double>(writer->stalls());
    writer.reset();
    std::filesystem::remove_all(dir);
}
BENCHMARK(journal_append)->Iterations(500'000);

/// An engine that holds `options` positions and is ready to hedge with a perpetual; nothing is ever out of
/// its band.
class Bench {
  public:
    explicit Bench(int options) : engine_(memory_.state(), blobs_) {
        hedge::EngineConfig config;
        hedge::UnderlyingConfig& btc = config.underlyings.emplace_back();
        btc.name = "BTC";
        btc.hedge_instrument = "BTC-PERPETUAL";
        btc.band = 1e9;
        engine_.configure(config);
        Event e;
        e.header.type = EventType::run_started;
        e.payload.run_started = {};
        step(e);
        define(perpetual());
        for (int i = 0; i < options; ++i) define(option(i));
        Event complete;
        complete.header.type = EventType::definitions_complete;
        step(complete);
        Event trust;
        trust.header.type = EventType::book_trust;
        trust.header.instrument = InstrumentId{0};
        trust.payload.book_trust = {};
        trust.payload.book_trust.trusted = 1;
        step(trust);
        step(level_event(Price::from_units(59'999), Qty::from_units(100), Side::buy, InstrumentId{0}, 0));
        step(level_event(Price::from_units(60'001), Qty::from_units(100), Side::sell, InstrumentId{0}, 0));
        for (int i = 0; i < options; ++i) hold(InstrumentId{static_cast<std::uint32_t>(i + 1)});
        surface();
    }
    const ActionList& step(Event& e) {
        e.header.sequence = ++sequence_;
        e.header.recv_time =
            Nanos::from_seconds(1'700'000'000) + Nanos::from_us(static_cast<std::int64_t>(sequence_));
        const ActionList& actions = engine_.step(e);
        engine_.complete();
        return actions;
    }
    const ActionList& step(Event&& e) { return step(e); }

  private:
    struct OneBlob : BlobSource {
        std::span<const std::byte> find(const BlobRef&) override { return bytes; }
        std::vector<std::byte> bytes;
    };
    void surface() {
        SmileSlice slice;
        slice.expiry = Nanos::from_seconds(1'702'000'000);
        slice.years = 0.06;
        slice.a = 0.36 * slice.years;
        slice.source = VolSource::own_fit;
        blobs_.bytes = encode_surface(60'000, std::vector{slice});
        Event e;
        e.header.type = EventType::surface;
        e.payload.surface = {};
        step(e);
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
    static Instrument option(int n) {
        Instrument i = perpetual();
        i.symbol = Symbol::cut("BTC-OPTION-" + std::to_string(n));
        i.feed_id = static_cast<std::uint64_t>(n) + 2;
        i.kind = Kind::option;
        i.option_type = n % 2 == 0 ? OptionType::call : OptionType::put;
        i.strike = Price::from_units(30'000 + n * 60'000 / 16'384);
        i.expiry = Nanos::from_seconds(1'702'000'000);
        i.contract_size = Qty::from_units(1);
        return i;
    }
    void define(const Instrument& i) {
        Event e;
        e.header.type = EventType::instrument_definition;
        e.payload.instrument = i;
        step(e);
    }
    void hold(InstrumentId id) {
        Event e;
        e.header.type = EventType::position;
        e.header.instrument = id;
        e.payload.position = {};
        e.payload.position.qty = Qty::from_units(1);
        step(e);
    }

    hedge::StateMemory memory_;
    OneBlob blobs_;
    hedge::Engine engine_;
    std::uint64_t sequence_ = 0;
};

/// One level of the hedge instrument changes and ends a burst: book, Greeks of all options, decision.
void tick_to_decision(benchmark::State& state) {
    Bench bench(static_cast<int>(state.range(0)));
    std::int64_t n = 0;
    for (auto _ : state) {
        auto& actions = bench.step(level_event(Price::from_units(59'999), Qty::from_units(100 + (++n & 1)),
                                               Side::buy, InstrumentId{0}, kEndOfBurst));
        benchmark::DoNotOptimize(actions.size());
    }
}
BENCHMARK(tick_to_decision)->Arg(0)->Arg(16)->Arg(256)->Arg(1024);

/// One pass over its book an iteration; `per_option` is what an option costs.
void register_contestant(const hw::bench::Contestant& c) {
    benchmark::RegisterBenchmark(
        (c.name + "/" + std::to_string(c.options)).c_str(), [c](benchmark::State& state) {
            double forward = 60'000;
            for (auto _ : state)
                benchmark::DoNotOptimize(c.pass(forward = forward < 60'030 ? forward + 0.5 : 60'000));
            state.counters["per_option"] = benchmark::Counter(
                static_cast<double>(c.options),
                benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
        });
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "--summary")
        return hw::bench::write_summary(argv[2]) ? 0 : 1;
    for (const std::size_t n : {16, 64, 256, 1'024, 4'096, 16'384}) {
        for (const hw::bench::Contestant& c : hw::bench::contestants(n)) register_contestant(c);
    }
    for (const hw::bench::Contestant& c : hw::bench::vol_contestants()) register_contestant(c);
    for (const hw::bench::Contestant& c : hw::bench::fit_contestants()) register_contestant(c);
    for (const hw::bench::Contestant& c : hw::bench::attach_contestants()) register_contestant(c);
    for (const hw::bench::Contestant& c : hw::bench::ladder_contestants()) register_contestant(c);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        std::fputs("or: core_bench --summary FILE   everything in one run, ratios as JSON\n", stderr);
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
}
