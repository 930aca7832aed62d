// The sending side of Deribit Starbase (SBE schema 2102): what the simulated venue publishes and what decoder
// tests feed in.
//
// The structs mirror the wire's fields. A packet collects messages of one channel from one sequence number
// on; `bytes()` is the UDP payload, its header up to date after every `add`. Nothing is checked but the
// limits of the format itself (a field's length, a group's count): tests must be able to send nonsense.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hw::exchange::starbase {

inline constexpr std::int64_t kNull = std::numeric_limits<std::int64_t>::min();
/// A null f64 is a NaN.
inline constexpr double kNullDouble = std::numeric_limits<double>::quiet_NaN();

inline constexpr std::uint16_t kIncremental = 1;
inline constexpr std::uint16_t kSnapshot = 2;
inline constexpr std::uint16_t kRetransmitted = 5;
inline constexpr std::uint16_t kReject = 0;

inline constexpr std::uint16_t kStart = 1;
inline constexpr std::uint16_t kEnd = 2;
inline constexpr std::uint16_t kWhole = kStart | kEnd;  ///< a transaction of one message

enum class WireType : std::int8_t { perpetual, option, spot, future_combo, option_combo, dated_future };
enum class WireStatus : std::int8_t { open, inactive, settlement, delivered, locked, halted };
inline constexpr std::uint8_t kReversed = 1;
inline constexpr std::uint8_t kPut = 2;
inline constexpr std::uint8_t kPerpetual = 4;

struct LargeTick {
    std::int64_t tick = 0;
    std::int64_t threshold = 0;
};
struct Leg {
    std::int64_t instrument = 0;
    std::int8_t ratio = 0;
};

/// Template 10.
struct DefinitionMsg {
    std::int64_t instrument = 0;
    std::string name;  ///< up to 128 characters
    std::int64_t index = 0;
    std::string underlying;      ///< up to 64
    std::string quantity_asset;  ///< up to 8
    std::string price_asset;     ///< up to 8
    std::int64_t expiry_ns = kNull;
    std::int64_t strike = kNull;
    std::int64_t min_order_quantity = 0;
    std::int64_t tick = 0;
    std::int8_t quantity_exponent = 0;
    WireType type = WireType::perpetual;
    std::uint8_t flags = 0;
    WireStatus status = WireStatus::open;
    std::vector<LargeTick> large_ticks;
    std::vector<Leg> legs;
};
/// Template 11.
struct IndexDefinitionMsg {
    std::int64_t index = 0;
    std::string name;
};
/// Template 12.
struct IndexInfoMsg {
    std::int64_t index = 0;
    std::int64_t price = 0;
};
/// Template 14.
struct InfoMsg {
    std::int64_t instrument = 0;
    std::int64_t min_sell = 0;
    std::int64_t max_buy = 0;
    std::int64_t mark = 0;
};
/// Template 15.
struct RefMsg {
    std::int64_t instrument = 0;
    double current_funding = kNullDouble;
    double funding_8h = kNullDouble;
    std::int64_t estimated_delivery = kNull;
    std::int64_t delivery = kNull;
    std::int64_t settlement = kNull;
    double open_interest = kNullDouble;
};
/// Template 16.
struct StatusMsg {
    std::int64_t instrument = 0;
    WireStatus status = WireStatus::open;
};
/// Templates 20 and 21.
struct PutMsg {
    bool bid = true;
    std::int64_t order = 0;
    std::int64_t instrument = 0;
    std::int64_t quantity = 0;
    std::int64_t price = 0;
    std::int64_t sort_order = 0;
};
/// Templates 22 and 23.
struct ReduceMsg {
    bool bid = true;
    std::int64_t order = 0;
    std::int64_t instrument = 0;
    std::int64_t quantity = 0;
};
/// Templates 24 and 25.
struct DeleteMsg {
    bool bid = true;
    std::int64_t order = 0;
    std::int64_t instrument = 0;
};
/// Template 30.
struct TradeSummaryMsg {
    std::int64_t instrument = 0;
    std::int64_t taker_order = 0;
    std::int64_t total_filled = 0;
    std::int64_t deepest_price = 0;
    std::int64_t mark = 0;
    std::int64_t index = 0;
    std::int32_t trades = 0;
    std::uint32_t taker_flags = 0;
};
/// Template 31.
struct TradeMsg {
    std::int64_t match = 0;
    std::int64_t instrument = 0;
    std::int64_t maker_order = kNull;
    std::int64_t quantity = 0;
    std::int64_t price = 0;
    std::uint32_t maker_flags = 0;
};
/// Template 33.
struct BlockTradeMsg {
    std::int64_t match = 0;
    std::int64_t instrument = 0;
    std::int64_t block_trade = 0;
    std::int64_t block_rfq = kNull;
    std::int64_t quantity = 0;
    std::int64_t price = 0;
    std::int64_t mark = 0;
    std::int64_t index = 0;
    double implied_vol = kNullDouble;  ///< percent
    std::uint32_t taker_flags = 0;
    std::uint16_t legs = 0;
};
/// Templates 100 and 101.
struct SnapshotHeaderMsg {
    std::int64_t instrument = 0;
    std::int64_t timestamp_ns = 0;
    std::int64_t incremental_sequence = 0;
};
struct SnapshotTrailerMsg {
    std::int64_t instrument = 0;
    std::int64_t timestamp_ns = 0;
    std::int64_t incremental_sequence = 0;
};
/// Template 119.
struct EndOfCycleMsg {
    std::int32_t instruments = 0;
};
/// Template 200.
struct RetransmitRequestMsg {
    std::int64_t begin = 0;
    std::uint8_t count = 0;
};
/// Template 202.
struct RetransmitRejectMsg {
    std::int64_t retry_delay_ns = 0;
    std::string details;  ///< up to 40
    std::int8_t reason = 0;
};

