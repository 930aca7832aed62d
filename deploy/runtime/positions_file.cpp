#include "deploy/runtime/positions_file.h"

#include <set>

#include "deploy/runtime/csv.h"
#include "fix/decimal.h"

namespace hw::deploy {

PositionsFile read_positions(const std::string& path) {
    PositionsFile file;
    file.path = path;
    std::set<std::string> seen;
    read_csv(path, "instrument,quantity,average_price", file.errors,
             [&](const std::vector<CsvField>& fields, std::uint32_t line) {
                 const auto fault = [&](std::size_t field, const std::string& what) {
                     file.errors.push_back(at(path, line, fields[field].column,
                                              what + " \"" + std::string(fields[field].text) + "\""));
                 };
                 const std::string name(fields[0].text);
                 const auto quantity = fix::parse_qty(fields[1].text);
                 const auto price = fix::parse_price(fields[2].text);
                 if (name.empty()) fault(0, "no instrument name");
                 if (!seen.insert(name).second) fault(0, "a second line for");
                 if (!quantity) fault(1, "not a quantity of contracts:");
                 if (!price || *price < Price{}) fault(2, "not a price:");
                 if (quantity && price) file.positions.push_back({name, *quantity, *price, line});
             });
    return file;
}

std::vector<std::string> unknown_instruments(const PositionsFile& file, const InstrumentTable& table) {
    std::vector<std::string> unknown;
    for (const StartingPosition& p : file.positions) {
        if (table.find_symbol(p.instrument) == kNoInstrument) {
            unknown.push_back(at(file.path, p.line, 1, "unknown instrument \"" + p.instrument + "\""));
        }
    }
    return unknown;
}

}  // namespace hw::deploy
