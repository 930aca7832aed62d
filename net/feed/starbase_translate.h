// From Starbase's reference data to ours: definitions, states, quantities.
//
// Prices are nano-units on both sides. A quantity is a mantissa of the instrument's exponent in its quantity
// asset (quote currency for inverse futures, coin otherwise), and a contract is contract_size of that. The
// contract size itself is not on this wire. As everywhere at this venue it is the smallest order for futures,
// perpetuals, spot, combos and quote-settled options, and one coin for coin-settled options. Fees are not on
// this wire either: a definition that is known keeps those it has.
//
// A value that does not convert gives no result; nothing is guessed and nothing becomes zero.
#pragma once

#include <cstdint>
#include <optional>

#include "core/event.h"
#include "core/instrument.h"
#include "net/feed/starbase_wire.h"
#include "net/feed/translate.h"

namespace hw::net::starbase {

/// 0 open, 1 inactive, 2 settlement, 3 delivered, 4 locked, 5 halted.
std::optional<TradingState> to_trading_state(std::int8_t wire);

/// A wire price; kNoPrice for a null. Nothing beyond what an engine would believe.
std::optional<Price> to_price(std::int64_t wire);

/// A volatility in percent (as on the venue's other feed) as a fraction; zero for a null, nothing for what
/// cannot be one.
std::optional<double> to_volatility(double wire);

/// From an instrument's mantissas to contracts, exactly: contracts = mantissa * numerator / denominator.
class QuantityScale {
  public:
    QuantityScale() = default;
    /// Nothing when no mantissa could be told.
    static std::optional<QuantityScale> make(std::int8_t exponent, Qty contract_size);

    /// Nothing for what is below zero, too large, or no whole number of nano-contracts.
    std::optional<Qty> contracts(std::int64_t mantissa) const {
        if (mantissa < 0) return std::nullopt;
        const Int128 product = static_cast<Int128>(mantissa) * numerator_;
        if (denominator_ != 1 && product % denominator_ != 0) return std::nullopt;
        const Int128 nanos = denominator_ == 1 ? product : product / denominator_;
        if (nanos > INT64_MAX) return std::nullopt;
        return Qty::from_nanos(static_cast<std::int64_t>(nanos));
    }

  private:
    std::int64_t numerator_ = 0;
    std::int64_t denominator_ = 1;
};

struct StarbaseDefinition {
    Instrument instrument;
    QuantityScale scale;
    std::int64_t index_id = 0;
    DefinitionDefect defect = DefinitionDefect::none;
    bool more_tick_steps = false;  ///< the venue has more than the one step that we can keep
};
StarbaseDefinition to_definition(const InstrumentDefinition&);

}  // namespace hw::net::starbase
