// What a decision costs once the delta is known: `hedge_bench --summary FILE` measures it and writes JSON.
//
// `decision_ns` is the whole way from the corridor (policy) over the envelope of everything in flight and the
// proposal to the gate's verdict, for one underlying with 16 orders in flight: the mean of batches over 256
// different states (prices, deltas, orders, positions), shuffled, so that no branch is learnt by heart; what
// setting a state up costs is measured by itself and taken off. The book's size does not enter:
// `decision_1024_options_ns` is the same with 1,024 options held. Beside it `hold_ns`, a decision that finds
// the delta inside its corridor, which is what most ticks end in.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/machine.h"
#include "core/blob.h"
#include "hedge/decision.h"
#include "hedge/engine.h"
#include "hedge/gate.h"
#include "hedge/open_orders.h"
#include "hedge/proposal.h"
#include "hedge/state_memory.h"

namespace hw::bench {
namespace {

using namespace hedge;

constexpr const char* kHelp =
    "hedge_bench: what a decision (policy, envelope, gate) costs\n\n"
    "usage: hedge_bench --summary FILE\n"
    "  --summary FILE   where the figures go, as JSON\n\n"
    "Exit: 0 done, 2 bad usage\n";

constexpr std::size_t kStates = 256;
constexpr std::size_t kInFlight = 16;
constexpr std::size_t kBatches = 2'000;
constexpr InstrumentId kHedge{0};
constexpr UnderlyingId kBtc{0};

/// What differs from decision to decision.
struct Situation {
    std::array<OrderState, kInFlight> orders;
    double net_delta = 0;
    double reference = 0;
    Qty position;
};

class NoBlobs : public BlobSource {
  public:
    std::span<const std::byte> find(const BlobRef&) override { return {}; }
};

Price price(double p) { return *Price::from_double(p); }
Qty qty(double q) { return *Qty::from_double(q); }

EngineConfig rules() {
    EngineConfig config;
    UnderlyingConfig btc;
    btc.name = "BTC";
    btc.hedge_instrument = "BTC-PERPETUAL";
    btc.band = 1.0;
    btc.max_delta_coins = 1e6;
    config.underlyings.push_back(btc);
    config.gate.max_open_orders = 32;
    config.gate.max_order_coins = 50;
    config.gate.max_order_notional = 1e8;
    config.gate.max_messages_per_second = 100;
    config.gate.capital = 1e9;
    config.gate.max_daily_loss = 1e9;
    return config;
}

class Desk {
  public:
    explicit Desk(int options) {
        engine_->configure(config_);
        step(EventType::run_started, kNoInstrument, [](Event& e) { e.payload.run_started.epoch = 1; });
        step(EventType::instrument_definition, kHedge, [](Event& e) { e.payload.instrument = perpetual(); });
        for (int n = 0; n < options; ++n) {
            const InstrumentId id{static_cast<std::uint32_t>(n + 1)};
            step(EventType::instrument_definition, id, [n](Event& e) { e.payload.instrument = option(n); });
            step(EventType::position, id, [](Event& e) {
                e.payload.position.qty = qty(1);
                e.payload.position.average_price = price(0.05);
            });
        }
        step(EventType::definitions_complete, kNoInstrument, [](Event&) {});
        step(EventType::session_state, kNoInstrument, [](Event& e) { e.payload.session_state.up = 1; });
        for (const Side side : {Side::buy, Side::sell}) {
            step(EventType::book_level, kHedge, [side](Event& e) {
                e.payload.book_level = {
                    price(side == Side::buy ? 49'999.5 : 50'000.5), qty(1e6), side, side == Side::sell, {}};
            });
        }
        step(EventType::book_trust, kHedge, [](Event& e) { e.payload.book_trust.trusted = 1; });
        make_situations();
    }

    enum class Work { none, decide, hold };

    /// Mean time of a state's turn in this batch, ns: setting the state up, and the work.
    double batch(Work work) {
        std::shuffle(order_.begin(), order_.end(), random_);
        const std::int64_t begin = now_ns();
        for (const std::size_t n : order_) {
            take(situations_[n], work == Work::hold);
            if (work != Work::none) decide_once();
        }
        return static_cast<double>(now_ns() - begin) / kStates;
    }
    double share_passed() const {
        return asked_ == 0 ? 0 : static_cast<double>(passed_) / static_cast<double>(asked_);
    }

