#include "hedge/quote_guard.h"

namespace hw::hedge {

namespace {
bool is_price_or_none(Price p) { return p == kNoPrice || p > Price{}; }
}  // namespace

void on_quote_orders(Context& c, InstrumentId id, const QuoteOrders& q) {
    if (!c.state.instruments.contains(id))
        return c.alert(AlertCode::quotes_refused, kNoUnderlying, kNoInstrument, index(id));
    const UnderlyingId underlying = c.state.instruments[id].underlying;
    if (underlying == kNoUnderlying) return;
    UnderlyingState& u = c.underlying(underlying);
    if (!u.has_hedge || u.hedge != id) return;
    const bool crossed = q.bid != kNoPrice && q.ask != kNoPrice && q.bid >= q.ask;
    u.risk.quotes_known = is_price_or_none(q.bid) && is_price_or_none(q.ask) && !crossed;
    u.risk.quotes = u.risk.quotes_known ? q : QuoteOrders{};
    if (!u.risk.quotes_known)
        c.alert(AlertCode::quotes_refused, underlying, id, q.bid.to_double(), q.ask.to_double());
    c.mark_dirty(underlying);
}

bool meets_our_quote(const UnderlyingState& u, InstrumentId id, Side side, Price limit) {
    if (!u.risk.quotes_known || id != u.hedge) return false;
    const QuoteOrders& q = u.risk.quotes;
    if (side == Side::buy) return q.ask != kNoPrice && limit >= q.ask;
    return q.bid != kNoPrice && limit <= q.bid;
}

}  // namespace hw::hedge
