// What the values of a configuration owe each other: limits that no single key can break alone.
#pragma once

#include "deploy/runtime/config_findings.h"
#include "deploy/runtime/run_config.h"

namespace hw::deploy {

/// Adds an error for every pair of values that cannot both be meant. Values that are wrong by themselves are
/// left out of the comparison.
void check_limits(const RunConfig&, ConfigFindings&);

}  // namespace hw::deploy
