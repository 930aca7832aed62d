// Events: everything the engine is ever told.
//
// An Event is a header of 32 bytes and a payload chosen by its type. It is written to the journal before the
// engine sees it, and replaying the same Events gives the same Actions to the bit; so whatever the engine may
// depend on has to be in here. Layouts are fixed and asserted; payloads have no hidden padding.
//
// Receive times never decrease. The last Event of a burst carries `kEndOfBurst`: only then does the engine
// decide.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "core/instrument.h"
#include "core/names.h"
#include "core/types.h"

namespace hw {

enum class EventType : std::uint16_t {
    none = 0,
    run_started = 1,        ///< a process begins (or goes on) with this journal
    instrument_definition,  ///< header.instrument is the id that the table will give it
    definitions_complete,   ///< a whole definition cycle was seen: unknown names are now errors
    book_clear,             ///< a snapshot begins: forget the levels
    book_level,
    book_trust,  ///< the book may (or may not) be believed from here on
    ticker,
    trade,
    index_price,
    line_state,    ///< a feed channel: sequence gap, silence, recovery
    execution,     ///< a fill of any order of the account
    order_update,  ///< what the venue says of an order of ours, fills excepted
    cancel_reject,
    order_unsent,      ///< an order that certainly never left
    session_state,     ///< the order session went up or down
    settle_complete,   ///< the venue has told all it knows of our open orders
    position,          ///< a starting position, from a file or the venue
    timer,             ///< time has passed; the only way the engine learns of it
    command,           ///< an operator's
    surface,           ///< the planner's volatilities for one underlying (a blob)
    run_stopping,      ///< orderly end
    ladder,            ///< the planner's delta ladder for one underlying (a blob)
    equity,            ///< what a wallet of the account is worth
    port_state,        ///< a network port of ours: its link, and what it dropped
    account_snapshot,  ///< the account as the venue has it: begins, ends, or came to nothing
    venue_order,       ///< in an account snapshot: an order that the venue has open
    thresholds,        ///< the planner's band for one underlying, worked out ahead of the tick
    risk_figures,      ///< the planner's: profit, worst scenario, Greeks beyond limits
    overlay,           ///< the planner's: options that would bring the Greeks inside their limits
    host_state,        ///< what the machine did to us: a late core, a jump of the clock
    quote_orders,      ///< what the quoting engine stands at in an instrument
    contract_terms,    ///< in an account snapshot: what the order gateway means by one contract
    count_
};
std::string_view to_string(EventType);

inline constexpr std::uint16_t kEndOfBurst = 1;

/// Identity of an order of ours: unique over restarts, and within 64 bits. FIX carries it as 16 hex digits.
struct OrderId {
    std::uint64_t value = 0;  ///< epoch << 48 | event sequence << 8 | action index; zero is no order

