// What can be held or traded, and the one table that maps feed ids, symbols and InstrumentIds.
//
// A definition says what a contract is worth: its kind, whether it settles in coin (inverse) or in quote
// currency (linear), contract size, tick, lot, expiry (an exclusive instant). The table is flat, of fixed
// capacity and part of the engine's state, so that it survives a restart inside a snapshot and replays
// identically.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/names.h"
#include "core/types.h"

namespace hw {

enum class Kind : std::uint8_t { option = 0, future = 1, perpetual = 2, spot = 3, combo = 4 };
enum class Settlement : std::uint8_t { inverse = 0, linear = 1 };
enum class OptionType : std::uint8_t { none = 0, call = 1, put = 2 };
enum class TradingState : std::uint8_t { open = 0, halted = 1, closed = 2, settled = 3 };

std::string_view to_string(Kind);
std::string_view to_string(Settlement);
std::string_view to_string(OptionType);
std::string_view to_string(TradingState);

/// One contract. Flat: it travels in an Event.
struct Instrument {
    Symbol symbol;              ///< as FIX (55) and positions files name it
    Currency base;              ///< the underlying: a base asset
    Currency quote;             ///< currency the strike and futures prices are in
    Currency settle;            ///< currency that cash flows are in
    std::uint64_t feed_id = 0;  ///< the venue's number on its market data feed
    Nanos expiry;               ///< exclusive instant; zero for perpetuals and spot
    Price strike;               ///< options only
    Qty contract_size;          ///< units of base (linear, options) or quote (inverse futures) per contract
    Qty lot;                    ///< smallest quantity step, in contracts
    Price tick;                 ///< smallest price step below tick_threshold
    Price tick_threshold;       ///< zero when there is one tick only
    Price tick_above;           ///< price step at and above tick_threshold
    std::int32_t maker_fee_nanos = 0;  ///< fraction of notional, 1e-9; negative is a rebate
    std::int32_t taker_fee_nanos = 0;
    Kind kind = Kind::future;
    Settlement settlement = Settlement::linear;
    OptionType option_type = OptionType::none;
    TradingState state = TradingState::open;
    UnderlyingId underlying = kNoUnderlying;  ///< filled in by the engine
    std::uint16_t reserved = 0;

    bool is_option() const { return kind == Kind::option; }
    bool is_inverse() const { return settlement == Settlement::inverse; }
    /// A contract whose price follows the underlying one for one: what a hedge can be made of.
    bool is_delta_one() const {
        return kind == Kind::future || kind == Kind::perpetual || kind == Kind::spot;
    }
    /// The price step that applies at `p`.
    Price tick_at(Price p) const {
        return !tick_threshold.is_zero() && p >= tick_threshold ? tick_above : tick;
    }
};
static_assert(sizeof(Instrument) == 48 + 3 * 8 + 8 * 8 + 2 * 4 + 8);
static_assert(std::is_trivially_copyable_v<Instrument>);

/// What is wrong with a definition, or an empty view when nothing is.
std::string_view definition_error(const Instrument&);

/// Moves `p` to the tick grid, downwards or upwards. The tick must be positive.
Price round_down_to_tick(Price p, Price tick);
Price round_up_to_tick(Price p, Price tick);
/// The largest multiple of `lot` not above |q|, with q's sign.
Qty truncate_to_lot(Qty q, Qty lot);

/// Fixed-capacity table, dense ids, look-up by symbol and by feed id in constant time. No pointers.
class InstrumentTable {
  public:
    static constexpr std::uint32_t kCapacity = 40'960;

    enum class AddResult : std::uint8_t { added, replaced, full, conflict };

    /// Adds a contract under the next id. The same symbol with the same feed id and expiry replaces the terms
    /// in place (fees, ticks and state change during a day); the same symbol otherwise is a relisting and
    /// gets a new id. `conflict`: the feed id is taken by another live symbol (one that was relisted under
    /// another feed id, or is settled, is not live).
    AddResult add(const Instrument&, InstrumentId* id);

    std::uint32_t size() const { return size_; }
    const Instrument& operator[](InstrumentId id) const { return items_[index(id)]; }
    Instrument& operator[](InstrumentId id) { return items_[index(id)]; }
    bool contains(InstrumentId id) const { return index(id) < size_; }
    /// kNoInstrument when there is none.
    InstrumentId find_symbol(std::string_view) const;
    InstrumentId find_feed_id(std::uint64_t) const;

  private:
    static constexpr std::uint32_t kSlots = 131'072;  // power of two, load factor below a third
    std::uint32_t size_;
    std::uint32_t reserved_;
    std::array<Instrument, kCapacity> items_;
    // Open addressing; a slot holds id + 1, zero is empty, so that an all-zero table is an empty one.
    std::array<std::uint32_t, kSlots> by_symbol_;
    std::array<std::uint32_t, kSlots> by_feed_id_;
    bool live(InstrumentId) const;
    void index_slot(std::array<std::uint32_t, kSlots>&, std::uint64_t hash, InstrumentId,
                    InstrumentId previous);
};

}  // namespace hw
