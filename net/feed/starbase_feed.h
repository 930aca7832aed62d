// Deribit's Starbase market data (L3), from UDP datagrams to Events: the same contract as DeribitFeed.
//
// The hot loop hands every UDP datagram to `on_datagram` and the time to `on_time`; definitions, price levels
// with their trust, tickers, trades, index prices and the state of the lines come out of the sink. It ties
// the parts together: starbase_channels.h says which messages are next and what is missing,
// starbase_retransmit.h asks for it, starbase_decoder.h takes packets apart, starbase_books.h adds orders up
// and says which books to believe, starbase_translate.h and starbase_reference.h turn the rest into ours.
// Deterministic, and without allocation once every instrument is defined.
#pragma once

#include <utility>
#include <vector>

#include "core/event.h"
#include "core/instrument.h"
#include "net/feed/line_pair.h"
#include "net/feed/starbase_books.h"
#include "net/feed/starbase_channels.h"
#include "net/feed/starbase_config.h"
#include "net/feed/starbase_counters.h"
#include "net/feed/starbase_decoder.h"
#include "net/feed/starbase_reference.h"
#include "net/feed/starbase_retransmit.h"
#include "net/feed/starbase_snapshots.h"

namespace hw::net {

template <class Sink>
class StarbaseFeed {
  public:
    StarbaseFeed(const StarbaseConfig& config, const InstrumentTable& table, Sink& sink)
        : StarbaseFeed(Whole{with_channels(config)}, table, sink) {}
    StarbaseFeed(const StarbaseFeed&) = delete;
    StarbaseFeed& operator=(const StarbaseFeed&) = delete;

    /// Where retransmission requests leave. Without it what is lost comes back by snapshots only.
    void connect(UdpSender sender) { retransmitter_.connect(sender); }

    /// Any UDP datagram; those of other destinations are counted and left alone. `now` never decreases.
    /// Its two lines are told apart by their groups, whichever port they come on.
    void on_datagram(const UdpDatagram& datagram, Nanos now, LineSide = LineSide::a) {
        now_ = now;
        const auto source = channels_.identify(datagram);
        if (source.kind == Kind::none) return count(Fate::other_destination);
        const starbase::PacketCheck packet = starbase::check_packet(datagram.payload);
        if (!packet.ok()) ++counters_.decode.malformed[static_cast<std::size_t>(packet.reason)];
        if (!packet.believable) return count(Fate::malformed);
        channel_ = source.channel;
        switch (source.kind) {
            case Kind::incremental:
                return on_incremental(datagram.payload, packet, source.line);
            case Kind::snapshot:
                return on_snapshot(datagram.payload, packet);
            case Kind::answer:
                return on_answer(datagram.payload, packet);
            case Kind::none:
                break;
        }
    }

    /// Time passes: silence is judged, and what is missing is asked for. `now` never decreases.
    void on_time(Nanos now) {
        now_ = now;
        channels_.on_time(now);
        for (std::size_t i = 0; i < channels_.size(); ++i) pursue(static_cast<ChannelIndex>(i));
        books_.on_time(now);
    }

    /// The receiver found that its book cannot be right: it is brought back by the next snapshot.
    void distrust(InstrumentId id, Nanos) { books_.distrust(id); }
    bool trusted(InstrumentId id) const { return books_.trusted(id); }

    StarbaseCounters counters() const {
        StarbaseCounters c = counters_;
        c.channels = channels_.counters();
        c.books = books_.counters();
        c.retransmit = retransmitter_.counters();
        return c;
    }

    // What the decoder calls.
    void begin_message(const starbase::Message& m) {
        sequence_ = m.sequence;
        time_ = Nanos::from_ns(m.header.transact_time_ns);
        if (from_snapshot_) return;
        if (m.header.starts_transaction()) {
            if (books_.in_transaction(channel_)) {
                books_.count_unended();
                books_.end_transaction(channel_, time_, sink_);
            }
        } else if (books_.in_transaction(channel_)) {
            return;
        } else {
            ++counters_.unstarted_transactions;
        }
        books_.begin_transaction(channel_, now_);
    }
    void end_message(const starbase::Message& m) {
        if (from_snapshot_) return;
        if (m.header.ends_transaction()) return books_.end_transaction(channel_, time_, sink_);
        if (!books_.transaction_full(channel_)) return;
        books_.count_long();
        books_.end_transaction(channel_, time_, sink_);
        books_.begin_transaction(channel_, now_);
    }

