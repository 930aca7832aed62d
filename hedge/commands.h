// What people tell the engine to do. Every command says in an alert what it did; one that cannot be carried
// out changes nothing and says so (`command_refused`, with the value and the limit that it met).
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

void on_command(Context&, const Command&);

/// What the configuration says of a limit, for one underlying or (kNoUnderlying) for the account; zero: none.
double configured_limit(const EngineConfig&, const UnderlyingConfig*, LimitKind);
/// May this limit be set for the account as a whole, or for one underlying?
bool limit_applies(LimitKind, bool one_underlying);

}  // namespace hw::hedge
