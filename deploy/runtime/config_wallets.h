// Which wallets count for which underlying: what the file leaves out, and what it may not say.
#pragma once

#include "deploy/runtime/config_findings.h"
#include "deploy/runtime/run_config.h"

namespace hw::deploy {

/// A single underlying without quote wallets of its own gets every [[wallet]] in dollars: those whose
/// currency begins with "USD". With several underlyings the file has to say whose they are.
void assume_quote_wallets(RunConfig&);

/// No wallet twice, none that counts nowhere, and no more of one than there is.
void check_wallets(const RunConfig&, ConfigFindings&);

}  // namespace hw::deploy
