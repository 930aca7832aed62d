// The sending side of Deribit's multicast, schema 1: what the simulated venue publishes and what decoder
// tests feed in.
//
// The structs mirror the wire's fields, doubles included. A frame collects messages for one channel and one
// sequence number; `bytes()` is the UDP payload. Nothing is checked but the limits of the format itself (a
// frame's length, a group's count, a name's length): tests must be able to send nonsense. Wire format:
// Deribit's multicast SBE schema 1, the layouts as in captures of its test venue.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hw::exchange::deribit {

/// A null f64 is all ones on the wire. Copying it as a double keeps the bits on the hardware that we build
/// for.
double null_double();

enum class WireSide : std::uint8_t { ask = 0, bid = 1 };
enum class WireChange : std::uint8_t { added = 0, changed = 1, deleted = 2 };
enum class WireDirection : std::uint8_t { buy = 0, sell = 1 };
enum class WireKind : std::uint8_t { future = 0, option = 1, future_combo = 2, option_combo = 3, spot = 4 };
enum class WireType : std::uint8_t { none = 0, inverse = 1, linear = 2 };
enum class WireOption : std::uint8_t { none = 0, call = 1, put = 2 };
enum class WireState : std::uint8_t { created = 0, open = 1, closed = 2, settled = 3 };
inline constexpr std::uint8_t kPeriodPerpetual = 0;
inline constexpr std::uint8_t kPeriodDay = 4;  ///< what the test venue writes for dated contracts
inline constexpr std::uint8_t kPeriodNone = 255;
inline constexpr std::uint64_t kNoExpiryMs = 32'503'708'800'000;  ///< the year 3000: perpetuals and spot

struct TickStep {
    double above_price = 0;  ///< from this price on
    double tick = 0;
};

/// Templates 1000 and 1010.
struct InstrumentMsg {
    std::uint32_t instrument = 0;
    WireState state = WireState::open;
    WireKind kind = WireKind::future;
    WireType type = WireType::inverse;
    WireOption option = WireOption::none;
    std::uint8_t rfq = 0;  ///< template 1000 only
    std::uint8_t settlement_period = kPeriodPerpetual;
    std::uint16_t settlement_period_count = 1;
    std::string base, quote, counter, settle, size;  ///< up to 8 characters each
    std::uint64_t created_ms = 0;
    std::uint64_t expiry_ms = kNoExpiryMs;
    double strike = null_double();
    double contract_size = 0;
    double min_trade_amount = 0;
    double tick = 0;
    double maker_fee = 0;
    double taker_fee = 0;
    double block_fee = 0;
    double max_liquidation_fee = null_double();
    double max_leverage = null_double();
    std::vector<TickStep> tick_steps;  ///< template 1010 only
    std::string name;                  ///< up to 255 characters
};

struct BookChange {
    WireSide side = WireSide::bid;
    WireChange change = WireChange::added;
    double price = 0;
    double amount = 0;
};
/// Template 1001.
struct BookMsg {
    std::uint32_t instrument = 0;
    std::uint64_t timestamp_ms = 0;
    std::uint64_t prev_change_id = 0;
    std::uint64_t change_id = 0;
    bool is_last = true;
    std::vector<BookChange> changes;
};

struct TradeEntry {
    WireDirection direction = WireDirection::buy;
    double price = 0;
    double amount = 0;
    std::uint64_t timestamp_ms = 0;
    double mark = 0;
    double index = 0;
    std::uint64_t trade_seq = 0;
    std::uint64_t trade_id = 0;
    std::uint8_t tick_direction = 0;
    std::uint8_t liquidation = 0;
    double iv = null_double();  ///< percent
    std::uint64_t block_trade_id = 0;
    std::uint64_t combo_trade_id = 0;
};
/// Template 1002.
struct TradesMsg {
    std::uint32_t instrument = 0;
    std::vector<TradeEntry> trades;
};

