// The order session: Actions go out as FIX, what the venue says comes back as Events.
//
// It lives in the hot thread and has no thread, socket or clock of its own: whoever owns the connection hands
// it bytes and the time, and gives it a ByteSink to write to. Underneath is QuickFIX with a message store of
// ours; what is peculiar to a venue is in fix/dialect.
//
// The life of a connection: `on_connected` sends the Logon. Once the venue has answered, anything of theirs
// that we missed has been asked for, resent and processed, and a test request has come back (so that the
// venue has dealt with everything before it, a resend request of its own included), `session_state{up=1}` is
// staged: fills missed while we were away are booked before anything is decided. `session_state{up=0}`
// follows when the connection, the session, or the agreement on sequence numbers is lost.
//
// While the session is up, orders leave from templates and reports are read without QuickFIX, which is told
// what it has to know of them; all else goes through it, and both ways are one history of messages.
//
// Where the configuration gives it times, the session logs out at its end and takes no connection until the
// next begins; the sequence numbers then begin again. What the venue still had to tell under the old ones
// cannot be asked for any more: unless the last session ended with a Logout at its end, the engine is stopped
// (an execution in no instrument), as it is when a Logon resets numbers that were in use.
//
// An order is stored before it leaves. `send` false: nothing left, nothing is stored. A stored order whose
// fate is not heard of is to be settled with the venue (settle_orders); `has_slot` tells which are.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/action.h"
#include "core/byte_sink.h"
#include "core/event.h"
#include "core/instrument.h"
#include "core/types.h"
#include "fix/counters.h"
#include "fix/framing.h"
#include "fix/session_config.h"

namespace hw::fix {

class OrderSession {
  public:
    /// Opens the store in `config.store_dir` (created if it does not exist). `now` is wall time (UTC), here
    /// and below. The table and the sink outlive the session. Nothing, and the reason in `error`, when the
    /// store is in use, damaged or of another version or session, or the configuration cannot be.
    static std::unique_ptr<OrderSession> create(const SessionConfig&, const Credentials&,
                                                const InstrumentTable&, EventSinkRef, Nanos now,
                                                std::string& error);
    ~OrderSession();

    /// The transport is connected: sends the Logon. The sink must not call back from `close`.
    void on_connected(ByteSinkRef, Nanos now);
    /// Bytes as they came off the connection.
    void on_bytes(const char* data, std::size_t size, Nanos now);
    /// The transport is gone; `why` for people. Harmless when it was the session that closed it.
    void on_disconnected(Nanos now, std::string_view why);
    /// Heartbeats and timeouts: call it often, it costs little.
    void poll(Nanos now);

    /// Sends new_order, cancel_order, mass_cancel or settle_orders. New orders need the session to be up, the
    /// others a Logon. False: nothing left and nothing is in the store.
    bool send(const Action&, Nanos now);
    /// Serialises ahead what is sent for this instrument, so that its first order need not go the slow way
    /// either; without, it happens after that one. Costs next to nothing when it is done.
    void prepare(InstrumentId);
    /// Walks the way of an order, from the template to where the transport would send, and stores and sends
    /// nothing: keeps it warm.
    void rehearse(Nanos now);
    /// What may wait until the orders of a turn have left: received reports are put where people find them.
    void tidy();
    /// Logs out; when the venue has answered (or after 2 s) the session closes the sink.
    void begin_logout(Nanos now);

    /// Whether the session is on by its times: outside them no connection is wanted, and one is closed.
    bool wanted(Nanos now) const;
    bool attached() const;   ///< has a connection to write to; false after it closed the sink
    bool logged_on() const;  ///< Logon exchanged; not yet `up`
    bool up() const;         ///< as the last session_state said
    /// Whether this order was ever given a slot in the store, in this run or before. False: it was certainly
    /// never sent. True: its fate is unknown until it is settled.
    bool has_slot(OrderId) const;

    const Counters& counters() const;
    const StreamFramer::Counters& framing_counters() const;
    /// What the session did last, in QuickFIX's words or ours; for people.
    std::string_view last_note() const;

  private:
    class Impl;
    explicit OrderSession(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace hw::fix
