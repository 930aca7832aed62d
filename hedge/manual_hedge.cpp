#include "hedge/manual_hedge.h"

#include <cmath>

#include "hedge/departure.h"
#include "hedge/exposure.h"
#include "hedge/gate.h"
#include "hedge/proposal.h"

namespace hw::hedge {

namespace {

constexpr Nanos kPatience = Nanos::from_seconds(1);

bool too_late(const Context& c, const UnderlyingRisk& risk) {
    return c.state.now - risk.manual_time >= kPatience;
}

void drop(Context& c, UnderlyingId id) {
    UnderlyingRisk& risk = c.underlying(id).risk;
    c.alert(AlertCode::command_refused, id, c.underlying(id).hedge, risk.manual);
    risk.manual = 0;
    risk.manual_time = {};
}

/// Whole lots, toward less.
Qty lots_of(const Context& c, const Proposal& p, double coins, Qty lot) {
    if (!(p.delta_per_contract > 0)) return {};
    const auto contracts = Qty::from_double(std::abs(coins) / p.delta_per_contract);
    if (!contracts) return {};
    // Half a millionth of a contract is what the division may lack.
    const Qty whole = truncate_to_lot(*contracts + Qty::from_nanos(500), lot);
    return cut_to_max_order(c, p, whole);
}

Proposal proposal_of(const Context& c, UnderlyingId id) {
    const UnderlyingState& u = c.state.underlyings[index(id)];
    const Instrument& hedge = c.state.instruments[u.hedge];
    Proposal p;
    p.underlying = id;
    p.instrument = u.hedge;
    p.purpose = OrderPurpose::manual;
    p.mid = u.reference;
    p.delta_per_contract = delta_per_contract(hedge, u.reference);
    p.side = u.risk.manual < 0 ? Side::sell : Side::buy;
    p.qty = p.wanted = lots_of(c, p, u.risk.manual, hedge.lot);
    if (!p.qty.is_zero()) p.limit = taking_limit(c, u, p.instrument, p.side);
    return p;
}

/// The rest, when the order could carry only a part; what is less than a lot is none.
void take_off(UnderlyingRisk& risk, const Proposal& p, Qty lot) {
    const double sent = p.qty.to_double() * p.delta_per_contract;
    const double left = std::abs(risk.manual) - sent;
    const bool more = left >= lot.to_double() * p.delta_per_contract * (1 - 1e-9);
    risk.manual = more ? std::copysign(left, risk.manual) : 0;
    if (!more) risk.manual_time = {};
}

}  // namespace

void ask_manual_hedge(Context& c, UnderlyingId id, double coins) {
    UnderlyingRisk& risk = c.underlying(id).risk;
    if (risk.manual != 0) return c.alert(AlertCode::command_refused, id, kNoInstrument, coins, risk.manual);
    risk.manual = coins;
    risk.manual_time = c.state.now;
    c.alert(AlertCode::manual_hedge, id, kNoInstrument, coins);
}

bool send_manual_hedge(Context& c, UnderlyingId id, const Corridor& corridor, const Envelope& e) {
    UnderlyingState& u = c.underlying(id);
    if (u.risk.manual == 0) return false;
    const Proposal p = proposal_of(c, id);
    if (p.qty.is_zero()) {
        drop(c, id);
        return false;
    }
    const Departure departure = leave(c, p, corridor, e);
    if (departure.refused_by == AlertCode::none) {
        take_off(u.risk, p, c.state.instruments[p.instrument].lot);
        return true;
    }
    if (too_late(c, u.risk)) {
        if (!departure.said)
            c.alert(departure.refused_by, id, p.instrument, departure.value, departure.limit);
        drop(c, id);
    }
    return false;
}

void expire_manual_hedge(Context& c, UnderlyingId id) {
    const UnderlyingRisk& risk = c.underlying(id).risk;
    if (risk.manual != 0 && too_late(c, risk)) drop(c, id);
}

}  // namespace hw::hedge
