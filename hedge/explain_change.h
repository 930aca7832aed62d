// One change of a contract's worth, taken apart by cause.
//
// A PricePoint is what a contract is priced with at one moment. The worth to be explained is at the venue's
// marks, so an option's volatility is the one that its mark implies, at both ends: our own smile may be
// fitted anew while the marks stay where they are, and that is no profit. Between two points an option is
// repriced one cause at a time, with that volatility and the settlement average (which delta hedges it does
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

/// Now, at the mark as it stands; `forward` is the one that the mark was made with, zero: the reference's, by
/// the surface. Its volatility is for `read_mark` to say.
PricePoint point_of(const EngineState&, InstrumentId, double forward = 0);

/// As our own smile has it; zero when there is none.
double fitted_vol(const EngineState&, const UnderlyingConfig&, InstrumentId);

/// The volatility at which an option is worth its mark. Where the mark says nothing of it, `last_vol` goes on
/// and the forward is the one that the mark is made with; a mark that neither reaches stays away from the
/// model, to be unexplained.
void read_mark(const Instrument&, const UnderlyingConfig&, double last_vol, PricePoint&);

/// The same contract when the reference is another and the mark has not followed yet.
PricePoint moved_to(const PricePoint&, double reference);

/// From one point to the next: delta, gamma, vega, volga, vanna, theta and basis.
ExplainParts parts_of(const Instrument&, const UnderlyingConfig&, Qty contracts, const PricePoint& from,
                      const PricePoint& to);

}  // namespace hw::hedge
