// A decoded message as one line of JSON: all its fields under the names of the wire's fields, nulls as null.
#pragma once

#include <string>

#include "core/types.h"
#include "net/feed/deribit_wire.h"

namespace hw::net {

/// Where a message came from.
struct MessageContext {
    std::uint64_t packet = 0;  ///< number of the frame in the capture, from 1
    Nanos time;                ///< of the frame
    deribit::FrameHeader frame;
};

/// `m` must have been delivered by the decoder (its template is known). No line feed at the end.
std::string message_json(const deribit::Message& m, const MessageContext& context);

}  // namespace hw::net
