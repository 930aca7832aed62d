// All that the engine knows, in one flat block: no pointers, all-zero is a fresh start. It can be copied,
// hashed, written to disk and taken up again, and two engines that saw the same Events hold the same bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/action.h"
#include "core/book_set.h"
#include "core/codes.h"
#include "core/event.h"
#include "core/instrument.h"
#include "core/inventory.h"
#include "core/ladder.h"
#include "core/ledger.h"
#include "core/pricing/settlement.h"
#include "core/surface.h"
#include "core/types.h"
#include "hedge/account_state.h"
#include "hedge/risk_state.h"

namespace hw::hedge {

/// Changes whenever the layout of EngineState does: a snapshot of another version is not taken up.
inline constexpr std::uint32_t kStateVersion = 5;

inline constexpr std::size_t kMaxUnderlyings = 64;
inline constexpr std::size_t kMaxHeld = 256;        ///< futures, perpetuals and spot held, per underlying
inline constexpr std::size_t kMaxWallets = 64;      ///< currencies of the account
inline constexpr std::size_t kMaxOrders = 256;      ///< open and recently finished, over all underlyings
inline constexpr std::size_t kMaxGroups = 64;       ///< combos and blocks with legs missing
inline constexpr std::size_t kMaxOrderRate = 1024;  ///< orders a second that the rate window can count

/// Greeks of the book of one underlying; definitions in core/pricing/black76.h, weighted by contracts and
/// size. Delta and gamma are those of the last decision, the others follow after the send.
struct Exposure {
    double net_delta = 0;         ///< coins, in the group's numeraire, equity included
    double gamma = 0;             ///< coins per unit of quote currency
    double vega = 0;              ///< quote currency per vol point
    double theta = 0;             ///< quote currency per day
    double vanna = 0;             ///< coins of delta per vol point
    double volga = 0;             ///< quote currency per vol point squared
    double charm = 0;             ///< coins of delta per day
    double speed = 0;             ///< gamma per unit of quote currency
    double equity = 0;            ///< what the numeraire added to the delta, coins
    double settling = 0;          ///< part of the delta of expiries in their settlement window, coins
    std::uint64_t looked_up = 0;  ///< 1: the delta came from the ladder, gamma from the last full sum
    double settling_venue = 0;    ///< what the venue's linear convention says of them, coins
};

/// A future, perpetual or spot pair with a position.
struct Held {
    InstrumentId instrument{};
    std::uint32_t slice = 0;  ///< index + 1 into the underlying's slices; zero: none
};

/// Equity of one currency's wallet, as last heard.
struct Wallet {
    Currency currency;
    Cash amount;
    Nanos time;
    Cash initial_margin;  ///< as the venue last told them
    Cash maintenance_margin;
    std::uint8_t margin_known;
    std::uint8_t margin_low;  ///< said
    std::uint8_t reserved[6];
};

inline constexpr std::size_t kMaxQuoteCurrencies = 8;  ///< that positions of one underlying settle in

/// Quote-settled positions held that settle in one currency.
struct QuoteSettled {
    Currency currency;
    std::uint64_t positions;
};

inline constexpr std::size_t kMaxPatchBlocks = 16;  ///< of positions that changed since the ladder was made
inline constexpr std::size_t kMaxNearBlocks = 64;   ///< of expiries that the ladder leaves out

/// A change of an option's position.
struct OptionChange {
    std::uint64_t sequence;
    InstrumentId instrument;
    std::uint32_t reserved;
    double coins;
};

/// The ladder in use and what is added to it; see hedge/ladder_use.h.
struct LadderState {
    Ladder ladder;
    std::uint64_t change_count = 0;
    std::array<OptionChange, 256> changes{};  ///< the last ones, in a ring

    // Worked out from the ladder, the changes and the inventory:
    std::uint64_t covered = 0;  ///< bit set of the inventory's groups that are in the ladder
    std::uint64_t patched = 0;  ///< of those, with corrections
    double puts = 0;            ///< what the covered puts take off, coins
    double put_strikes = 0;     ///< the same for coin-settled ones: over the reference price, coins
    std::uint16_t patch_count = 0;
    std::uint16_t near_count = 0;
    std::uint8_t ready = 0;
    std::uint8_t reserved[3] = {};
    std::array<pricing::BlockRef, kMaxPatchBlocks> patch_refs{};
    std::array<pricing::BlockRef, kMaxNearBlocks> near_refs{};
    std::array<pricing::KernelBlock, kMaxPatchBlocks> patches{};
    std::array<pricing::RiskBlock, kMaxPatchBlocks> patch_risk{};

