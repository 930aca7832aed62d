#include "hedge/planner/day_profit.h"

#include "hedge/context.h"
#include "hedge/exposure.h"
#include "hedge/valuation.h"

namespace hw::hedge {

namespace {

constexpr std::int64_t kDayNs = 86'400 * kNano;
std::int64_t day_of(Nanos time) { return time.ns() / kDayNs; }

}  // namespace

/// On the first day of a run an earlier one may have left a profit.
void DayProfit::begin(const UnderlyingState& u, std::int64_t day) {
    const RiskState& left = u.risk.planner;
    const bool same_day = day_ < 0 && !left.time.is_zero() && day_of(left.time) == day;
    carried_ = same_day ? left.figures.profit : 0;
    last_ = {carried_, false};
    day_ = day;
    based_ = false;
}

DayProfit::Figure DayProfit::observe(const EngineState& state, const EngineConfig& config, UnderlyingId id) {
    const UnderlyingState& u = state.underlyings[index(id)];
    if (day_of(state.now) != day_) begin(u, day_of(state.now));
    last_.known = false;
    const bool ready = state.definitions_complete && u.reconciled && u.unadopted == 0 && u.reference > 0;
    if (!ready) return last_;
    const Profit now = profit_of(state, id);
    Exposure exposure;
    const AlertCode unknown = evaluate(state, config, id, exposure);
    const bool equity_known =
        unknown != AlertCode::equity_unknown && unknown != AlertCode::settlement_unlisted;
    if (!now.complete || (!based_ && !equity_known)) return last_;
    if (!based_) base_ = {now.coin, now.quote, exposure.equity, u.reference}, based_ = true;
    last_.profit = carried_ + (now.coin - base_.coin) * u.reference + now.quote - base_.quote +
                   base_.equity * (u.reference - base_.reference);
    last_.known = true;
    return last_;
}

}  // namespace hw::hedge
