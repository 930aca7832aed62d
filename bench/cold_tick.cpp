#include "bench/cold_tick.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "bench/machine.h"
#include "bench/order_out.h"
#include "core/gap_detector.h"
#include "core/journal/writer.h"
#include "deploy/runtime/event_writer.h"
#include "deploy/runtime/stopwatch.h"
#include "hedge/state_memory.h"

namespace hw::bench {

namespace {

using namespace hw::net;
using nlohmann::ordered_json;

constexpr int kOptions = 64;
constexpr double kPrice = 60'000;
constexpr double kCoins = 3;  ///< that a fill adds: out of the band
constexpr double kContractUsd = 10;
constexpr std::int64_t kSilenceNs = 10'000'000;
constexpr std::int64_t kWalkNs = 100'000;             ///< as the hot loop's
constexpr int kUndisturbed = 150;                     ///< silences of each kind to be had,
constexpr std::int64_t kPatienceNs = 20'000'000'000;  ///< or for how long to try
constexpr std::int64_t kGapNs = 100'000;     ///< somebody else had the core; a kernel's timer tick is shorter
constexpr std::int64_t kCalmNs = 1'000'000;  ///< before the tick, in which nobody took the core: undisturbed
constexpr int kHotOnes = 12;                 ///< a round
constexpr int kHotWarmUp = 4;                ///< of them, not counted
constexpr int kQuietTicks = 8;
constexpr InstrumentId kHedge{0};

/// Where journal and message store live while the benchmark runs.
class ScratchFolders {
  public:
    ScratchFolders() {
        std::error_code ignored;
        std::filesystem::create_directories(journal, ignored);
        std::filesystem::create_directories(store, ignored);
    }
    ~ScratchFolders() {
        std::error_code ignored;
        std::filesystem::remove_all(journal, ignored);
        std::filesystem::remove_all(store, ignored);
    }
    ScratchFolders(const ScratchFolders&) = delete;
    ScratchFolders& operator=(const ScratchFolders&) = delete;

  private:
    const std::string name_ = "hedgewire-net-bench-" + std::to_string(::getpid());

  public:
    const std::filesystem::path journal = std::filesystem::temp_directory_path() / name_;
    const std::filesystem::path store = memory_folder() / name_;
};

/// Engine, journal and socket as a run has them, and a market that is made to need hedges.
class Desk {
  public:
    Desk(WirePair& wire, BypassSocket& socket, JournalWriter& journal, const std::string& store_dir,
         std::string& error)
        : wire_(wire),
          socket_(socket),
          engine_(memory_.state(), blobs_),
          out_(socket, engine_.state().instruments, store_dir, error),
          writer_(engine_, journal, out_, 0, Nanos{}) {
        hedge::EngineConfig config;
        hedge::UnderlyingConfig& btc = config.underlyings.emplace_back();
        btc.name = "BTC";
        btc.hedge_instrument = "BTC-PERPETUAL";
        btc.band = 1.0;
        config.gate.max_order_coins = 1'000;
        config.gate.max_orders_per_second = 1'000'000'000;
        engine_.configure(config);
        begin();
        writer_.stage(EventType::run_started, kNoInstrument, {}).payload.run_started = {};
        writer_.end_burst();
        define(perpetual());
        for (int i = 0; i < kOptions; ++i) define(option(i));
        session_up_ = out_.begin(kHedge);
        open_market();
        for (int i = 0; i < kOptions; ++i) hold(i);
        surface();
    }

    /// The positions that it begins with are hedged. False: it never ends, or the session is not up.
    bool come_to_rest() {
        if (!session_up_) return false;
        for (int n = 0; n < 50; ++n) {
            if (out_.is_open) fill_order();
            tick();
            if (!out_.is_open) return true;
        }
        return false;
    }

    enum class Before : std::uint8_t { nothing, silence, silence_with_walk };

    /// From the step of a tick that makes a hedge necessary to the return of its commit; negative: none came.
    double hedge_after(Before before) {
        for (int i = 0; i < kQuietTicks; ++i) tick();
        disturb();
        undisturbed_ = before == Before::nothing || be_silent(before == Before::silence_with_walk);
        const std::uint64_t orders = out_.orders;
        const std::int64_t begin_ns = deploy::monotonic_ns();
        tick();
        const double ns = static_cast<double>(out_.sent_at_ns() - begin_ns);
        if (out_.orders != orders + 1) return -1;
        fill_order();
        turn();
        return ns;
    }
    GapFigures gaps() const { return gaps_.figures(); }
    std::uint64_t from_templates() const { return out_.from_templates(); }
    /// Nobody had the core in the last moments of the last silence, nor in the hedge behind it.
    bool undisturbed() const { return undisturbed_; }

