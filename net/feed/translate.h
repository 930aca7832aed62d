// From the wire's values to ours: doubles to Price and Qty, feed amounts to contracts, bytes to enums.
//
// A value that does not convert gives no result; nothing is guessed and nothing becomes zero. Feed amounts
// are in quote currency for inverse futures and in base coin otherwise; a contract is contract_size of them,
// so contracts are amount / contract_size for every kind.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/event.h"
#include "core/instrument.h"
#include "net/feed/deribit_wire.h"

namespace hw::net {

/// The last millisecond that fits Nanos, in the year 2262.
inline constexpr std::uint64_t kLastVenueMs = 9'223'372'036'854;
/// UTC; nothing when it does not fit.
inline std::optional<Nanos> venue_time(std::uint64_t ms) {
    if (ms > kLastVenueMs) return std::nullopt;
    return Nanos::from_ms(static_cast<std::int64_t>(ms));
}

/// Deribit's enum: 0 created, 1 open, 2 closed, 3 settled. What is created does not trade yet: halted.
inline constexpr std::array kTradingStates = {TradingState::halted, TradingState::open, TradingState::closed,
                                              TradingState::settled};
inline std::optional<TradingState> to_trading_state(std::uint8_t wire) {
    return wire < kTradingStates.size() ? std::optional(kTradingStates[wire]) : std::nullopt;
}

/// Contracts for a feed amount of zero or more.
inline std::optional<Qty> to_contracts(double amount, double contract_size) {
    if (!(amount >= 0)) return std::nullopt;
    return Qty::from_double(amount / contract_size);
}

/// A level that now stands, or with `deleted` one that does not. `last` is zero.
inline std::optional<BookLevel> to_level(double contract_size, std::uint8_t wire_side, double price,
                                         double amount, bool deleted) {
    constexpr std::uint8_t kAsk = 0, kBid = 1;
    if (wire_side != kAsk && wire_side != kBid) return std::nullopt;
    const auto p = Price::from_double(price);
    const auto q = deleted ? std::optional(Qty{}) : to_contracts(amount, contract_size);
    // A level that stands holds something: zero contracts would be a deletion by another name.
    if (!p || !q || (!deleted && q->is_zero())) return std::nullopt;
    return BookLevel{*p, *q, wire_side == kBid ? hw::Side::buy : hw::Side::sell, 0, {}};
}
inline std::optional<BookLevel> to_level(double contract_size, const deribit::BookChange& change) {
    constexpr std::uint8_t kDeleted = 2;
    if (change.change() > kDeleted) return std::nullopt;
    return to_level(contract_size, change.side(), change.price(), change.amount(),
                    change.change() == kDeleted);
}

/// False when a value does not convert. Nulls, and zeros where zero means "none" (best bid and ask, last,
/// index, delivery, settlement), become kNoPrice.
bool to_ticker(const deribit::Ticker&, Ticker& out);
/// The same, one value after the other: for what ticker_lanes.h cannot hold.
bool to_ticker_slowly(const deribit::Ticker&, Ticker& out);
bool to_trade(double contract_size, const deribit::TradeEntry&, Trade& out);
bool to_index_price(const deribit::PriceIndex&, IndexPrice& out);

enum class DefinitionDefect : std::uint8_t {
    none = 0,
    name,
    currency,
    kind,
    settlement,
    state,
    number,
    time
};
std::string_view to_string(DefinitionDefect);

struct TranslatedDefinition {
    Instrument instrument;
    DefinitionDefect defect = DefinitionDefect::none;
    bool more_tick_steps = false;  ///< the venue has more than the one step that we can keep
};
TranslatedDefinition to_definition(const deribit::Instrument&);

}  // namespace hw::net
