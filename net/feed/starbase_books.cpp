#include "net/feed/starbase_books.h"

#include <algorithm>

namespace hw::net::starbase {

StarbaseBooks::StarbaseBooks(const StarbaseConfig& config, EventSinkRef sink)
    : sink_(sink),
      store_(config.max_orders),
      pool_(config.recovery_buffer),
      books_(InstrumentTable::kCapacity),
      channels_(config.channels.size()),
      verify_(config.verify_snapshots) {
    for (Channel& channel : channels_) {
        channel.touched.reserve(kMostTouched + 2);
        channel.undefined.resize(kUndefinedSlots);
    }
    scratch_.reserve(kMostStaged);
}

void StarbaseBooks::assign(InstrumentId id, ChannelIndex channel) {
    Book& book = books_[index(id)];
    if (book.channel == channel) return;
    if (book.channel != kNoChannel) {
        // What it was on the other channel is counted in other numbers.
        lose(id, TrustReason::channel_gap);
        give_up_kept(book);
        std::erase(channels_[book.channel].books, id);
        if (book.counted) {
            --channels_[book.channel].lost_books;
            ++channels_[channel].lost_books;
        }
        book.image_sequence = book.last_sequence = book.lost_up_to = 0;
    }
    book.channel = channel;
    channels_[channel].books.push_back(id);
}

TrustReason StarbaseBooks::reason_of(OrderStore::Result result) {
    switch (result) {
        case OrderStore::Result::unknown:
            ++counters_.orders_unknown;
            return TrustReason::change_id_gap;
        case OrderStore::Result::larger:
            ++counters_.orders_larger;
            return TrustReason::change_id_gap;
        case OrderStore::Result::full:
            ++counters_.orders_full;
            return TrustReason::recovery_overflow;
        case OrderStore::Result::too_much:
        case OrderStore::Result::done:
            break;
    }
    ++counters_.orders_too_much;
    return TrustReason::malformed;
}

void StarbaseBooks::keep(Book& book, const OrderMessage& m) {
    ++counters_.orders_kept;
    book.last_sequence = m.sequence;
    if (pool_.push(book.kept, m)) return;
    ++counters_.overflows;
    give_up_kept(book);
    book.lost_up_to = std::max(book.lost_up_to, m.sequence);
}

void StarbaseBooks::give_up_kept(Book& book) {
    if (!book.kept.empty()) ++counters_.orders_given_up;
    pool_.clear(book.kept);
}

void StarbaseBooks::lose(InstrumentId id, TrustReason reason) {
    Book& book = books_[index(id)];
    set_trust(id, false, reason);
    if (book.phase == Phase::unseen) return;
    book.phase = Phase::lost;
    if (!book.counted && book.channel != kNoChannel) {
        book.counted = true;
        ++channels_[book.channel].lost_books;
    }
}

void StarbaseBooks::refuse(InstrumentId id, std::uint64_t sequence, TrustReason reason) {
    Book& book = books_[index(id)];
    ++counters_.books_refused;
    lose(id, reason);
    give_up_kept(book);
    book.lost_up_to = std::max(book.lost_up_to, sequence);
}

void StarbaseBooks::missed_undefined(ChannelIndex at, std::uint64_t feed_id, std::uint64_t sequence) {
    std::uint64_t& slot = channels_[at].undefined[mix64(feed_id) % kUndefinedSlots];
    slot = std::max(slot, sequence);
}

void StarbaseBooks::defined(InstrumentId id, std::uint64_t feed_id, InstrumentId before) {
    if (before != kNoInstrument && before != id) {
        // The number means another contract from here on.
        Book& old = books_[index(before)];
        lose(before, TrustReason::restarted);
        give_up_kept(old);
        store_.clear(before);
    }
    Book& book = books_[index(id)];
    if (book.phase == Phase::live) return;
    const std::uint64_t missed = channels_[book.channel].undefined[mix64(feed_id) % kUndefinedSlots];
    book.lost_up_to = std::max(book.lost_up_to, missed);
}

void StarbaseBooks::joined(ChannelIndex at, std::uint64_t first) {
    channels_[at].lost_up_to = first == 0 ? 0 : first - 1;
}

void StarbaseBooks::behind(ChannelIndex at, std::uint64_t end) {
    Channel& channel = channels_[at];
    if (channel.is_behind && end <= channel.known_end) return;
    channel.is_behind = true;
    channel.known_end = end;
    for (const InstrumentId id : channel.books) {
        if (!spared(books_[index(id)], end - 1)) set_trust(id, false, TrustReason::channel_gap);
    }
}

void StarbaseBooks::complete(ChannelIndex at) {
    Channel& channel = channels_[at];
    if (!channel.is_behind) return;
    channel.is_behind = false;
    for (const InstrumentId id : channel.books) trust_if_possible(id, TrustReason::chain_intact);
}

void StarbaseBooks::lost(ChannelIndex at, std::uint64_t sequence) {
    Channel& channel = channels_[at];
    channel.lost_up_to = std::max(channel.lost_up_to, sequence);
    for (const InstrumentId id : channel.books) {
        Book& book = books_[index(id)];
        if (spared(book, sequence)) continue;
        lose(id, TrustReason::channel_gap);
        give_up_kept(book);
        book.lost_up_to = std::max(book.lost_up_to, sequence);
    }
    drop_transaction(channel);
}

void StarbaseBooks::restarted(ChannelIndex at, std::uint64_t first, Nanos now) {
    Channel& channel = channels_[at];
    std::ranges::fill(channel.undefined, 0);
    for (const InstrumentId id : channel.books) {
        Book& book = books_[index(id)];
        lose(id, TrustReason::channel_gap);
        give_up_kept(book);
        book.image_sequence = book.last_sequence = book.lost_up_to = 0;
    }
    drop_transaction(channel);
    channel.is_behind = false;
    channel.restarted_at = now;
    joined(at, first);
}

void StarbaseBooks::drop_transaction(Channel& channel) {
    channel.in_transaction = false;
    for (const std::uint32_t level : channel.touched) store_.settle(level);
    channel.touched.clear();
}

void StarbaseBooks::on_time(Nanos now) {
    for (Channel& channel : channels_) {
        if (!channel.in_transaction) continue;
        // Its end may be among what is missing.
        if (channel.is_behind) channel.began = now;
        if (now - channel.began <= kTransactionPatience) continue;
        ++counters_.stuck_transactions;
        for (const std::uint32_t level : channel.touched) {
            const OrderLevel& l = store_.level(level);
            if (!l.detached && live(l.instrument))
                refuse(l.instrument, books_[index(l.instrument)].last_sequence, TrustReason::malformed);
        }
        drop_transaction(channel);
    }
}

void StarbaseBooks::silent(ChannelIndex at) {
    channels_[at].is_silent = true;
    for (const InstrumentId id : channels_[at].books) set_trust(id, false, TrustReason::line_silent);
}

void StarbaseBooks::heard(ChannelIndex at) {
    if (!channels_[at].is_silent) return;
    channels_[at].is_silent = false;
    for (const InstrumentId id : channels_[at].books) trust_if_possible(id, TrustReason::chain_intact);
}

bool StarbaseBooks::usable(const Book& book, const Channel& channel, const BookImage& image,
                           std::uint64_t next, Nanos now) {
    const std::uint64_t needed = std::max(book.lost_up_to, channel.lost_up_to);
    const bool old_life = !channel.restarted_at.is_zero() && now - channel.restarted_at < kOldLife;
    if (next == 0 || image.sequence < needed || old_life) {
        ++counters_.snapshots_too_old;
        return false;
    }
    if (image.sequence >= next + kMostAhead) {
        ++counters_.snapshots_too_new;
        return false;
    }
    if (channel.in_transaction) {
        ++counters_.snapshots_in_transaction;
        return false;
    }
    return true;
}

bool StarbaseBooks::equals(InstrumentId id, const BookImage& image) const {
    if (store_.order_count(id) != image.orders.size()) return false;
    return std::ranges::all_of(image.orders, [&](const StagedOrder& o) {
        return store_.holds(id, o.side, o.order, o.price, o.qty);
    });
}

void StarbaseBooks::snapshot(InstrumentId id, ChannelIndex at, const BookImage& image, std::uint64_t next,
                             Nanos now) {
    const Book& book = books_[index(id)];
    Channel& channel = channels_[at];
    if (book.phase == Phase::live) {
        // It can be compared only when it is of the same moment.
        const bool same_moment = image.sequence < next && image.sequence >= book.image_sequence &&
                                 book.last_sequence <= image.sequence && !channel.in_transaction;
        if (!verify_ || !same_moment) return;
        ++counters_.snapshot_checks;
        if (equals(id, image)) return;
        ++counters_.snapshot_mismatches;
        refuse(id, image.sequence, TrustReason::change_id_gap);
    }
    if (usable(book, channel, image, next, now)) rebuild(id, image);
}

bool StarbaseBooks::fill(InstrumentId id, const BookImage& image) {
    Book& book = books_[index(id)];
    for (const StagedOrder& o : image.orders) {
        const auto result = store_.put(id, o.side, o.order, o.price, o.qty, scratch_);
        if (result == OrderStore::Result::done) continue;
        ++counters_.snapshots_bad;
        return reason_of(result), false;
    }
    for (; !book.kept.empty(); pool_.pop(book.kept)) {
        const OrderMessage& m = pool_.front(book.kept);
        if (m.sequence <= image.sequence) continue;
        const auto result = apply(id, m, scratch_);
        if (result != OrderStore::Result::done) return reason_of(result), false;
    }
    return true;
}

void StarbaseBooks::rebuild(InstrumentId id, const BookImage& image) {
    Book& book = books_[index(id)];
    store_.clear(id);
    scratch_.clear();
    const bool filled = fill(id, image);
    for (const std::uint32_t level : scratch_) {
        store_.level(level).published = store_.level(level).qty;
        store_.settle(level);
    }
    scratch_.clear();
    if (!filled) return refuse(id, std::max(image.sequence, book.last_sequence), TrustReason::malformed);
    ++counters_.snapshots_applied;
    book.image_sequence = image.sequence;
    book.last_sequence = std::max(book.last_sequence, image.sequence);
    if (book.phase == Phase::lost) ++counters_.books_recovered;
    book.phase = Phase::live;
    if (book.counted) {
        book.counted = false;
        --channels_[book.channel].lost_books;
    }
    send_image(id, image.time);
    trust_if_possible(id, TrustReason::snapshot_applied);
}

void StarbaseBooks::send_image(InstrumentId id, Nanos venue_time) {
    books_[index(id)].trusted = false;  // so book_clear has it at the receiver
    sink_.stage(EventType::book_clear, id, venue_time);
    Event* last = nullptr;
    store_.for_each_level(id, [&](const OrderLevel& l) {
        last = &sink_.stage(EventType::book_level, id, venue_time);
        last->payload.book_level.price = l.price;
        last->payload.book_level.qty = l.qty;
        last->payload.book_level.side = l.side;
    });
    if (last != nullptr) last->payload.book_level.last = 1;
}

void StarbaseBooks::trust_if_possible(InstrumentId id, TrustReason reason) {
    const Book& book = books_[index(id)];
    const Channel& channel = channels_[book.channel];
    const bool up_to_date = !channel.is_behind || spared(book, channel.known_end - 1);
    if (book.phase == Phase::live && up_to_date && !channel.is_silent) set_trust(id, true, reason);
}

void StarbaseBooks::set_trust(InstrumentId id, bool trusted, TrustReason reason) {
    Book& book = books_[index(id)];
    if (book.trusted == trusted) return;
    book.trusted = trusted;
    Event& event = sink_.stage(EventType::book_trust, id, Nanos{});
    event.payload.book_trust.trusted = trusted ? 1 : 0;
    event.payload.book_trust.reason = reason;
}

}  // namespace hw::net::starbase
