#include "net/feed/recovery.h"

#include <algorithm>

namespace hw::net {

BookRecovery::BookRecovery(std::size_t kept_levels, EventSinkRef sink)
    : sink_(sink), pool_(kept_levels), undefined_(kUndefinedSlots), books_(InstrumentTable::kCapacity) {}

void BookRecovery::take(InstrumentId id, const BookUpdate& update, Nanos now) {
    BookState& book = books_[index(id)];
    // A part of a split update repeats the ids of the parts before it, which are in the queue, not in the
    // book.
    const bool contained = book.has_image && update.change_id <= book.change_id;
    if (contained || update.change_id <= book.lost_up_to) {
        ++counters_.stale_updates;
        return;
    }
    if (book.phase == Phase::live && !connects(book, update)) {
        ++counters_.change_id_gaps;
        lose(id, TrustReason::change_id_gap, now);
    }
    // A live book keeps the parts of a split update: one that cannot be kept is lost to it.
    if (!keep(book, update)) return lose(id, TrustReason::recovery_overflow, now);
    if (book.kept.empty() || !book.has_image) return;
    if (pool_.front(book.kept).prev_change_id != book.change_id || !kept_ends_whole(book)) return;
    const bool was_lost = book.phase == Phase::lost;
    drain(id);
    if (was_lost) {
        ++counters_.books_proven;
        recovered(id, TrustReason::chain_intact);
    }
}

bool BookRecovery::connects(const BookState& book, const BookUpdate& update) const {
    return book.kept.empty() ? update.prev_change_id == book.change_id : follows_kept(book, update);
}

bool BookRecovery::follows_kept(const BookState& book, const BookUpdate& update) const {
    const KeptLevel& back = pool_.back(book.kept);
    const bool next = update.prev_change_id == back.change_id;
    const bool same_update = !back.ends_update && update.prev_change_id == back.prev_change_id &&
                             update.change_id == back.change_id;
    return next || same_update;
}

bool BookRecovery::keep(BookState& book, const BookUpdate& update) {
    if (!book.kept.empty() && !follows_kept(book, update)) {
        const KeptLevel& back = pool_.back(book.kept);
        if (update.change_id <= back.change_id) return ++counters_.stale_updates, true;
        // A hole: what lies before it is of no use, and only a snapshot can tell what lies in it.
        give_up_kept(book);
        book.lost_up_to = std::max(book.lost_up_to, update.prev_change_id);
    }
    ++counters_.updates_kept;
    if (keep_levels(book, update)) return true;
    ++counters_.overflows;
    give_up_kept(book);
    book.lost_up_to = update.change_id;
    return false;
}

bool BookRecovery::keep_levels(BookState& book, const BookUpdate& update) {
    KeptLevel item;
    item.prev_change_id = update.prev_change_id;
    item.change_id = update.change_id;
    item.venue_time = update.venue_time;
    item.ends_update = update.is_last;
    if (update.levels.empty()) return pool_.push(book.kept, item);
    for (const BookLevel& level : update.levels) {
        item.level = level;
        item.has_level = true;
        item.ends_update = update.is_last && &level == &update.levels.back();
        if (!pool_.push(book.kept, item)) return false;
    }
    return true;
}

void BookRecovery::give_up_kept(BookState& book) {
    if (!book.kept.empty()) ++counters_.updates_given_up;
    pool_.clear(book.kept);
}

bool BookRecovery::kept_ends_whole(const BookState& book) const {
    return !book.kept.empty() && pool_.back(book.kept).ends_update;
}

void BookRecovery::refuse(InstrumentId id, std::uint64_t change_id, TrustReason reason, Nanos now) {
    BookState& book = books_[index(id)];
    if (reason == TrustReason::malformed) ++counters_.malformed_updates;
    lose(id, reason, now);
    give_up_kept(book);
    book.lost_up_to = std::max(book.lost_up_to, change_id);
    book.has_image = false;
}

bool BookRecovery::usable(const BookState& book, std::uint64_t change_id, Nanos now) {
    if (change_id < std::max(book.lost_up_to, book.change_id)) return ++counters_.snapshots_too_old, false;
    if (book.kept.empty()) {
        const bool proves_nothing = book.phase == Phase::lost && now - book.lost_at < kSnapshotLag;
        return proves_nothing ? (++counters_.snapshots_too_old, false) : true;
    }
    if (change_id >= pool_.back(book.kept).change_id) return true;
    const KeptLevel* item = &pool_.front(book.kept);
    if (change_id < item->prev_change_id) return ++counters_.snapshots_too_old, false;
    // It has to be one of the states that the kept updates lead through.
    for (; item != nullptr; item = pool_.after(*item)) {
        if (item->prev_change_id == change_id) return true;
    }
    return ++counters_.snapshots_unconnected, false;
}

void BookRecovery::snapshot(InstrumentId id, std::uint64_t change_id, Nanos venue_time,
                            std::span<const BookLevel> levels, Nanos now) {
    BookState& book = books_[index(id)];
    const bool ahead = book.phase == Phase::live;
    if (!needs(id, change_id)) return;
    if (!usable(book, change_id, now)) return;
    ++counters_.snapshots_applied;
    counters_.snapshots_ahead += ahead ? 1 : 0;
    sink_.stage(EventType::book_clear, id, venue_time);
    for (const BookLevel& level : levels) send_level(id, venue_time, level, &level == &levels.back());
    while (!book.kept.empty() && pool_.front(book.kept).change_id <= change_id) pool_.pop(book.kept);
    book.change_id = change_id;
    book.has_image = true;
    const bool was_lost = book.phase == Phase::lost;
    book.phase = Phase::live;
    drain(id);
    if (was_lost) {
        recovered(id, TrustReason::snapshot_applied);
    } else {
        // book_clear takes the trust away at the receiver, so it is given anew in any case.
        book.trusted = true;
        send_trust(id, true, TrustReason::snapshot_applied);
    }
}

void BookRecovery::drain(InstrumentId id) {
    BookState& book = books_[index(id)];
    // Whole updates only: the parts of one that is still coming stay.
    const KeptLevel* whole_end = nullptr;
    for (const KeptLevel* item = book.kept.empty() ? nullptr : &pool_.front(book.kept); item != nullptr;
         item = pool_.after(*item)) {
        if (item->ends_update) whole_end = item;
    }
    while (whole_end != nullptr) {
        const KeptLevel& item = pool_.front(book.kept);
        const bool done = &item == whole_end;
        if (item.has_level) send_level(id, item.venue_time, item.level, last_level_of_update(item));
        book.change_id = item.change_id;
        pool_.pop(book.kept);
        if (done) return;
    }
}

bool BookRecovery::last_level_of_update(const KeptLevel& item) const {
    const KeptLevel* at = &item;
    while (!at->ends_update) {
        at = pool_.after(*at);
        if (at == nullptr || at->has_level) return at == nullptr;
    }
    return true;
}

void BookRecovery::lose(InstrumentId id, TrustReason reason, Nanos now) {
    BookState& book = books_[index(id)];
    if (book.trusted) send_trust(id, false, reason);
    book.trusted = false;
    if (book.phase == Phase::unseen) return;
    book.phase = Phase::lost;
    book.lost_at = now;
    if (!book.counted && book.family != kNoFamily) {
        book.counted = true;
        ++families_[book.family].lost;
    }
}

void BookRecovery::recovered(InstrumentId id, TrustReason reason) {
    BookState& book = books_[index(id)];
    ++counters_.books_recovered;
    book.phase = Phase::live;
    book.trusted = true;
    send_trust(id, true, reason);
    if (book.counted) {
        book.counted = false;
        --families_[book.family].lost;
    }
}

void BookRecovery::move_to(InstrumentId id, FamilyId family) {
    BookState& book = books_[index(id)];
    if (families_.size() <= family) families_.resize(family + 1u);
    if (book.family != kNoFamily) {
        Family& before = families_[book.family];
        std::erase(before.books, id);
        if (book.counted) --before.lost;
        if (book.counted) ++families_[family].lost;
    }
    book.family = family;
    families_[family].books.push_back(id);
}

void BookRecovery::missed_undefined(std::uint32_t feed_id, std::uint64_t change_id) {
    Undefined& slot = undefined_[feed_id % kUndefinedSlots];
    slot = {feed_id, slot.feed_id == feed_id ? std::max(slot.change_id, change_id) : change_id};
}

void BookRecovery::defined(InstrumentId id, std::uint32_t feed_id) {
    const Undefined& slot = undefined_[feed_id % kUndefinedSlots];
    BookState& book = books_[index(id)];
    if (slot.feed_id == feed_id) book.lost_up_to = std::max(book.lost_up_to, slot.change_id);
}

void BookRecovery::family_lost(FamilyId family, TrustReason reason, Nanos now) {
    if (family >= families_.size()) return;
    for (const InstrumentId id : families_[family].books) {
        BookState& book = books_[index(id)];
        lose(id, reason, now);
        // The rest of a split update may be what is missing: a part that comes now would close it wrongly.
        if (book.kept.empty() || kept_ends_whole(book)) continue;
        book.lost_up_to = std::max(book.lost_up_to, pool_.back(book.kept).change_id);
        give_up_kept(book);
    }
}

void BookRecovery::family_reset(FamilyId family, Nanos now) {
    if (family >= families_.size()) return;
    std::ranges::fill(undefined_, Undefined{});
    for (const InstrumentId id : families_[family].books) {
        lose(id, TrustReason::channel_gap, now);
        BookState& book = books_[index(id)];
        give_up_kept(book);
        book.lost_up_to = 0;
        book.change_id = 0;
        book.has_image = false;
    }
}

void BookRecovery::family_silent(FamilyId family) {
    if (family >= families_.size()) return;
    for (const InstrumentId id : families_[family].books) {
        BookState& book = books_[index(id)];
        if (!book.trusted) continue;
        book.trusted = false;
        send_trust(id, false, TrustReason::line_silent);
    }
}

void BookRecovery::family_heard(FamilyId family) {
    if (family >= families_.size()) return;
    for (const InstrumentId id : families_[family].books) {
        BookState& book = books_[index(id)];
        if (book.phase != Phase::live || book.trusted) continue;
        book.trusted = true;
        send_trust(id, true, TrustReason::chain_intact);
    }
}

void BookRecovery::send_level(InstrumentId id, Nanos venue_time, const BookLevel& level, bool last) {
    Event& event = sink_.stage(EventType::book_level, id, venue_time);
    event.payload.book_level = level;
    event.payload.book_level.last = last ? 1 : 0;
}

void BookRecovery::send_trust(InstrumentId id, bool trusted, TrustReason reason) {
    Event& event = sink_.stage(EventType::book_trust, id, Nanos{});
    event.payload.book_trust.trusted = trusted ? 1 : 0;
    event.payload.book_trust.reason = reason;
}

}  // namespace hw::net
