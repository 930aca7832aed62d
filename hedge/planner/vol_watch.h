// Watches the surfaces of one underlying, and learns from them how its volatilities go with it.
//
// Quotes of options follow the underlying with a delay, and its mid bounces by a tick. Between two surfaces
// one second apart both are as large as what is looked for, and both look like volatilities that answer to
// the underlying: a call whose quote has not moved yet has lost volatility in every rise. They do not grow
// with time, moves do. So a surface is compared with one at least `horizon` earlier, and only when the
// underlying has gone far more than its noise in between. Looks are `horizon` apart, not as soon as a move is
// large enough: that would pick the moments when the noise made it so.
#pragma once

#include <vector>

#include "core/surface.h"
#include "hedge/planner/min_variance.h"
#include "hedge/planner/surface_build.h"

namespace hw::hedge {

struct VolWatchOptions {
    Nanos horizon = Nanos::from_seconds(60);  ///< between two looks; > 0
    double least_move = 5e-4;                 ///< of the forward, relative; smaller ones teach nothing
    MinVarianceOptions learning;
};

class VolWatch {
  public:
    /// A surface made at `now`. `noise`: how far its reference may be off, relative.
    void observe(const SurfaceDraft&, Nanos now, double noise, const VolWatchOptions& = {});
    /// What an earlier run had learned `age` ago; once something was observed it is too late.
    void seed(const MinVarianceFit&, Nanos age, const VolWatchOptions& = {});
    MinVarianceFit fit() const { return learner_.fit(); }

  private:
    void begin(const SurfaceDraft&, Nanos now);

    MinVariance learner_;
    SurfaceDraft before_;
    Nanos since_;  ///< of `before_`
    Nanos next_look_;
    bool seeded_ = false;
};

}  // namespace hw::hedge
