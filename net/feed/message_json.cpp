#include "net/feed/message_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "net/feed/deribit_decoder.h"

namespace hw::net {

namespace {

using Json = nlohmann::ordered_json;

/// A number, null for a null, and text for what JSON has no number for.
Json number(double value) {
    if (deribit::is_null(value)) return nullptr;
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return value;
}

void put(Json& json, const deribit::Book& m) {
    json["instrument"] = m.instrument();
    json["timestamp_ms"] = m.timestamp_ms();
    json["prev_change_id"] = m.prev_change_id();
    json["change_id"] = m.change_id();
    json["is_last"] = m.is_last();
    Json& changes = json["changes"] = Json::array();
    for (std::uint16_t i = 0; i < m.changes().size(); ++i) {
        const auto c = m.changes()[i];
        changes.push_back({{"side", c.side()},
                           {"change", c.change()},
                           {"price", number(c.price())},
                           {"amount", number(c.amount())}});
    }
}

void put(Json& json, const deribit::Trades& m) {
    json["instrument"] = m.instrument();
    Json& trades = json["trades"] = Json::array();
    for (std::uint16_t i = 0; i < m.trades().size(); ++i) {
        const auto t = m.trades()[i];
        trades.push_back({{"direction", t.direction()},
                          {"price", number(t.price())},
                          {"amount", number(t.amount())},
                          {"timestamp_ms", t.timestamp_ms()},
                          {"mark", number(t.mark())},
                          {"index", number(t.index())},
                          {"trade_seq", t.trade_seq()},
                          {"trade_id", t.trade_id()},
                          {"tick_direction", t.tick_direction()},
                          {"liquidation", t.liquidation()},
                          {"iv", number(t.iv())},
                          {"block_trade_id", t.block_trade_id()},
                          {"combo_trade_id", t.combo_trade_id()}});
    }
}

void put(Json& json, const deribit::Ticker& m) {
    json["instrument"] = m.instrument();
    json["state"] = m.state();
    json["timestamp_ms"] = m.timestamp_ms();
    json["open_interest"] = number(m.open_interest());
    json["min_sell"] = number(m.min_sell());
    json["max_buy"] = number(m.max_buy());
    json["last"] = number(m.last());
    json["index"] = number(m.index());
    json["mark"] = number(m.mark());
    json["best_bid"] = number(m.best_bid());
    json["best_bid_amount"] = number(m.best_bid_amount());
    json["best_ask"] = number(m.best_ask());
    json["best_ask_amount"] = number(m.best_ask_amount());
    json["funding"] = number(m.funding());
    json["funding_8h"] = number(m.funding_8h());
    json["estimated_delivery"] = number(m.estimated_delivery());
    json["delivery"] = number(m.delivery());
    json["settlement"] = number(m.settlement());
}

void put(Json& json, const deribit::Snapshot& m) {
    json["instrument"] = m.instrument();
    json["timestamp_ms"] = m.timestamp_ms();
    json["change_id"] = m.change_id();
    json["is_book_complete"] = m.is_book_complete();
    json["is_last_in_book"] = m.is_last_in_book();
    Json& levels = json["levels"] = Json::array();
    for (std::uint16_t i = 0; i < m.levels().size(); ++i) {
        const auto l = m.levels()[i];
        levels.push_back({{"side", l.side()}, {"price", number(l.price())}, {"amount", number(l.amount())}});
    }
}

void put(Json& json, const deribit::Instrument& m) {
    json["instrument"] = m.instrument();
    json["name"] = m.name();
    json["state"] = m.state();
    json["kind"] = m.kind();
    json["instrument_type"] = m.type();
    json["option_type"] = m.option_type();
    json["settlement_period"] = m.settlement_period();
    json["settlement_period_count"] = m.settlement_period_count();
    json["base"] = m.base();
    json["quote"] = m.quote();
    json["counter"] = m.counter();
    json["settle"] = m.settle();
    json["size"] = m.size();
    json["created_ms"] = m.created_ms();
    json["expiry_ms"] = m.expiry_ms();
    json["strike"] = number(m.strike());
    json["contract_size"] = number(m.contract_size());
    json["min_trade_amount"] = number(m.min_trade_amount());
    json["tick"] = number(m.tick());
    json["maker_fee"] = number(m.maker_fee());
    json["taker_fee"] = number(m.taker_fee());
    json["block_fee"] = number(m.block_fee());
    json["max_liquidation_fee"] = number(m.max_liquidation_fee());
    json["max_leverage"] = number(m.max_leverage());
    Json& steps = json["tick_steps"] = Json::array();
    for (std::uint16_t i = 0; i < m.tick_steps().size(); ++i) {
        const auto s = m.tick_steps()[i];
        steps.push_back({{"above_price", number(s.above_price())}, {"tick", number(s.tick())}});
    }
}

void put(Json& json, const deribit::ComboLegs& m) {
    json["instrument"] = m.instrument();
    Json& legs = json["legs"] = Json::array();
    for (std::uint16_t i = 0; i < m.legs().size(); ++i) {
        legs.push_back({{"instrument", m.legs()[i].instrument()}, {"size", m.legs()[i].size()}});
    }
}

void put(Json& json, const deribit::PriceIndex& m) {
    json["name"] = m.name();
    json["price"] = number(m.price());
    json["timestamp_ms"] = m.timestamp_ms();
}

void put(Json& json, const deribit::Rfq& m) {
    json["instrument"] = m.instrument();
    json["state"] = m.state();
    json["side"] = m.side();
    json["amount"] = number(m.amount());
    json["timestamp_ms"] = m.timestamp_ms();
}

void put(Json& json, const deribit::SnapshotStart& m) { json["snapshot_delay_ms"] = m.snapshot_delay_ms(); }
void put(Json&, const deribit::SnapshotEnd&) {}

struct Writer {
    Json& json;
    template <class View>
    void on(const View& view) {
        put(json, view);
    }
};

}  // namespace

std::string message_json(const deribit::Message& m, const MessageContext& context) {
    Json json;
    json["packet"] = context.packet;
    json["time_ns"] = context.time.ns();
    json["channel"] = context.frame.channel;
    json["sequence"] = context.frame.sequence;
    json["type"] = deribit::to_string(static_cast<deribit::Template>(m.header.template_id));
    json["version"] = m.header.version;
    Writer writer{json};
    deribit::detail::dispatch(m, writer);
    // Names are bytes from the wire: what is not UTF-8 is replaced, not thrown over.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hw::net
