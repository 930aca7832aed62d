// What the engine is told once, at the start: what to hedge, with what, how closely, and what it must never
// do. Its text goes into the journal's header, so that a replay runs under the same rules.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/pricing/kernel.h"
#include "core/types.h"
#include "hedge/policy/policy_config.h"
#include "hedge/risk_config.h"

namespace hw::hedge {

/// The currency in which the wealth of a hedge group is kept neutral. In `coin` the wallet's coins count as
/// riskless, in `usd` they are a long position like any other; the two differ by the equity.
enum class Numeraire : std::uint8_t { coin = 0, usd = 1 };

/// Whose volatility response a delta takes into account; nothing to do with the numeraire.
enum class SmileDelta : std::uint8_t { sticky_strike = 0, sticky_moneyness = 1, min_variance = 2 };

/// How volatilities move with the forward between two surfaces.
enum class SurfaceRule : std::uint8_t { sticky_strike = 0, sticky_moneyness = 1, skew_stickiness = 2 };

/// What delta is left while a contract settles on an average.
enum class SettlementDelta : std::uint8_t {
    averaged = 0,      ///< of the average's distribution, given what is fixed of it
    venue_linear = 1,  ///< the venue's convention: falling linearly over the window
};

/// A wallet whose money counts as quote currency.
struct QuoteWallet {
    std::string currency;  ///< e.g. "USDC"
    double share = 1.0;  ///< of its equity, that is the underlying's; zero: none, but positions settle in it
};

/// One underlying and the rule that keeps it neutral. Deltas in coins of the base asset.
struct UnderlyingConfig {
    std::string name;              ///< base asset, e.g. "BTC"
    std::string hedge_instrument;  ///< symbol of the future or perpetual that is traded
    double target_delta = 0.0;     ///< coins
    double band = 0.0;             ///< half-width around the target inside which nothing is done; coins, > 0
    PolicyConfig policy;           ///< may make the band narrower, never wider
    double max_delta_coins = 0;    ///< worst |net delta - target| that fills may lead to; zero: no limit
    double target_of_options = 0;  ///< of the options' delta that is left unhedged: added to the target
    std::vector<HedgeAlternative> alternatives;  ///< to hedge in, beside `hedge_instrument`; at most 3
    double taker_delay_us = 0;      ///< that the venue holds aggressive orders in `hedge_instrument` back
    double switch_saving_bp = 0.5;  ///< what going to another instrument has to save at least
    ExecutionConfig execution;
    StopConfig stops;
    RegimeConfig regimes;
    GreekLimits greek_limits;  ///< of all expiries together
    std::vector<ExpiryBucket> buckets;
    OverlayConfig overlay;
    double hedge_to = 0.5;         ///< fraction of the band that a hedge goes back to; 0 centre, 1 edge
    double slippage_cap_bp = 5.0;  ///< how far beyond the touch an IOC limit may be; basis points
    Nanos stale_after = Nanos::from_ms(1000);  ///< no word of the hedge instrument this long: not hedging
    Numeraire numeraire = Numeraire::coin;
    std::vector<QuoteWallet> quote_wallets;  ///< all of them count, whatever is held
    SmileDelta smile_delta = SmileDelta::sticky_strike;
    SurfaceRule surface_rule = SurfaceRule::sticky_strike;
    double skew_stickiness = 1.0;  ///< of the rule skew_stickiness; 1 is sticky strike, 0 sticky moneyness
    Nanos settlement_window =
        Nanos{};  ///< before expiry that the settlement price is averaged over; zero: none
    SettlementDelta settlement_delta = SettlementDelta::averaged;
    double delivery_fee_option_bp =
        0;  ///< of the underlying's notional, at most 12.5 % of the option's value
    double delivery_fee_future_bp = 0;
    bool ladder = true;              ///< look large books' deltas up instead of summing them
    double ladder_tolerance = 0.01;  ///< of the band: a ladder that may be off by more is not used
};

/// The last thing before the wire.
struct GateConfig {
    double collar_bp = 50.0;                   ///< limit price against the mid of our own book; basis points
    double max_order_coins = 10.0;             ///< larger hedges are cut to this
    std::uint32_t max_open_orders = 8;         ///< per underlying
    std::uint32_t max_orders_per_second = 20;  ///< over all underlyings
    double max_position_coins = 1000.0;        ///< absolute position in a hedge instrument
    /// Bought plus sold by our orders, per underlying and UTC day; zero: no limit. Beyond it: killed.
    double max_daily_fill_coins = 100'000.0;
    double reference_collar_bp = 200.0;  ///< limit price against the venue's mark; zero: not looked at
    double max_order_notional = 0;       ///< quote currency; zero: no limit
    double max_messages_per_second = 0;  ///< to the venue, orders and cancels; zero: no limit
    double message_burst = 0;            ///< that may leave at once; zero: a second's
    Nanos duplicate_window =
        Nanos::from_ms(1);             ///< the same order again within: refused; zero: not looked at
    std::uint32_t runaway_orders = 3;  ///< hedges in a row that worsen the delta: killed; zero: never
    double max_daily_loss = 0;  ///< quote currency, account; beyond it only reducing orders; zero: none
    double capital = 0;         ///< worst scenario of the account may cost this much; zero: no limit
};

/// The venue's rate credits of the account; see hedge/credits.h. Off while `capacity` is zero.
struct CreditsConfig {
    double capacity = 0;         ///< credits that the account can save up
    double refill_per_s = 0;     ///< credits a second
    double per_order = 1;        ///< price of a new order
    double per_cancel = 1;       ///< of a cancel or mass cancel
    double per_request = 1;      ///< of a question about our orders or the account
    double quoting_share = 0.5;  ///< fraction of capacity and refill that is the quoting engine's
    double cancel_reserve = 0;   ///< credits that only cancels may use
};

struct EngineConfig {
    std::vector<UnderlyingConfig> underlyings;
    GateConfig gate;
    Nanos order_timeout = Nanos::from_ms(2000);  ///< no word of an order this long: ask the venue
    Nanos reject_backoff =
        Nanos::from_ms(250);  ///< pause after a reject; doubles while rejects go on, to 64 times
    Nanos equity_stale_after = Nanos::from_seconds(60);    ///< an older equity is not believed
    Nanos surface_stale_after = Nanos::from_seconds(600);  ///< nor an older surface
    double surface_vs_marks =
        0.10;  ///< a surface this far (RMS of vol) from the venue's marks waits for a person
    pricing::SimdLevel simd = pricing::SimdLevel::scalar;  ///< of the kernels; set at the start of a run
    Nanos group_timeout = Nanos::from_ms(2);  ///< how long missing legs of a combo hold a decision back
    CreditsConfig credits;
    StopConfig stops;          ///< of the account
    GreekLimits greek_limits;  ///< of all underlyings together; gamma in quote currency per 1 % move
    std::vector<Stress> stresses;
    Nanos risk_stale_after = Nanos::from_seconds(30);  ///< the planner's figures are not believed longer
    Nanos permit_lease = Nanos::from_ms(50);           ///< of a quote permit; at most 100 ms
    Nanos blind_after = Nanos::from_seconds(10);  ///< not able to hedge this long: `emergency`; zero: never
    Emergency emergency = Emergency::alert;
    bool shadow = false;     ///< decide and journal, send nothing
    bool reconcile = false;  ///< nothing is hedged before the venue's positions are known
    bool drop_copy = false;  ///< every fill is told on both sessions
    Nanos unmatched_after = Nanos::from_ms(5000);  ///< a fill told on one session only this long is said
    double margin_warn_ratio = 1.5;                ///< equity over maintenance margin; zero: never
};

}  // namespace hw::hedge
