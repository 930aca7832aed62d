// What a changed configuration file may change in a running hedger: bands and limits that become tighter.
//
// Those become commands, as if a person had set them one by one, so that the journal has them. Anything else
// that differs, and every widening, is named and left as it is: that takes a restart. A band or limit that
// somebody set tighter still stays as it is.
#pragma once

#include <string>
#include <vector>

#include "core/event.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state.h"

namespace hw::deploy {

struct Reload {
    std::vector<Command> commands;       ///< kind, limit, underlying and value are set
    std::vector<std::string> taken;      ///< one a command: `KEY: 2 -> 1`
    std::vector<std::string> not_taken;  ///< `KEY: 1 -> 2: why`
};

Reload compare_configurations(const RunConfig& running, const RunConfig& wanted, const hedge::EngineState&);

}  // namespace hw::deploy