/// Template 1003. An empty side is 0.0, as the venue sends it.
struct TickerMsg {
    std::uint32_t instrument = 0;
    WireState state = WireState::open;
    std::uint64_t timestamp_ms = 0;
    double open_interest = 0;
    double min_sell = 0;
    double max_buy = 0;
    double last = null_double();
    double index = 0;
    double mark = 0;
    double best_bid = 0;
    double best_bid_amount = 0;
    double best_ask = 0;
    double best_ask_amount = 0;
    double funding = null_double();
    double funding_8h = null_double();
    double estimated_delivery = null_double();
    double delivery = null_double();
    double settlement = null_double();
};

struct SnapshotLevel {
    WireSide side = WireSide::bid;
    double price = 0;
    double amount = 0;
};
/// Template 1004.
struct SnapshotMsg {
    std::uint32_t instrument = 0;
    std::uint64_t timestamp_ms = 0;
    std::uint64_t change_id = 0;
    bool is_book_complete = true;
    bool is_last_in_book = true;
    std::vector<SnapshotLevel> levels;
};

/// Template 1005.
struct SnapshotStartMsg {
    std::uint32_t snapshot_delay_ms = 0;
};
/// Template 1006.
struct SnapshotEndMsg {};

struct ComboLeg {
    std::uint32_t instrument = 0;
    std::int32_t size = 0;
};
/// Template 1007.
struct ComboLegsMsg {
    std::uint32_t instrument = 0;
    std::vector<ComboLeg> legs;
};

/// Template 1008.
struct PriceIndexMsg {
    std::string name;  ///< up to 16 characters
    double price = 0;
    std::uint64_t timestamp_ms = 0;
};

/// Template 1009.
struct RfqMsg {
    std::uint32_t instrument = 0;
    std::uint8_t state = 0;
    std::uint8_t side = 0;
    double amount = 0;
    std::uint64_t timestamp_ms = 0;
};

/// What a newer venue might do to the format; the defaults are what the venue does today.
struct WireDialect {
    std::uint16_t schema = 1;
    std::uint16_t version = 3;
    std::uint16_t block_padding = 0;  ///< bytes that follow every block's known fields
    std::uint16_t entry_padding = 0;  ///< the same for every group entry
    std::uint8_t extra_groups = 0;    ///< unknown groups after the known ones
    std::uint8_t extra_vars = 0;      ///< unknown variable data after the known
};

/// One UDP payload. Reusable: `start` begins the next one in the same memory.
class FrameEncoder {
  public:
    explicit FrameEncoder(WireDialect dialect = {}) : dialect_(dialect) {}

    void start(std::uint16_t channel, std::uint32_t sequence);

    void add_instrument_v1(const InstrumentMsg&);  ///< template 1000
    void add(const InstrumentMsg&);                ///< template 1010
    void add(const BookMsg&);
    void add(const TradesMsg&);
    void add(const TickerMsg&);
    void add(const SnapshotMsg&);
    void add(const SnapshotStartMsg&);
    void add(const SnapshotEndMsg&);
    void add(const ComboLegsMsg&);
    void add(const PriceIndexMsg&);
    void add(const RfqMsg&);
    /// Any template number with a block of raw bytes.
    void add_raw(std::uint16_t template_id, std::span<const std::byte> block);

    /// Messages added since `start`.
    std::size_t messages() const { return messages_; }
    /// The payload so far, header included; the frame's length field is up to date after every `add`.
    std::span<const std::byte> bytes() const { return buffer_; }
    std::size_t size() const { return buffer_.size(); }

  private:
    void begin(std::uint16_t template_id, std::uint16_t block, std::uint16_t groups, std::uint16_t vars);
    void begin_group(std::uint16_t entry, std::size_t count);
    void end_entry() { pad(dialect_.entry_padding); }
    void end_block() { pad(dialect_.block_padding); }
    void end_message();
    void instrument_fields(const InstrumentMsg&, bool v1);
    void extra_groups();
    void pad(std::size_t count);
    void text(std::string_view, std::size_t width);
    void var(std::string_view);
    template <class T>
    void put(T value);

    WireDialect dialect_;
    std::vector<std::byte> buffer_;
    std::size_t messages_ = 0;
};

}  // namespace hw::exchange::deribit
