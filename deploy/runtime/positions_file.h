// Starting positions from a CSV file: `instrument,quantity,average_price`, quantity in signed contracts.
#pragma once

#include <string>
#include <vector>

#include "core/instrument.h"
#include "core/types.h"

namespace hw::deploy {

struct StartingPosition {
    std::string instrument;
    Qty quantity;
    Price average_price;
    std::uint32_t line = 0;
};

struct PositionsFile {
    std::string path;
    std::vector<StartingPosition> positions;
    /// `FILE:line:col: what is wrong`, one a fault; empty when the file is good.
    std::vector<std::string> errors;
};

/// Reads the whole file; it is usable only when `errors` is empty.
PositionsFile read_positions(const std::string& path);

/// `FILE:line: instrument ... is unknown`, for each position that the table does not know.
std::vector<std::string> unknown_instruments(const PositionsFile&, const InstrumentTable&);

/// `FILE:line: ...` for each position beyond what the book can hold: 16,384 strikes in all, and for one
/// underlying 64 expiries of options and 256 other instruments.
std::vector<std::string> without_room(const PositionsFile&, const InstrumentTable&);

}  // namespace hw::deploy
