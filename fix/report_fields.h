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

/// What makes a fill the same fill however often it is told: the venue's ExecID, or, where it sends none, how
/// far the order was filled after it (`cum`). Both within the order and the instrument, so that a venue that
/// counts its ids anew every day, or gives one id to all legs, loses nothing.
ExecKey execution_key(const InboundMessage&, Qty cum);
/// What legs of one combo or block share: SecondaryExecID (527).
ExecKey group_key(std::string_view id);

}  // namespace hw::fix
