// Where the account's quoting engine stands in the hedge instrument, so that a hedge never trades with it.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// The last word counts. Prices that cannot be (not positive, crossed) are refused audibly, and nothing is
/// known from then on.
void on_quote_orders(Context&, InstrumentId, const QuoteOrders&);
/// Would an order with this limit meet one of the quoting engine's?
bool meets_our_quote(const UnderlyingState&, InstrumentId, Side, Price limit);

}  // namespace hw::hedge
