// What the values of [credits] owe each other.
#pragma once

#include "deploy/runtime/config_findings.h"
#include "hedge/engine_config.h"

namespace hw::deploy {

/// Credits of which no order could ever be paid, or that never come back, are a mistake.
void check_credits(const hedge::CreditsConfig&, ConfigFindings&);

}  // namespace hw::deploy