    static constexpr OrderId make(std::uint16_t epoch, std::uint64_t event_sequence,
                                  std::uint8_t action_index) {
        return {static_cast<std::uint64_t>(epoch) << 48 | (event_sequence & 0xff'ffff'ffffULL) << 8 |
                action_index};
    }
    constexpr bool is_none() const { return value == 0; }
    constexpr std::uint16_t epoch() const { return static_cast<std::uint16_t>(value >> 48); }
    std::array<char, 16> to_text() const;
    /// Exactly 16 lower-case hex digits, or nothing.
    static std::optional<OrderId> parse(std::string_view);
    friend constexpr auto operator<=>(OrderId, OrderId) = default;
};

struct EventHeader {
    std::uint64_t sequence = 0;  ///< journal sequence, from 1, without holes
    Nanos recv_time;             ///< when the bytes reached us; never decreases
    Nanos venue_time;            ///< what the venue stamped; zero when it did not
    EventType type = EventType::none;
    std::uint16_t flags = 0;
    InstrumentId instrument = kNoInstrument;
};
static_assert(sizeof(EventHeader) == 32);

struct RunStarted {
    std::uint64_t config_hash;
    std::uint16_t epoch;     ///< part of every OrderId of this run
    std::uint8_t simulated;  ///< 1: receive times come from a capture
    std::uint8_t simd;       ///< pricing::SimdLevel of the kernels; 0: the machine's best
    std::uint8_t reserved[4];
};

struct BookLevel {
    Price price;
    Qty qty;            ///< contracts now standing at this price; zero removes the level
    Side side;          ///< buy: a bid
    std::uint8_t last;  ///< 1: the last level of one venue message; only then is the book whole
    std::uint8_t reserved[6];
};
static_assert(sizeof(BookLevel) == 24);

enum class TrustReason : std::uint8_t {
    snapshot_applied = 0,
    channel_gap,
    change_id_gap,
    line_silent,
    restarted,
    depth_exhausted,
    recovery_overflow,
    malformed,
    chain_intact  ///< trusted again: change ids or sequence numbers prove that nothing was missed
};
std::string_view to_string(TrustReason);

struct BookTrust {
    std::uint8_t trusted;
    TrustReason reason;
    std::uint8_t reserved[6];
};

/// The null price of a field the venue left out.
inline constexpr Price kNoPrice = Price::from_nanos(INT64_MIN);

struct Ticker {
    Price mark;
    Price index;
    Price last;
    Price min_sell;  ///< the venue's price band
    Price max_buy;
    Price best_bid;  ///< zero or kNoPrice: none
    Price best_ask;
    Price delivery;  ///< set once an instrument is settled
    Price settlement;
    Price estimated_delivery;
    double funding_8h;
    TradingState state;
    std::uint8_t reserved[7];
};

struct Trade {
    Price price;
    Qty qty;
    std::uint64_t trade_id;
    std::uint64_t block_id;  ///< zero: none
    double implied_vol;      ///< 0.65 is 65 %; zero: none
    Side aggressor;
    std::uint8_t liquidation;
    std::uint8_t reserved[6];
};

struct IndexPrice {
    Name<16> name;
    Price price;
};

enum class LineStatus : std::uint8_t {
    up = 0,
    gap = 1,
    silent = 2,
    recovered = 3,
    side_down = 4,  ///< one of a channel's two lines is dead; the other one carries on
    side_up = 5,
    switched = 6  ///< a channel goes on on its other line, as it should when one switch takes over
};
std::string_view to_string(LineStatus);

struct LineState {
    std::uint32_t channel;
    LineStatus status;
    std::uint8_t side;  ///< side_down and side_up: 0 line A, 1 line B
    std::uint8_t reserved[2];
    std::uint64_t lost;  ///< packets missing in this gap; side_down: that only the other line had
};

enum class PortCondition : std::uint8_t { link_down = 0, link_up = 1, missed = 2, no_buffers = 3 };
std::string_view to_string(PortCondition);

struct PortState {
    std::uint8_t port;  ///< 0 the first, 1 that of line B
    PortCondition condition;
    std::uint8_t reserved[6];
    std::uint64_t count;  ///< packets dropped since the last word of it
};

/// 128-bit fingerprint of whatever makes an execution unique at its venue.
struct ExecKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    static ExecKey of(std::string_view text);
    bool is_none() const { return high == 0 && low == 0; }
    friend bool operator==(const ExecKey&, const ExecKey&) = default;
};

/// Which of the account's sessions with the venue something was heard on.
enum class SessionRole : std::uint8_t {
    order = 0,   ///< the one that our orders go out on
    account = 1  ///< the second one: drop copy, positions, equity
};
std::string_view to_string(SessionRole);

/// What a report does to a trade that was told before.
enum class TradeChange : std::uint8_t { none = 0, bust = 1, correction = 2 };
std::string_view to_string(TradeChange);

