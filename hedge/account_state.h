// What the engine's state keeps of the account as its two sessions tell it: executions as they were booked,
// fills that one session has not told yet, the venue's positions and open orders, rate credits. Flat parts of
// EngineState; all-zero is a fresh start.
#pragma once

#include <array>
#include <cstdint>

#include "core/event.h"
#include "core/ledger.h"
#include "core/types.h"

namespace hw::hedge {

/// What became of a remembered execution.
enum class Booked : std::uint8_t {
    nothing = 0,  ///< it was refused, or a combo's, whose legs are booked
    fill = 1,
    busted = 2,     ///< a fill that was taken back
    bust = 3,       ///< what took it back
    correction = 4  ///< what changed a fill
};

/// An execution beside its key in ExecutionMemory: what a bust has to take back, to the nano-unit.
struct BookedFill {
    Qty qty;  ///< contracts, positive
    Price price;
    Cash value;  ///< that it moved the cash by, settlement currency: positive was paid
    Cash fee;
    OrderId order;        ///< none: not ours, or not known to be
    std::uint64_t first;  ///< bust and correction: the fill's number in ExecutionMemory
    InstrumentId instrument;
    Side side;
    Booked what;
    std::uint8_t told_by;  ///< bit set of SessionRole
    std::uint8_t reserved;

    Qty contracts() const { return signed_qty(side, qty); }
};
static_assert(sizeof(BookedFill) == 56);

/// A fill that only one of the two sessions has told.
struct UnmatchedFill {
    ExecKey key;
    Nanos since;  ///< the limit counts from here
    OrderId order;
    Qty qty;
    InstrumentId instrument;
    SessionRole told_by;
    std::uint8_t reserved[3];
};
static_assert(sizeof(UnmatchedFill) == 48);

inline constexpr std::size_t kMaxUnmatched = 512;

/// See hedge/drop_copy_watch.h. The first `count` are in use.
struct DropCopyState {
    std::uint32_t count;
    std::uint8_t overflowing;  ///< said already
    std::uint8_t reserved[3];
    std::uint64_t matched;  ///< fills that both sessions told
    std::uint64_t not_on_drop_copy;
    std::uint64_t only_on_drop_copy;
    std::uint64_t not_watched;  ///< the table was full
    std::array<UnmatchedFill, kMaxUnmatched> unmatched;
};

/// What the snapshots say of one instrument.
enum class Standing : std::uint8_t {
    agrees = 0,
    differs = 1,  ///< in the last snapshot that it was fenced in
    broken = 2    ///< the same difference stood in two in a row, and none has agreed since
};

/// How far an instrument's start of day has come.
enum class Adoption : std::uint8_t {
    done = 0,
    waiting = 1,  ///< not fenced in any snapshot of this run yet
    fresh = 2     ///< the venue's position was taken: a fill told since may be in it already
};

/// An instrument's position at the venue.
struct VenuePosition {
    Qty told;               ///< by the snapshot `told_in`
    Price average;          ///< likewise
    Qty venue;              ///< in the last snapshot that counted
    Qty difference;         ///< the venue's minus ours, in the last one that it was fenced in
    Qty said;               ///< the difference that the last position_break was about
    std::uint64_t told_in;  ///< AccountState::begun at that time
    std::uint64_t moved;    ///< Event that changed our own position last
    std::uint64_t adopted;  ///< Event that took the venue's position over
    Standing standing;
    Adoption adoption;
    std::uint8_t reserved[6];
};
static_assert(sizeof(VenuePosition) == 72);

inline constexpr std::size_t kMaxBroken = 256;  ///< breaks whose delta can be taken into account
inline constexpr std::size_t kMaxOrphans = 64;  ///< orders that only the venue holds open

/// An order of ours that the venue holds open and we do not.
struct Orphan {
    OrderId order;
    Qty leaves;
    std::uint64_t told_in;
    InstrumentId instrument;
    Side side;
    std::uint8_t reserved;
    std::uint16_t in_a_row;  ///< snapshots that counted; two make it an orphan
};
static_assert(sizeof(Orphan) == 32);

/// Our own position in an instrument changed while a snapshot was being told.
struct SnapshotMove {
    Qty before;
    InstrumentId instrument;
    std::uint32_t reserved;
};
static_assert(sizeof(SnapshotMove) == 16);

/// What the difference of an instrument can still be.
struct Narrowed {
    std::array<Qty, 8> left;  ///< the first `count`
    InstrumentId instrument;
    std::uint16_t count;
    std::uint16_t in_a_row;  ///< snapshots that they were among the differences of
};
static_assert(sizeof(Narrowed) == 72);

/// See hedge/unfenced.h.
struct UnfencedState {
    std::uint32_t move_count;
    std::uint32_t moves_left_out;  ///< there was no room
    std::uint32_t narrowed_count;
    std::uint32_t reserved;
    std::array<SnapshotMove, 256> moves;  ///< since the begin, in order
    std::array<Narrowed, 64> narrowed;
};

/// See hedge/reconcile.h.
struct AccountState {
    std::uint8_t up;          ///< the second session
    std::uint8_t telling;     ///< between begin and end
    std::uint8_t order_held;  ///< the order session has been up since the begin
    std::uint8_t start_due;   ///< no snapshot has counted in this run, and one has to
    std::uint8_t failing;     ///< said already
    std::uint8_t broken_overflow;
    std::uint16_t broken_count;  ///< of `broken`
    std::uint32_t told_positions;
    std::uint32_t told_orders;
    std::uint64_t begun;  ///< snapshots, over all runs
    std::uint64_t id;     ///< the session's, of the one being told
    std::uint64_t begin_sequence;
    Nanos begin_time;
    Nanos both_up_since;  ///< both sessions; zero when one is down

    Nanos counted_time;       ///< end of the last snapshot that counted
    std::uint64_t counted;    ///< snapshots
    std::uint64_t uncounted;  ///< the order session was not up all the time, or instruments were missing
    std::uint64_t failed;     ///< not told, or not whole
    std::uint64_t stray;      ///< positions and orders outside a snapshot
    std::uint64_t busts;
    std::uint64_t corrections;
    std::uint32_t venue_positions;  ///< in the last that counted, those of unknown instruments included
    std::uint32_t venue_orders;
    std::uint32_t unknown;  ///< positions in unknown instruments
    std::uint32_t orphan_count;
    std::uint32_t waiting;  ///< instruments whose start of day is not over
    std::uint32_t reserved;
    std::uint64_t orphans_not_held;  ///< there was no place for them

    std::array<InstrumentId, kMaxBroken> broken;
    std::array<Orphan, kMaxOrphans> orphans;  ///< the first orphan_count: told at least once
    UnfencedState unfenced;
    DropCopyState drop_copy;
};

/// See hedge/credits.h.
struct CreditState {
    double left;       ///< may be below zero after a kill's mass cancel
    Nanos time;        ///< that it is of; zero: never used, so full
    std::uint8_t low;  ///< said
    std::uint8_t reserved[7];
};

}  // namespace hw::hedge