    void on(const starbase::Put& m) {
        if (from_snapshot_) return stage(m);
        order(m.instrument(), m.order(), starbase::OrderOp::put, m.is_bid, m.price(), m.quantity());
    }
    void on(const starbase::QtyReduced& m) {
        if (from_snapshot_) return;
        order(m.instrument(), m.order(), starbase::OrderOp::reduce, m.is_bid, 0, m.quantity());
    }
    void on(const starbase::Delete& m) {
        if (from_snapshot_) return;
        order(m.instrument(), m.order(), starbase::OrderOp::remove, m.is_bid, 0, 0);
    }

    void on(const starbase::InstrumentInfo& m) { ticker_part(m, starbase::Part::info); }
    void on(const starbase::InstrumentRef& m) { ticker_part(m, starbase::Part::reference); }
    void on(const starbase::InstrumentStatus& m) { ticker_part(m, starbase::Part::status); }

    void on(const starbase::TradeSummary& m) {
        summaries_[channel_] = {m.instrument(), m.taker_flags(), m.trades()};
    }
    void on(const starbase::Trade& m);
    void on(const starbase::BlockTrade& m);

    void on(const starbase::IndexDefinition& m) {
        if (!indices_.define(m.index(), m.name())) ++counters_.bad_index_prices;
    }
    void on(const starbase::IndexInfo& m) {
        auto* const index = indices_.find(m.index());
        if (index == nullptr) return increment(counters_.unknown_index);
        const auto price = starbase::to_price(m.price());
        if (!price || *price == kNoPrice) return increment(counters_.bad_index_prices);
        // A snapshot's may be older than what the incremental channel has told since.
        if (from_snapshot_ && index->price != kNoPrice) return;
        index->price = *price;
        IndexPrice& out = sink_.stage(EventType::index_price, kNoInstrument, time_).payload.index_price;
        out.name = index->name;
        out.price = *price;
    }

    void on(const starbase::InstrumentDefinition& m);

    void on(const starbase::SnapshotHeader& m) {
        if (from_snapshot_) stages_[channel_].begin(m);
    }
    void on(const starbase::SnapshotTrailer& m) {
        if (!from_snapshot_) return;
        const auto image = stages_[channel_].end(m);
        if (!image) return;
        const InstrumentId id = known(m.instrument());
        if (id == kNoInstrument) return;
        books_.assign(id, channel_);
        const auto& channel = channels_.channel(channel_);
        books_.snapshot(id, channel_, *image, channel.started ? channel.next : 0, now_);
        channels_.exists(channel_, image->sequence + 1, now_);
        channels_.settle(channel_);
    }
    void on(const starbase::EndOfCycle& m) {
        if (!from_snapshot_ || !stages_[channel_].end_cycle(m.active_instruments())) return;
        ++counters_.cycles;
        if (std::exchange(definitions_complete_, all_cycles_seen())) return;
        if (!definitions_complete_) return;
        sink_.stage(EventType::definitions_complete, kNoInstrument, Nanos{});
        sink_.flush();
    }
    // Requests and rejects do not belong on a market data channel.
    void on(const starbase::RetransmitRequest&) {}
    void on(const starbase::RetransmitReject&) {}

  private:
    using Fate = starbase::Fate;
    using Kind = starbase::StarbaseChannels::Kind;
    using Verdict = starbase::StarbaseChannels::Verdict;
    using ChannelIndex = starbase::ChannelIndex;
    struct Whole {
        StarbaseConfig config;
    };
    struct Summary {
        std::int64_t instrument = 0;
        std::uint32_t taker_flags = 0;
        std::int32_t trades_left = 0;
    };

    StarbaseFeed(const Whole& whole, const InstrumentTable& table, Sink& sink)
        : table_(table),
          sink_(sink),
          books_(whole.config, EventSinkRef(sink)),
          channels_(whole.config, books_, EventSinkRef(sink)),
          retransmitter_(whole.config),
          stages_(whole.config.channels.size()),
          summaries_(whole.config.channels.size()) {}

