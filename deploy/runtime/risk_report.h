// What the planner found out about risk, for the status, the report and the table.
#pragma once

#include <nlohmann/json.hpp>

#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::deploy {

/// The last figures as the engine has them; null while there are none.
nlohmann::ordered_json risk_json(const hedge::RiskState&, const hedge::EngineState&,
                                 const hedge::EngineConfig&);
/// Legs of the overlay that stands; empty while there is none.
nlohmann::ordered_json overlay_json(const hedge::UnderlyingRisk&, const hedge::EngineState&);

}  // namespace hw::deploy
