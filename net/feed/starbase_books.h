// Which order-by-order books may be believed, and how one that lost messages comes back.
//
// All books of a channel share one sequence of messages, so nothing within a book tells of a loss: the
// channel does. While a channel is behind (a gap that may still be filled) or silent, its books are whole up
// to there but are not believed. Once a gap is given up, every book of the channel that is not already ahead
// of it is lost: its messages are kept, and the next snapshot that holds all that was lost brings it back:
// the snapshot's orders, then the kept messages above its incrementalSeqNum. A book never seen whole is in
// the same state from the start.
//
// What orders do to price levels is told when their transaction ends, each level once, the last one of a book
// marked as such; so the receiver never sees half a transaction. What is decided here goes out as Events.
// Deterministic; nothing allocates after construction, once the channels' books are known.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/event.h"
#include "net/feed/delta_pool.h"
#include "net/feed/starbase_config.h"
#include "net/feed/starbase_orders.h"

namespace hw::net::starbase {

using ChannelIndex = std::uint16_t;
inline constexpr ChannelIndex kNoChannel = 0xffff;

enum class OrderOp : std::uint8_t { put, reduce, remove };

/// An order message, translated; also what is kept of it.
struct OrderMessage {
    std::uint64_t sequence = 0;
    std::uint64_t order = 0;
    Price price;
    Qty qty;
    std::uint32_t next = 0;  ///< the pool's
    OrderOp op = OrderOp::put;
    Side side = Side::buy;
};

struct StagedOrder {
    std::uint64_t order = 0;
    Price price;
    Qty qty;
    Side side = Side::buy;
};

/// A whole snapshot of one book.
struct BookImage {
    std::uint64_t sequence = 0;  ///< the last incremental message in it
    Nanos time;                  ///< the venue's
    std::span<const StagedOrder> orders;
};

struct BookCounters {
    std::uint64_t stale_orders = 0;     ///< already contained in a snapshot
    std::uint64_t orders_kept = 0;      ///< messages that had to wait
    std::uint64_t orders_given_up = 0;  ///< kept in vain
    std::uint64_t overflows = 0;        ///< the pool was full: that book's recovery began anew
    std::uint64_t orders_unknown = 0;   ///< messages of orders that are not there
    std::uint64_t orders_larger = 0;    ///< reductions to more than there was
    std::uint64_t orders_full = 0;      ///< no room for one more
    std::uint64_t orders_too_much = 0;  ///< quantities and prices beyond belief
    std::uint64_t books_refused = 0;    ///< no longer believed because of what came for them
    std::uint64_t snapshots_applied = 0;
    std::uint64_t snapshots_too_old = 0;
    std::uint64_t snapshots_too_new = 0;         ///< far ahead of what their channel has reached
    std::uint64_t snapshots_bad = 0;             ///< an order that cannot be
    std::uint64_t snapshots_in_transaction = 0;  ///< came in the middle of one: the next will do
    std::uint64_t snapshot_checks = 0;
    std::uint64_t snapshot_mismatches = 0;
    std::uint64_t books_recovered = 0;
    std::uint64_t long_transactions = 0;     ///< too many levels for one: told in pieces
    std::uint64_t unended_transactions = 0;  ///< the next one began before their end
    std::uint64_t stuck_transactions = 0;    ///< never ended: their books were refused
};

class StarbaseBooks {
  public:
    static constexpr std::size_t kMostTouched = 65'536;  ///< levels of one transaction
    static constexpr std::size_t kMostStaged = 65'536;   ///< orders of one snapshot
    /// A snapshot may be in front of its channel by what is on its way, not by more.
    static constexpr std::uint64_t kMostAhead = 65'536;
    /// After a new start, snapshots this soon may be of the life before, in other numbers.
    static constexpr Nanos kOldLife = Nanos::from_ms(1'000);
    /// A transaction that has not ended after this long never will.
    static constexpr Nanos kTransactionPatience = Nanos::from_ms(100);

    StarbaseBooks(const StarbaseConfig& config, EventSinkRef sink);

    /// A book belongs to the channel it was last heard on.
    void assign(InstrumentId, ChannelIndex);
    /// The hot path.
    void order(InstrumentId id, const OrderMessage& m) {
        Book& book = books_[index(id)];
        if (book.phase != Phase::live) return keep(book, m);
        if (m.sequence <= book.image_sequence) {
            ++counters_.stale_orders;
            return;
        }
        book.last_sequence = m.sequence;
        const OrderStore::Result result = apply(id, m, channels_[book.channel].touched);
        if (result != OrderStore::Result::done) [[unlikely]]
            refuse(id, m.sequence, reason_of(result));
    }

    bool in_transaction(ChannelIndex channel) const { return channels_[channel].in_transaction; }
    void begin_transaction(ChannelIndex channel, Nanos now) {
        channels_[channel].in_transaction = true;
        channels_[channel].began = now;
    }
    /// Tells what the transaction did to the levels.
    template <class Sink>
    void end_transaction(ChannelIndex channel, Nanos venue_time, Sink& sink);
    /// Refuses the books of transactions that do not end.
    void on_time(Nanos now);
    void count_unended() { ++counters_.unended_transactions; }
    /// One message more could be too much for what a transaction may touch.
    bool transaction_full(ChannelIndex channel) const {
        return channels_[channel].touched.size() >= kMostTouched;
    }
    void count_long() { ++counters_.long_transactions; }

    /// What came for the book up to `sequence` cannot be right: it waits for a later snapshot.
    void refuse(InstrumentId, std::uint64_t sequence, TrustReason);
    /// A message of an instrument that is not defined yet: a snapshot must hold it.
    void missed_undefined(ChannelIndex, std::uint64_t feed_id, std::uint64_t sequence);
    /// The instrument has just been defined (and assigned). `before`: what the feed id meant until then, or
    /// kNoInstrument.
    void defined(InstrumentId, std::uint64_t feed_id, InstrumentId before);

    // What happens to a channel.
    /// The first packet of it that was ever seen begins with `first`; what was before is unknown.
    void joined(ChannelIndex, std::uint64_t first);
    /// Messages up to `end` are known to exist, not all have come.
    void behind(ChannelIndex, std::uint64_t end);
    void complete(ChannelIndex);
    /// Messages up to and including `sequence` are gone.
    void lost(ChannelIndex, std::uint64_t sequence);
    /// The sender began anew with `first`: nothing from before counts.
    void restarted(ChannelIndex, std::uint64_t first, Nanos now);
    void silent(ChannelIndex);
    void heard(ChannelIndex);
    bool recovering(ChannelIndex channel) const { return channels_[channel].lost_books > 0; }

    /// `next`: the message the channel waits for; zero when it was never heard.
    void snapshot(InstrumentId, ChannelIndex, const BookImage&, std::uint64_t next, Nanos now);

    /// The receiver found that its book cannot be right.
    void distrust(InstrumentId id) {
        const Book& book = books_[index(id)];
        refuse(id, std::max(book.last_sequence, book.image_sequence), TrustReason::depth_exhausted);
    }
    std::span<const InstrumentId> instruments(ChannelIndex channel) const { return channels_[channel].books; }

    bool trusted(InstrumentId id) const { return books_[index(id)].trusted; }
    bool live(InstrumentId id) const { return books_[index(id)].phase == Phase::live; }
    bool find_side(InstrumentId id, std::uint64_t order, Side& side) const {
        return store_.find_side(id, order, side);
    }
    const BookCounters& counters() const { return counters_; }
    std::size_t kept() const { return pool_.used(); }
    std::size_t standing() const { return store_.used(); }

  private:
    enum class Phase : std::uint8_t { unseen = 0, live, lost };
    struct Book {
        std::uint64_t image_sequence = 0;  ///< of the snapshot it began with
        std::uint64_t last_sequence = 0;   ///< of the last message for it
        std::uint64_t lost_up_to = 0;      ///< only a snapshot of this or later has all that is gone
        DeltaQueue kept;
        std::uint32_t pending = 0;  ///< levels still to be told of
        ChannelIndex channel = kNoChannel;
        Phase phase = Phase::unseen;
        bool trusted = false;  ///< what the receiver was told
        bool counted = false;  ///< among its channel's lost ones
    };
    struct Channel {
        std::vector<InstrumentId> books;
        OrderStore::Touched touched;
        /// The newest message of instruments without a definition, by a hash of their feed ids: two that
        /// share a slot share the later one, which is on the safe side.
        std::vector<std::uint64_t> undefined;
        std::uint64_t lost_up_to = 0;
        std::uint64_t known_end = 0;  ///< while behind
        std::uint32_t lost_books = 0;
        Nanos began;         ///< the transaction
        Nanos restarted_at;  ///< zero: never
        bool in_transaction = false;
        bool is_behind = false;
        bool is_silent = false;
    };
    static constexpr std::size_t kUndefinedSlots = 16'384;

    OrderStore::Result apply(InstrumentId id, const OrderMessage& m, OrderStore::Touched& touched) {
        switch (m.op) {
            case OrderOp::put:
                return store_.put(id, m.side, m.order, m.price, m.qty, touched);
            case OrderOp::reduce:
                return store_.reduce(id, m.side, m.order, m.qty, touched);
            case OrderOp::remove:
                return store_.remove(id, m.side, m.order, touched);
        }
        return OrderStore::Result::unknown;
    }
    TrustReason reason_of(OrderStore::Result);
    void keep(Book&, const OrderMessage&);
    void give_up_kept(Book&);
    void lose(InstrumentId, TrustReason);
    bool usable(const Book&, const Channel&, const BookImage&, std::uint64_t next, Nanos now);
    bool equals(InstrumentId, const BookImage&) const;
    void rebuild(InstrumentId, const BookImage&);
    bool fill(InstrumentId, const BookImage&);
    void send_image(InstrumentId, Nanos venue_time);
    void drop_transaction(Channel&);
    bool spared(const Book& book, std::uint64_t lost) const { return book.image_sequence >= lost; }
    void trust_if_possible(InstrumentId, TrustReason);
    void set_trust(InstrumentId, bool trusted, TrustReason);

    EventSinkRef sink_;
    OrderStore store_;
    KeptPool<OrderMessage> pool_;
    std::vector<Book> books_;
    std::vector<Channel> channels_;
    OrderStore::Touched scratch_;
    bool verify_;
    BookCounters counters_;
};

template <class Sink>
void StarbaseBooks::end_transaction(ChannelIndex at, Nanos venue_time, Sink& sink) {
    Channel& channel = channels_[at];
    channel.in_transaction = false;
    if (channel.touched.empty()) return;
    // First what there is to tell of each book, so that the last level of each can say that it is the last.
    std::size_t told = 0;
    for (const std::uint32_t level : channel.touched) {
        const OrderLevel& l = store_.level(level);
        const bool tell = !l.detached && l.qty != l.published && live(l.instrument);
        if (!tell) {
            store_.settle(level);
            continue;
        }
        ++books_[index(l.instrument)].pending;
        channel.touched[told++] = level;
    }
    channel.touched.resize(told);
    for (const std::uint32_t level : channel.touched) {
        OrderLevel& l = store_.level(level);
        Event& event = sink.stage(EventType::book_level, l.instrument, venue_time);
        event.payload.book_level.price = l.price;
        event.payload.book_level.qty = l.qty;
        event.payload.book_level.side = l.side;
        event.payload.book_level.last = --books_[index(l.instrument)].pending == 0 ? 1 : 0;
        l.published = l.qty;
        store_.settle(level);
    }
    channel.touched.clear();
}

}  // namespace hw::net::starbase