  private:
    struct OneBlob : BlobSource {
        std::span<const std::byte> find(const BlobRef&) override { return bytes; }
        std::vector<std::byte> bytes;
    };

    void begin() { writer_.begin_burst(clock_.now(), deploy::monotonic_ns()); }
    void stage_level(Side side, double price, std::int64_t qty) {
        BookLevel& level = writer_.stage(EventType::book_level, kHedge, {}).payload.book_level;
        level = {};
        level.price = *Price::from_double(price);
        level.qty = Qty::from_units(qty);
        level.side = side;
        level.last = 1;
    }
    void tick() {
        begin();
        stage_level(Side::buy, kPrice - 0.5, 1'000'000 + (++ticks_ & 1));
        writer_.end_burst();
    }
    /// A fill that nobody has decided upon yet.
    void disturb() {
        begin();
        stage_fill(up_ ? Side::buy : Side::sell,
                   Qty::from_units(static_cast<std::int64_t>(kCoins * kPrice / kContractUsd)), {});
        up_ = !up_;
        writer_.flush();
    }
    void fill_order() {
        begin();
        out_.is_open = false;
        stage_fill(out_.last.side, out_.last.qty, out_.last.order);
        writer_.end_burst();
    }
    void stage_fill(Side side, Qty qty, OrderId order) {
        Execution& x = writer_.stage(EventType::execution, kHedge, {}).payload.execution;
        x = {};
        x.order = order;
        x.key = {++fills_, 77};
        x.last_qty = qty;
        x.last_price = *Price::from_double(kPrice);
        x.side = side;
    }
    /// A turn as the hot loop's, when nothing comes.
    void turn() {
        wire_.round();
        socket_.poll_without_reading();
        out_.poll();
        gaps_.at(deploy::monotonic_ns(), false);
    }
    /// True when the end of it was undisturbed.
    bool be_silent(bool with_walk) {
        gaps_.forget();
        const std::int64_t begin_ns = deploy::monotonic_ns();
        std::int64_t next_walk_ns = begin_ns;
        std::int64_t disturbed_ns = 0;
        std::uint64_t gaps = gaps_.count();
        for (std::int64_t now = begin_ns; now - begin_ns < kSilenceNs; now = deploy::monotonic_ns()) {
            turn();
            if (const std::uint64_t count = gaps_.count(); count != gaps) {
                gaps = count;
                disturbed_ns = now;
            }
            if (!with_walk || now < next_walk_ns) continue;
            next_walk_ns = now + kWalkNs;
            rehearsed_ = writer_.rehearse();
            out_.rehearse();
        }
        gaps_.forget();
        return deploy::monotonic_ns() - disturbed_ns > kCalmNs;
    }

    void define(const Instrument& i) {
        begin();
        writer_.stage(EventType::instrument_definition, kNoInstrument, {}).payload.instrument = i;
        writer_.end_burst();
    }
    void open_market() {
        begin();
        writer_.stage(EventType::definitions_complete, kNoInstrument, {});
        SessionState& session =
            writer_.stage(EventType::session_state, kNoInstrument, {}).payload.session_state;
        session = {};
        session.up = 1;
        stage_level(Side::buy, kPrice - 0.5, 1'000'000);
        stage_level(Side::sell, kPrice + 0.5, 1'000'000);
        BookTrust& trust = writer_.stage(EventType::book_trust, kHedge, {}).payload.book_trust;
        trust = {};
        trust.trusted = 1;
        writer_.end_burst();
    }
    void hold(int n) {
        begin();
        Position& p = writer_.stage(EventType::position, InstrumentId{static_cast<std::uint32_t>(n + 1)}, {})
                          .payload.position;
        p = {};
        p.qty = Qty::from_units(1);
        writer_.end_burst();
    }
    void surface() {
        SmileSlice slice;
        slice.expiry = expiry_;
        slice.years = 0.06;
        slice.a = 0.36 * slice.years;
        slice.source = VolSource::own_fit;
        blobs_.bytes = encode_surface(kPrice, std::vector{slice});
        begin();
        writer_.stage(EventType::surface, kNoInstrument, {}).payload.surface = {};
        writer_.end_burst();
    }
    static Instrument perpetual() {
        Instrument i;
        i.symbol = *Symbol::from("BTC-PERPETUAL");
        i.base = *Currency::from("BTC");
        i.settle = *Currency::from("BTC");
        i.contract_size = *Qty::from_double(kContractUsd);
        i.lot = Qty::from_units(1);
        i.tick = Price::from_nanos(kNano / 2);
        i.feed_id = 1;
        i.kind = Kind::perpetual;
        i.settlement = Settlement::inverse;
        return i;
    }
    Instrument option(int n) const {
        Instrument i = perpetual();
        i.symbol = Symbol::cut("BTC-OPTION-" + std::to_string(n));
        i.feed_id = static_cast<std::uint64_t>(n) + 2;
        i.kind = Kind::option;
        i.option_type = n % 2 == 0 ? OptionType::call : OptionType::put;
        i.strike = Price::from_units(40'000 + n * 40'000 / kOptions);
        i.expiry = expiry_;
        i.contract_size = Qty::from_units(1);
        return i;
    }