struct Execution {
    OrderId order;  ///< none: another engine's order of the same account
    ExecKey key;    ///< counts once, however often and on whichever session it is reported
    ExecKey group;  ///< legs of one combo or block share it; none otherwise
    ExecKey ref;    ///< the fill that a bust takes back or a correction replaces; none otherwise
    Qty last_qty;   ///< contracts, positive
    Price last_price;
    Qty cum_qty;  ///< of the order, after this fill
    Qty leaves_qty;
    Cash fee;                ///< settlement currency; see fee_known
    Name<40> exec_id;        ///< for people; the key decides
    std::uint8_t fee_known;  ///< 0: the venue sent none, compute it from the definition
    Side side;
    std::uint8_t group_legs;  ///< legs in the group; zero: unknown
    std::uint8_t possible_resend;
    SessionRole source;
    TradeChange change;
    std::uint8_t reserved[2];
};
static_assert(sizeof(Execution) == 8 + 48 + 40 + 40 + 8);

enum class OrderStatus : std::uint8_t {
    pending_new = 0,  ///< sent, nothing heard; or accepted and delayed by the venue
    live = 1,
    partially_filled = 2,
    filled = 3,
    canceled = 4,
    rejected = 5,
    expired = 6,
    pending_cancel = 7,
    unknown = 8  ///< its fate is to be settled with the venue
};
std::string_view to_string(OrderStatus);

struct OrderUpdate {
    OrderId order;
    Qty cum_qty;
    Qty leaves_qty;
    OrderStatus status;
    std::uint8_t from_status_request;  ///< 1: answers a status request, not news
    std::uint8_t reserved[2];
    std::uint32_t reject_code;  ///< FIX 103, or the venue's
    Name<64> text;
};

struct CancelReject {
    OrderId order;
    std::uint32_t reason;  ///< FIX 102
    OrderStatus status;
    std::uint8_t reserved[3];
    Name<64> text;
};

enum class UnsentReason : std::uint8_t { no_slot = 0, session_down, transport_refused, replaced_by_gap_fill };

struct OrderUnsent {
    OrderId order;
    UnsentReason reason;
    std::uint8_t reserved[7];
};

struct SessionState {
    std::uint8_t up;  ///< 1: logged on, sequence numbers agree
    SessionRole role;
    std::uint8_t reserved[6];
    Name<64> text;
};

struct SettleComplete {
    std::uint32_t reported;  ///< orders the venue still has
    std::uint32_t reserved;
};

struct Position {
    Qty qty;  ///< signed contracts
    Price average_price;
    std::uint8_t source;  ///< 0 file: it is taken as it is; 1 venue: part of an account snapshot
    std::uint8_t reserved[7];
};

enum class SnapshotPhase : std::uint8_t {
    begin = 0,   ///< the venue is about to be asked: what it says holds at this moment or later
    end = 1,     ///< it has told all: positions, open orders
    failed = 2,  ///< it has not; nothing of it is to be used
};
std::string_view to_string(SnapshotPhase);

/// The order gateway's list of contracts, which the first snapshots ask for.
enum class ContractList : std::uint8_t { not_asked = 0, told = 1, not_told = 2 };

/// The positions and venue_orders between begin and end are the account's, all of them: what is not named is
/// zero, or not open.
struct AccountSnapshot {
    std::uint64_t id;  ///< rises with each
    SnapshotPhase phase;
    ContractList contracts;  ///< at the end
    std::uint8_t reserved[2];
    std::uint32_t positions;    ///< at the end: how many were told, those of unknown instruments included
    std::uint32_t open_orders;  ///< likewise, other engines' orders included
    std::uint32_t unknown;      ///< positions in instruments that we do not know
};

struct VenueOrder {
    OrderId order;  ///< none: not ours
    Qty leaves;
    Qty cum;
    Price limit;
    Side side;
    std::uint8_t reserved[7];
};

/// Of an instrument, as the order gateway has it.
struct ContractTerms {
    Qty contract_size;  ///< FIX 231: units that a contract of quantity stands for
};

struct Timer {
    std::uint64_t count;
};

enum class CommandKind : std::uint8_t {
    kill = 0,
    reset = 1,
    pause = 2,
    resume = 3,
    accept_surface = 4,  ///< a person agrees with a surface that disagrees with the venue's marks
    set_band = 5,        ///< `value` coins, inside the configured one; zero: the configured one again
    set_limit = 6,     ///< `limit` becomes `value`, tighter than the configured one; zero: the configured one
    manual_hedge = 7,  ///< `value` coins to trade, positive to buy, through the gate like any other
    external_position = 8,  ///< `value` contracts that `instrument`'s position changes by
    reset_stop = 9          ///< a loss stop begins again from the present profit
};
std::string_view to_string(CommandKind);

