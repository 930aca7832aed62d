// Deribit's market data, from UDP datagrams to Events.
//
// The hot loop hands every UDP datagram to `on_datagram` and the time to `on_time`; what the market did comes
// out of the sink: definitions, books with their trust, tickers, trades, index prices and the state of the
// lines. It ties the parts together: lines.h says which packets count, deribit_decoder.h takes them apart,
// recovery.h says which books to believe, translate.h turns values into ours. Deterministic, and without
// allocation once every channel has been heard and every instrument defined.
//
// The instrument table is the engine's own: a definition is flushed at once, so that the next message can
// refer to it. A definition that says what the table already has is not repeated.
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event.h"
#include "core/instrument.h"
#include "net/feed/definition_memo.h"
#include "net/feed/deribit_decoder.h"
#include "net/feed/lines.h"
#include "net/feed/recovery.h"
#include "net/feed/ticker_lanes.h"
#include "net/feed/translate.h"

namespace hw::net {

struct FeedCounters {
    LineCounters lines;
    deribit::DecodeCounters decode;
    RecoveryCounters recovery;
    std::uint64_t unknown_instrument = 0;  ///< messages of instruments that are not defined (yet)
    std::uint64_t bad_levels = 0;          ///< values that do not convert, by message
    std::uint64_t bad_tickers = 0;
    std::uint64_t bad_trades = 0;
    std::uint64_t bad_index_prices = 0;
    std::uint64_t bad_definitions = 0;
    std::uint64_t bad_times = 0;
    std::uint64_t definitions_sent = 0;
    std::uint64_t definitions_known = 0;
    std::uint64_t more_tick_steps = 0;       ///< new definitions with more tick steps than we keep
    std::uint64_t snapshots_incomplete = 0;  ///< the venue left levels out: not used
    std::uint64_t snapshots_abandoned = 0;   ///< a part was missing

    /// Messages delivered by the decoder.
    std::uint64_t messages() const;
    /// Every counter with its stable name. Cold.
    void visit(const std::function<void(std::string_view name, std::uint64_t value)>& one) const;
};

/// Where the definition of `incoming` will stand: the id it has, or the next free one. `unchanged` when the
/// table already says the same; a version 1 definition says nothing of tick steps, so it does not change
/// them.
struct DefinitionPlace {
    InstrumentId id = kNoInstrument;
    bool unchanged = false;
};
DefinitionPlace place_definition(const InstrumentTable&, Instrument& incoming, bool is_v1);

template <class Sink>
class DeribitFeed {
  public:
    DeribitFeed(const FeedConfig& config, const InstrumentTable& table, Sink& sink)
        : table_(table),
          sink_(sink),
          recovery_(static_cast<std::size_t>(config.recovery_buffer) * kLevelsPerUpdate, EventSinkRef(sink)),
          lines_(config, recovery_, EventSinkRef(sink)) {
        levels_.reserve(kMaxLevelsAtOnce);
    }

    /// Any UDP datagram; those of other destinations are counted and left alone. `from`: line B is the second
    /// port, where there are two. `now` never decreases.
    void on_datagram(const UdpDatagram& datagram, Nanos now, LineSide from = LineSide::a) {
        now_ = now;
        lines_.admit(datagram, from, now, take());
    }

    /// Time passes: silence is judged, and missing packets are given up. `now` never decreases.
    void on_time(Nanos now) {
        now_ = now;
        lines_.on_time(now, take());
    }

    /// The receiver found that its book cannot be right (a level to be removed is not there): the book is
    /// brought back by the next snapshot.
    void distrust(InstrumentId id, Nanos now) {
        recovery_.refuse(id, recovery_.change_id(id), TrustReason::depth_exhausted, now);
    }

    bool trusted(InstrumentId id) const { return recovery_.trusted(id); }

    FeedCounters counters() const {
        FeedCounters c = counters_;
        c.lines = lines_.counters();
        c.recovery = recovery_.counters();
        c.snapshots_abandoned = lines_.snapshots_abandoned();
        return c;
    }

