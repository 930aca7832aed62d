#include "net/feed/starbase_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "net/feed/starbase_decoder.h"

namespace hw::net::starbase {

namespace {

using Json = nlohmann::ordered_json;

/// null for a null.
Json optional(std::int64_t value) { return value == kNull ? Json(nullptr) : Json(value); }

Json optional(double value) {
    if (std::isnan(value)) return nullptr;
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return value;
}

void put(Json& json, const InstrumentDefinition& m) {
    json["instrument_id"] = m.instrument();
    json["name"] = m.name();
    json["index_id"] = m.index();
    json["underlying"] = m.underlying();
    json["quantity_asset"] = m.quantity_asset();
    json["price_asset"] = m.price_asset();
    json["expiry_ns"] = optional(m.expiry_ns());
    json["strike"] = optional(m.strike());
    json["min_order_quantity"] = m.min_order_quantity();
    json["tick_size"] = m.tick();
    json["quantity_exponent"] = m.quantity_exponent();
    json["instrument_type"] = m.type();
    json["instrument_flags"] = m.flags();
    json["status"] = m.status();
    Json& ticks = json["large_tick_sizes"] = Json::array();
    for (std::uint16_t i = 0; i < m.large_ticks().size(); ++i)
        ticks.push_back(
            {{"tick_size", m.large_ticks()[i].tick()}, {"threshold", m.large_ticks()[i].threshold()}});
    Json& legs = json["legs"] = Json::array();
    for (std::uint16_t i = 0; i < m.legs().size(); ++i)
        legs.push_back({{"instrument_id", m.legs()[i].instrument()}, {"ratio", m.legs()[i].ratio()}});
}

void put(Json& json, const IndexDefinition& m) {
    json["index_id"] = m.index();
    json["name"] = m.name();
}

void put(Json& json, const IndexInfo& m) {
    json["index_id"] = m.index();
    json["price"] = optional(m.price());
}

void put(Json& json, const InstrumentInfo& m) {
    json["instrument_id"] = m.instrument();
    json["min_sell"] = optional(m.min_sell());
    json["max_buy"] = optional(m.max_buy());
    json["mark"] = optional(m.mark());
}

void put(Json& json, const InstrumentRef& m) {
    json["instrument_id"] = m.instrument();
    json["current_funding"] = optional(m.current_funding());
    json["funding_8h"] = optional(m.funding_8h());
    json["estimated_delivery"] = optional(m.estimated_delivery());
    json["delivery"] = optional(m.delivery());
    json["settlement"] = optional(m.settlement());
    json["open_interest"] = optional(m.open_interest());
}

void put(Json& json, const InstrumentStatus& m) {
    json["instrument_id"] = m.instrument();
    json["status"] = m.status();
}

void put(Json& json, const Put& m) {
    json["order_id"] = m.order();
    json["instrument_id"] = m.instrument();
    json["quantity"] = m.quantity();
    json["price"] = m.price();
    json["sort_order_id"] = optional(m.sort_order());
}

void put(Json& json, const QtyReduced& m) {
    json["order_id"] = m.order();
    json["instrument_id"] = m.instrument();
    json["quantity"] = m.quantity();
}

void put(Json& json, const Delete& m) {
    json["order_id"] = m.order();
    json["instrument_id"] = m.instrument();
}

void put(Json& json, const TradeSummary& m) {
    json["instrument_id"] = m.instrument();
    json["taker_order_id"] = optional(m.taker_order());
    json["total_filled"] = m.total_filled();
    json["deepest_price"] = m.deepest_price();
    json["mark"] = optional(m.mark());
    json["index"] = optional(m.index());
    json["trades"] = m.trades();
    json["taker_flags"] = m.taker_flags();
}

void put(Json& json, const Trade& m) {
    json["match_id"] = m.match();
    json["instrument_id"] = m.instrument();
    json["maker_order_id"] = optional(m.maker_order());
    json["quantity"] = m.quantity();
    json["price"] = m.price();
    json["maker_flags"] = m.maker_flags();
}

void put(Json& json, const BlockTrade& m) {
    json["match_id"] = m.match();
    json["instrument_id"] = m.instrument();
    json["block_trade_id"] = m.block_trade();
    json["block_rfq_id"] = optional(m.block_rfq());
    json["quantity"] = m.quantity();
    json["price"] = m.price();
    json["mark"] = optional(m.mark());
    json["index"] = optional(m.index());
    json["implied_volatility"] = optional(m.implied_vol());
    json["taker_flags"] = m.taker_flags();
    json["legs"] = m.legs();
}

void put(Json& json, const SnapshotHeader& m) {
    json["instrument_id"] = m.instrument();
    json["timestamp_ns"] = m.timestamp_ns();
    json["incremental_sequence"] = m.incremental_sequence();
}

void put(Json& json, const SnapshotTrailer& m) {
    json["instrument_id"] = m.instrument();
    json["timestamp_ns"] = m.timestamp_ns();
    json["incremental_sequence"] = m.incremental_sequence();
}

void put(Json& json, const EndOfCycle& m) { json["active_instruments"] = m.active_instruments(); }

void put(Json& json, const RetransmitRequest& m) {
    json["begin_sequence"] = m.begin();
    json["count"] = m.count();
}

void put(Json& json, const RetransmitReject& m) {
    json["retry_delay_ns"] = m.retry_delay_ns();
    json["details"] = m.details();
    json["reason"] = m.reason();
}

struct Writer {
    Json json;
    template <class View>
    void on(const View& m) {
        put(json, m);
    }
};

}  // namespace

std::string message_json(const Message& m, const MessageContext& context) {
    Writer writer;
    Json& json = writer.json;
    json["packet"] = context.packet;
    json["time_ns"] = context.time.ns();
    json["channel"] = context.header.channel;
    json["packet_type"] = context.header.type;
    json["sequence"] = m.sequence;
    json["type"] = to_string(static_cast<Template>(m.header.template_id));
    json["version"] = m.header.version;
    json["flags"] = m.header.flags;
    json["transact_time_ns"] = m.header.transact_time_ns;
    detail::dispatch(m, writer);
    // Names may hold anything: what is no UTF-8 is replaced.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hw::net::starbase