/// A limit that a person may tighten while it runs; see `GateConfig` and `UnderlyingConfig`.
enum class LimitKind : std::uint8_t {
    max_order = 0,  ///< coins
    max_position,   ///< coins
    max_delta,      ///< coins
    max_notional,   ///< quote currency
    orders_per_second,
    daily_fill,  ///< coins
    count_
};
std::string_view to_string(LimitKind);

struct Command {
    CommandKind kind;
    LimitKind limit;  ///< of set_limit
    std::uint8_t reserved[4];
    UnderlyingId underlying;  ///< of what one underlying can do alone; kNoUnderlying: all
    Name<32> who;
    Name<64> why;
    double value;
    InstrumentId instrument;  ///< of external_position
    std::uint32_t reserved2;
};

enum class EquitySource : std::uint8_t { configuration = 0, venue = 1, paper = 2, person = 3 };
std::string_view to_string(EquitySource);

/// A wallet's equity: cash plus all positions at their marks, in its own currency.
struct Equity {
    Currency currency;
    Cash amount;
    EquitySource source;
    std::uint8_t margin_known;  ///< 1: the venue told the two below
    std::uint8_t reserved[6];
    Cash initial_margin;      ///< what the account's positions and orders are charged
    Cash maintenance_margin;  ///< below this the venue liquidates
};

/// A blob in the journal's folder; see core/journal/blob_store.h.
struct BlobRef {
    std::uint64_t id;
    std::uint32_t length;
    std::uint32_t crc;
};

struct SurfaceEvent {
    BlobRef blob;
    std::uint64_t position_sequence;  ///< newest Event the planner had seen when it made this
    UnderlyingId underlying;
    std::uint8_t reserved[6];
};

/// Where an underlying's policy wants the net delta to stay.
struct Thresholds {
    double half_width;    ///< coins either side of the target
    double target_shift;  ///< coins that the policy's view of volatility adds to the target
    double gamma;         ///< the book's, that they were worked out of; coins per unit of quote currency
    double cost;          ///< one-way, proportional, likewise
    std::uint64_t position_sequence;  ///< newest Event the planner had seen when it made this
    UnderlyingId underlying;
    std::uint8_t reserved[6];
};

/// Which Greek of which expiries, as a bit of `RiskFigures::soft` and `hard`.
enum class LimitedGreek : std::uint8_t { gamma = 0, vega = 1, theta = 2 };
inline constexpr unsigned kExpiryBuckets = 8;  ///< the last place, kExpiryBuckets, is all of them together
constexpr std::uint32_t limit_bit(LimitedGreek greek, unsigned bucket) {
    return 1u << (static_cast<unsigned>(greek) * (kExpiryBuckets + 1) + bucket);
}

/// What the planner found out about the risk of one underlying, or of all of them together.
struct RiskFigures {
    double profit;      ///< of the UTC day so far, realised and marked, quote currency
    double worst_loss;  ///< of the scenario grid and the named stresses, quote currency, positive
    double margin;      ///< that hedging the worst scenario would need, quote currency
    double vega;        ///< of the book, quote currency per vol point
    double gamma;       ///< coins per unit of quote currency
    double theta;       ///< quote currency per day
    std::uint64_t position_sequence;  ///< newest Event the planner had seen when it made this
    std::uint32_t soft;               ///< bit set of `limit_bit`: beyond the soft limit
    std::uint32_t hard;               ///< beyond the hard one
    std::uint32_t worst_scenario;     ///< its place: the grid's cells row by row, then the named ones
    UnderlyingId underlying;          ///< kNoUnderlying: all together
    std::uint8_t profit_known;        ///< 0: something held has no mark
    std::uint8_t reserved;
};

