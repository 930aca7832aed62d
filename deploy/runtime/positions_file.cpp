#include "deploy/runtime/positions_file.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/inventory.h"
#include "deploy/runtime/csv.h"
#include "fix/decimal.h"
#include "hedge/state.h"

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

namespace {

/// What a book of the positions so far would take, limits as in core/inventory.h and hedge/state.h.
class Room {
  public:
    /// Why this one does not fit any more; empty: it does.
    std::string take(const Instrument& i) {
        if (i.underlying == kNoUnderlying) return {};
        if (!i.is_option()) {
            if (++others_[i.underlying] <= hedge::kMaxHeld) return {};
            return "more than " + std::to_string(hedge::kMaxHeld) +
                   " futures, perpetuals and pairs of one underlying:";
        }
        auto& expiries = expiries_[i.underlying];
        expiries.insert({i.expiry, i.settlement});
        if (expiries.size() > kMaxExpiryGroups)
            return "more than " + std::to_string(kMaxExpiryGroups) + " expiries of one underlying:";
        // A call and a put share a node; a second call of the strike (settled in another coin) takes another.
        Node& node = nodes_[{i.underlying, i.expiry, i.settlement, i.strike}];
        const std::size_t before = std::max(node.calls, node.puts);
        ++(i.option_type == OptionType::call ? node.calls : node.puts);
        node_count_ += std::max(node.calls, node.puts) - before;
        if (node_count_ > kMaxNodes) return "more than " + std::to_string(kMaxNodes) + " strikes:";
        return {};
    }

  private:
    std::map<UnderlyingId, std::size_t> others_;
    std::map<UnderlyingId, std::set<std::pair<Nanos, Settlement>>> expiries_;
    struct Node {
        std::size_t calls = 0, puts = 0;
    };
    std::map<std::tuple<UnderlyingId, Nanos, Settlement, Price>, Node> nodes_;
    std::size_t node_count_ = 0;
};

}  // namespace

std::vector<std::string> without_room(const PositionsFile& file, const InstrumentTable& table) {
    std::vector<std::string> faults;
    Room room;
    for (const StartingPosition& p : file.positions) {
        const InstrumentId id = table.find_symbol(p.instrument);
        if (id == kNoInstrument || p.quantity.is_zero()) continue;
        const std::string why = room.take(table[id]);
        if (!why.empty()) faults.push_back(at(file.path, p.line, 1, why + " \"" + p.instrument + "\""));
    }
    return faults;
}

}  // namespace hw::deploy
