#include "hedge/drop_copy_watch.h"

namespace hw::hedge {

namespace {

bool both_up(const EngineState& state) { return !state.account.both_up_since.is_zero(); }

/// The last one takes its place.
void remove(DropCopyState& watch, std::uint32_t n) {
    watch.unmatched[n] = watch.unmatched[--watch.count];
    watch.unmatched[watch.count] = {};
    watch.overflowing = 0;
}

void complain(Context& c, const UnmatchedFill& f) {
    DropCopyState& watch = c.state.account.drop_copy;
    const bool told_on_order = f.told_by == SessionRole::order;
    ++(told_on_order ? watch.not_on_drop_copy : watch.only_on_drop_copy);
    c.alert(told_on_order ? AlertCode::fill_not_on_drop_copy : AlertCode::fill_only_on_drop_copy,
            c.state.instruments[f.instrument].underlying, f.instrument, f.qty.to_double(),
            (c.state.now - f.since).to_seconds(), f.order);
}

/// As many as leave room for everything else that a step may have to say.
constexpr std::size_t kMostComplaints = 64;

}  // namespace

void watch_fill(Context& c, InstrumentId id, const Execution& e) {
    if (!c.config.drop_copy || (!both_up(c.state) && !e.possible_resend)) return;
    DropCopyState& watch = c.state.account.drop_copy;
    if (watch.count == kMaxUnmatched) {
        ++watch.not_watched;
        if (!watch.overflowing) c.alert(AlertCode::drop_copy_overflow, kNoUnderlying, id, kMaxUnmatched);
        watch.overflowing = 1;
        return;
    }
    UnmatchedFill& f = watch.unmatched[watch.count++];
    f.key = e.key;
    f.since = c.state.now;
    f.order = e.order;
    f.qty = signed_qty(e.side, e.last_qty);
    f.instrument = id;
    f.told_by = e.source;
}

void note_told_by_both(Context& c, const ExecKey& key) {
    DropCopyState& watch = c.state.account.drop_copy;
    ++watch.matched;
    for (std::uint32_t n = 0; n < watch.count; ++n) {
        if (watch.unmatched[n].key == key) return remove(watch, n);
    }
}

void sessions_changed(Context& c) {
    AccountState& a = c.state.account;
    const bool up = c.state.session_up && a.up;
    if (up == both_up(c.state)) return;
    a.both_up_since = up ? c.state.now : Nanos{};
    for (std::uint32_t n = 0; up && n < a.drop_copy.count; ++n) a.drop_copy.unmatched[n].since = c.state.now;
}

void check_unmatched(Context& c) {
    DropCopyState& watch = c.state.account.drop_copy;
    if (!both_up(c.state)) return;
    std::size_t said = 0;
    for (std::uint32_t n = 0; n < watch.count && said < kMostComplaints;) {
        if (c.state.now - watch.unmatched[n].since < c.config.unmatched_after) {
            ++n;
            continue;
        }
        complain(c, watch.unmatched[n]);
        remove(watch, n);
        ++said;
    }
}

}  // namespace hw::hedge
