// The forwards that the venue's marks are made with: index and mark come in one message, so their ratio knows
// no delay, while the hedge instrument's market is ahead of the marks or behind them by a moment and a basis.
//
// A future's ticker says how far its expiry's forward is from the index; an expiry without a future lies
// between its neighbours, as the venue's synthetic forwards do. Futures in their settlement window follow the
// average, which is no forward: what they said last stays.
#pragma once

#include <map>
#include <tuple>

#include "core/event.h"
#include "core/instrument.h"

namespace hw::hedge {

class MarkedForwards {
  public:
    void clear() { ratios_.clear(); }
    /// Any instrument's ticker, heard at `now`; `window`: the settlement window, zero: none.
    void observe(const Instrument&, const Ticker&, Nanos now, Nanos window);
    /// Of the instrument's expiry when the index is `at`, quote currency; zero when no future says it.
    double forward(const Instrument&, Price at, Nanos now) const;

  private:
    using Key = std::tuple<UnderlyingId, Settlement, Nanos>;
    std::map<Key, double> ratios_;  ///< forward over index by expiry
};

}  // namespace hw::hedge
