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
      "the venue has positions in instruments that we do not know: they are in no delta")

enum class AlertCode : std::uint16_t {
#define HW_X(number, name, severity, text) name = number,
    HW_ALERT_CODES(HW_X)
#undef HW_X
};

std::string_view to_string(AlertCode);
Severity severity_of(AlertCode);
std::string_view description_of(AlertCode);

}  // namespace hw
