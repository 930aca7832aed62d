// The session's end of the account's channel: an EventSink that waits for the journal, and the names of the
// instruments that the session speaks of.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "deploy/runtime/account_channel.h"

namespace hw::deploy {

class AccountSink {
  public:
    explicit AccountSink(AccountChannel& channel) : channel_(channel) {}

    /// An id that means this symbol here, and nowhere else; kNoInstrument for what can be no symbol.
    InstrumentId find_symbol(std::string_view symbol);

    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time);
    /// Returns when the hot thread has journaled everything staged so far, or has closed the channel.
    void flush();
    /// False: the channel was closed before everything was journaled.
    bool journaled() const { return !lost_; }

  private:
    void push();

    AccountChannel& channel_;
    AccountEvent staged_;
    bool has_staged_ = false;
    bool lost_ = false;
    std::uint64_t given_ = 0;
    std::vector<Symbol> names_;
    std::unordered_map<std::string, InstrumentId> ids_;
};

}  // namespace hw::deploy
