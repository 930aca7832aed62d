// A feed taken apart and held against itself, for `hedgewire decode`.
//
// The hot loop's own parts (line arbiter, decoder, recovery) run over recorded datagrams, on raw feed amounts
// and for every instrument that is named, defined or not. Two things the venue says twice are compared: every
// snapshot of a book that is live with the book rebuilt from updates and its change id; and every ticker's
// best bid and offer with the book once every update stamped no later than the ticker has been applied
// (tickers run ahead of the book message of their millisecond), which is known when a later-stamped message
// of that instrument arrives, or at the end. Cold path: it allocates as it likes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <vector>

#include "core/book.h"
#include "core/event.h"
#include "net/feed/deribit_decoder.h"
#include "net/feed/lines.h"
#include "net/feed/recovery.h"

namespace hw::net {

struct DecodeChecks {
    std::uint64_t snapshot_checks = 0;
    std::uint64_t snapshot_mismatches = 0;
    std::uint64_t ticker_checks = 0;
    std::uint64_t ticker_mismatches = 0;
    std::uint64_t bad_values = 0;           ///< levels and tickers with values that do not convert
    std::uint64_t removals_of_nothing = 0;  ///< updates that remove a level that is not there
};

class DecodeSession {
  public:
    /// Called with every message that the decoder delivers, if not empty.
    using Listener = std::function<void(const deribit::Message&)>;

    explicit DecodeSession(Listener listener = {});

    void on_datagram(const UdpDatagram&, Nanos time);
    /// No more datagrams: what was still to be compared is.
    void finish();

    const DecodeChecks& checks() const { return checks_; }
    LineCounters lines() const { return lines_.counters(); }
    const RecoveryCounters& recovery() const { return recovery_.counters(); }
    const deribit::DecodeCounters& decode() const { return decode_; }
    std::size_t instruments() const { return books_.size(); }

    // What the decoder calls.
    void on(const deribit::Book&);
    void on(const deribit::Snapshot&);
    void on(const deribit::Ticker&);
    void on(const deribit::Trades& m) { other(m.m); }
    void on(const deribit::PriceIndex& m) { other(m.m); }
    void on(const deribit::Instrument& m) { other(m.m); }
    void on(const deribit::SnapshotStart& m) { other(m.m); }
    void on(const deribit::SnapshotEnd& m) { other(m.m); }
    void on(const deribit::ComboLegs& m) { other(m.m); }
    void on(const deribit::Rfq& m) { other(m.m); }

    // What the recovery calls (EventSink).
    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time);
    void flush();

  private:
    struct Touch {
        std::uint64_t timestamp_ms = 0;
        Level bid;  ///< zero quantity: none
        Level ask;
    };
    struct SideBook {
        BookSideState state;
        std::vector<Level> levels;
    };
    struct CheckedBook {
        SideBook bids;
        SideBook asks;
        std::deque<Touch> tickers;  ///< still to be compared
    };

    InstrumentId id_of(std::uint32_t feed_id);
    void other(const deribit::Message&);
    void listen(const deribit::Message&);
    bool translate(const deribit::Book&);
    bool translate(const AssembledSnapshot&);
    void apply(CheckedBook&, const BookLevel&);
    void compare_tickers(InstrumentId, std::uint64_t before_ms);
    void compare_snapshot(InstrumentId, const AssembledSnapshot&);

    Listener listener_;
    Event staged_event_;
    bool staged_ = false;
    BookRecovery recovery_;
    LineArbiter lines_;
    deribit::DecodeCounters decode_;
    DecodeChecks checks_;
    std::unordered_map<std::uint32_t, InstrumentId> ids_;
    std::deque<CheckedBook> books_;
    std::vector<BookLevel> levels_;
    Line* line_ = nullptr;
    Nanos now_;
    bool suspect_rest_ = false;
};

}  // namespace hw::net
