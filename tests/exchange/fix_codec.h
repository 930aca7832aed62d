// Between the venue's plain requests and reports and FIX 4.4 fields.
#pragma once

#include <string>

#include "tests/exchange/fix_message.h"
#include "tests/exchange/report.h"

namespace hw::exchange {

class Venue;

/// ExecutionReport (8), OrderCancelReject (9) or OrderMassCancelReport (r).
FixMessage to_fix(const Report&);

/// Hands D, F, q and AF to the venue. False: a type that the venue does not serve.
bool dispatch(const FixMessage&, Venue&, Nanos now);

/// Reads a NewOrderSingle. Empty when it can be read, otherwise what is wrong; what could be read is in
/// `order`.
std::string parse_order(const FixMessage&, OrderRequest& order);

/// "20261127-08:00:00.123", UTC.
std::string fix_timestamp(Nanos);

}  // namespace hw::exchange
