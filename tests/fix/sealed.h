// A FIX message around a body, as either side of a session would send it.
#pragma once

#include <cstdio>
#include <string>

#include "fix/framing.h"

namespace hw::fix::test {

/// "8=FIX.4.4|9=..|" before and "10=..|" behind it. `body` begins with 35=.
inline std::string seal(const std::string& body) {
    const std::string message =
        "8=FIX.4.4\x01"
        "9=" +
        std::to_string(body.size()) + "\x01" + body;
    char trailer[16];
    std::snprintf(trailer, sizeof trailer, "10=%03u\x01", fix_checksum(message));
    return message + trailer;
}

}  // namespace hw::fix::test
