// The account's second session: to whom it goes, and what it asks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/types.h"
#include "fix/session_config.h"

namespace hw::fix {

struct AccountConfig {
    /// The quoting engine and the order session go on when this one ends, and so do their orders.
    AccountConfig() {
        session.cancel_on_disconnect = false;
        session.store_slots = 4'096;
    }

    SessionConfig session;
    std::vector<std::string> currencies;  ///< wallets whose equity and margin are asked for; none: not asked
    std::uint32_t snapshot_every_s = 30;  ///< zero: no snapshots, a drop copy only
    Nanos snapshot_patience = Nanos::from_seconds(5);  ///< for all answers of one snapshot
};

}  // namespace hw::fix
