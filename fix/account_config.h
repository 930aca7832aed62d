// The account's second session: to whom it goes, and what it asks.
#pragma once

#include <string>
#include <vector>

#include "core/types.h"
#include "fix/session_config.h"

namespace hw::fix {

struct AccountConfig {
    SessionConfig session;
    std::vector<std::string> currencies;  ///< wallets whose equity and margin are asked for; none: not asked
    Nanos snapshot_every = Nanos::from_seconds(30);
    Nanos snapshot_patience = Nanos::from_seconds(5);  ///< for all answers of one snapshot
};

}  // namespace hw::fix
