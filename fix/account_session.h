// The account's second session: an independent source of every fill of the account (drop copy), and of the
// positions, open orders, equity and margin that the venue has. It never sends an order.
//
// Like the order session it has no thread, socket or clock of its own, and lives off the hot thread. Reports
// become Events by the same reader and the same rules of identity, with SessionRole::account in them, so that
// a fill counts once whichever session tells it first. How an order of ours stands only the order session
// tells: "canceled, 10 filled" on this one may come before the order session's report of the ten. Over
// FIX.4.4, or FIXT.1.1 with FIX 5.0 SP2 messages.
//
// A snapshot (`request_snapshot`) is what the account is at one moment: see fix/account_snapshot.h.
//
// Nothing is lost between here and the journal: the sequence number of theirs is moved on only when
// everything that a message gave has been journaled. Whoever cannot wait for that says no (`Journaled`): the
// number then stays, the session takes nothing more, and the venue sends the message again after the next
// logon.
//
// If the venue has lost its count (a Logon or a SequenceReset that skips numbers), what lay between is lost
// on this session, but not to the account: the order session tells fills too, and the next snapshot the
// positions. So it is counted and does not stop trading.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/byte_sink.h"
#include "core/event.h"
#include "core/types.h"
#include "fix/account_config.h"
#include "fix/counters.h"
#include "fix/framing.h"
#include "fix/symbol_lookup.h"

namespace hw::fix {

class AccountSession {
  public:
    /// Is everything flushed to the sink so far in the journal?
    using Journaled = std::function<bool()>;

    /// Opens the store in `config.session.store_dir`, which no other session shares. `now` is wall time
    /// (UTC), here and below. Names and sink outlive the session. Nothing, and the reason in `error`, as for
    /// OrderSession.
    static std::unique_ptr<AccountSession> create(const AccountConfig&, const Credentials&, SymbolLookup,
                                                  EventSinkRef, Journaled, Nanos now, std::string& error);
    ~AccountSession();

    // A connection's life, as that of OrderSession.
    void on_connected(ByteSinkRef, Nanos now);
    void on_bytes(const char* data, std::size_t size, Nanos now);
    void on_disconnected(Nanos now, std::string_view why);
    void poll(Nanos now);
    void begin_logout(Nanos now);
    bool wanted(Nanos now) const;
    bool attached() const;
    bool logged_on() const;
    bool up() const;

    /// Asks the venue for a snapshot. False: the session is not up, or one is pending; nothing was asked.
    bool request_snapshot(Nanos now);
    bool snapshot_pending() const;
    /// Where and why the last snapshot failed; empty when it did not.
    std::string_view snapshot_failure() const;
    /// Why the venue's contracts could not be compared with ours; empty when they could.
    std::string_view contracts_failure() const;

    const Counters& counters() const;
    const StreamFramer::Counters& framing_counters() const;
    std::string_view last_note() const;

  private:
    class Impl;
    explicit AccountSession(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace hw::fix
