// The fields of reports that have a meaning of their own: status, side, and what identifies a fill.
#pragma once

#include <optional>
#include <string_view>

#include "core/event.h"
#include "core/types.h"
#include "fix/quickfix_bridge.h"

namespace hw::fix {

/// OrdStatus (39) of FIX 4.4. What leaves an order's fate open is `unknown`; nothing for a value that FIX
/// does not have.
std::optional<OrderStatus> parse_status(std::string_view);
/// No fill can follow.
bool is_terminal(OrderStatus);
/// Side (54): buy and the kinds of sell.
std::optional<Side> parse_side(std::string_view);

/// What the report does to a trade that was told before: ExecType (150) H or G, as FIX 4.4 has it, or
/// ExecTransType (20) 1 or 2, as FIX 4.2 had it and CME still does.
TradeChange change_of(const InboundMessage&);

// What makes a fill the same fill however often it is told, for dialects to choose from: an id that the venue
// gave it, or how far the order was filled after it. Both within the order and the instrument, so that a
// venue that counts its ids anew every day, or gives one id to all legs, loses nothing.
ExecKey key_by_exec_id(const InboundMessage&, std::string_view exec_id);
ExecKey key_by_cum(const InboundMessage&, Qty cum);
/// Of a bust or correction whose report has no id of its own, or the original's again.
ExecKey key_of_change(const InboundMessage&);
/// What legs of one combo or block share: SecondaryExecID (527).
ExecKey group_key(std::string_view id);

}  // namespace hw::fix
