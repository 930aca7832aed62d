// The engine's fixture with what risk needs: the planner's figures, quotes of the quoting engine, and single
// orders put to the gate.
#pragma once

#include "hedge/envelope.h"
#include "hedge/gate.h"
#include "hedge/stops.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {

class RiskTest : public EngineTest {
  protected:
    /// The planner's figures; all that is not said is zero, the profit known.
    RiskFigures figures(double profit = 0, UnderlyingId underlying = kNoUnderlying) const {
        RiskFigures f{};
        f.profit = profit;
        f.profit_known = 1;
        f.position_sequence = sequence;
        f.underlying = underlying;
        return f;
    }
    const std::vector<Action>& risk(const RiskFigures& f) {
        Event e = make(EventType::risk_figures);
        e.payload.risk_figures = f;
        return step(e);
    }
    const std::vector<Action>& profit(double amount, UnderlyingId underlying = kNoUnderlying) {
        return risk(figures(amount, underlying));
    }
    const std::vector<Action>& our_quotes(Price bid, Price ask, InstrumentId id = kPerpetual) {
        Event e = make(EventType::quote_orders, id);
        e.payload.quote_orders = {bid, ask};
        return step(e);
    }
    const std::vector<Action>& mark(double at, double min_sell = 0, double max_buy = 0) {
        Event e = make(EventType::ticker, kPerpetual);
        e.payload.ticker.mark = price(at);
        e.payload.ticker.index = kNoPrice;
        e.payload.ticker.delivery = kNoPrice;
        e.payload.ticker.min_sell = price(min_sell);
        e.payload.ticker.max_buy = price(max_buy);
        return step(e);
    }

    /// An order of the perpetual, 0.0002 coins a contract, or of another instrument.
    Proposal proposal(Side side, double contracts, double limit = kReference,
                      OrderPurpose purpose = OrderPurpose::manual) {
        Proposal p;
        p.underlying = kBtc;
        p.instrument = kPerpetual;
        p.side = side;
        p.purpose = purpose;
        p.qty = p.wanted = qty(contracts);
        p.limit = price(limit);
        p.mid = btc().reference;
        p.delta_per_contract = 10 / btc().reference;
        return p;
    }
    Proposal option_order(Side side, double contracts, OrderPurpose purpose, InstrumentId id = kCall) {
        Proposal p = proposal(side, contracts, 0.05, purpose);
        p.instrument = id;
        p.mid = 0.05;
        p.delta_per_contract = 0.5;
        return p;
    }
    /// What the gate says of it at this moment.
    Verdict verdict_on(const Proposal& p, double target = 0) {
        ActionList actions;
        const Context c{memory.state(), config, actions};
        const Envelope e = envelope_of(memory.state(), kBtc, btc().exposure.net_delta, p.instrument);
        return pass_gate(c, p, target, e);
    }
    AlertCode gate(const Proposal& p) { return verdict_on(p).refused_by; }
    void tighten(LimitKind kind, double limit) {
        btc().risk.overrides.limits[static_cast<std::size_t>(kind)] = limit;
    }
    void tighten_all(LimitKind kind, double limit) {
        memory.state().risk.overrides.limits[static_cast<std::size_t>(kind)] = limit;
    }
};

}  // namespace hw::hedge::test