  private:
    void decide_once() {
        Context c{state(), config_, actions_};
        UnderlyingState& u = state().underlyings[0];
        const Corridor corridor = corridor_at(c, kBtc);
        const Envelope e = envelope_of(state(), kBtc, u.exposure.net_delta, u.hedge);
        const Proposal p = propose(c, kBtc, u, corridor, e);
        if (p.qty.is_zero()) return;
        const Verdict v = pass_gate(c, p, corridor.target, e);
        passed_ += v.refused_by == AlertCode::none;
        ++asked_;
    }
    static Instrument base(const std::string& symbol, Kind kind) {
        Instrument i{};
        i.symbol = *Symbol::from(symbol);
        i.base = *Currency::from("BTC");
        i.quote = *Currency::from("USD");
        i.settle = i.base;
        i.feed_id = 1;
        i.tick = price(0.5);
        i.kind = kind;
        i.settlement = Settlement::inverse;
        i.contract_size = qty(10);
        i.lot = Qty::from_units(1);
        return i;
    }
    static Instrument perpetual() { return base("BTC-PERPETUAL", Kind::perpetual); }
    static Instrument option(int n) {
        Instrument i = base("BTC-" + std::to_string(n), Kind::option);
        i.feed_id = 2 + n;
        i.expiry = kNow + Nanos::from_seconds(86'400 * (1 + n % 30));
        i.option_type = n % 2 == 0 ? OptionType::call : OptionType::put;
        i.strike = price(30'000 + 100 * (n / 30));
        i.contract_size = qty(1);
        i.lot = qty(0.1);
        i.tick = price(0.0001);
        return i;
    }
    template <class Fill>
    void step(EventType type, InstrumentId id, Fill&& fill) {
        Event e{};
        e.header.sequence = ++sequence_;
        e.header.recv_time = kNow;
        e.header.type = type;
        e.header.instrument = id;
        fill(e);
        engine_->step(e);
        engine_->complete();
    }
    EngineState& state() { return memory_.state(); }

    void make_situations() {
        std::uniform_real_distribution<> share(-1, 1);
        for (Situation& s : situations_) {
            s.reference = 50'000 * (1 + 0.01 * share(random_));
            s.position = Qty::from_units(static_cast<std::int64_t>(1e5 * share(random_)));
            double in_flight = 0;
            for (std::size_t n = 0; n < kInFlight; ++n) {
                OrderState& o = s.orders[n];
                o.id = OrderId::make(1, n + 1, 0);
                o.qty = Qty::from_units(1 + static_cast<std::int64_t>(random_() % 1'000));
                o.delta_per_contract = 10 / s.reference;
                o.instrument = kHedge;
                o.underlying = kBtc;
                o.side = random_() % 2 == 0 ? Side::buy : Side::sell;
                o.status = random_() % 4 == 0 ? OrderStatus::partially_filled : OrderStatus::live;
                in_flight += o.qty.to_double() * o.delta_per_contract;
            }
            // Outside its corridor in every outcome, on either side.
            s.net_delta = std::copysign(in_flight + 2 + 20 * std::abs(share(random_)), share(random_));
        }
    }
    void take(const Situation& s, bool hold) {
        UnderlyingState& u = state().underlyings[0];
        state().maybe_open = {};
        for (std::size_t n = 0; n < kInFlight; ++n) {
            state().orders[n] = s.orders[n];
            note_open(state(), state().orders[n]);
        }
        state().positions[0].qty = s.position;
        u.reference = s.reference;
        u.exposure.net_delta = hold ? 0.5 : s.net_delta;
    }

    static constexpr Nanos kNow = Nanos::from_seconds(1'700'000'000);
    EngineConfig config_ = rules();
    StateMemory memory_;
    NoBlobs blobs_;
    std::unique_ptr<Engine> engine_ = std::make_unique<Engine>(memory_.state(), blobs_);
    ActionList actions_;
    std::uint64_t sequence_ = 0;
    std::mt19937_64 random_{20'261'126};
    std::vector<Situation> situations_ = std::vector<Situation>(kStates);
    std::vector<std::size_t> order_ = [] {
        std::vector<std::size_t> places(kStates);
        for (std::size_t n = 0; n < kStates; ++n) places[n] = n;
        return places;
    }();
    std::uint64_t passed_ = 0;
    std::uint64_t asked_ = 0;
};

struct Figures {
    Samples decision, hold, setting_up;  ///< each with the setting up
    double share_passed = 0;

    double decision_ns() { return decision.median() - setting_up.median(); }
    double hold_ns() { return hold.median() - setting_up.median(); }
};

Figures measure(int options) {
    Desk desk(options);
    Figures f;
    for (std::size_t n = 0; n < kBatches; ++n) {
        f.setting_up.ns.push_back(desk.batch(Desk::Work::none));
        f.decision.ns.push_back(desk.batch(Desk::Work::decide));
        f.hold.ns.push_back(desk.batch(Desk::Work::hold));
    }
    f.share_passed = desk.share_passed();
    return f;
}

int run(const std::string& path) {
    Figures small = measure(16), large = measure(1'024);
    nlohmann::ordered_json out;
    out["cpu"] = cpu_model();
    out["timer"] = timer();
    out["decision_ns"] = small.decision_ns();
    out["decision_1024_options_ns"] = large.decision_ns();
    out["hold_ns"] = small.hold_ns();
    out["setting_up_ns"] = small.setting_up.median();
    out["orders_in_flight"] = kInFlight;
    out["states"] = kStates;
    out["share_passed"] = small.share_passed;
    out["decision_with_setting_up"] = spread(small.decision);
    std::printf("%s\n", out.dump(2).c_str());
    std::ofstream file(path);
    file << out.dump(2) << "\n";
    file.close();
    if (!file) std::fprintf(stderr, "hedge_bench: cannot write %s\n", path.c_str());
    return file ? 0 : 2;
}

}  // namespace
}  // namespace hw::bench

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--help") == 0) return std::fputs(hw::bench::kHelp, stdout), 0;
    if (argc != 3 || std::strcmp(argv[1], "--summary") != 0) return std::fputs(hw::bench::kHelp, stderr), 2;
    return hw::bench::run(argv[2]);
}
