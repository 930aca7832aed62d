// Turns what the venue says of orders and trades into Events.
//
// Every fill of the account becomes an `execution`, whoever's order it was: that is how the option fills of a
// quoting engine arrive. Other reports become Events only for orders of ours. A field that does not parse
// makes no Event: it is counted and the message is rejected. A fill in an instrument that we do not know
// still makes an `execution`, without instrument: the engine stops on it, which is better than not knowing of
// it. Busts and corrections become an `execution` that names the fill it changes; where the venue's reports
// do not let us name it, the engine stops too, because the position is then for a person to put right. Each
// Event is flushed before the session moves its sequence number on, so that a message is asked for again
// unless the journal has it.
#pragma once

#include <optional>
#include <string_view>

#include "core/event.h"
#include "fix/counters.h"
#include "fix/dialect/dialect.h"
#include "fix/message_store.h"
#include "fix/quickfix_bridge.h"
#include "fix/symbol_lookup.h"

namespace hw::fix {

class ReportReader {
  public:
    /// `role`: the session that the reports come by.
    ReportReader(const Dialect& dialect, SymbolLookup symbols, MessageStore& store, EventSinkRef sink,
                 Counters& counters, SessionRole role = SessionRole::order)
        : dialect_(dialect),
          symbols_(symbols),
          store_(store),
          sink_(sink),
          counters_(counters),
          role_(role) {}

    /// An application message of the venue's, in sequence.
    VerdictOn read(const InboundMessage&);
    /// A session Reject (35=3) of a message of ours.
    void read_session_reject(const InboundMessage&);
    /// A mass status request with this id has been sent: the answers count from here on. None: no longer.
    void settle_requested(OrderId request);

  private:
    struct Report;

    VerdictOn read_execution_report(const InboundMessage&);
    VerdictOn read_cancel_reject(const InboundMessage&);
    VerdictOn read_business_reject(const InboundMessage&);
    VerdictOn read_mass_cancel_report(const InboundMessage&);

    VerdictOn read_common(const InboundMessage&, Report&);
    VerdictOn read_quantities(const Report&, Qty& cum, Qty& leaves);
    VerdictOn read_any_report(const InboundMessage&, Report&);
    void stop_engine(const InboundMessage&, const Report&);
    VerdictOn read_fill(const InboundMessage&, const Report&);
    void read_fee(const InboundMessage&, Execution&);
    void read_group(const InboundMessage&, Execution&);
    VerdictOn read_trade(const InboundMessage&, const Report&, Execution&);
    VerdictOn read_changed_trade(const InboundMessage&, const Report&);
    VerdictOn read_change(const InboundMessage&, const Report&, Execution&);
    void identify(const InboundMessage&, Execution&) const;
    void stage_execution(const Report&, const Execution&);
    VerdictOn read_update(const InboundMessage&, const Report&);
    VerdictOn note_status_report(const InboundMessage&, const Report&);
    void complete_settlement();
    void refused(const InboundMessage&, std::uint32_t code, OrderId named);

    VerdictOn bad(Verdict, int tag, std::uint64_t& counter);
    VerdictOn missing(int tag) { return bad(Verdict::missing, tag, counters_.field_missing); }

    const Dialect& dialect_;
    SymbolLookup symbols_;
    MessageStore& store_;
    EventSinkRef sink_;
    Counters& counters_;
    const SessionRole role_;
    OrderId settle_request_;
    std::uint32_t settle_answers_ = 0;  ///< reports that answered it
    std::uint32_t settle_ours_ = 0;     ///< of these, on orders of ours
};

}  // namespace hw::fix
