// The central table of alert and reason codes. Names are stable: people's rules and scripts depend on them,
// so a code is never renamed or renumbered, only added.
#pragma once

#include <cstdint>
#include <string_view>

namespace hw {

enum class Severity : std::uint8_t { info = 0, warning = 1, critical = 2 };
std::string_view to_string(Severity);

// X(number, name, severity, what it means)
#define HW_ALERT_CODES(X)                                                                                    \
    X(0, none, info, "nothing")                                                                              \
    X(1, killed, critical, "killed: no new orders until a person resets it")                                 \
    X(2, kill_reset, info, "the kill was reset by a person")                                                 \
    X(3, paused, warning, "hedging of this underlying was paused by a person")                               \
    X(4, resumed, info, "hedging of this underlying was resumed by a person")                                \
    X(10, underlying_stale, warning, "hedge instrument not heard of for too long: not hedging on it")        \
    X(11, underlying_crossed, warning, "hedge instrument's book is crossed or locked: not hedging on it")    \
    X(12, underlying_untrusted, warning, "hedge instrument's book is being recovered: not hedging on it")    \
    X(13, underlying_one_sided, warning, "hedge instrument's book has no bid or no ask: not hedging on it")  \
    X(14, no_volatility, warning, "a held option has no volatility yet: its delta is not known")             \
    X(15, unhedged_underlying, warning, "a position in an underlying that the configuration does not hedge") \
    X(16, instrument_not_open, warning, "hedge instrument is not open for trading")                          \
    X(17, order_unknown, warning, "an order's fate is unknown until it is settled with the venue")           \
    X(18, session_down, warning, "the order session is down")                                                \
    X(19, definitions_incomplete, info, "waiting for the venue's instrument definitions")                    \
    X(20, hedging_resumed, info, "the reason not to hedge has gone")                                         \
    X(21, equity_unknown, warning, "a wallet's equity is not known or too old: no delta in this numeraire")  \
    X(22, surface_stale, warning, "the volatility surface is too old: not hedging options on it")            \
    X(23, surface_disagrees, critical,                                                                       \
      "the surface disagrees with the venue's marks: a person has to accept it (accept-surface)")            \
    X(24, settlement_average_unknown, warning,                                                               \
      "inside the settlement window without knowing the average so far: delta not known")                    \
    X(25, ladder_refused, warning, "a delta ladder from the planner cannot be used")                         \
    X(26, book_incomplete, critical, "positions did not fit into the book: its delta is not known")          \
    X(27, thresholds_refused, warning, "a policy's thresholds from the planner cannot be used")              \
    X(28, settlement_unlisted, warning,                                                                      \
      "a position settles in a currency that is none of its underlying's quote wallets: delta not known")    \
    X(30, gate_collar, warning, "risk gate: limit price outside the collar")                                 \
    X(31, gate_max_qty, warning, "risk gate: order larger than allowed; cut to the limit")                   \
    X(32, gate_open_orders, warning, "risk gate: too many orders open")                                      \
    X(33, gate_order_rate, warning, "risk gate: too many orders in a second")                                \
    X(34, gate_position, warning, "risk gate: position limit of the hedge instrument")                       \
    X(35, gate_killed, critical, "risk gate: killed")                                                        \
    X(36, backing_off, warning, "orders are refused or find nothing to take: waiting before the next")       \
    X(37, gate_notional, warning, "risk gate: order's notional above the limit")                             \
    X(38, gate_message_rate, warning, "risk gate: too many messages to the venue in a second")               \
    X(39, gate_delta, warning, "risk gate: a fill would take the net delta beyond its hard limit")           \
    X(40, gate_capital, critical, "risk gate: the worst scenario costs more than the capital allotted")      \
    X(41, gate_duplicate, critical, "risk gate: the same order left a moment ago")                           \
    X(42, gate_self_trade, warning, "risk gate: the order would trade with the quoting engine's")            \
    X(43, gate_daily_fill, critical, "risk gate: a fill would go beyond what may be filled in a day")        \
    X(44, gate_daily_loss, critical, "risk gate: the day's loss is at its limit: only reducing orders")      \
    X(45, gate_price_band, warning, "risk gate: limit price outside the venue's price band")                 \
    X(46, gate_worsens, critical, "risk gate: a hedge would take the net delta further from its target")     \
    X(47, gate_stop, warning, "risk gate: a stop allows only orders that reduce the worst net delta")        \
    X(48, gate_greeks, warning, "risk gate: the order would worsen a Greek that is beyond its hard limit")   \
    X(49, gate_reference, warning, "risk gate: limit price too far from the venue's mark")                   \
    X(50, order_rejected, warning, "the venue rejected an order")                                            \
    X(51, cancel_rejected, warning, "the venue rejected a cancel")                                           \
    X(52, over_fill, critical, "more was filled than was ordered: killed")                                   \
    X(53, execution_unknown_order, critical, "a fill for an order of ours that we do not know: booked")      \
    X(54, execution_unknown_instrument, critical, "a fill in an instrument we do not know: killed")          \
    X(55, execution_duplicate, info, "an execution was reported again: not booked twice")                    \
    X(56, dedup_full, critical, "executions remembered for de-duplication are full: killed")                 \
    X(57, orders_full, critical, "the order table is full")                                                  \
    X(58, order_timeout, warning, "no word of an order for too long: asking the venue")                      \
    X(59, quantity_missed, critical, "an order's filled quantity and its reported fills differ: settling")   \
    X(60, definition_refused, critical, "an instrument definition cannot be used")                           \
    X(61, table_full, critical, "the instrument table or the book pool is full")                             \
    X(62, settled, info, "an expired position was settled")                                                  \
    X(63, surface_refused, warning, "a volatility surface from the planner cannot be used")                  \
    X(64, feed_gap, warning, "packets of a feed channel are missing: recovering")                            \
    X(65, feed_silent, warning, "a feed channel is silent")                                                  \
    X(66, group_incomplete, warning, "legs of a combo or block did not all arrive in time")                  \
    X(67, position_refused, critical, "a starting position cannot be used")                                  \
    X(68, execution_refused, critical, "a fill that cannot be right (quantity, price, side, key): killed")   \
    X(70, feed_line_a_down, warning, "line A of a feed channel is dead; line B carries on")                  \
    X(71, feed_line_b_down, warning, "line B of a feed channel is dead; line A carries on")                  \
    X(72, feed_line_up, info, "a feed channel's dead line is back")                                          \
    X(73, port_link_down, warning, "the link of a port is down")                                             \
    X(74, port_link_up, info, "the link of a port is up again")                                              \
    X(75, port_missed, warning, "a port dropped packets: its ring was full")                                 \
    X(76, port_no_buffers, warning, "a port dropped packets: its pool of packet buffers was empty")          \
    X(77, feed_switched, warning, "a feed channel goes on on its other line")                                \
    X(80, account_session_down, warning, "the second session (drop copy, positions, equity) is down")        \
    X(81, account_session_up, info, "the second session is up")                                              \
    X(82, fill_not_on_drop_copy, critical, "a fill was told on the order session alone")                     \
    X(83, fill_only_on_drop_copy, critical, "a fill was told on the second session alone: booked from it")   \
    X(84, trade_busted, critical, "the venue took a trade back: booked")                                     \
    X(85, trade_corrected, critical, "the venue corrected a trade: booked")                                  \
    X(86, unreconciled, warning, "waiting for the venue's positions before hedging")                         \
    X(87, position_adopted, warning, "a position begins as the venue has it, not as we had it")              \
    X(88, position_break, critical, "the venue's position differs from ours in two snapshots")               \
    X(89, position_break_gone, info, "the venue's position and ours agree again")                            \
    X(90, orphan_order, critical, "the venue has an order of ours open that we hold to be over")             \
    X(91, snapshot_failed, warning, "the venue did not tell the account's positions and orders")             \
    X(92, credits_low, warning, "the venue's rate credits are used up but for the reserve: no new orders")   \
    X(93, credits_back, info, "there are rate credits for new orders again")                                 \
    X(94, daily_fill_limit, critical, "more was filled in a day than the limit allows: killed")              \
    X(95, margin_low, critical, "the account's equity is near its maintenance margin")                       \
    X(96, drop_copy_overflow, warning,                                                                       \
      "more fills wait for the other session than are remembered: some are not watched")                     \
    X(97, venue_position_unknown, critical,                                                                  \
      "the venue has positions in instruments that we do not know: they are in no delta")                    \
    X(98, runaway, critical, "hedges in a row took the net delta further away: killed")                      \
    X(99, limit_locked, warning, "the touch is outside the venue's price band: nothing can be taken")        \
    X(100, stop_warn, warning, "a loss stop: warning level")                                                 \
    X(101, stop_reduce, critical, "a loss stop: only orders that reduce the worst net delta")                \
    X(102, stop_flatten, critical, "a loss stop: hedging all the way to the target, then only reducing")     \
    X(103, stop_halt, critical, "a loss stop: halted, no more orders")                                       \
    X(104, stop_lifted, info, "a loss stop is at a lower level, or was reset by a person")                   \
    X(105, regime_calm, info, "market regime: calm")                                                         \
    X(106, regime_fast, warning, "market regime: fast")                                                      \
    X(107, regime_extreme, critical, "market regime: extreme")                                               \
    X(108, regime_dislocated, critical, "market regime: dislocated")                                         \
    X(109, greek_soft_limit, warning, "a Greek is beyond its soft limit")                                    \
    X(110, greek_hard_limit, critical, "a Greek is beyond its hard limit: nothing that worsens it")          \
    X(111, greeks_inside, info, "all Greeks are inside their limits again")                                  \
    X(112, scenario_loss, critical, "the worst scenario costs more than the capital allotted")               \
    X(113, risk_stale, warning, "the planner's risk figures are missing or too old")                         \
    X(114, permit_withdrawn, warning, "no quote permit")                                                     \
    X(115, permit_given, info, "quote permit given")                                                         \
    X(116, blind_too_long, critical, "not able to hedge for longer than allowed")                            \
    X(117, clock_jumped, critical, "the wall clock jumped against the steady one")                           \
    X(118, core_late, warning, "the hot thread was kept from running: what it knows was old")                \
    X(119, overlay_advised, info, "options are advised that bring the Greeks inside their limits")           \
    X(120, band_set, info, "a person set a band")                                                            \
    X(121, limit_set, info, "a person set a limit")                                                          \
    X(122, manual_hedge, info, "a person asked for a hedge")                                                 \
    X(123, external_position, warning, "a person told a position that no fill of ours explains")             \
    X(124, command_refused, warning, "a command that cannot be carried out")                                 \
    X(125, instrument_switched, info, "hedging goes on in another instrument")                               \
    X(126, shadow_order, info, "shadow mode: this order would have been sent")                               \
    X(127, resting_repriced, info, "a resting hedge was cancelled to follow the touch")                      \
    X(128, resting_deadline, info, "a resting hedge was not filled in time: taking")                         \
    X(130, risk_refused, warning, "risk figures from the planner cannot be used")                            \
    X(131, quotes_refused, warning, "the quoting engine's prices cannot be used: not guarded against them")  \
    X(132, contract_mismatch, critical,                                                                      \
      "the order gateway means another contract size than the feed: not hedging this underlying")            \
    X(133, contracts_unchecked, warning,                                                                     \
      "the order gateway did not tell its contract sizes: not compared with the feed's")

enum class AlertCode : std::uint16_t {
#define HW_X(number, name, severity, text) name = number,
    HW_ALERT_CODES(HW_X)
#undef HW_X
};

std::string_view to_string(AlertCode);
Severity severity_of(AlertCode);
std::string_view description_of(AlertCode);

}  // namespace hw
