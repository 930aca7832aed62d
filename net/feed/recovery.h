// Which books can be believed, and how one that cannot is brought back.
//
// Every update of a book names the change before it. As long as each one names the last one applied, the book
// is what the venue has; `in_order` is that check, and all that the hot path does. Anything else comes here:
// a lost packet or a broken chain takes the trust of just the books concerned; their updates are kept, and
// when a snapshot arrives that the kept ones connect to, the book is sent anew (book_clear, levels, the kept
// updates) and trusted again. A book that was never seen whole is in the same state from the start. A book
// whose next update names the very change that we hold has provably missed nothing and is believed again at
// once.
//
// What is decided here goes out as Events through the sink. Deterministic: times come in as arguments.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/event.h"
#include "core/instrument.h"
#include "net/feed/delta_pool.h"

namespace hw::net {

/// A family is what shares an incremental channel.
using FamilyId = std::uint16_t;
inline constexpr FamilyId kNoFamily = 0xffff;

struct RecoveryCounters {
    std::uint64_t change_id_gaps = 0;
    std::uint64_t stale_updates = 0;      ///< already contained in the book
    std::uint64_t updates_kept = 0;       ///< parts of updates that had to wait
    std::uint64_t updates_given_up = 0;   ///< kept in vain: a newer snapshot was needed anyhow
    std::uint64_t overflows = 0;          ///< the pool was full: that book's recovery began anew
    std::uint64_t malformed_updates = 0;  ///< a value did not convert
    std::uint64_t snapshots_applied = 0;
    std::uint64_t snapshots_ahead = 0;  ///< of them: newer than a book that was believed
    std::uint64_t snapshots_too_old = 0;
    std::uint64_t snapshots_unconnected = 0;  ///< do not fit the kept updates
    std::uint64_t books_recovered = 0;        ///< trusted again after a loss
    std::uint64_t books_proven = 0;           ///< of them: by the next update, without a snapshot
};

/// One update message, or one part of it, translated.
struct BookUpdate {
    std::uint64_t prev_change_id = 0;
    std::uint64_t change_id = 0;
    Nanos venue_time;
    bool is_last = true;  ///< false: more parts follow
    std::span<const BookLevel> levels;
};

class BookRecovery {
  public:
    /// After a loss a snapshot that is not newer than what we have seen proves nothing for this long: it may
    /// have been on its way when the packet was lost.
    static constexpr Nanos kSnapshotLag = Nanos::from_ms(20);

    /// `kept_levels`: capacity of the pool.
    BookRecovery(std::size_t kept_levels, EventSinkRef sink);

    /// Books of ids up to InstrumentTable::kCapacity. A book belongs to the family it was last heard on.
    void assign(InstrumentId id, FamilyId family) {
        if (books_[index(id)].family != family) [[unlikely]]
            move_to(id, family);
    }

    /// The hot path: true when this whole update follows the book's last one; it then counts as applied.
    bool in_order(InstrumentId id, std::uint64_t prev_change_id, std::uint64_t change_id, bool is_last) {
        BookState& book = books_[index(id)];
        if (book.phase != Phase::live || !is_last || !book.kept.empty() || book.change_id != prev_change_id) {
            return false;
        }
        book.change_id = change_id;
        return true;
    }
    /// Every other update.
    void take(InstrumentId, const BookUpdate&, Nanos now);
    /// An update (or what should have been one) cannot be used: the book waits for a snapshot of `change_id`
    /// or later.
    void refuse(InstrumentId, std::uint64_t change_id, TrustReason, Nanos now);
    /// Whether a snapshot has anything to tell. A live book has all that its updates brought: only a newer
    /// one says something new. Its line is another one, so it may well be in front of updates that are on
    /// their way.
    bool needs(InstrumentId id, std::uint64_t change_id) const {
        const BookState& book = books_[index(id)];
        return book.phase != Phase::live || change_id > book.change_id;
    }
    /// A whole snapshot.
    void snapshot(InstrumentId, std::uint64_t change_id, Nanos venue_time, std::span<const BookLevel>,
                  Nanos now);

    /// An update of a book that is not defined yet. A snapshot that comes with the definition may be older
    /// than it.
    void missed_undefined(std::uint32_t feed_id, std::uint64_t change_id);
    /// The book of that feed id has just been defined.
    void defined(InstrumentId, std::uint32_t feed_id);

    /// Packets of the family's channel were lost.
    void family_lost(FamilyId, TrustReason, Nanos now);
    /// The sender started again: no change id from before counts.
    void family_reset(FamilyId, Nanos now);
    /// The channel is silent: its books are whole, but are not believed until it is heard again.
    void family_silent(FamilyId);
    void family_heard(FamilyId);
    /// True when the family has a book that lost its trust and has not been recovered.
    bool family_recovering(FamilyId family) const {
        return family < families_.size() && families_[family].lost > 0;
    }

    bool trusted(InstrumentId id) const { return books_[index(id)].trusted; }
    /// True when the book's state is known, whether it is believed just now or not.
    bool live(InstrumentId id) const { return books_[index(id)].phase == Phase::live; }
    std::uint64_t change_id(InstrumentId id) const { return books_[index(id)].change_id; }
    const RecoveryCounters& counters() const { return counters_; }
    std::size_t kept_levels() const { return pool_.used(); }

  private:
    enum class Phase : std::uint8_t {
        unseen = 0,  ///< never seen whole
        live,        ///< whole, up to change_id
        lost         ///< something may be missing after change_id
    };
    struct BookState {
        std::uint64_t change_id = 0;   ///< of what the receiver holds
        std::uint64_t lost_up_to = 0;  ///< changes up to this one are gone: only a snapshot has them
        Nanos lost_at;
        DeltaQueue kept;  ///< always a chain without holes
        FamilyId family = kNoFamily;
        Phase phase = Phase::unseen;
        bool trusted = false;    ///< what the receiver was told
        bool has_image = false;  ///< the receiver holds the book as of change_id
        bool counted = false;    ///< among its family's lost ones
    };
    struct Family {
        std::vector<InstrumentId> books;
        std::uint32_t lost = 0;
    };

    void move_to(InstrumentId, FamilyId);
    bool connects(const BookState&, const BookUpdate&) const;
    bool follows_kept(const BookState&, const BookUpdate&) const;
    bool keep(BookState&, const BookUpdate&);
    bool keep_levels(BookState&, const BookUpdate&);
    void give_up_kept(BookState&);
    bool kept_ends_whole(const BookState&) const;
    bool usable(const BookState&, std::uint64_t change_id, Nanos now);
    void lose(InstrumentId, TrustReason, Nanos now);
    void recovered(InstrumentId, TrustReason);
    void drain(InstrumentId);
    bool last_level_of_update(const KeptLevel&) const;
    void send_level(InstrumentId, Nanos venue_time, const BookLevel&, bool last);
    void send_trust(InstrumentId, bool trusted, TrustReason);

    /// The newest update seen of feed ids without a definition; a slot is overwritten when two share it.
    struct Undefined {
        std::uint32_t feed_id = 0;
        std::uint64_t change_id = 0;
    };
    static constexpr std::size_t kUndefinedSlots = 65'536;

    EventSinkRef sink_;
    DeltaPool pool_;
    std::vector<Undefined> undefined_;
    std::vector<BookState> books_;
    std::vector<Family> families_;
    RecoveryCounters counters_;
};

}  // namespace hw::net
