// What `hedgewire decode --feed starbase` prints: every message of a capture as a JSON object, or one object
// with counts.
#pragma once

#include <iosfwd>
#include <string>

#include "net/feed/decode_report.h"

namespace hw::net {

/// Decodes the Starbase datagrams of a capture. With `summary` one object is printed at the end, else one a
/// message, in the order of the packets (retransmissions included). For the counts the hot loop's own feed
/// runs over the capture, on the venue's four channels, and compares every book with its snapshots.
DecodeOutcome decode_starbase_capture(const std::string& path, bool summary, std::ostream& out);

}  // namespace hw::net