    WirePair& wire_;
    BypassSocket& socket_;
    const deploy::SteadyClock clock_{Nanos{}};
    const Nanos expiry_ = clock_.now() + Nanos::from_seconds(21 * 86'400);
    hedge::StateMemory memory_;
    OneBlob blobs_;
    hedge::Engine engine_;
    OrderOut out_;
    deploy::EventWriter<OrderOut> writer_;
    GapDetector gaps_{kGapNs};
    std::uint64_t ticks_ = 0;
    std::uint64_t fills_ = 0;
    bool session_up_ = false;
    bool up_ = true;
    bool undisturbed_ = false;
    volatile double rehearsed_ = 0;
};

}  // namespace

ordered_json measure_cold_tick(WirePair& wire, std::string& error) {
    const auto socket = wire.connect(error);
    if (!socket) return nullptr;
    const ScratchFolders scratch;
    JournalConfig config;
    config.dir = scratch.journal.string();
    const auto journal = JournalWriter::open(config, {}, error);
    if (!journal) return nullptr;
    const auto desk = std::make_unique<Desk>(wire, *socket, *journal, scratch.store.string(), error);
    if (!error.empty()) return nullptr;
    if (!desk->come_to_rest()) return error = "the engine does not hedge as it should", nullptr;
    Samples hot, unused;
    Samples cold, cold_with_walk;          // undisturbed
    Samples all_cold, all_cold_with_walk;  // whoever had the core meanwhile
    const auto take = [&](Desk::Before before, Samples& all, Samples* undisturbed) {
        const double ns = desk->hedge_after(before);
        if (ns < 0) return false;
        all.ns.push_back(ns);
        if (undisturbed != nullptr && desk->undisturbed()) undisturbed->ns.push_back(ns);
        return true;
    };
    const std::int64_t give_up = deploy::monotonic_ns() + kPatienceNs;
    while (std::min(cold.ns.size(), cold_with_walk.ns.size()) < kUndisturbed &&
           deploy::monotonic_ns() < give_up) {
        bool ok = take(Desk::Before::silence_with_walk, all_cold_with_walk, &cold_with_walk);
        ok = take(Desk::Before::silence, all_cold, &cold) && ok;
        for (int i = 0; i < kHotOnes; ++i)
            ok = take(Desk::Before::nothing, i < kHotWarmUp ? unused : hot, nullptr) && ok;
        if (!ok) return error = "a hedge did not come", nullptr;
    }
    const BypassSocket::Counters& c = socket->counters();
    const GapFigures gaps = desk->gaps();
    ordered_json j;
    j["cold_vs_hot"] = cold_with_walk.median() / hot.median();
    j["cold_vs_hot_without_walk"] = cold.median() / hot.median();
    j["cold_vs_hot_disturbed_too"] = all_cold_with_walk.median() / hot.median();
    j["cold_vs_hot_without_walk_disturbed_too"] = all_cold.median() / hot.median();
    j["options"] = kOptions;
    j["hot"] = spread(hot);
    j["cold"] = spread(cold_with_walk);
    j["cold_without_walk"] = spread(cold);
    j["cold_disturbed_too"] = spread(all_cold_with_walk);
    j["cold_without_walk_disturbed_too"] = spread(all_cold);
    j["sends_from_templates"] = desk->from_templates();
    j["delegated_sends"] = c.delegated_sends;
    j["ordinary_sends"] = c.ordinary_sends;
    j["gaps_in_silence"] = {{"threshold_ns", gaps.threshold_ns},
                            {"count", gaps.count},
                            {"longest_ns", gaps.max_ns},
                            {"total_ns", gaps.total_ns}};
    return j;
}

}  // namespace hw::bench