    static void increment(std::uint64_t& counter) { ++counter; }
    void count(Fate fate) { channels_.counters().count(fate); }
    /// One fate for each datagram: a malformed one's is that, whatever its sound part was good for.
    void count(const starbase::PacketCheck& packet, Fate fate) {
        count(packet.ok() ? fate : Fate::malformed);
    }

    void on_incremental(std::span<const std::byte> payload, const starbase::PacketCheck& packet,
                        starbase::LineName line) {
        if (!starbase::is_incremental(packet.header.type)) return count(packet, Fate::wrong_type);
        channels_.heard(channel_, line, now_);
        take(payload, packet, (packet.header.type & starbase::kRetransmit) != 0);
    }

    /// A packet of the incremental sequence, from wherever it came.
    void take(std::span<const std::byte> payload, const starbase::PacketCheck& packet,
              bool is_retransmission) {
        const std::uint64_t resets = channels_.counters().resets;
        const Verdict verdict = channels_.admit(channel_, packet, is_retransmission, now_);
        if (channels_.counters().resets != resets) [[unlikely]] {
            for (const InstrumentId id : books_.instruments(channel_)) reference_.forget_sequences(id);
        }
        if (packet.header.messages == 0) {
            count(packet, Fate::heartbeat);
        } else if (verdict == Verdict::apply) {
            count(packet, Fate::applied);
            apply(payload, packet.first(), packet.sound);
            apply_held();
        } else if (verdict == Verdict::hold) {
            hold(payload, packet);
        } else {
            count(packet, Fate::duplicate);
        }
        channels_.settle(channel_);
        if (!channels_.channel(channel_).missing()) retransmitter_.close(channel_);
    }

    void apply(std::span<const std::byte> payload, std::uint64_t first, std::uint16_t sound) {
        auto& channel = channels_.channel(channel_);
        const auto skip = static_cast<std::uint16_t>(channel.next - first);
        from_snapshot_ = false;
        starbase::dispatch_packet(payload, skip, sound, *this, counters_.decode);
        channel.next = first + sound;
    }
    void apply_held() {
        auto& channel = channels_.channel(channel_);
        while (!channel.held.empty() && channel.held.front().first <= channel.next) {
            const auto packet = channel.held.front();
            if (packet.end() > channel.next) apply(channel.held.bytes(packet), packet.first, packet.sound);
            channel.held.pop();
        }
    }
    void hold(std::span<const std::byte> payload, const starbase::PacketCheck& packet) {
        auto& channel = channels_.channel(channel_);
        for (;;) {
            const auto result = channel.held.hold(packet.first(), packet.sound, payload);
            if (result != starbase::HeldPackets::Result::full)
                return count(packet,
                             result == starbase::HeldPackets::Result::held ? Fate::held : Fate::duplicate);
            // No room to wait for what is missing.
            ++channels_.counters().hold_overflows;
            give_up();
            if (packet.first() <= channel.next) break;
        }
        count(packet, Fate::applied);
        if (packet.first() + packet.sound > channel.next) apply(payload, packet.first(), packet.sound);
        apply_held();
    }

    void give_up() {
        channels_.give_up(channel_);
        retransmitter_.close(channel_);
        apply_held();
    }

    void pursue(ChannelIndex at) {
        const auto& channel = channels_.channel(at);
        if (!channel.missing()) return retransmitter_.close(at);
        // What was only heard of may still be on its way.
        if (!channel.ahead_since.is_zero()) return;
        channel_ = at;
        const auto step = retransmitter_.pursue(at, channel.number, channel.next, channel.hole_end(), now_);
        if (step == starbase::Retransmitter::Step::give_up) give_up();
        channels_.settle(at);
    }

