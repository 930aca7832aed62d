// Looks into a FIX message as it stands, tag by tag: what the session asks of a message before or without
// taking it apart. Values come back as views into it; empty when the tag is not there.
#pragma once

#include <string_view>

#include "core/event.h"
#include "fix/quickfix_bridge.h"

namespace hw::fix {

/// The first field of that tag in a message that QuickFIX has taken apart.
std::string_view field(const InboundMessage&, int tag);
/// The first value behind `tag_with_soh` ("\x01" "35=") in raw bytes.
std::string_view value_of(std::string_view message, std::string_view tag_with_soh);
/// The id under which an outgoing message of ours is to be found again: ClOrdID (11) or MassStatusReqID
/// (584).
OrderId order_in(std::string_view message);
/// An administrative message, by its type (35).
bool is_admin(std::string_view message);
bool is_logon(std::string_view message);
/// Has a MsgSeqNum (34).
bool has_number(std::string_view message);
/// QuickFIX reads sequence numbers without looking for overflow: 4294967297 would be 1. True for what it
/// cannot hold.
bool has_absurd_number(std::string_view message);

}  // namespace hw::fix
