// What one contract is: the same for the feed that the deltas are taken from and for the gateway that the
// orders go to.
//
// A feed that calls 10 dollars a contract and a gateway that calls 1 dollar one would make every hedge ten
// times too large, with nothing in the reports to show it. So at the start of day the second session asks for
// the gateway's contracts (FIX 35=x; fix/account_snapshot.h), and every position it tells has its multiplier
// with it. A difference in an instrument that an underlying is hedged in, or that is held, stops the hedging
// of that underlying for the whole run: which of the two is right is for a person to find out. With
// EngineConfig::reconcile nothing is hedged before that answer. A gateway that gives none is a warning.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// A run begins: its own start of day tells.
void begin_contract_check(Context&);
void on_contract_terms(Context&, InstrumentId, const ContractTerms&);

}  // namespace hw::hedge