    void on_snapshot(std::span<const std::byte> payload, const starbase::PacketCheck& packet) {
        if (!starbase::is_snapshot(packet.header.type)) return count(packet, Fate::wrong_type);
        bool interrupted = false;
        if (!channels_.admit_snapshot(channel_, packet, interrupted))
            return count(packet, packet.header.messages == 0 ? Fate::heartbeat : Fate::snapshot_duplicate);
        count(packet, packet.header.messages == 0 ? Fate::heartbeat : Fate::snapshot);
        if (interrupted) abandon();
        from_snapshot_ = true;
        starbase::dispatch_packet(payload, 0, packet.sound, *this, counters_.decode);
        from_snapshot_ = false;
        if (packet.sound < packet.header.messages) abandon();
    }
    void abandon() {
        if (stages_[channel_].interrupted()) ++counters_.snapshots_abandoned;
    }

    void on_answer(std::span<const std::byte> payload, const starbase::PacketCheck& packet) {
        if (starbase::is_incremental(packet.header.type)) {
            const std::uint64_t before = channels_.channel(channel_).next;
            take(payload, packet, true);
            if (channels_.channel(channel_).next > before) retransmitter_.answered(channel_);
            return;
        }
        const auto reject = starbase::find_reject(payload, packet);
        if (!reject.body) return count(packet, Fate::stray_answer);
        const bool ours = retransmitter_.rejected(channel_, packet.header.sequence,
                                                  starbase::RetransmitReject{reject}, now_);
        count(packet, ours ? Fate::reject : Fate::stray_answer);
    }

    InstrumentId known(std::int64_t feed_id) {
        const InstrumentId id = table_.find_feed_id(static_cast<std::uint64_t>(feed_id));
        if (id == kNoInstrument) ++counters_.unknown_instrument;
        return id;
    }

    void order(std::int64_t instrument, std::int64_t order_id, starbase::OrderOp op, bool is_bid,
               std::int64_t price, std::int64_t quantity) {
        const InstrumentId id = known(instrument);
        if (id == kNoInstrument || !reference_[id].defined) [[unlikely]]
            return books_.missed_undefined(channel_, static_cast<std::uint64_t>(instrument), sequence_);
        books_.assign(id, channel_);
        const auto qty = reference_[id].scale.contracts(quantity);
        if (!qty) {
            ++counters_.bad_quantities;
            return books_.refuse(id, sequence_, TrustReason::malformed);
        }
        books_.order(id, {sequence_, static_cast<std::uint64_t>(order_id), Price::from_nanos(price), *qty, 0,
                          op, is_bid ? Side::buy : Side::sell});
    }

    void stage(const starbase::Put& m) {
        const InstrumentId id = table_.find_feed_id(static_cast<std::uint64_t>(m.instrument()));
        auto& stage = stages_[channel_];
        if (id == kNoInstrument || !reference_[id].defined) return stage.spoil();
        const auto qty = reference_[id].scale.contracts(m.quantity());
        if (!qty) {
            ++counters_.bad_quantities;
            return stage.spoil();
        }
        stage.add(m, *qty);
    }

    template <class Message>
    void ticker_part(const Message& m, starbase::Part part) {
        const InstrumentId id = known(m.instrument());
        if (id == kNoInstrument) return;
        auto& item = reference_[id];
        const std::uint64_t at = from_snapshot_ ? stages_[channel_].sequence() : sequence_;
        if (!reference_.is_news(id, part, at, from_snapshot_)) return;
        Ticker ticker = item.ticker;
        if (!starbase::Reference::put(m, ticker)) return increment(counters_.bad_tickers);
        ticker.index = indices_.price(item.index_id);
        // A snapshot repeats what is known: that is no news.
        if (from_snapshot_ && starbase::same_ticker(ticker, item.ticker)) return;
        item.ticker = ticker;
        sink_.stage(EventType::ticker, id, time_).payload.ticker = ticker;
    }

    bool all_cycles_seen() const {
        for (const auto& stage : stages_) {
            if (stage.whole_cycles() == 0) return false;
        }
        return true;
    }

