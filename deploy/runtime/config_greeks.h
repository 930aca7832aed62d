// What limits of Greeks, expiry buckets and stresses owe each other.
#pragma once

#include "deploy/runtime/config_findings.h"
#include "hedge/engine_config.h"

namespace hw::deploy {

/// A soft limit is below the hard one, buckets rise and are not too many, stresses are told apart.
void check_greeks(const hedge::EngineConfig&, ConfigFindings&);

}  // namespace hw::deploy
