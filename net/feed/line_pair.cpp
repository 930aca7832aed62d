#include "net/feed/line_pair.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace hw::net {

LinePair::LinePair(Nanos wait, std::uint32_t packets)
    : wait_(wait),
      packets_(static_cast<std::int32_t>(std::clamp(packets, 1u, kMostPackets))),
      payloads_(std::make_unique<Payloads>()) {}

LinePair::Fate LinePair::judge(LineSide side, std::uint32_t sequence, std::size_t bytes,
                               SequenceTracker& merged, Nanos now) {
    SideState& own = at(side);
    // One line cannot be ahead of both by more than is held: then it has not heard yet that the sender
    // started again.
    const bool of_before =
        own.sequence.started() && merged.started() &&
        merged.ahead(own.sequence.expected()) > static_cast<std::int32_t>(SequenceTracker::kWindow);
    const SequenceTracker::Result result = own.sequence.check(sequence);
    own.counters.lost += result.lost;
    if (result.verdict == SequenceVerdict::late) {
        ++own.counters.reordered;
        if (own.counters.lost > 0) --own.counters.lost;
    }
    const Fate f = fate(at(other(side)), result.verdict, of_before, sequence, bytes, merged);
    heard(own, at(other(side)), f, now);
    return f;
}

LinePair::Fate LinePair::fate(const SideState& other, SequenceVerdict own_verdict, bool of_before,
                              std::uint32_t sequence, std::size_t bytes, SequenceTracker& merged) const {
    if (!merged.started()) return Fate::take;
    const std::int32_t ahead = merged.ahead(sequence);
    if (ahead == 0) return Fate::take;
    if (ahead > 0) {
        if (of_before && own_verdict != SequenceVerdict::reset) return Fate::stray;
        const Slot& slot = slots_[slot_of(sequence)];
        const bool here = slot.used && slot.sequence == sequence;
        if (here) return own_verdict == SequenceVerdict::duplicate ? Fate::duplicate : Fate::copy;
        return ahead <= packets_ && bytes <= kSlotBytes ? Fate::hold : Fate::force;
    }
    if (-static_cast<std::int64_t>(ahead) <= SequenceTracker::kWindow) {
        return own_verdict == SequenceVerdict::duplicate ? Fate::duplicate : Fate::copy;
    }
    // Far behind: a new start if this line itself jumped back, or if there is nobody to contradict it.
    const bool alone = other.down || !other.sequence.started();
    const bool restarted = own_verdict == SequenceVerdict::reset || alone;
    return restarted ? Fate::begin : Fate::stray;
}

void LinePair::heard(SideState& own, SideState& other, Fate fate, Nanos now) {
    own.missed = 0;
    own.back = own.back || own.down;
    own.down = false;
    switch (fate) {
        case Fate::copy:
            ++own.counters.copies;
            return;
        case Fate::duplicate:
            ++own.counters.duplicates;
            return;
        case Fate::stray:
            ++own.counters.strays;
            return;
        case Fate::take:
        case Fate::begin:
        case Fate::hold:
        case Fate::force:
            ++own.counters.first;
            if (other.missed++ == 0) other.missing_since = now;
            other.missing_until = now;
            return;
    }
}

void LinePair::hold(std::uint32_t sequence, std::span<const std::byte> payload, Nanos now) {
    Slot& slot = slots_[slot_of(sequence)];
    slot = {sequence, static_cast<std::uint16_t>(payload.size()), true, now};
    if (!payload.empty()) std::memcpy((*payloads_)[slot_of(sequence)].data(), payload.data(), payload.size());
    const bool higher = static_cast<std::int32_t>(sequence - highest_) > 0;
    if (held_ == 0) gap_since_ = now;
    if (held_ == 0 || higher) highest_ = sequence;
    ++held_;
}

bool LinePair::due(const SequenceTracker& merged, Nanos now, bool force, Held& out) const {
    if (held_ == 0) return false;
    const Slot* const first = first_held(merged.expected());
    if (first == nullptr) return false;
    const bool next = first->sequence == merged.expected();
    const bool given_up = force || now - gap_since_ >= wait_ || merged.ahead(highest_) >= packets_ ||
                          passed_by_both(first->sequence);
    if (!next && !given_up) return false;
    out = {first->sequence, std::span((*payloads_)[slot_of(first->sequence)]).first(first->bytes)};
    return true;
}

bool LinePair::passed_by_both(std::uint32_t sequence) const {
    return std::ranges::all_of(sides_, [&](const SideState& side) {
        if (side.down) return true;
        return side.sequence.started() && static_cast<std::int32_t>(side.sequence.expected() - sequence) >= 0;
    });
}

const LinePair::Slot* LinePair::first_held(std::uint32_t from) const {
    for (std::uint32_t i = 0; i < kSlots; ++i) {
        const Slot& slot = slots_[slot_of(from + i)];
        if (slot.used && slot.sequence == from + i) return &slot;
    }
    return nullptr;
}

void LinePair::drop(std::uint32_t sequence, Nanos now) {
    slots_[slot_of(sequence)].used = false;
    --held_;
    if (held_ == 0) return;
    // What is still held waits for a gap of its own, seen when the first behind it came.
    const Slot* const first = first_held(sequence + 1);
    gap_since_ = first != nullptr ? first->held_at : now;
}

std::uint64_t LinePair::forget() {
    for (Slot& slot : slots_) slot.used = false;
    return std::exchange(held_, 0);
}

bool LinePair::died(LineSide side, Nanos after) {
    SideState& own = at(side);
    if (own.down || own.missed < kDeadPackets) return false;
    if (own.missing_until - own.missing_since <= after) return false;
    own.down = true;
    own.back = false;
    ++own.counters.downs;
    return true;
}

bool LinePair::revived(LineSide side) { return std::exchange(at(side).back, false); }

}  // namespace hw::net
