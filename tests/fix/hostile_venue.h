// A venue that says whatever a test likes to a session that is up, and tells what became of it.
#pragma once

#include <optional>

#include "fix/message_store_reader.h"
#include "tests/fix/scripted_venue.h"

namespace hw::fix::test {

/// What the session did about some bytes.
struct Answer {
    std::string types;         ///< of what it said beside heartbeats, in order, e.g. "35"
    std::string said;          ///< the last of it
    bool closed = false;       ///< it closed the connection
    int moved = 0;             ///< by how much its expected sequence number went on
    std::size_t events = 0;    ///< executions and order updates that came of it
    std::uint64_t faults = 0;  ///< counted: garbled, or not parsed
    std::size_t stops = 0;     ///< executions without instrument: what was not read may be a fill
    std::string field(int tag) const { return raw_value(said, tag); }
};

class HostileVenue {
  public:
    HostileVenue() { begin(); }

    /// Logs on anew if need be, so that the session is up and in agreement; a new store if there is no other
    /// way.
    void ready();
    /// The bytes as they are, in pieces of `chunk`.
    Answer tell(const std::string& bytes, std::size_t chunk = SIZE_MAX);
    /// A body with this sequence number, sealed.
    Answer tell(const std::string& type, int sequence, const std::string& fields) {
        return tell(seal(body_of(type, sequence, fields)));
    }

    /// The sequence number that the session expects next.
    int expected() const { return static_cast<int>(numbers_->next_target()); }
    ScriptedVenue& venue() { return *venue_; }
    std::uint64_t fresh_starts = 0;

  private:
    void begin();
    std::uint64_t faults() const;
    std::size_t events(bool stops) const;

    std::unique_ptr<ScriptedVenue> venue_;
    std::optional<MessageStoreReader> numbers_;
};

}  // namespace hw::fix::test
