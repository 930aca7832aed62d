// Instrument definitions from a CSV file (`hedgewire run --instruments F`): for venues or captures whose feed
// does not define what it quotes, and for a start before the feed's definition cycle is over.
//
// Columns: symbol,kind,settlement,option_type,base,quote,settle,feed_id,expiry,strike,contract_size,lot,tick.
// kind option|future|perpetual|spot; settlement inverse|linear; option_type call|put|none; expiry as
// 2026-11-27T08:00:00Z or empty; strike empty when there is none.
#pragma once

#include <string>
#include <vector>

#include "core/instrument.h"

namespace hw::deploy {

struct InstrumentsFile {
    std::vector<Instrument> instruments;
    std::vector<std::string> errors;  ///< `FILE:line:col: what is wrong`
};

InstrumentsFile read_instruments(const std::string& path);

}  // namespace hw::deploy
