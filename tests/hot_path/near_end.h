// The hedger of the hot path's test: the loop, writer, journal, engine and feed of a real run, on a port and
// a TCP stack, with the test's transport. The calling thread is the hot one.
#pragma once

#include <string>

#include "tests/hot_path/shared.h"
#include "tests/net/tcp_pair.h"

namespace hw::test {

/// Turns the loop through the warm-up and the ticks that are counted; what it saw becomes expectations.
/// `folder` is for the journal.
void hedge(net::Side& side, Shared& shared, const std::string& folder);

}  // namespace hw::test
