// What `hedgewire decode` prints: every message of a capture as a JSON object, or one object with counts.
#pragma once

#include <iosfwd>
#include <string>

namespace hw::net {

struct DecodeOutcome {
    bool opened = false;    ///< false: the file is no capture that can be read
    bool complete = false;  ///< false: the capture is damaged; what stood before was decoded
    bool clean = false;     ///< no gaps, nothing malformed, every comparison equal
    std::string error;      ///< when not complete: "PATH: byte N: what is wrong"
};

/// Decodes the Deribit datagrams of a capture. With `summary` one object is printed at the end, else one a
/// message.
DecodeOutcome decode_deribit_capture(const std::string& path, bool summary, std::ostream& out);

}  // namespace hw::net
