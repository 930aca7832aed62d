// The hedger on a live port.
#pragma once

#include "deploy/runtime/hedger.h"

namespace hw::deploy {

/// Runs until a signal, --seconds or refused input ends it; the exit code.
int run_live(Hedger&);

}  // namespace hw::deploy
