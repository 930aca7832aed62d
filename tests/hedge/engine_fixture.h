// An engine with a small market around it: builds Events, keeps sequence and time, and remembers everything,
// so that a test reads as what happened and what the engine did about it.
//
// The market: BTC at 50,000 with an inverse perpetual (10 USD a contract, so 0.0002 coins) that hedges, a
// linear perpetual (0.001 coins a contract), a coin-settled call and a USD-settled put 30 days out, and a
// dated future.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/hash.h"
#include "core/pricing/black76.h"
#include "core/surface.h"
#include "hedge/engine.h"
#include "hedge/exposure.h"
#include "hedge/state_memory.h"

namespace hw::hedge::test {

inline constexpr InstrumentId kPerpetual{0}, kLinear{1}, kCall{2}, kPut{3}, kFuture{4};
inline constexpr UnderlyingId kBtc{0};
inline constexpr double kReference = 50'000;
inline constexpr Nanos kStart = Nanos::from_seconds(1'700'000'000);
inline constexpr Nanos kExpiry = Nanos::from_seconds(1'700'000'000 + 30 * 86'400);

inline Price price(double p) { return *Price::from_double(p); }
inline Qty qty(double q) { return *Qty::from_double(q); }

/// Blobs by id, as a journal folder would have them.
class MapBlobs : public BlobSource {
  public:
    BlobRef put(std::vector<std::byte> bytes) {
        const BlobRef ref{++last_, static_cast<std::uint32_t>(bytes.size()),
                          crc32c(bytes.data(), bytes.size())};
        blobs_[ref.id] = std::move(bytes);
        return ref;
    }
    std::span<const std::byte> find(const BlobRef& ref) override {
        const auto it = blobs_.find(ref.id);
        if (it == blobs_.end() || it->second.size() != ref.length) return {};
        return crc32c(it->second.data(), it->second.size()) == ref.crc
                   ? std::span<const std::byte>(it->second)
                   : std::span<const std::byte>();
    }

  private:
    std::map<std::uint64_t, std::vector<std::byte>> blobs_;
    std::uint64_t last_ = 0;
};

inline Instrument contract(const std::string& symbol, Kind kind, Settlement settlement, double size) {
    Instrument i{};
    i.symbol = *Symbol::from(symbol);
    i.base = *Currency::from(symbol.substr(0, 3));
    i.quote = *Currency::from("USD");
    i.settle = settlement == Settlement::linear ? *Currency::from("USDC") : i.base;
    i.feed_id = hash64(symbol) | 1;
    i.contract_size = qty(size);
    i.lot = Qty::from_units(1);
    i.tick = price(0.5);
    i.kind = kind;
    i.settlement = settlement;
    if (kind == Kind::future || kind == Kind::option) i.expiry = kExpiry;
    return i;
}

inline Instrument option(const std::string& symbol, Settlement settlement, OptionType type, double strike) {
    Instrument i = contract(symbol, Kind::option, settlement, 1);
    i.option_type = type;
    i.strike = price(strike);
    i.lot = qty(0.1);
    i.tick = price(0.0001);
    return i;
}

/// One volatility for every strike of an expiry.
inline SmileSlice flat_slice(Nanos expiry, Settlement settlement, double vol) {
    SmileSlice s;
    s.expiry = expiry;
    s.settlement = settlement;
    s.years = 0.1;
    s.a = vol * vol * s.years;
    s.k_low = -3, s.k_high = 3;
    s.source = VolSource::own_fit;
    return s;
}

class EngineTest : public testing::Test {
  protected:
    EngineTest() {
        UnderlyingConfig btc;
        btc.name = "BTC";
        btc.hedge_instrument = "BTC-PERPETUAL";
        btc.band = 1.0;
        btc.hedge_to = 0.5;
        btc.quote_wallets = {{"USDC", 0}};  // positions settle in it; its equity is somebody else's
        config.underlyings.push_back(btc);
        config.gate.max_order_coins = 100;
        config.gate.duplicate_window = {};  // time stands still in most tests
    }

    // Telling the engine things. `step` returns what it did; `last` keeps it, `all` keeps everything.
    Event make(EventType type, InstrumentId id = kNoInstrument) const {
        Event e{};
        e.header.type = type;
        e.header.instrument = id;
        return e;
    }
    const std::vector<Action>& step(Event e, bool end_of_burst = true) {
        e.header.sequence = ++sequence;
        e.header.recv_time = now;
        e.header.flags = end_of_burst ? kEndOfBurst : 0;
        history.push_back(e);
        const ActionList& actions = engine->step(e);
        engine->complete();
        last.assign(actions.begin(), actions.end());
        all.insert(all.end(), last.begin(), last.end());
        return last;
    }
    void configure() { engine->configure(config); }
    void run_started(std::uint16_t epoch = 1) {
        configure();
        Event e = make(EventType::run_started);
        e.payload.run_started.epoch = epoch;
        step(e);
    }
    void define(const Instrument& i) {
        Event e = make(EventType::instrument_definition);
        e.payload.instrument = i;
        step(e, false);
    }
    void define_market() {
        define(contract("BTC-PERPETUAL", Kind::perpetual, Settlement::inverse, 10));
        define(contract("BTC_USDC-PERPETUAL", Kind::perpetual, Settlement::linear, 0.001));
        define(option("BTC-CALL", Settlement::inverse, OptionType::call, 50'000));
        define(option("BTC_USDC-PUT", Settlement::linear, OptionType::put, 50'000));
        define(contract("BTC-FUTURE", Kind::future, Settlement::inverse, 10));
    }
    void definitions_complete() { step(make(EventType::definitions_complete)); }
    void session(bool up, SessionRole role = SessionRole::order) {
        Event e = make(EventType::session_state);
        e.payload.session_state.up = up;
        e.payload.session_state.role = role;
        step(e);
    }
    void account_session(bool up) { session(up, SessionRole::account); }
    void level(InstrumentId id, Side side, double at, double amount, bool whole = true, bool end = true) {
        Event e = make(EventType::book_level, id);
        e.payload.book_level.price = price(at);
        e.payload.book_level.qty = qty(amount);
        e.payload.book_level.side = side;
        e.payload.book_level.last = whole;
        step(e, end);
    }
    void trust(InstrumentId id, bool trusted, bool end = true) {
        Event e = make(EventType::book_trust, id);
        e.payload.book_trust.trusted = trusted;
        step(e, end);
    }
    /// A fresh snapshot of one level a side around `mid`.
    void quote(InstrumentId id, double mid, double half_spread = 0.5, bool end = true) {
        step(make(EventType::book_clear, id), false);
        level(id, Side::buy, mid - half_spread, 1e6, false, false);
        level(id, Side::sell, mid + half_spread, 1e6, true, false);
        trust(id, true, end);
    }
    void surface(std::vector<SmileSlice> slices) {
        Event e = make(EventType::surface);
        e.payload.surface.blob = blobs.put(encode_surface(kReference, slices));
        e.payload.surface.underlying = kBtc;
        step(e);
    }
    void flat_surface(double vol = 0.6) {
        surface(
            {flat_slice(kExpiry, Settlement::inverse, vol), flat_slice(kExpiry, Settlement::linear, vol)});
    }
    /// Everything that hedging needs.
    void start() {
        run_started();
        define_market();
        definitions_complete();
        session(true);
        quote(kPerpetual, kReference);
        flat_surface();
    }
    const std::vector<Action>& timer(Nanos later = Nanos::from_ms(2)) {
        now = now + later;
        return step(make(EventType::timer));
    }
    const std::vector<Action>& tick() { return timer(Nanos::from_us(10)); }
    const std::vector<Action>& command(CommandKind kind, UnderlyingId underlying = kNoUnderlying) {
        Event e = make(EventType::command);
        e.payload.command.kind = kind;
        e.payload.command.underlying = underlying;
        return step(e);
    }
    void position(InstrumentId id, double contracts, double average) {
        Event e = make(EventType::position, id);
        e.payload.position.qty = qty(contracts);
        e.payload.position.average_price = price(average);
        step(e);
    }
    Event execution(InstrumentId id, Side side, double contracts, double at, OrderId order = {}) {
        Event e = make(EventType::execution, id);
        Execution& x = e.payload.execution;
        x.order = order;
        ++executions;
        x.key = {executions, executions * 0x9e3779b97f4a7c15ULL};
        x.last_qty = qty(contracts);
        x.last_price = price(at);
        x.side = side;
        return e;
    }
    const std::vector<Action>& fill(InstrumentId id, Side side, double contracts, double at) {
        return step(execution(id, side, contracts, at));
    }
    const std::vector<Action>& fill(const NewOrder& o, Qty contracts) {
        return step(execution(kPerpetual, o.side, contracts.to_double(), o.limit.to_double(), o.order));
    }
    const std::vector<Action>& fill(const NewOrder& o) { return fill(o, o.qty); }
    const std::vector<Action>& update(OrderId order, OrderStatus status, Qty cum = {},
                                      bool from_request = false) {
        Event e = make(EventType::order_update);
        e.payload.order_update.order = order;
        e.payload.order_update.status = status;
        e.payload.order_update.cum_qty = cum;
        e.payload.order_update.from_status_request = from_request;
        return step(e);
    }
    /// The account as the venue has it; positions and orders are told in between.
    const std::vector<Action>& snapshot(SnapshotPhase phase) {
        Event e = make(EventType::account_snapshot);
        AccountSnapshot& s = e.payload.account_snapshot;
        if (phase == SnapshotPhase::begin) ++snapshot_id, told_positions = told_orders = 0;
        s.id = snapshot_id;
        s.phase = phase;
        s.positions = told_positions + unknown_positions;
        s.open_orders = told_orders;
        s.unknown = unknown_positions;
        now = now + Nanos::from_ms(1);
        return step(e);
    }
    const std::vector<Action>& venue_position(InstrumentId id, double contracts,
                                              double average = kReference) {
        Event e = make(EventType::position, id);
        e.payload.position.qty = qty(contracts);
        e.payload.position.average_price = price(average);
        e.payload.position.source = 1;
        ++told_positions;
        return step(e);
    }
    const std::vector<Action>& venue_order(OrderId order, double leaves = 1, Side side = Side::sell) {
        Event e = make(EventType::venue_order, kPerpetual);
        e.payload.venue_order.order = order;
        e.payload.venue_order.leaves = qty(leaves);
        e.payload.venue_order.side = side;
        ++told_orders;
        return step(e);
    }
    /// A whole snapshot of these positions.
    const std::vector<Action>& whole_snapshot(const std::map<InstrumentId, double>& positions) {
        snapshot(SnapshotPhase::begin);
        for (const auto& [id, contracts] : positions) venue_position(id, contracts);
        return snapshot(SnapshotPhase::end);
    }
    const std::vector<Action>& settle_complete() { return step(make(EventType::settle_complete)); }

    // What the engine did.
    static std::vector<NewOrder> orders_in(const std::vector<Action>& actions) {
        std::vector<NewOrder> found;
        for (const Action& a : actions)
            if (a.header.type == ActionType::new_order) found.push_back(a.payload.new_order);
        return found;
    }
    static std::size_t count(const std::vector<Action>& actions, ActionType type) {
        std::size_t n = 0;
        for (const Action& a : actions) n += a.header.type == type;
        return n;
    }
    static std::size_t alerts(const std::vector<Action>& actions, AlertCode code) {
        std::size_t n = 0;
        for (const Action& a : actions)
            n += a.header.type == ActionType::alert && a.payload.alert.code == code;
        return n;
    }
    std::size_t alerts(AlertCode code) const { return alerts(last, code); }
    /// The one order of the last step.
    NewOrder one_order() const {
        const auto orders = orders_in(last);
        EXPECT_EQ(orders.size(), 1u);
        return orders.empty() ? NewOrder{} : orders.front();
    }
    UnderlyingState& btc() { return memory.state().underlyings[0]; }
    const PositionLine& line(InstrumentId id) { return memory.state().positions[index(id)]; }
    double net_delta() {
        Exposure sum;
        EXPECT_EQ(evaluate(memory.state(), config, kBtc, sum), AlertCode::none);
        return sum.net_delta;
    }
    bool killed() const { return memory.state().killed != 0; }

    /// Delta without options: linear contracts, so that figures are round.
    const std::vector<Action>& gain_delta(double coins) {
        return fill(kLinear, coins > 0 ? Side::buy : Side::sell, std::abs(coins) * 1000, kReference);
    }

    EngineConfig config;
    StateMemory memory;
    MapBlobs blobs;
    std::unique_ptr<Engine> engine = std::make_unique<Engine>(memory.state(), blobs);
    std::uint64_t sequence = 0;
    std::uint64_t executions = 0;
    std::uint64_t snapshot_id = 0;
    std::uint32_t told_positions = 0, told_orders = 0, unknown_positions = 0;
    Nanos now = kStart;
    std::vector<Action> last;
    std::vector<Action> all;
    std::vector<Event> history;
};

}  // namespace hw::hedge::test
