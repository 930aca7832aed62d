// The account as the venue has it beside our own, for the status and the report.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::deploy {

/// Snapshots, positions of both sides, breaks, orphans, fills that one session did not tell, credits.
nlohmann::ordered_json reconciliation_json(const hedge::EngineState&, const hedge::EngineConfig&);

/// What either side holds: ours as of now, the venue's as of its last snapshot that counted (null: none has).
nlohmann::ordered_json position_list_json(const hedge::EngineState&);

/// One line for people, ended; empty while no snapshot has ever begun.
std::string reconciliation_text(const hedge::EngineState&);

}  // namespace hw::deploy
