// One change of a contract's worth, taken apart by cause.
//
// A PricePoint is what a contract is priced with at one moment. Between two of them an option is repriced one
// cause at a time, with the engine's surface, surface rule and settlement average (which delta hedges it does
// not matter to its worth); a future's or perpetual's mark goes with the hedge instrument, as far as its
// price is not fixed yet, and what it does besides is basis.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/instrument.h"
#include "core/pricing/settlement.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

enum class Cause : std::uint8_t {
    delta = 0,
    gamma,
    theta,
    vega,
    vanna,
    volga,
    funding,
    basis,
    trading_fees,
    delivery_fees,
    slippage,
    edge,
    unexplained,
    count_
};
std::string_view to_string(Cause);
inline constexpr std::size_t kCauses = static_cast<std::size_t>(Cause::count_);

/// What each cause did, before rounding; settlement currency.
struct ExplainParts {
    std::array<double, kCauses> amounts{};
    double& operator[](Cause c) { return amounts[static_cast<std::size_t>(c)]; }
};

/// Zeros where something is not known.
struct PricePoint {
    double mark = 0;       ///< of the contract itself
    double forward = 0;    ///< of its expiry
    double vol = 0;        ///< options only
    double reference = 0;  ///< of the underlying
    /// Inside the settlement window, when the average so far is known.
    std::optional<pricing::WindowState> average;
    Nanos time;
    bool delivered = false;  ///< `forward` and `mark` are the delivery price
};

PricePoint point_of(const EngineState&, const UnderlyingConfig&, InstrumentId);

/// Where `to` has no volatility, the last one goes on.
void carry_volatility(const PricePoint& from, PricePoint& to);

/// From one point to the next: delta, gamma, vega, volga, vanna, theta and basis.
ExplainParts parts_of(const Instrument&, const UnderlyingConfig&, Qty contracts, const PricePoint& from,
                      const PricePoint& to);

}  // namespace hw::hedge
