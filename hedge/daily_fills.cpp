#include "hedge/daily_fills.h"

#include <cmath>

#include "hedge/exposure.h"

namespace hw::hedge {

void count_daily_fill(Context& c, InstrumentId id, const Execution& e) {
    const Instrument& i = c.state.instruments[id];
    if (i.underlying == kNoUnderlying) return;
    UnderlyingState& u = c.underlying(i.underlying);
    const std::int64_t day = day_of(c.state.now);
    if (day != u.fill_day) u.filled_today = 0;
    u.fill_day = day;
    const double per_contract =
        i.is_option() ? i.contract_size.to_double() : delta_per_contract(i, e.last_price.to_double());
    u.filled_today += std::abs(e.last_qty.to_double() * per_contract);
    const double limit = c.config.gate.max_daily_fill_coins;
    if (limit > 0 && u.filled_today > limit)
        c.kill(AlertCode::daily_fill_limit, i.underlying, id, u.filled_today, limit, e.order);
}

}  // namespace hw::hedge