    // What the decoder calls.
    void on(const deribit::Book& m) {
        const InstrumentId id = known(m.instrument());
        const bool may_be_a_rest = std::exchange(suspect_rest_, false);
        if (id == kNoInstrument) return recovery_.missed_undefined(m.instrument(), m.change_id());
        recovery_.assign(id, line_->family);
        if (may_be_a_rest) return recovery_.refuse(id, m.change_id(), TrustReason::channel_gap, now_);
        if (!recovery_.in_order(id, m.prev_change_id(), m.change_id(), m.is_last())) return keep(id, m);
        const auto time = venue_time(m.timestamp_ms());
        const auto changes = m.changes();
        const double size = table_[id].contract_size.to_double();
        for (std::uint16_t i = 0; i < changes.size(); ++i) {
            const auto level = to_level(size, changes[i]);
            if (!time || !level) return bad_update(id, m);
            Event& event = sink_.stage(EventType::book_level, id, *time);
            event.payload.book_level = *level;
            event.payload.book_level.last = i + 1 == changes.size() ? 1 : 0;
        }
    }

    void on(const deribit::Ticker& m) {
        other_message();
        const InstrumentId id = known(m.instrument());
        if (id == kNoInstrument) return;
        const std::uint64_t ms = m.timestamp_ms();
        TickerLanes lanes;
        if (ms > kLastVenueMs || !lanes.read(m)) [[unlikely]]
            return unusual_ticker(id, m.m.block);
        lanes.write(
            sink_.stage(EventType::ticker, id, Nanos::from_ms(static_cast<std::int64_t>(ms))).payload.ticker);
    }

    void on(const deribit::Trades& m) {
        other_message();
        const InstrumentId id = known(m.instrument());
        if (id == kNoInstrument) return;
        const double size = table_[id].contract_size.to_double();
        const auto trades = m.trades();
        for (std::uint16_t i = 0; i < trades.size(); ++i) {
            const auto time = venue_time(trades[i].timestamp_ms());
            Trade trade{};
            if (time && to_trade(size, trades[i], trade)) {
                sink_.stage(EventType::trade, id, *time).payload.trade = trade;
            } else {
                ++counters_.bad_trades;
            }
        }
    }

    void on(const deribit::PriceIndex& m) {
        other_message();
        const auto time = venue_time(m.timestamp_ms());
        IndexPrice price{};
        if (!time || !to_index_price(m, price)) return count(counters_.bad_index_prices);
        sink_.stage(EventType::index_price, kNoInstrument, *time).payload.index_price = price;
    }

    [[gnu::noinline]] void on(const deribit::Snapshot& m) {
        suspect_rest_ = false;
        const auto whole = line_->assembler.add(m);
        if (!whole) return;
        const InstrumentId id = known(whole->instrument);
        if (id == kNoInstrument) return;
        recovery_.assign(id, line_->family);
        if (!whole->book_complete) return count(counters_.snapshots_incomplete);
        if (!recovery_.needs(id, whole->change_id)) return;
        const auto time = venue_time(whole->timestamp_ms);
        if (!time) return count(counters_.bad_times);
        if (!translate(*whole, table_[id].contract_size.to_double())) return count(counters_.bad_levels);
        recovery_.snapshot(id, whole->change_id, *time, levels_, now_);
    }

    [[gnu::noinline]] void on(const deribit::Instrument& m) {
        other_message();
        if (memo_.knows(m.instrument(), m.is_v1(), m.m.bytes())) {
            ++counters_.definitions_known;
        } else if (!define(m)) {
            return;
        }
        const InstrumentId id = table_.find_feed_id(m.instrument());
        if (id == kNoInstrument) return;
        recovery_.assign(id, line_->family);
        if (!recovery_.live(id)) recovery_.defined(id, m.instrument());
    }

    void on(const deribit::SnapshotStart&) {
        other_message();
        lines_.snapshot_started(*line_);
    }

    void on(const deribit::SnapshotEnd&) {
        other_message();
        lines_.snapshot_ended(*line_);
        if (definitions_complete_ || !lines_.definitions_seen()) return;
        definitions_complete_ = true;
        sink_.stage(EventType::definitions_complete, kNoInstrument, Nanos{});
        sink_.flush();
    }

    void on(const deribit::ComboLegs&) { other_message(); }
    void on(const deribit::Rfq&) { other_message(); }

  private:
    static constexpr std::size_t kLevelsPerUpdate = 4;  ///< kept for a book in recovery, on average
    static constexpr std::size_t kMaxLevelsAtOnce =
        4096;  ///< one message or snapshot; more is possible, and allocates

    static void count(std::uint64_t& counter) { ++counter; }

