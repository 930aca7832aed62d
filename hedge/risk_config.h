// What an underlying, and the account, may lose and carry: limits of size, stops, market regimes, Greeks,
// scenarios, quote permits.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/types.h"

namespace hw::hedge {

/// Levels of a loss stop, each including the ones before.
enum class StopLevel : std::uint8_t {
    none = 0,
    warn = 1,     ///< said
    reduce = 2,   ///< only orders after which the worst |net delta - target| is smaller
    flatten = 3,  ///< hedge all the way to the target once, then as `reduce`
    halt = 4      ///< no more orders, what is open is cancelled, no permit
};
std::string_view to_string(StopLevel);
inline constexpr std::size_t kStopLevels = 4;  ///< that have a threshold

/// Thresholds by level (place 0 is `warn`), quote currency, positive; zero: that level has none.
struct StopConfig {
    std::array<double, kStopLevels> loss{};      ///< of the UTC day, realised and marked
    std::array<double, kStopLevels> drawdown{};  ///< below the day's highest profit
};

/// How the market is, by realised volatility, jumps, spread, depth and message rate.
enum class Regime : std::uint8_t { calm = 0, fast = 1, extreme = 2, dislocated = 3 };
std::string_view to_string(Regime);
inline constexpr std::size_t kRegimes = 4;

/// What is different in a regime; all of them factors on what the configuration says elsewhere.
struct RegimeRules {
    double band = 1;      ///< (0, 1]: never wider than configured
    double slippage = 1;  ///< on slippage_cap_bp; the collar stays
    double slice = 1;     ///< on the slice of a sliced hedge
    double order = 1;     ///< on max_order_coins; (0, 1]
};

/// A regime begins when any of its thresholds is reached; a lower one when all were below for `calm_after`.
struct RegimeThresholds {
    double vol = 0;             ///< annualised, realised over `RegimeConfig::half_life`; 0: not looked at
    double jump_bp = 0;         ///< move within `RegimeConfig::bucket`
    double spread_bp = 0;       ///< of the hedge instrument
    double depth_coins = 0;     ///< at the touch, the smaller side: at most this much
    double messages_per_s = 0;  ///< of the hedge instrument's book
};

struct RegimeConfig {
    std::array<RegimeThresholds, kRegimes> thresholds{};  ///< of calm: not used
    std::array<RegimeRules, kRegimes> rules{};
    Nanos bucket = Nanos::from_ms(100);  ///< returns and message rates are taken over
    Nanos half_life = Nanos::from_seconds(10);
    Nanos calm_after = Nanos::from_seconds(5);
};

/// Soft and hard limit of |Greek|; zero: none.
struct GreekLimit {
    double soft = 0;
    double hard = 0;
};

/// Gamma in coins per 1 % move of the underlying, vega in quote currency per vol point, theta in quote
/// currency per day.
struct GreekLimits {
    GreekLimit gamma;
    GreekLimit vega;
    GreekLimit theta;
};

/// Options up to so many days from expiry, and what they may carry together. Buckets in rising order; what
/// expires later than the last is limited by the underlying's totals alone.
struct ExpiryBucket {
    double up_to_days = 0;
    GreekLimits limits;
};

enum class OverlayMode : std::uint8_t { off = 0, advise = 1, automatic = 2 };

struct OverlayConfig {
    OverlayMode mode = OverlayMode::advise;
    double cost_weight = 1.0;        ///< on the cost of trading against the breach
    double max_contracts = 100.0;    ///< an instrument's, in one proposal
    double min_years = 1.0 / 365.0;  ///< options that expire sooner are left alone
    Nanos interval = Nanos::from_seconds(5);
};

/// A stress of its own beside the grid.
struct Stress {
    std::string name;
    double spot = 0;  ///< relative: -0.3 is a fall by 30 %
    double vol = 0;   ///< relative: 0.5 is half as much again
    double days = 0;  ///< that pass
};

/// Another instrument that an underlying may be hedged in.
struct HedgeAlternative {
    std::string instrument;      ///< symbol of a future, perpetual or spot pair on the same coin
    double basis_risk_bp = 1.0;  ///< what it has to be cheaper by, for what its basis may do
    double taker_delay_us = 0;   ///< that the venue holds aggressive orders back
};

/// How hedges are executed.
enum class ExecutionStyle : std::uint8_t {
    take = 0,     ///< IOC at the touch plus the slippage cap
    passive = 1,  ///< rests at the touch, follows it, takes at the deadline
    sliced = 2    ///< IOCs of at most a slice, no more than a share of what trades
};

struct ExecutionConfig {
    ExecutionStyle style = ExecutionStyle::take;
    Nanos deadline = Nanos::from_ms(2000);  ///< passive: then it takes
    Nanos reprice = Nanos::from_ms(100);    ///< passive: the touch is followed no more often
    double slice_coins = 0;                 ///< sliced: at most so much at once
    Nanos slice_interval = Nanos::from_ms(200);
    double participation = 1;  ///< sliced: of the volume at the touch, (0, 1]
};

/// What is done when an underlying could not be hedged for too long.
enum class Emergency : std::uint8_t { alert = 0, halt = 1, kill = 2 };

}  // namespace hw::hedge
