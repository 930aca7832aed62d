// The two lines of one feed channel: A and B carry the same packets, each loses its own.
//
// Whichever copy arrives first is taken, in the order of the sequence; the other is a copy and dropped. A
// packet that comes right behind the last one taken never waits. One that is ahead, because a packet before
// it is missing, is held (copied, its receive buffer goes back): the missing one may still come on the other
// line, which is usually microseconds behind. What is missing is given up for lost as soon as it cannot be
// hoped for any more:
//   - both lines have passed it (a line that is dead does not count), or
//   - it has been missing for `wait` (default 2 ms), or
//   - the line is `packets` ahead of it (default 32).
//
// Why the channel stops instead of letting the packets behind the gap through: what the books say must have
// been true at some moment. A packet let through would move some books past a change that others still lack,
// and the next copy would have to be woven in behind it; waiting needs no trust to be withdrawn and given
// back, for at most `wait`, on one channel, and only after a loss on one line. A channel with one line does
// not wait: there a gap is a gap.
//
// A line is dead when the other one brought `kDeadPackets` and more without it, spread over more than the
// time after which a channel counts as silent. Deterministic; memory is taken at construction.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "core/types.h"
#include "net/feed/sequence.h"

namespace hw::net {

enum class LineSide : std::uint8_t { a = 0, b = 1 };
inline constexpr std::size_t kSides = 2;

/// What one of the two lines brought; every packet in exactly one of the first four.
struct SideCounters {
    std::uint64_t first = 0;       ///< before the other line, or alone
    std::uint64_t copies = 0;      ///< the other line had brought it, or it had been given up
    std::uint64_t duplicates = 0;  ///< this line had brought it
    std::uint64_t strays = 0;      ///< from before the sender started again, or too far behind to be told
    std::uint64_t reordered = 0;   ///< of them all: behind a later one of this line
    std::uint64_t lost = 0;        ///< missing in this line's own sequence
    std::uint64_t downs = 0;       ///< how often it was found dead

    SideCounters& operator+=(const SideCounters& o) {
        first += o.first, copies += o.copies, duplicates += o.duplicates, strays += o.strays;
        reordered += o.reordered, lost += o.lost, downs += o.downs;
        return *this;
    }
};

class LinePair {
  public:
    /// The most that `packets` may be.
    static constexpr std::uint32_t kMostPackets = 64;
    /// A longer payload cannot be held: what is missing before it is given up at once.
    static constexpr std::size_t kSlotBytes = 1472;
    static constexpr std::uint64_t kDeadPackets = 8;

    LinePair(Nanos wait, std::uint32_t packets);

    enum class Fate : std::uint8_t {
        take,   ///< next in sequence, or the first
        begin,  ///< the sender started again: take it, nothing before it counts
        hold,   ///< ahead: `hold` it
        force,  ///< ahead, but cannot be held: release everything, then take it
        copy,   ///< drop: the channel had it, or gave it up
        duplicate,
        stray
    };
    /// Judges a packet that came on `side` against what the channel has taken so far. Counts it.
    Fate judge(LineSide side, std::uint32_t sequence, std::size_t bytes, SequenceTracker& merged, Nanos now);

    void hold(std::uint32_t sequence, std::span<const std::byte> payload, Nanos now);

    struct Held {
        std::uint32_t sequence = 0;
        std::span<const std::byte> payload;
    };
    bool holds() const { return held_ > 0; }
    /// The held packet to be taken now: the next in sequence, or the first behind a gap that is given up
    /// (`force`: whatever is missing). The sequence is invalid when nothing is due.
    bool due(const SequenceTracker& merged, Nanos now, bool force, Held& out) const;
    /// The one that `due` gave is done with.
    void drop(std::uint32_t sequence, Nanos now);
    /// Forgets what is held; how many those were.
    std::uint64_t forget();

    /// True when the line has just turned out to be dead: the other brought packets without it for longer
    /// than `after`.
    bool died(LineSide side, Nanos after);
    /// True when a dead line was just heard again.
    bool revived(LineSide side);
    bool down(LineSide side) const { return at(side).down; }
    std::uint64_t missed(LineSide side) const { return at(side).missed; }
    const SideCounters& counters(LineSide side) const { return at(side).counters; }

  private:
    static constexpr std::uint32_t kSlots =
        2 * kMostPackets;  ///< more than the furthest that is held is ahead

    struct SideState {
        SequenceTracker sequence;
        SideCounters counters;
        std::uint64_t missed = 0;  ///< packets the other line brought since this one was heard
        Nanos missing_since;       ///< the first of them
        Nanos missing_until;       ///< the last of them
        bool down = false;
        bool back = false;  ///< heard again, and not yet told
    };
    struct Slot {
        std::uint32_t sequence = 0;
        std::uint16_t bytes = 0;
        bool used = false;
        Nanos held_at;
    };
    using Payloads = std::array<std::array<std::byte, kSlotBytes>, kSlots>;

    SideState& at(LineSide side) { return sides_[static_cast<std::size_t>(side)]; }
    const SideState& at(LineSide side) const { return sides_[static_cast<std::size_t>(side)]; }
    static LineSide other(LineSide side) { return side == LineSide::a ? LineSide::b : LineSide::a; }
    Fate fate(const SideState& other, SequenceVerdict own_verdict, bool of_before, std::uint32_t sequence,
              std::size_t bytes, SequenceTracker& merged) const;
    void heard(SideState& own, SideState& other, Fate fate, Nanos now);
    bool passed_by_both(std::uint32_t sequence) const;
    const Slot* first_held(std::uint32_t from) const;
    static std::uint32_t slot_of(std::uint32_t sequence) { return sequence % kSlots; }

    Nanos wait_;
    std::int32_t packets_;
    std::array<SideState, kSides> sides_;
    std::array<Slot, kSlots> slots_{};
    std::unique_ptr<Payloads> payloads_;
    std::uint32_t held_ = 0;
    std::uint32_t highest_ = 0;  ///< held
    Nanos gap_since_;            ///< when the oldest open gap was seen
};

}  // namespace hw::net
