#include "net/feed/deribit_feed.h"

#include <cstring>
#include <numeric>
#include <string>

namespace hw::net {

namespace {

bool same(const Instrument& a, const Instrument& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// Whether the table would keep the id of `known` for `incoming` (see InstrumentTable::add).
bool same_contract(const Instrument& known, const Instrument& incoming) {
    return known.feed_id == incoming.feed_id && known.expiry == incoming.expiry &&
           known.kind == incoming.kind && known.strike == incoming.strike &&
           known.settlement == incoming.settlement && known.option_type == incoming.option_type &&
           known.contract_size == incoming.contract_size;
}

}  // namespace

DefinitionPlace place_definition(const InstrumentTable& table, Instrument& incoming, bool is_v1) {
    const InstrumentId known = table.find_symbol(incoming.symbol.view());
    if (known == kNoInstrument || !same_contract(table[known], incoming)) {
        return {InstrumentId{table.size()}, false};
    }
    const Instrument& present = table[known];
    incoming.underlying = present.underlying;
    if (is_v1) {
        incoming.tick_threshold = present.tick_threshold;
        incoming.tick_above = present.tick_above;
    }
    const bool unchanged = same(present, incoming);
    incoming.underlying = kNoUnderlying;
    return {known, unchanged};
}

std::uint64_t FeedCounters::messages() const {
    return std::accumulate(decode.messages.begin(), decode.messages.end(), std::uint64_t{0});
}

void FeedCounters::visit(const std::function<void(std::string_view, std::uint64_t)>& one) const {
    one("datagrams", lines.datagrams);
    one("other_destination", lines.other_destination);
    one("short_frames", lines.short_frames);
    one("channel_conflicts", lines.channel_conflicts);
    one("too_many_channels", lines.too_many_channels);
    one("gaps", lines.gaps);
    one("packets_lost", lines.packets_lost);
    one("duplicates", lines.duplicates);
    one("late", lines.late);
    one("resets", lines.resets);
    one("silences", lines.silences);
    one("line_copies", lines.copies);
    one("line_strays", lines.strays);
    one("line_held", lines.held);
    one("line_held_dropped", lines.held_dropped);
    for (std::size_t i = 0; i < kSides; ++i) {
        const std::string line = i == 0 ? "line_a_" : "line_b_";
        const SideCounters& side = lines.sides[i];
        one(line + "first", side.first);
        one(line + "copies", side.copies);
        one(line + "duplicates", side.duplicates);
        one(line + "strays", side.strays);
        one(line + "reordered", side.reordered);
        one(line + "lost", side.lost);
        one(line + "downs", side.downs);
    }
    for (std::size_t i = 0; i < deribit::kTemplates; ++i) {
        const auto id = static_cast<deribit::Template>(deribit::kFirstTemplate + i);
        one("messages_" + std::string(deribit::to_string(id)), decode.messages[i]);
    }
    one("unknown_template", decode.unknown_template);
    one("unknown_schema", decode.unknown_schema);
    one("newer_version", decode.newer_version);
    for (std::size_t i = 1; i < deribit::kMalformedReasons; ++i) {
        const auto reason = static_cast<deribit::Malformed>(i);
        one("malformed_" + std::string(deribit::to_string(reason)), decode.malformed[i]);
    }
    one("unknown_instrument", unknown_instrument);
    one("bad_levels", bad_levels);
    one("bad_tickers", bad_tickers);
    one("bad_trades", bad_trades);
    one("bad_index_prices", bad_index_prices);
    one("bad_definitions", bad_definitions);
    one("bad_times", bad_times);
    one("definitions_sent", definitions_sent);
    one("definitions_known", definitions_known);
    one("more_tick_steps", more_tick_steps);
    one("snapshots_incomplete", snapshots_incomplete);
    one("snapshots_abandoned", snapshots_abandoned);
    one("change_id_gaps", recovery.change_id_gaps);
    one("stale_updates", recovery.stale_updates);
    one("updates_kept", recovery.updates_kept);
    one("updates_given_up", recovery.updates_given_up);
    one("recovery_overflows", recovery.overflows);
    one("malformed_updates", recovery.malformed_updates);
    one("snapshots_applied", recovery.snapshots_applied);
    one("snapshots_ahead", recovery.snapshots_ahead);
    one("snapshots_too_old", recovery.snapshots_too_old);
    one("snapshots_unconnected", recovery.snapshots_unconnected);
    one("books_recovered", recovery.books_recovered);
    one("books_proven", recovery.books_proven);
}

}  // namespace hw::net
