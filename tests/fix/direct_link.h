// An order session's far end without a transport in between: what the session says is kept, what the venue
// says is made by hand and given to the session. Answers Logon, test requests and resend requests (with gap
// fills) when told to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fix/session.h"
#include "tests/fix/sealed.h"

namespace hw::fix::test {

/// SOH for each '|'.
std::string with_soh(std::string text);
/// The first value of a tag in raw bytes; empty when absent.
std::string raw_value(const std::string& message, int tag);

class DirectLink {
  public:
    explicit DirectLink(std::string venue = "VENUE", std::string customer = "HEDGER")
        : venue_(std::move(venue)), customer_(std::move(customer)) {}

    // ByteSink, the session's.
    bool send(const char* data, std::size_t size) {
        bytes += size;
        if (keeps) heard.emplace_back(data, size);
        return true;
    }
    void close() {}
    bool rehearse(const char*, std::size_t size) { return size != 0; }

    /// Connects and answers until the session is up. `sink`: another one than this, that passes on to it.
    bool come_up(OrderSession& session, Nanos now) { return come_up(session, now, ByteSinkRef{*this}); }
    bool come_up(OrderSession&, Nanos now, ByteSinkRef sink);
    /// Answers what was heard since the last time.
    void answer(OrderSession&, Nanos now);

    /// A message of the venue's: header as it stands, number as given, `fields` with '|'.
    std::string message(const std::string& type, std::uint32_t sequence, Nanos now,
                        const std::string& fields) const;
    std::string next_message(const std::string& type, Nanos now, const std::string& fields) {
        return message(type, next++, now, fields);
    }

    std::vector<std::string> heard;
    std::size_t answered = 0;  ///< of these
    std::uint64_t bytes = 0;
    std::uint32_t next = 1;  ///< the venue's next number
    bool keeps = true;

  private:
    std::string venue_;
    std::string customer_;
};

}  // namespace hw::fix::test
