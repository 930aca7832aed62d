// A snapshot of the account: what is asked for it, and the answers read until it is whole.
//
// Asked are all positions (AN), all open orders (AF) and, for each configured wallet, equity and margin (BE).
// Positions are asked for in one request without currency, because what a snapshot does not name counts as
// zero. `account_snapshot{begin}` is staged and flushed before the first question leaves; nothing else until
// every answer has been read: then positions, orders, equities and `end` in one go. A refusal, an answer that
// cannot be read or one that does not come in time ends it with `failed`, `failure` saying where and why:
// half a snapshot is never told.
//
// What one contract is to the venue's order gateway comes with it: each position has its multiplier (231),
// and until a list of contracts has been told once, the futures and perpetuals are asked for, too (x,
// answered by y with 146 groups of 55 and 231). That answer alone may be missing: the snapshot is then told
// without, and says so.
//
// Answers: AP (702 groups of 55, 704, 705, 854, 730, 883, or one of the body's symbol; one report, or as many
// as 727 of the first or of an AO before them says; no symbol twice), or AO that says there are none;
// ExecutionReports 150=I with 584, 911, 912 (see read_status); BF with 100001, 100003, 100004. Quantities of
// positions are contracts, as those of orders are: whole positions are 704 less 705. (Deribit:
// docs.deribit.com/fix-api, Request For Positions, Position Report, User Request, User Response, Security
// List Request, Security List.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/event.h"
#include "fix/account_config.h"
#include "fix/counters.h"
#include "fix/dialect/dialect.h"
#include "fix/quickfix_bridge.h"
#include "fix/symbol_lookup.h"

namespace hw::fix {

/// A question of ours, to be sent.
struct AccountQuestion {
    const char* type;  ///< AN, AF, BE, x
    std::string id;    ///< 710, 584, 923, 320
    std::vector<TextField> fields;
    std::string currency;        ///< BE
    std::uint32_t sequence = 0;  ///< its own, once sent
    bool answered = false;
};

class AccountSnapshotReader {
  public:
    /// `username`: 553 of a UserRequest.
    AccountSnapshotReader(const AccountConfig&, std::string username, const Dialect&, SymbolLookup,
                          EventSinkRef, Counters&);

    /// Stages and flushes the begin; the questions to send, whose sequence numbers the caller fills in. `id`
    /// rises with each. Nothing may be pending.
    std::vector<AccountQuestion>& begin(std::uint64_t id, Nanos now);
    bool pending() const { return pending_; }

    /// An application message of the venue's: the verdict if it is an answer to a snapshot, this or an
    /// earlier one; nothing if it is something else.
    std::optional<VerdictOn> read(const InboundMessage&);
    /// The venue refuses a message of ours (3, j): fails the snapshot if it was a question of it. True then.
    bool refused(std::uint32_t sequence, std::string_view reason);
    /// A message of theirs was rejected before it could be read: fails the snapshot if it may have been an
    /// answer.
    void unread(std::string_view type, std::uint32_t sequence, int reason);
    void check_time(Nanos now);
    /// Fails a pending snapshot; `counter` of the reason.
    void fail(std::string reason, std::uint64_t& counter);
    /// Why the last one failed; empty when it did not.
    std::string_view failure() const { return failure_; }
    /// Why the list of contracts was not told; empty while it was, or is still to come.
    std::string_view contracts_failure() const { return contracts_failure_; }

  private:
    struct ToldPosition {
        InstrumentId instrument;
        Position position;
    };
    struct ToldContract {
        InstrumentId instrument;
        Qty size;
    };
    struct ToldOrder {
        InstrumentId instrument;
        VenueOrder order;
        bool is_open;
    };

    void ask(const char* type, int id_tag, std::string_view suffix, std::vector<TextField>,
             std::string_view currency = {});
    AccountQuestion* question(const char* type, std::string_view id);
    bool is_of_this_snapshot(const char* type, std::string_view id) const;

    VerdictOn read_positions(const InboundMessage&, bool is_report);
    VerdictOn read_entries(const InboundMessage&);
    VerdictOn read_entry(const InboundMessage& body, const InboundMessage& entry);
    VerdictOn read_contracts(const InboundMessage&);
    void do_without_contracts(std::string reason);
    bool waits_for_contracts_only() const;
    std::optional<VerdictOn> read_status(const InboundMessage&);
    bool answers_status(const InboundMessage&, const AccountQuestion&) const;
    VerdictOn read_order(const InboundMessage&);
    VerdictOn read_equity(const InboundMessage&);
    VerdictOn unreadable(const InboundMessage&, Verdict, int tag, std::uint64_t& counter);
    VerdictOn answered(AccountQuestion&);
    void complete();
    void stage_end(SnapshotPhase, std::uint32_t unknown);

    const AccountConfig config_;
    const std::string username_;
    const Dialect& dialect_;
    SymbolLookup symbols_;
    EventSinkRef sink_;
    Counters& counters_;

    std::uint64_t id_ = 0;
    Nanos asked_;
    bool pending_ = false;
    std::string failure_;
    std::vector<AccountQuestion> questions_;
    std::vector<ToldPosition> positions_;
    std::vector<ToldOrder> orders_;
    std::vector<ToldContract> contracts_;
    ContractList list_ = ContractList::not_asked;  ///< in this snapshot
    bool list_due_ = true;
    std::string contracts_failure_;
    std::vector<Equity> equities_;
    std::uint32_t unknown_positions_ = 0;
    std::uint32_t position_reports_ = 0;
    std::optional<std::uint32_t> reports_announced_;
    std::unordered_set<std::string> symbols_told_;  ///< of positions
    std::optional<std::uint32_t> orders_announced_;
    std::unordered_map<std::string, std::size_t> order_ids_;  ///< 37 of those told, and where in orders_
};

}  // namespace hw::fix
