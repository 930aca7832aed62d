// A decoded Starbase message as one line of JSON: all its fields under the names of the wire's fields, in the
// wire's units (prices and quantities as mantissas), nulls as null.
#pragma once

#include <string>

#include "core/types.h"
#include "net/feed/starbase_wire.h"

namespace hw::net::starbase {

/// Where a message came from.
struct MessageContext {
    std::uint64_t packet = 0;  ///< number of the frame in the capture, from 1
    Nanos time;                ///< of the frame
    PacketHeader header;
};

/// `m` must be sound (its template is known). No line feed at the end.
std::string message_json(const Message& m, const MessageContext& context);

}  // namespace hw::net::starbase