    /// Not to be used until the next one.
    void give_up() { ready = 0; }
    void begin_again() {
        covered = patched = 0;
        puts = put_strikes = 0;
        patch_count = near_count = 0;
        ready = 0;
        patch_refs = {};
        near_refs = {};
        patches = {};
        patch_risk = {};
    }
};

/// The settlement average of an expiry that is in its window; inverse and linear contracts settle on
/// different indices.
struct SettlementWindow {
    pricing::WindowAverage average;
    Settlement settlement;
    std::uint8_t reserved[15];
};
static_assert(sizeof(SettlementWindow) == 96);

struct UnderlyingState {
    Currency name;
    InstrumentId hedge = InstrumentId{};  ///< meaningful when has_hedge
    std::uint8_t has_hedge = 0;
    std::uint8_t configured = 0;
    std::uint16_t config_index = 0;
    std::uint8_t paused = 0;
    std::uint8_t reserved[5] = {};
    AlertCode blocked_by = AlertCode::none;  ///< why nothing is hedged at the moment
    std::uint16_t held_count = 0;            ///< of `held`
    std::uint32_t slice_count = 0;
    std::uint32_t positions_held = 0;    ///< instruments with a position, options included
    std::uint8_t surface_accepted = 0;   ///< a person agreed with one that disagrees with the marks
    std::uint8_t full_due = 0;           ///< the full Greeks do not wait for their interval
    std::uint8_t contract_mismatch = 0;  ///< 1: see hedge/contract_check.h
    std::uint8_t reserved2 = 0;
    std::uint32_t left_out = 0;   ///< positions that did not fit into the book: nothing is hedged with any
    std::uint32_t unadopted = 0;  ///< instruments that wait for the venue's position
    std::uint32_t breaks = 0;     ///< instruments whose position at the venue is another
    std::uint8_t reconciled = 0;  ///< 1: this run's start of day is over
    std::uint8_t permit_withdrawn = 0;  ///< 1: unreconciled or broken: no quoting on this delta
    std::uint8_t reserved3[2] = {};
    std::int64_t fill_day = 0;  ///< days since 1970, UTC
    double filled_today = 0;    ///< coins, bought and sold, by our own orders

    double reference = 0;          ///< mid of the hedge instrument, last good one
    double surface_reference = 0;  ///< reference the surface was made at
    Exposure exposure;             ///< as of the last decision
    Nanos exposure_time;
    Nanos full_time;     ///< of vega, theta and the higher Greeks
    Nanos surface_time;  ///< of the surface
    MinVarianceFit min_variance;
    std::array<SettlementWindow, 4> windows;
    std::array<QuoteSettled, kMaxQuoteCurrencies> quote_settled;  ///< what is held, by settlement currency

    Thresholds thresholds;    ///< the planner's last ones
    Nanos thresholds_time;    ///< when they came; zero: never
    Nanos looked;             ///< when a policy that goes by time or price last had its turn
    double looked_price = 0;  ///< the reference at that moment

    UnderlyingRisk risk;

    Nanos backoff_until;
    std::uint32_t refusals = 0;          ///< rejects, and pairs of IOCs without a fill, in a row
    std::uint32_t empty_iocs = 0;        ///< IOCs without a fill in a row
    std::uint64_t trigger_sequence = 0;  ///< Event that took the net delta out of the band; zero: inside

    double max_delta_outside = 0;  ///< largest |net delta - target| that a hedge was sent for
    std::uint64_t option_fills = 0;
    std::uint64_t hedge_fills = 0;
    std::uint64_t orders_sent = 0;
    std::uint64_t orders_rejected = 0;
    std::uint64_t orders_unfilled = 0;  ///< ended without a fill, not rejected