    const InstrumentTable& table_;
    Sink& sink_;
    starbase::StarbaseBooks books_;
    starbase::StarbaseChannels channels_;
    starbase::Retransmitter retransmitter_;
    starbase::Reference reference_;
    starbase::IndexNames indices_;
    std::vector<starbase::SnapshotStage> stages_;
    std::vector<Summary> summaries_;
    StarbaseCounters counters_;
    Nanos now_;
    Nanos time_;  ///< of the message, the venue's
    std::uint64_t sequence_ = 0;
    ChannelIndex channel_ = 0;
    bool from_snapshot_ = false;
    bool definitions_complete_ = false;
};

template <class Sink>
void StarbaseFeed<Sink>::on(const starbase::Trade& m) {
    Summary& summary = summaries_[channel_];
    const InstrumentId id = known(m.instrument());
    if (id == kNoInstrument || !reference_[id].defined) return;
    const auto price = starbase::to_price(m.price());
    const auto qty = reference_[id].scale.contracts(m.quantity());
    if (!price || *price == kNoPrice || !qty) return increment(counters_.bad_trades);
    reference_[id].ticker.last = *price;
    Side maker = Side::buy;
    const bool of_summary = summary.trades_left > 0 && summary.instrument == m.instrument();
    if (of_summary) {
        --summary.trades_left;
    } else if (!books_.find_side(id, static_cast<std::uint64_t>(m.maker_order()), maker)) {
        // A leg of something, or its summary was lost: a side would be a guess.
        return increment(counters_.trades_without_side);
    }
    hw::Trade& out = sink_.stage(EventType::trade, id, time_).payload.trade;
    out.price = *price;
    out.qty = *qty;
    out.trade_id = static_cast<std::uint64_t>(m.match());
    const Side taker = (summary.taker_flags & starbase::kTakerSells) != 0 ? Side::sell : Side::buy;
    out.aggressor = of_summary ? taker : opposite(maker);
    out.liquidation = of_summary && (summary.taker_flags & starbase::kLiquidation) != 0 ? 1 : 0;
}

template <class Sink>
void StarbaseFeed<Sink>::on(const starbase::BlockTrade& m) {
    const InstrumentId id = known(m.instrument());
    if (id == kNoInstrument || !reference_[id].defined) return;
    const auto price = starbase::to_price(m.price());
    const auto qty = reference_[id].scale.contracts(m.quantity());
    const auto vol = starbase::to_volatility(m.implied_vol());
    if (!price || *price == kNoPrice || !qty || !vol) return increment(counters_.bad_trades);
    hw::Trade& out = sink_.stage(EventType::trade, id, time_).payload.trade;
    out.price = *price;
    out.qty = *qty;
    out.trade_id = static_cast<std::uint64_t>(m.match());
    out.block_id = static_cast<std::uint64_t>(m.block_trade());
    out.implied_vol = *vol;
    out.aggressor = (m.taker_flags() & starbase::kTakerSells) != 0 ? Side::sell : Side::buy;
    out.liquidation = (m.taker_flags() & starbase::kLiquidation) != 0 ? 1 : 0;
}

template <class Sink>
void StarbaseFeed<Sink>::on(const starbase::InstrumentDefinition& m) {
    starbase::StarbaseDefinition definition = starbase::to_definition(m);
    if (definition.defect != DefinitionDefect::none) return increment(counters_.bad_definitions);
    if (definition.more_tick_steps) ++counters_.more_tick_steps;
    const StarbasePlace place = place_starbase_definition(table_, definition.instrument);
    // The status of an older snapshot does not undo a newer message's.
    const std::uint64_t at = from_snapshot_ ? stages_[channel_].sequence() : sequence_;
    StarbasePlace again = place;
    if (table_.contains(place.id) &&
        !reference_.is_news(place.id, starbase::Part::status, at, from_snapshot_)) {
        definition.instrument.state = reference_[place.id].ticker.state;
        again = place_starbase_definition(table_, definition.instrument);
    }
    if (again.unchanged) {
        ++counters_.definitions_known;
    } else {
        ++counters_.definitions_sent;
        sink_.stage(EventType::instrument_definition, again.id, Nanos{}).payload.instrument =
            definition.instrument;
        sink_.flush();
    }
    const InstrumentId id = table_.find_feed_id(definition.instrument.feed_id);
    if (id == kNoInstrument) return;
    auto& item = reference_[id];
    item.scale = definition.scale;
    item.index_id = definition.index_id;
    item.ticker.state = definition.instrument.state;
    item.defined = true;
    books_.assign(id, channel_);
    books_.defined(id, definition.instrument.feed_id, again.before);
}

}  // namespace hw::net
