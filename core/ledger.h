// Positions and cash, one line an instrument, and the list of executions already booked.
//
// Cash is exact: every fill moves the position by its contracts and the cash by its value in the settlement
// currency, in integers. Profit is then cash plus what the position is worth. An execution counts once,
// whatever the number of reports: its key is remembered for the last 131,072 executions.
#pragma once

#include <array>
#include <cstdint>

#include "core/event.h"
#include "core/instrument.h"
#include "core/types.h"

namespace hw {

struct PositionLine {
    Qty qty;     ///< signed contracts
    Cash cash;   ///< what the fills paid (negative) or brought, fees excluded; settlement currency
    Cash fees;   ///< paid, settlement currency
    Qty traded;  ///< contracts bought plus contracts sold
};
static_assert(sizeof(PositionLine) == 32);

/// What `contracts` at `price` are worth in the settlement currency, for the buyer to pay. An inverse
/// future's value is -contracts * size / price coins: its profit is the difference of two such values.
Cash contract_value(const Instrument&, Qty contracts, Price price);

/// The venue's fee by the definition's rate: fraction of the notional; an inverse option's is taken on one
/// coin, a linear option's on the underlying, both capped at 12.5 % of the option's value (Deribit's rule).
Cash definition_fee(const Instrument&, Qty contracts, Price price, double underlying_price, bool taker);

/// What remains of one contract at expiry, in settlement currency per contracts held: options their exercise
/// value, futures contract_value at the delivery price.
Cash settlement_value(const Instrument&, Qty contracts, Price delivery_price);

/// Remembers execution keys, numbered from 1 as they come. All-zero is empty.
class ExecutionMemory {
  public:
    static constexpr std::uint32_t kCapacity = 1u << 17;
    /// False: seen before.
    bool insert(const ExecKey&);
    std::uint64_t inserted() const { return inserted_; }
    /// The number of a key that is still remembered; zero when it is not.
    std::uint64_t find(const ExecKey&) const;
    /// Is the key of this number still remembered?
    bool holds(std::uint64_t number) const { return number != 0 && inserted_ - number < kCapacity; }
    /// Where whoever remembers more of an execution keeps it: below kCapacity, its own while it is held.
    static std::uint32_t place(std::uint64_t number) {
        return static_cast<std::uint32_t>((number - 1) % kCapacity);
    }

  private:
    static constexpr std::uint32_t kSlots = 1u << 19;  // load factor of a quarter
    void forget(const ExecKey&);
    std::uint64_t inserted_;
    std::array<ExecKey, kCapacity> ring_;
    std::array<std::uint32_t, kSlots> slots_;  // ring index + 1
};

}  // namespace hw
