// The Starbase feed's configuration with the addresses read.
#pragma once

#include "deploy/runtime/run_config.h"

namespace hw::deploy {

/// What the feed is made with; `config` has been checked.
net::StarbaseConfig starbase_config(const RunConfig& config);

}  // namespace hw::deploy
