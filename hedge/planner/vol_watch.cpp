#include "hedge/planner/vol_watch.h"

#include <algorithm>
#include <cmath>

#include "core/pricing/math.h"
#include "hedge/planner/vol_moves.h"

namespace hw::hedge {

namespace {

constexpr double kTimesNoise = 5;
/// Horizons after which a market that stood still is compared with a newer surface: what its volatilities did
/// meanwhile they did for other reasons.
constexpr std::int64_t kLongestWait = 10;

}  // namespace

void VolWatch::begin(const SurfaceDraft& draft, Nanos now) {
    before_ = draft;
    since_ = now;
}

void VolWatch::seed(const MinVarianceFit& fit, Nanos age, const VolWatchOptions& options) {
    if (seeded_ || before_.reference != 0 || fit.samples == 0) return;
    learner_.seed(fit, age, options.learning);
    seeded_ = true;
}

void VolWatch::observe(const SurfaceDraft& draft, Nanos now, double noise, const VolWatchOptions& options) {
    if (!(draft.reference > 0) || now < next_look_) return;
    const bool first = before_.reference == 0;
    const bool late = now - since_ > Nanos::from_ns(kLongestWait * options.horizon.ns());
    next_look_ = now + options.horizon;
    if (first) return begin(draft, now);
    const double least = std::max(options.least_move, kTimesNoise * noise);
    const double move = std::abs(pricing::log(draft.reference / before_.reference));
    if (move < least && !late) return;
    const auto moves =
        late ? std::vector<VolMove>{}
             : vol_moves(before_.slices, before_.reference, draft.slices, draft.reference, least);
    learner_.add(moves, now - since_, options.learning);
    begin(draft, now);
}

}  // namespace hw::hedge
