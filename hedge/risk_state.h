// What the engine's state keeps of risk, for each underlying and for the account: stops, the planner's
// figures, market regime, quote permit, limits that a person set, guards against orders that repeat or go
// wrong. Flat; all-zero is a fresh start.
#pragma once

#include <array>
#include <cstdint>

#include "core/codes.h"
#include "core/event.h"
#include "core/types.h"
#include "hedge/risk_config.h"

namespace hw::hedge {

/// See hedge/stops.h.
struct StopState {
    double offset = 0;     ///< profit that the day's loss counts from: a person's reset
    double peak = 0;       ///< highest profit of the day
    std::int64_t day = 0;  ///< days since 1970, UTC
    Nanos since;           ///< of the present level
    StopLevel level = StopLevel::none;
    std::uint8_t started = 0;    ///< a profit was heard on this day
    std::uint8_t held = 0;       ///< halted by a rule: until a person resets it, whatever the day
    std::uint8_t flattened = 0;  ///< since the level became `flatten` the target was reached once
    std::uint8_t reserved[4] = {};
};

/// The planner's last figures.
struct RiskState {
    RiskFigures figures;
    Nanos time;                   ///< zero: none yet
    Nanos profit_time;            ///< of the last ones that knew the profit
    std::uint32_t soft_said = 0;  ///< breaches that have their alert
    std::uint32_t hard_said = 0;
    std::uint8_t scenario_said = 0;
    std::uint8_t stale_said = 0;
    std::uint8_t stale_reduces = 0;  ///< a stop stands on figures that are too old: as `reduce`
    std::uint8_t reserved[5] = {};
};

/// See hedge/regime.h.
struct RegimeState {
    double variance = 0;      ///< per second, exponentially weighted
    double bucket_price = 0;  ///< reference at the bucket's beginning
    double message_rate = 0;  ///< per second, of the last bucket
    double last_move_bp = 0;  ///< of the last bucket
    Nanos bucket_start;
    Nanos lower_since;  ///< all thresholds of the present regime have been below since; zero: not
    Nanos since;
    std::uint32_t messages = 0;  ///< in this bucket
    Regime regime = Regime::calm;
    std::uint8_t reserved[3] = {};
};

/// See hedge/permit.h.
struct PermitState {
    AlertCode why = AlertCode::none;  ///< not given because of
    std::uint8_t given = 0;
    std::uint8_t reserved[5] = {};
    Nanos since;
    std::uint64_t changes = 0;
};

/// Guards against orders that repeat, or that make things worse; see hedge/gate.h and hedge/runaway.h.
struct OrderGuard {
    Qty last_qty;
    Price last_limit;
    Nanos last_time;
    InstrumentId last_instrument{};
    Side last_side = Side::buy;
    std::uint8_t worse_in_a_row = 0;  ///< hedges whose fills took the delta away from the target
    std::uint16_t reserved = 0;
    double hedged = 0;  ///< coins that fills of hedges have moved the net delta by, since ever
};

/// What a person tightened while it runs; zero: as configured.
struct Overrides {
    double band = 0;
    std::array<double, static_cast<std::size_t>(LimitKind::count_)> limits{};
};

inline constexpr std::size_t kMaxHedges = 4;  ///< instruments that an underlying may be hedged in

/// The instruments that an underlying may be hedged in, and which one is used.
struct HedgeChoice {
    std::array<InstrumentId, kMaxHedges> instruments{};
    std::uint8_t known = 0;  ///< bit set: which of them are defined
    std::uint8_t chosen = 0;
    std::uint8_t reserved[6] = {};
    Nanos since;
};

/// A hedge that rests in the book, or slices that go on.
struct WorkingHedge {
    OrderId resting;  ///< none: nothing rests
    Nanos begun;      ///< of the passive attempt; zero: none
    Nanos repriced;
    Nanos last_slice;
    std::uint8_t canceling = 0;
    std::uint8_t taking = 0;  ///< the deadline has passed
    std::uint8_t reserved[6] = {};
};

/// Risk of one underlying.
struct UnderlyingRisk {
    StopState stop;
    RiskState planner;
    RegimeState regime;
    PermitState permit;
    OrderGuard guard;
    Overrides overrides;
    HedgeChoice hedges;
    WorkingHedge working;
    Overlay overlay;     ///< the last one
    Nanos overlay_time;  ///< zero: none
    double manual = 0;   ///< coins that a person asked for and that have not left yet
    Nanos manual_time;
    Nanos blind_since;  ///< nothing could be hedged since; zero: not blind
    std::uint8_t blind_said = 0;
    std::uint8_t reserved[7] = {};
    QuoteOrders quotes;  ///< of the quoting engine, in the hedge instrument
    std::uint8_t quotes_known = 0;
    std::uint8_t reserved2[7] = {};
    Nanos shadow_until;  ///< shadow mode: the same exposure is not said again before
};

/// Risk of the account as a whole.
struct AccountRisk {
    StopState stop;
    RiskState planner;
    double message_tokens = 0;       ///< of the token bucket
    Nanos message_time;              ///< that they are of; zero: full
    std::int64_t day = 0;            ///< days since 1970, UTC
    std::uint64_t day_sequence = 0;  ///< figures made of older Events are of the day before
    Nanos late_until;                ///< after a late core, nothing heard before this is believed
    std::uint8_t clock_jumped = 0;
    std::uint8_t reserved[7] = {};
    Overrides overrides;
};

}  // namespace hw::hedge
