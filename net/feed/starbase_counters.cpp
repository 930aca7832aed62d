#include "net/feed/starbase_counters.h"

#include <cstring>
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

using Visitor = std::function<void(std::string_view, std::uint64_t)>;

void visit_channels(const starbase::ChannelCounters& c, const Visitor& one) {
    one("datagrams", c.datagrams());
    for (std::size_t i = 0; i < starbase::kFates; ++i) {
        const auto fate = static_cast<starbase::Fate>(i);
        one("packets_" + std::string(starbase::to_string(fate)), c[fate]);
    }
    one("gaps", c.gaps);
    one("messages_missed", c.messages_missed);
    one("messages_lost", c.messages_lost);
    one("resets", c.resets);
    one("failovers", c.failovers);
    one("silences", c.silences);
    one("hold_overflows", c.hold_overflows);
    one("snapshot_gaps", c.snapshot_gaps);
    one("snapshot_resets", c.snapshot_resets);
}

void visit_decode(const starbase::DecodeCounters& c, const Visitor& one) {
    for (const starbase::Template t : starbase::kTemplates)
        one("messages_" + std::string(starbase::to_string(t)), c.delivered(t));
    one("unknown_template", c.unknown_template);
    one("newer_version", c.newer_version);
    for (std::size_t i = 1; i < starbase::kMalformedReasons; ++i) {
        const auto reason = static_cast<starbase::Malformed>(i);
        one("malformed_" + std::string(starbase::to_string(reason)), c.malformed[i]);
    }
}

void visit_books(const starbase::BookCounters& c, const Visitor& one) {
    one("stale_orders", c.stale_orders);
    one("orders_kept", c.orders_kept);
    one("orders_given_up", c.orders_given_up);
    one("recovery_overflows", c.overflows);
    one("orders_unknown", c.orders_unknown);
    one("orders_larger", c.orders_larger);
    one("orders_full", c.orders_full);
    one("orders_too_much", c.orders_too_much);
    one("books_refused", c.books_refused);
    one("snapshots_applied", c.snapshots_applied);
    one("snapshots_too_old", c.snapshots_too_old);
    one("snapshots_too_new", c.snapshots_too_new);
    one("snapshots_bad", c.snapshots_bad);
    one("snapshots_in_transaction", c.snapshots_in_transaction);
    one("snapshot_checks", c.snapshot_checks);
    one("snapshot_mismatches", c.snapshot_mismatches);
    one("books_recovered", c.books_recovered);
    one("long_transactions", c.long_transactions);
    one("unended_transactions", c.unended_transactions);
    one("stuck_transactions", c.stuck_transactions);
}

void visit_retransmit(const starbase::RetransmitCounters& c, const Visitor& one) {
    one("retransmit_requests", c.requests);
    one("retransmit_unsent", c.unsent);
    one("retransmit_timeouts", c.timeouts);
    one("retransmit_answers", c.answers);
    one("retransmit_rejects_too_low", c.rejects_too_low);
    one("retransmit_rejects_too_high", c.rejects_too_high);
    one("retransmit_rejects_rate", c.rejects_rate);
    one("retransmit_rejects_other", c.rejects_other);
    one("retransmit_stale_rejects", c.stale_rejects);
    one("retransmit_given_up", c.given_up);
}

}  // namespace

StarbaseConfig with_channels(StarbaseConfig config) {
    if (config.channels.empty()) config.channels = default_starbase_channels();
    return config;
}

StarbasePlace place_starbase_definition(const InstrumentTable& table, Instrument& incoming) {
    StarbasePlace place;
    place.before = table.find_feed_id(incoming.feed_id);
    const InstrumentId known = table.find_symbol(incoming.symbol.view());
    if (known == kNoInstrument || !same_contract(table[known], incoming)) {
        place.id = InstrumentId{table.size()};
        return place;
    }
    const Instrument& present = table[known];
    incoming.maker_fee_nanos = present.maker_fee_nanos;
    incoming.taker_fee_nanos = present.taker_fee_nanos;
    incoming.underlying = present.underlying;
    place.id = known;
    place.unchanged = same(present, incoming);
    incoming.underlying = kNoUnderlying;
    return place;
}

void StarbaseCounters::visit(const Visitor& one) const {
    visit_channels(channels, one);
    visit_decode(decode, one);
    visit_books(books, one);
    visit_retransmit(retransmit, one);
    one("unknown_instrument", unknown_instrument);
    one("unknown_index", unknown_index);
    one("bad_quantities", bad_quantities);
    one("bad_tickers", bad_tickers);
    one("bad_trades", bad_trades);
    one("bad_index_prices", bad_index_prices);
    one("bad_definitions", bad_definitions);
    one("trades_without_side", trades_without_side);
    one("unstarted_transactions", unstarted_transactions);
    one("definitions_sent", definitions_sent);
    one("definitions_known", definitions_known);
    one("more_tick_steps", more_tick_steps);
    one("snapshots_abandoned", snapshots_abandoned);
    one("cycles", cycles);
}

}  // namespace hw::net