/// What another version of the venue might do to the format; the defaults are what it does today.
struct WireDialect {
    std::uint16_t version = 1;
    std::uint16_t body_padding = 0;   ///< bytes that follow every body's known fields
    std::uint16_t entry_padding = 0;  ///< the same for every group entry
    bool sort_order = true;           ///< false: puts without sortOrderId, as in version 0
};

class PacketEncoder {
  public:
    explicit PacketEncoder(WireDialect dialect = {}) : dialect_(dialect) {}

    void start(std::int32_t channel, std::int64_t sequence, std::uint16_t type, std::int64_t sending_time_ns);
    /// Of the messages to come.
    void set_flags(std::uint16_t flags) { flags_ = flags; }
    void set_time(std::int64_t transact_time_ns) { time_ns_ = transact_time_ns; }

    void add(const DefinitionMsg&);
    void add(const IndexDefinitionMsg&);
    void add(const IndexInfoMsg&);
    void add(const InfoMsg&);
    void add(const RefMsg&);
    void add(const StatusMsg&);
    void add(const PutMsg&);
    void add(const ReduceMsg&);
    void add(const DeleteMsg&);
    void add(const TradeSummaryMsg&);
    void add(const TradeMsg&);
    void add(const BlockTradeMsg&);
    void add(const SnapshotHeaderMsg&);
    void add(const SnapshotTrailerMsg&);
    void add(const EndOfCycleMsg&);
    void add(const RetransmitRequestMsg&);
    void add(const RetransmitRejectMsg&);
    /// A message as it stands: header and body, as `message(i)` of another packet gives it.
    void add_encoded(std::span<const std::byte> message);
    /// Any template number with a body of raw bytes.
    void add_raw(std::uint16_t template_id, std::span<const std::byte> body);

    std::uint16_t messages() const { return messages_; }
    std::span<const std::byte> bytes() const { return buffer_; }
    std::size_t size() const { return buffer_.size(); }
    /// Message `i` as it stands in the packet.
    std::span<const std::byte> message(std::size_t i) const;

  private:
    void begin(std::uint16_t template_id);
    void end();
    void text(std::string_view, std::size_t width);
    void pad(std::size_t count) { buffer_.resize(buffer_.size() + count); }
    template <class T>
    void put(T value);

    WireDialect dialect_;
    std::vector<std::byte> buffer_;
    std::size_t begun_ = 0;
    std::uint16_t messages_ = 0;
    std::uint16_t flags_ = kWhole;
    std::int64_t time_ns_ = 0;
};

}  // namespace hw::exchange::starbase
