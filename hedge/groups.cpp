#include "hedge/groups.h"

namespace hw::hedge {

namespace {

GroupState* find_group(EngineState& state, const ExecKey& key) {
    GroupState* free_place = nullptr;
    for (GroupState& g : state.groups) {
        if (g.used && g.key == key) return &g;
        if (!g.used && free_place == nullptr) free_place = &g;
    }
    return free_place;
}

void decide_again(Context& c, const GroupState& g) { c.state.dirty |= g.underlyings; }

}  // namespace

void leg_arrived(Context& c, UnderlyingId underlying, const Execution& e) {
    if (e.group.is_none() || underlying == kNoUnderlying) return;
    GroupState* g = find_group(c.state, e.group);
    if (g == nullptr) return;  // 64 groups at once: decide leg by leg rather than not at all
    if (!g->used) {
        *g = {};
        g->used = 1;
        g->key = e.group;
        g->first_seen = c.state.now;
        g->expected = e.group_legs;
    }
    g->underlyings |= 1ULL << index(underlying);
    ++g->seen;
    if (g->expected != 0 && g->seen >= g->expected) {
        decide_again(c, *g);
        *g = {};
    }
}

bool legs_missing(const EngineState& state, UnderlyingId underlying) {
    for (const GroupState& g : state.groups) {
        if (g.used && (g.underlyings >> index(underlying) & 1) != 0) return true;
    }
    return false;
}

void expire_groups(Context& c) {
    for (GroupState& g : c.state.groups) {
        if (!g.used || c.state.now - g.first_seen < c.config.group_timeout) continue;
        // Without a leg count the timeout is how a group ends; with one, legs are overdue.
        if (g.expected != 0) {
            c.alert(AlertCode::group_incomplete, kNoUnderlying, kNoInstrument, g.seen, g.expected);
        }
        decide_again(c, g);
        g = {};
    }
}

}  // namespace hw::hedge