    std::uint64_t surface_id = 0;    ///< of its blob
    std::uint64_t ladder_ticks = 0;  ///< decisions that looked the delta up
    LadderState ladder;
    std::array<SmileSlice, kMaxSlices> slices;
    std::array<Held, kMaxHeld> held;
};

struct OrderState {
    // What every decision reads of every order comes first.
    OrderId id;
    Qty qty;
    Qty cum;                        ///< from the fills booked
    Qty busted;                     ///< was filled and taken back: neither filled nor to come
    double delta_per_contract = 0;  ///< coins, at the time of sending
    InstrumentId instrument{};
    UnderlyingId underlying{};
    Side side = Side::buy;
    OrderStatus status = OrderStatus::pending_new;
    TimeInForce time_in_force = TimeInForce::ioc;
    std::uint8_t settle_seen = 0;                        ///< mentioned since the last settle_orders
    OrderStatus missing_end = OrderStatus::pending_new;  ///< see hedge/missing_fills.h
    OrderPurpose purpose = OrderPurpose::hedge;
    std::uint8_t worsened = 0;  ///< a fill of it took the net delta away from the target
    std::uint8_t reserved[3] = {};
    Price limit;
    Nanos sent;
    Nanos heard;
    std::uint64_t named_in = 0;  ///< account snapshot that it was told to be open in
    Nanos missing_since;         ///< zero: nothing is
    Qty missing_cum;             ///< that the venue counts
    double before = 0;           ///< net delta - target when it was sent, less OrderGuard::hedged; coins

    bool open() const {
        constexpr auto bit = [](OrderStatus s) { return 1u << static_cast<unsigned>(s); };
        constexpr unsigned kOver = bit(OrderStatus::filled) | bit(OrderStatus::canceled) |
                                   bit(OrderStatus::rejected) | bit(OrderStatus::expired);
        return !id.is_none() & ((kOver >> static_cast<unsigned>(status) & 1) == 0);
    }
    Qty leaves() const { return qty - cum - busted; }
    /// The venue counts fills of it that nobody has told yet.
    bool missing() const { return !missing_since.is_zero(); }
};
static_assert(sizeof(OrderState) == 112 && offsetof(OrderState, status) < 64);

/// Legs of one combo or block that are still on their way.
struct GroupState {
    ExecKey key;
    Nanos first_seen;
    std::uint64_t underlyings = 0;  ///< bit set of the underlyings its legs touch
    std::uint16_t seen = 0;
    std::uint16_t expected = 0;  ///< zero: not known, wait for the timeout
    std::uint32_t used = 0;
};

struct TickerState {
    Price mark;
    Price index;
    Price min_sell;
    Price max_buy;
    Nanos time;
};

struct EngineState {
    std::uint64_t last_sequence;
    Nanos now;
    std::uint64_t dirty;  ///< underlyings to decide on at the end of the burst
    std::uint16_t epoch;
    std::uint8_t started;
    std::uint8_t killed;
    std::uint8_t session_up;
    std::uint8_t definitions_complete;
    std::uint8_t settling;         ///< a settle_orders is out
    std::uint8_t mass_cancel_due;  ///< killed while the session was down
    AlertCode killed_by;
    std::uint16_t underlying_count;
    std::uint32_t order_cursor;  ///< where the next order slot is looked for
    Nanos settle_asked;
    std::uint64_t kill_sequence;

    std::uint64_t decisions;
    std::uint64_t executions;  ///< booked, each once
    std::uint64_t duplicates;
    std::uint64_t actions_dropped;
    std::uint64_t rate_cursor;
    std::uint64_t rate_tail;  ///< orders before this one are more than a second old
    std::array<Nanos, kMaxOrderRate> order_times;

    std::uint64_t decided;  ///< underlyings whose book-keeping waits for `complete`
    std::uint8_t simd;      ///< pricing::SimdLevel of this run
    std::uint8_t reserved[7];
    std::array<Wallet, kMaxWallets> wallets;
    AccountState account;
    CreditState credits;
    AccountRisk risk;

    std::array<OrderState, kMaxOrders> orders;
    std::array<std::uint64_t, kMaxOrders / 64> maybe_open;  ///< bit set; see hedge/open_orders.h
    std::array<GroupState, kMaxGroups> groups;
    std::array<UnderlyingState, kMaxUnderlyings> underlyings;
    std::array<PositionLine, InstrumentTable::kCapacity> positions;
    std::array<TickerState, InstrumentTable::kCapacity> tickers;
    std::array<VenuePosition, InstrumentTable::kCapacity> venue_positions;
    ExecutionMemory execution_memory;
    std::array<BookedFill, ExecutionMemory::kCapacity> booked;  ///< by ExecutionMemory::place
    InstrumentTable instruments;
    Inventory inventory;
    BookSet books;
};
static_assert(std::is_trivially_copyable_v<EngineState>);

}  // namespace hw::hedge
