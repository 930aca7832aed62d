#include "hedge/unfenced.h"

#include <algorithm>

namespace hw::hedge {

namespace {

constexpr std::uint32_t kEnough = 3;

/// Whether one of the positions that we had while the snapshot was told is that much less than the venue's.
bool is_possible(const Context& c, InstrumentId id, Qty venue, Qty difference) {
    const UnfencedState& w = c.state.account.unfenced;
    if (venue - c.state.positions[index(id)].qty == difference) return true;
    return std::any_of(w.moves.begin(), w.moves.begin() + w.move_count, [&](const SnapshotMove& m) {
        return m.instrument == id && venue - m.before == difference;
    });
}

Narrowed* find_narrowed(UnfencedState& w, InstrumentId id) {
    for (std::uint32_t n = 0; n < w.narrowed_count; ++n) {
        if (w.narrowed[n].instrument == id) return &w.narrowed[n];
    }
    return nullptr;
}

bool holds(const Narrowed& n, Qty difference) {
    return std::find(n.left.begin(), n.left.begin() + n.count, difference) != n.left.begin() + n.count;
}

/// False: there is no room.
bool add(Narrowed& n, Qty difference) {
    if (holds(n, difference)) return true;
    if (n.count == n.left.size()) return false;
    n.left[n.count++] = difference;
    return true;
}

/// All differences of this snapshot; false when there are too many.
bool begin_narrowing(const Context& c, Narrowed& n, InstrumentId id, Qty venue) {
    const UnfencedState& w = c.state.account.unfenced;
    n = {};
    n.instrument = id;
    bool fits = add(n, venue - c.state.positions[index(id)].qty);
    for (std::uint32_t m = 0; fits && m < w.move_count; ++m) {
        if (w.moves[m].instrument == id) fits = add(n, venue - w.moves[m].before);
    }
    return fits;
}

void keep_possible(const Context& c, Narrowed& n, Qty venue) {
    const auto end = n.left.begin() + n.count;
    const auto kept = std::remove_if(n.left.begin(), end, [&](Qty difference) {
        return !is_possible(c, n.instrument, venue, difference);
    });
    std::fill(kept, end, Qty{});
    n.count = static_cast<std::uint16_t>(kept - n.left.begin());
}

Narrowed* narrow(Context& c, InstrumentId id, Qty venue) {
    UnfencedState& w = c.state.account.unfenced;
    Narrowed* n = find_narrowed(w, id);
    if (n != nullptr) keep_possible(c, *n, venue);
    if (n == nullptr && w.narrowed_count == w.narrowed.size()) return nullptr;
    if (n == nullptr) n = &w.narrowed[w.narrowed_count++];
    // Nothing left: something is on its way to us that the venue had counted. From here on, then.
    if (n->count == 0 && !begin_narrowing(c, *n, id, venue)) {
        n->instrument = id;
        forget_narrowed(c, id);
        return nullptr;
    }
    ++n->in_a_row;
    return n;
}

}  // namespace

void watch_moves(Context& c) {
    UnfencedState& w = c.state.account.unfenced;
    w.move_count = w.moves_left_out = 0;
}

void note_move(Context& c, InstrumentId id, Qty before) {
    AccountState& a = c.state.account;
    if (!a.telling) return;
    UnfencedState& w = a.unfenced;
    if (w.move_count == w.moves.size()) {
        ++w.moves_left_out;
        return;
    }
    w.moves[w.move_count++] = {before, id, 0};
}

std::optional<Qty> narrowed_difference(Context& c, InstrumentId id, Qty venue) {
    if (c.state.account.unfenced.moves_left_out != 0) return std::nullopt;
    const Narrowed* n = narrow(c, id, venue);
    if (n == nullptr) return std::nullopt;
    if (n->count == 1) return n->left[0];
    return n->in_a_row >= kEnough && holds(*n, Qty{}) ? std::optional(Qty{}) : std::nullopt;
}

void forget_narrowed(Context& c, InstrumentId id) {
    UnfencedState& w = c.state.account.unfenced;
    Narrowed* const n = find_narrowed(w, id);
    if (n == nullptr) return;
    *n = w.narrowed[--w.narrowed_count];
    w.narrowed[w.narrowed_count] = {};
}

void forget_all_narrowed(Context& c) { c.state.account.unfenced = {}; }

}  // namespace hw::hedge
