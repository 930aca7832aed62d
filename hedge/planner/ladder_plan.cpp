#include "hedge/planner/ladder_plan.h"

#include <algorithm>
#include <vector>

#include "hedge/context.h"
#include "hedge/exposure.h"
#include "hedge/policy/corridor.h"
#include "hedge/volatility.h"

namespace hw::hedge {

namespace {

/// The book as it will stand under the new surface, expiries in the order of time.
struct Scratch {
    std::vector<pricing::KernelBlock> blocks;
    std::vector<pricing::RiskBlock> risk;
    std::vector<pricing::BlockRef> refs;
    std::vector<LadderSpan> spans;
    std::vector<std::uint32_t> nodes;  ///< of each span
};

const SmileSlice* slice_for(const LadderSurface& surface, const ExpiryGroup& g) {
    for (const SmileSlice& s : surface.slices) {
        if (s.expiry == g.expiry && s.settlement == g.settlement) return &s;
    }
    return nullptr;
}

void copy_group(const EngineState& state, UnderlyingId id, std::uint16_t group, Scratch& scratch) {
    for (const pricing::BlockRef ref : state.inventory.refs(id, group)) {
        scratch.refs.push_back({static_cast<std::uint16_t>(scratch.blocks.size()), group});
        scratch.blocks.push_back(state.inventory.blocks()[ref.block]);
        scratch.risk.push_back(state.inventory.risk()[ref.block]);
    }
}

void take_book(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id,
               const LadderSurface& surface, Scratch& scratch) {
    const auto groups = state.inventory.groups(id);
    std::vector<std::uint16_t> order(groups.size());
    for (std::uint16_t g = 0; g < groups.size(); ++g) order[g] = g;
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return groups[a].expiry < groups[b].expiry; });
    scratch.refs.reserve(state.inventory.refs(id).size());  // spans point into it
    for (const std::uint16_t g : order) {
        const SmileSlice* slice = slice_for(surface, groups[g]);
        if (slice == nullptr || groups[g].expiry <= state.now) continue;
        const std::size_t first = scratch.refs.size();
        copy_group(state, id, g, scratch);
        const std::span<const pricing::BlockRef> refs(scratch.refs.data() + first,
                                                      scratch.refs.size() - first);
        kernel_of(state).attach(
            scratch.blocks.data(), scratch.risk.data(), refs,
            attach_terms(rules, surface.min_variance, *slice, surface.reference * slice->forward_ratio));
        scratch.spans.push_back({groups[g].expiry, groups[g].settlement, slice->forward_ratio, refs});
        scratch.nodes.push_back(groups[g].nodes);
    }
}

}  // namespace

std::optional<Ladder> plan_ladder(const EngineState& state, const EngineConfig& config, UnderlyingId id,
                                  const LadderSurface& surface, const LadderGrid& grid) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const UnderlyingConfig& rules = rules_of(config, u);
    if (!rules.ladder || state.inventory.nodes(id) <= kLadderFromNodes) return std::nullopt;
    Scratch scratch;
    take_book(state, rules, id, surface, scratch);
    LadderTerms terms;
    terms.kernel = &kernel_of(state);
    terms.blocks = scratch.blocks.data();
    terms.risk = scratch.risk.data();
    terms.reference = surface.reference;
    terms.now = state.now;
    terms.window = rules.settlement_window;
    terms.smile = smile_counts(rules, surface.min_variance);
    terms.surface = surface.id;
    terms.position_sequence = state.last_sequence;
    std::uint32_t near = 0;
    for (std::size_t left_out = 0; left_out < scratch.spans.size(); ++left_out) {
        terms.spans = std::span<const LadderSpan>(scratch.spans).subspan(left_out);
        const auto ladder = build_ladder(terms, grid);
        const double band = narrowest_band(rules, state.underlyings[index(id)]);
        if (ladder && ladder->error_bound <= rules.ladder_tolerance * band) return ladder;
        near += scratch.nodes[left_out];
        if (near > kNearNodes) break;
    }
    return std::nullopt;
}

}  // namespace hw::hedge
