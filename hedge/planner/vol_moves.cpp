#include "hedge/planner/vol_moves.h"

#include <cmath>

#include "core/pricing/math.h"

namespace hw::hedge {

namespace {

struct Place {
    double delta;     ///< N(d1)
    double quantile;  ///< d1
};
constexpr Place kPlaces[] = {{0.1, -1.2815515655446004},
                             {0.2, -0.8416212335729143},
                             {0.3, -0.5244005127080407},
                             {0.4, -0.2533471031357997},
                             {0.5, 0.0},
                             {0.6, 0.2533471031357997},
                             {0.7, 0.5244005127080407},
                             {0.8, 0.8416212335729143},
                             {0.9, 1.2815515655446004}};

const SmileSlice* same_expiry(std::span<const SmileSlice> slices, const SmileSlice& like) {
    for (const SmileSlice& s : slices) {
        if (s.expiry == like.expiry && s.settlement == like.settlement && s.source == VolSource::own_fit)
            return &s;
    }
    return nullptr;
}

bool quoted(const SmileSlice& s, double k) { return k >= s.quoted_low && k <= s.quoted_high; }

}  // namespace

std::vector<VolMove> vol_moves(std::span<const SmileSlice> before, double reference_before,
                               std::span<const SmileSlice> after, double reference_after, double least_move) {
    std::vector<VolMove> moves;
    if (!(reference_before > 0 && reference_after > 0)) return moves;
    for (const SmileSlice& then : before) {
        if (then.source != VolSource::own_fit || !(then.years > 0)) continue;
        const SmileSlice* now = same_expiry(after, then);
        if (now == nullptr) continue;
        const double shift =
            pricing::log(reference_after * now->forward_ratio / (reference_before * then.forward_ratio));
        // Nothing is learnt from a market that stands still, nor from one that is broken.
        if (!(std::abs(shift) > 0 && std::abs(shift) >= least_move && std::abs(shift) < 0.2)) continue;
        const double root_years = std::sqrt(then.years);
        const double v = vol_at(then, 0) * root_years;
        for (const Place& place : kPlaces) {
            const double k = 0.5 * v * v - place.quantile * v;  // where N(d1) is the delta, at that level
            if (!quoted(then, k) || !quoted(*now, k - shift)) continue;  // a wing is no observation
            const double change = vol_at(*now, k - shift) - vol_at(then, k);
            moves.push_back(
                {place.delta, then.years, pricing::normal_pdf(place.quantile) * root_years, shift, change});
        }
    }
    return moves;
}

}  // namespace hw::hedge