    /// What the lines call with each packet that counts.
    auto take() {
        return [this](Line& line, std::span<const std::byte> payload, bool after_loss) {
            line_ = &line;
            // A book update right after a loss may be the rest of one whose beginning is lost.
            suspect_rest_ = after_loss;
            if (!deribit::decode_frame(payload, *this, counters_.decode).ok()) lines_.damaged(line, now_);
            lines_.settle(line);
        };
    }

    InstrumentId known(std::uint32_t feed_id) {
        const Known k = known_[feed_id % kKnown];
        const bool usual = k.feed_id == feed_id && k.id != kNoInstrument && known_size_ == table_.size();
        return usual ? k.id : look_up(feed_id);
    }
    [[gnu::noinline]] InstrumentId look_up(std::uint32_t feed_id) {
        if (known_size_ != table_.size()) forget_known();
        Known& k = known_[feed_id % kKnown];
        k = {feed_id, table_.find_feed_id(feed_id)};
        if (k.id == kNoInstrument) ++counters_.unknown_instrument;
        return k.id;
    }
    /// A feed id can become another instrument's only by an instrument that is added.
    void forget_known() {
        known_.fill({});
        known_size_ = table_.size();
    }

    void other_message() {
        suspect_rest_ = false;
        line_->assembler.other_message();
    }

    /// By the block alone, so that the usual ticker's message need not be in memory.
    [[gnu::noinline]] void unusual_ticker(InstrumentId id, const std::byte* block) {
        deribit::Message message;
        message.block = block;
        const deribit::Ticker m{message};
        const auto time = venue_time(m.timestamp_ms());
        Ticker ticker{};
        if (!time || !to_ticker_slowly(m, ticker)) return count(counters_.bad_tickers);
        sink_.stage(EventType::ticker, id, *time).payload.ticker = ticker;
    }

    /// False: it cannot be used.
    bool define(const deribit::Instrument& m) {
        TranslatedDefinition definition = to_definition(m);
        if (definition.defect != DefinitionDefect::none) return count(counters_.bad_definitions), false;
        if (definition.more_tick_steps) ++counters_.more_tick_steps;
        const DefinitionPlace place = place_definition(table_, definition.instrument, m.is_v1());
        if (place.unchanged) {
            ++counters_.definitions_known;
            memo_.remember(m.instrument(), m.is_v1(), m.m.bytes());
            return true;
        }
        ++counters_.definitions_sent;
        memo_.forget_all();
        sink_.stage(EventType::instrument_definition, place.id, Nanos{}).payload.instrument =
            definition.instrument;
        sink_.flush();
        return true;
    }

    [[gnu::noinline]] void bad_update(InstrumentId id, const deribit::Book& m) {
        ++counters_.bad_levels;
        recovery_.refuse(id, m.change_id(), TrustReason::malformed, now_);
    }

    [[gnu::noinline]] void keep(InstrumentId id, const deribit::Book& m) {
        const auto time = venue_time(m.timestamp_ms());
        const auto changes = m.changes();
        const double size = table_[id].contract_size.to_double();
        levels_.clear();
        for (std::uint16_t i = 0; i < changes.size(); ++i) {
            const auto level = to_level(size, changes[i]);
            if (!level) return bad_update(id, m);
            levels_.push_back(*level);
        }
        if (!time) return bad_update(id, m);
        recovery_.take(id, {m.prev_change_id(), m.change_id(), *time, m.is_last(), levels_}, now_);
    }

    bool translate(const AssembledSnapshot& snapshot, double contract_size) {
        levels_.clear();
        for (const RawLevel& raw : snapshot.levels) {
            const auto level = to_level(contract_size, raw.side, raw.price, raw.amount, false);
            if (!level) return false;
            levels_.push_back(*level);
        }
        return true;
    }

    /// The table's answers, so that the hot path need not hash.
    struct Known {
        std::uint32_t feed_id = 0;
        InstrumentId id = kNoInstrument;
    };
    static constexpr std::size_t kKnown = 4096;

    const InstrumentTable& table_;
    Sink& sink_;
    BookRecovery recovery_;
    LineArbiter lines_;
    FeedCounters counters_;
    DefinitionMemo memo_;
    std::vector<BookLevel> levels_;
    Line* line_ = nullptr;
    Nanos now_;
    bool suspect_rest_ = false;
    bool definitions_complete_ = false;
    std::uint32_t known_size_ = 0;  ///< of the table, when it gave them
    std::array<Known, kKnown> known_{};
};

}  // namespace hw::net
