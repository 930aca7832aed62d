// The hedger driven by a capture: the file's packets come in through DPDK's pcap port, their times are the
// clock, orders are paper. Two runs over one file give the same journal, event for event, and the same state.
#pragma once

#include "deploy/runtime/hedger.h"

namespace hw::deploy {

/// Runs to the capture's end; the exit code (1 when the capture is cut off: what came before was processed).
int run_capture(Hedger&);

}  // namespace hw::deploy
