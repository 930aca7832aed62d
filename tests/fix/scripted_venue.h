// A venue of a few lines, in memory: answers a Logon, a test request and a resend request, and can be made to
// say anything. And what is needed to say it.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "tests/fix/direct_link.h"
#include "tests/fix/harness.h"
#include "tests/fix/sealed.h"

namespace hw::fix::test {

/// A body from VENUE to HEDGER, sent now, with these fields behind its header.
std::string body_of(const std::string& type, int sequence, const std::string& fields, bool duplicate = false);
/// An ExecutionReport's fields: the n-th fill, of somebody else's order.
std::string fill_fields(int n);

class ScriptedVenue {
  public:
    ScriptedVenue();
    explicit ScriptedVenue(SessionConfig config);

    // ByteSink: what the session says.
    bool send(const char* data, std::size_t size);
    void close() { closed = true; }

    /// Bytes as they are; then what the session asked is answered.
    void say(const std::string& bytes);
    /// The next message in sequence.
    void say(const std::string& type, const std::string& fields);

    /// A new connection; true when the session is up.
    bool come_up();

    ScratchDir dir;
    std::unique_ptr<InstrumentTable> instruments = make_instruments();
    Collector events;
    std::unique_ptr<OrderSession> session;
    int next = 1;                    ///< our next sequence number
    bool closed = false;             ///< the session closed the connection
    std::deque<std::string> spoken;  ///< all that the session said since the last `come_up`

  private:
    void answer();
    std::deque<std::string> heard_;
};

}  // namespace hw::fix::test