inline constexpr std::size_t kMaxOverlayLegs = 6;

/// Options to trade so that the Greeks of an underlying come inside their limits.
struct Overlay {
    struct Leg {
        Qty qty;  ///< signed contracts
        Price limit;
    };
    std::array<Leg, kMaxOverlayLegs> legs;
    std::array<InstrumentId, kMaxOverlayLegs> instruments;
    std::uint64_t position_sequence;  ///< newest Event the planner had seen when it made this
    UnderlyingId underlying;
    std::uint8_t count;    ///< legs
    std::uint8_t to_send;  ///< 1: to be sent as orders (mode auto); 0: advice
    std::uint8_t reserved[4];
};

enum class HostCondition : std::uint8_t { core_late = 0, clock_jumped = 1, clock_steady = 2 };
std::string_view to_string(HostCondition);

struct HostState {
    HostCondition condition;
    std::uint8_t reserved[7];
    std::int64_t ns;  ///< how long the thread was away; how far the clock jumped, signed
};

/// Best prices that a quoting engine of the account stands at; kNoPrice: none on that side.
struct QuoteOrders {
    Price bid;
    Price ask;
};

/// Two and a half cache lines of payload at most; the journal stores just what the type needs.
struct alignas(64) Event {
    static constexpr std::size_t kPayloadBytes = 160;

    EventHeader header;
    union Payload {
        std::array<std::byte, kPayloadBytes> bytes;
        RunStarted run_started;
        Instrument instrument;
        BookLevel book_level;
        BookTrust book_trust;
        Ticker ticker;
        Trade trade;
        IndexPrice index_price;
        LineState line_state;
        PortState port_state;
        Execution execution;
        OrderUpdate order_update;
        CancelReject cancel_reject;
        OrderUnsent order_unsent;
        SessionState session_state;
        SettleComplete settle_complete;
        Position position;
        Timer timer;
        Command command;
        SurfaceEvent surface;
        Equity equity;
        AccountSnapshot account_snapshot;
        VenueOrder venue_order;
        Thresholds thresholds;
        RiskFigures risk_figures;
        Overlay overlay;
        HostState host_state;
        QuoteOrders quote_orders;
        ContractTerms contract_terms;
        Payload() : bytes{} {}
    } payload;

    bool ends_burst() const { return (header.flags & kEndOfBurst) != 0; }
};
static_assert(sizeof(Event) == 192 && offsetof(Event, payload) == 32);
static_assert(std::is_trivially_copyable_v<Event>);
static_assert(sizeof(Instrument) <= Event::kPayloadBytes);

/// Bytes of payload that a type uses (a multiple of eight); kPayloadBytes + 1 for a type that does not exist.
std::size_t payload_size(EventType);

/// What receives the Events that decoders, sessions and timers make. `stage` hands out a zeroed Event with
/// type, instrument and venue time set; it counts from the next `stage` (or the end of the burst) on, so fill
/// it at once. `flush` makes the staged Event count now, so that what follows can see its effect.
template <class S>
concept EventSink = requires(S& sink, EventType type, InstrumentId instrument, Nanos venue_time) {
    { sink.stage(type, instrument, venue_time) } -> std::same_as<Event&>;
    {sink.flush()};
};

/// The same, type-erased, for rooms whose calls are not hot.
class EventSinkRef {
  public:
    // Not from another one: that would refer to the reference, not to the sink.
    template <class S>
    requires(!std::is_same_v<S, EventSinkRef>) && EventSink<S> explicit EventSinkRef(S& sink)
        : context_(&sink),
    stage_([](void* c, EventType t, InstrumentId i, Nanos v) -> Event& {
        return static_cast<S*>(c)->stage(t, i, v);
    }),
    flush_([](void* c) { static_cast<S*>(c)->flush(); }) {}

    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time) {
        return stage_(context_, type, instrument, venue_time);
    }
    void flush() { flush_(context_); }

  private:
    void* context_;
    Event& (*stage_)(void*, EventType, InstrumentId, Nanos);
    void (*flush_)(void*);
};

}  // namespace hw
