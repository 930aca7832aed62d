#include "hedge/margin_watch.h"

namespace hw::hedge {

void watch_margin(Context& c, Wallet& w, const Equity& equity) {
    if (!equity.margin_known) return;
    w.margin_known = 1;
    w.initial_margin = equity.initial_margin;
    w.maintenance_margin = equity.maintenance_margin;
    const double least = c.config.margin_warn_ratio * w.maintenance_margin.to_double();
    const bool low = w.maintenance_margin > Cash{} && w.amount.to_double() < least;
    if (low && !w.margin_low)
        c.alert(AlertCode::margin_low, kNoUnderlying, kNoInstrument, w.amount.to_double(), least);
    w.margin_low = low;
}

}  // namespace hw::hedge
