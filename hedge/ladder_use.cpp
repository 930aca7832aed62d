#include "hedge/ladder_use.h"

#include <algorithm>

#include "hedge/policy/corridor.h"
#include "hedge/volatility.h"

namespace hw::hedge {

namespace {

const OptionChange& change_at(const LadderState& l, std::uint64_t n) {
    return l.changes[n % l.changes.size()];
}

/// The first change that the ladder does not know, or nothing when that has been overwritten.
std::optional<std::uint64_t> first_unknown(const LadderState& l) {
    const std::uint64_t kept = std::min<std::uint64_t>(l.change_count, l.changes.size());
    std::uint64_t n = l.change_count;
    while (n > l.change_count - kept && change_at(l, n - 1).sequence > l.ladder.position_sequence) --n;
    if (n == l.change_count - kept && l.change_count > kept) return std::nullopt;
    return n;
}

/// A lane for a correction of that group; false: there is no room.
bool correct(LadderState& l, const Instrument& i, std::uint16_t group, double coins) {
    std::uint16_t block = 0;
    std::size_t lane = 0;
    const double strike = i.strike.to_double();
    for (; block < l.patch_count; ++block) {
        if (l.patch_refs[block].group != group) continue;
        for (lane = 0; lane < pricing::kLanes; ++lane) {
            const double there = l.patch_risk[block].strike[lane];
            if (there == 0 || there == strike) break;
        }
        if (lane < pricing::kLanes) break;
    }
    if (block == l.patch_count) {
        if (l.patch_count == kMaxPatchBlocks) return false;
        l.patch_refs[l.patch_count++] = {block, group};
        lane = 0;
    }
    pricing::RiskBlock& r = l.patch_risk[block];
    r.strike[lane] = strike;
    r.coins[lane] += coins;
    r.strike_coins[lane] = r.coins[lane] * strike;
    l.patches[block].weight[lane] = i.is_inverse() ? r.strike_coins[lane] : r.coins[lane];
    return true;
}

int group_of(std::span<const ExpiryGroup> groups, const Instrument& i) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (groups[g].expiry == i.expiry && groups[g].settlement == i.settlement) return static_cast<int>(g);
    }
    return -1;
}

/// Which of the groups are in the ladder, and what their puts take off.
void take_groups(const EngineState& state, const UnderlyingState& u, UnderlyingId id, LadderState& l) {
    const auto groups = state.inventory.groups(id);
    for (std::uint16_t g = 0; g < groups.size(); ++g) {
        if (l.ladder.covers(groups[g].expiry, groups[g].settlement)) {
            l.covered |= 1ULL << g;
            if (groups[g].settlement == Settlement::linear) l.puts += groups[g].puts;
            if (groups[g].settlement == Settlement::inverse && groups[g].slice != 0)
                l.put_strikes += groups[g].put_strikes / u.slices[groups[g].slice - 1].forward_ratio;
            continue;
        }
        for (const pricing::BlockRef ref : state.inventory.refs(id, g)) {
            if (l.near_count == kMaxNearBlocks) return l.give_up();
            l.near_refs[l.near_count++] = ref;
        }
    }
}

bool take_corrections(Context& c, UnderlyingId id, LadderState& l) {
    const auto groups = c.state.inventory.groups(id);
    const auto first = first_unknown(l);
    if (!first) return false;
    for (std::uint64_t n = *first; n < l.change_count; ++n) {
        const Instrument& i = c.state.instruments[change_at(l, n).instrument];
        if (!l.ladder.covers(i.expiry, i.settlement)) continue;
        const int group = group_of(groups, i);
        // Its last position has gone: without the group there is nothing to take its forward from.
        if (group < 0 || !correct(l, i, static_cast<std::uint16_t>(group), change_at(l, n).coins))
            return false;
        l.patched |= 1ULL << group;
    }
    return true;
}

}  // namespace

void refresh_ladder(Context& c, UnderlyingId id) {
    UnderlyingState& u = c.underlying(id);
    LadderState& l = u.ladder;
    if (l.ladder.count == 0) return;
    l.begin_again();
    if (l.ladder.surface != u.surface_id) return;
    l.ready = 1;
    take_groups(c.state, u, id, l);
    if (l.ready != 0 && !take_corrections(c, id, l)) l.give_up();
    for (std::uint16_t n = 0; l.ready != 0 && n < l.patch_count; ++n) {
        attach_blocks_of(c, id, l.patch_refs[n].group, l.patches.data(), l.patch_risk.data(),
                         {&l.patch_refs[n], 1});
    }
}

void on_ladder(Context& c, const SurfaceEvent& event, BlobSource& blobs) {
    const auto ladder = parse_ladder(blobs.find(event.blob));
    if (!ladder || index(event.underlying) >= c.state.underlying_count) {
        c.alert(AlertCode::ladder_refused, event.underlying, kNoInstrument,
                static_cast<double>(event.blob.id));
        return;
    }
    c.underlying(event.underlying).ladder.ladder = *ladder;
    refresh_ladder(c, event.underlying);
}

void option_changed(Context& c, UnderlyingId id, InstrumentId instrument, double coins) {
    LadderState& l = c.underlying(id).ladder;
    l.changes[l.change_count++ % l.changes.size()] = {c.state.last_sequence, instrument, 0, coins};
    refresh_ladder(c, id);
}

std::optional<double> ladder_delta(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id,
                                   double x) {
    const LadderState& l = state.underlyings[index(id)].ladder;
    if (l.ready == 0 || !rules.ladder) return std::nullopt;
    const double band = narrowest_band(rules, state.underlyings[index(id)]);
    if (l.ladder.error_bound > rules.ladder_tolerance * band) return std::nullopt;
    return look_up(l.ladder, x, state.now);
}

}  // namespace hw::hedge
