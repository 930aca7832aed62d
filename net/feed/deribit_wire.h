// Deribit's multicast, schema 1, as it lies on the wire: views of messages inside a UDP payload.
//
// A view is a pointer to a message's block, whose length the decoder has checked, and reads fields from it at
// the wire's offsets; nothing is copied. Groups are walked by the entry length that the wire states, never by
// ours: newer versions lengthen blocks and entries. Values are as on the wire: doubles, and enums as bytes
// (anything may stand there); what they mean to us is translated in net/feed/translate.h. A view is valid as
// long as the payload is.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace hw::net::deribit {

static_assert(std::endian::native == std::endian::little, "the wire is little-endian, and so are our loads");

template <class T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// A null f64 is all ones. Other NaNs are not null: they are wrong.
inline bool is_null(double value) { return std::bit_cast<std::uint64_t>(value) == ~std::uint64_t{0}; }

enum class Template : std::uint16_t {
    instrument = 1000,
    book = 1001,
    trades = 1002,
    ticker = 1003,
    snapshot = 1004,
    snapshot_start = 1005,
    snapshot_end = 1006,
    combo_legs = 1007,
    price_index = 1008,
    rfq = 1009,
    instrument_v2 = 1010,
};
inline constexpr std::uint16_t kFirstTemplate = 1000;
inline constexpr std::size_t kTemplates = 11;
/// "ticker", "book", "index" ...: the names that `hedgewire decode` prints.
std::string_view to_string(Template);

inline constexpr std::uint16_t kSchema = 1;
inline constexpr std::uint16_t kNewestVersion =
    3;  ///< of any message; newer ones are read as far as we know them

struct FrameHeader {
    static constexpr std::size_t kSize = 8;
    std::uint16_t length = 0;  ///< bytes after this header
    std::uint16_t channel = 0;
    std::uint32_t sequence = 0;  ///< per channel, up by one, wraps
};

struct MessageHeader {
    static constexpr std::size_t kSize = 12;
    std::uint16_t block_length = 0;
    std::uint16_t template_id = 0;
    std::uint16_t schema = 0;
    std::uint16_t version = 0;
    std::uint16_t groups = 0;
    std::uint16_t vars = 0;
};
static_assert(sizeof(MessageHeader) == MessageHeader::kSize);

/// char[N], zero-padded.
inline std::string_view text_field(const std::byte* at, std::size_t width) {
    const auto* const chars = reinterpret_cast<const char*>(at);
    const void* const end = std::memchr(chars, 0, width);
    return {chars, end == nullptr ? width : static_cast<std::size_t>(static_cast<const char*>(end) - chars)};
}

/// A repeating group: `Entry` is built over each entry's first byte.
template <class Entry>
class Group {
  public:
    Group(const std::byte* first, std::uint16_t stride, std::uint16_t count)
        : first_(first), stride_(stride), count_(count) {}

    std::uint16_t size() const { return count_; }
    Entry operator[](std::uint16_t i) const { return Entry{first_ + static_cast<std::size_t>(i) * stride_}; }

  private:
    const std::byte* first_;
    std::uint16_t stride_;
    std::uint16_t count_;
};

/// Where a message's parts lie; every part has been checked to be inside the frame.
struct Message {
    MessageHeader header;
    const std::byte* block = nullptr;
    const std::byte* entries = nullptr;  ///< of the first group
    std::uint16_t entry_length = 0;
    std::uint16_t entry_count = 0;
    std::string_view var;  ///< the first variable data
    std::size_t end = 0;   ///< offset of what follows the message
    std::size_t size = 0;  ///< header included
    /// All of it.
    std::span<const std::byte> bytes() const { return {block - MessageHeader::kSize, size}; }
};

struct BookChange {
    static constexpr std::size_t kSize = 18;
    const std::byte* at;
    std::uint8_t side() const { return load<std::uint8_t>(at); }        ///< 0 ask, 1 bid
    std::uint8_t change() const { return load<std::uint8_t>(at + 1); }  ///< 0 new, 1 changed, 2 deleted
    double price() const { return load<double>(at + 2); }
    double amount() const { return load<double>(at + 10); }
};

struct Book {
    static constexpr std::size_t kBlock = 29;
    const Message& m;
    std::uint32_t instrument() const { return load<std::uint32_t>(m.block); }
    std::uint64_t timestamp_ms() const { return load<std::uint64_t>(m.block + 4); }
    std::uint64_t prev_change_id() const { return load<std::uint64_t>(m.block + 12); }
    std::uint64_t change_id() const { return load<std::uint64_t>(m.block + 20); }
    bool is_last() const { return load<std::uint8_t>(m.block + 28) != 0; }
    Group<BookChange> changes() const { return {m.entries, m.entry_length, m.entry_count}; }
};

struct TradeEntry {
    static constexpr std::size_t kSize = 83;
    const std::byte* at;
    std::uint8_t direction() const { return load<std::uint8_t>(at); }  ///< the taker's: 0 buy, 1 sell
    double price() const { return load<double>(at + 1); }
    double amount() const { return load<double>(at + 9); }
    std::uint64_t timestamp_ms() const { return load<std::uint64_t>(at + 17); }
    double mark() const { return load<double>(at + 25); }
    double index() const { return load<double>(at + 33); }
    std::uint64_t trade_seq() const { return load<std::uint64_t>(at + 41); }
    std::uint64_t trade_id() const { return load<std::uint64_t>(at + 49); }
    std::uint8_t tick_direction() const { return load<std::uint8_t>(at + 57); }
    std::uint8_t liquidation() const { return load<std::uint8_t>(at + 58); }
    double iv() const { return load<double>(at + 59); }  ///< percent
    std::uint64_t block_trade_id() const { return load<std::uint64_t>(at + 67); }
    std::uint64_t combo_trade_id() const { return load<std::uint64_t>(at + 75); }
};

struct Trades {
    static constexpr std::size_t kBlock = 4;
    const Message& m;
    std::uint32_t instrument() const { return load<std::uint32_t>(m.block); }
    Group<TradeEntry> trades() const { return {m.entries, m.entry_length, m.entry_count}; }
};

struct Ticker {
    static constexpr std::size_t kBlock = 133;
    static constexpr std::size_t kNumbers = 13;  ///< where its fifteen doubles begin
    const Message& m;
    double number(std::size_t i) const { return load<double>(m.block + kNumbers + 8 * i); }
    std::uint32_t instrument() const { return load<std::uint32_t>(m.block); }
    std::uint8_t state() const { return load<std::uint8_t>(m.block + 4); }
    std::uint64_t timestamp_ms() const { return load<std::uint64_t>(m.block + 5); }
    double open_interest() const { return number(0); }
    double min_sell() const { return number(1); }
    double max_buy() const { return number(2); }
    double last() const { return number(3); }
    double index() const { return number(4); }
    double mark() const { return number(5); }
    double best_bid() const { return number(6); }  ///< 0.0: no bids
    double best_bid_amount() const { return number(7); }
    double best_ask() const { return number(8); }
    double best_ask_amount() const { return number(9); }
    double funding() const { return number(10); }
    double funding_8h() const { return number(11); }
    double estimated_delivery() const { return number(12); }
    double delivery() const { return number(13); }
    double settlement() const { return number(14); }
};

struct SnapshotLevel {
    static constexpr std::size_t kSize = 17;
    const std::byte* at;
    std::uint8_t side() const { return load<std::uint8_t>(at); }
    double price() const { return load<double>(at + 1); }
    double amount() const { return load<double>(at + 9); }
};

struct Snapshot {
    static constexpr std::size_t kBlock = 22;
    const Message& m;
    std::uint32_t instrument() const { return load<std::uint32_t>(m.block); }
    std::uint64_t timestamp_ms() const { return load<std::uint64_t>(m.block + 4); }
    std::uint64_t change_id() const { return load<std::uint64_t>(m.block + 12); }
    bool is_book_complete() const { return load<std::uint8_t>(m.block + 20) != 0; }
    bool is_last_in_book() const { return load<std::uint8_t>(m.block + 21) != 0; }
    Group<SnapshotLevel> levels() const { return {m.entries, m.entry_length, m.entry_count}; }
};

struct SnapshotStart {
    static constexpr std::size_t kBlock = 4;
    const Message& m;
    std::uint32_t snapshot_delay_ms() const { return load<std::uint32_t>(m.block); }
};

struct SnapshotEnd {
    static constexpr std::size_t kBlock = 0;
    const Message& m;
};

struct ComboLeg {
    static constexpr std::size_t kSize = 8;
    const std::byte* at;
    std::uint32_t instrument() const { return load<std::uint32_t>(at); }
    std::int32_t size() const { return load<std::int32_t>(at + 4); }
};

struct ComboLegs {
    static constexpr std::size_t kBlock = 4;
    const Message& m;
    std::uint32_t instrument() const { return load<std::uint32_t>(m.block); }
    Group<ComboLeg> legs() const { return {m.entries, m.entry_length, m.entry_count}; }
};

struct PriceIndex {
    static constexpr std::size_t kBlock = 32;
    const Message& m;
    std::string_view name() const { return text_field(m.block, 16); }
    double price() const { return load<double>(m.block + 16); }
    std::uint64_t timestamp_ms() const { return load<std::uint64_t>(m.block + 24); }
};

struct Rfq {
    static constexpr std::size_t kBlock = 22;
    const Message& m;
    std::uint32_t instrument() const { return load<std::uint32_t>(m.block); }
    std::uint8_t state() const { return load<std::uint8_t>(m.block + 4); }
    std::uint8_t side() const { return load<std::uint8_t>(m.block + 5); }
    double amount() const { return load<double>(m.block + 6); }
    std::uint64_t timestamp_ms() const { return load<std::uint64_t>(m.block + 14); }
};

struct TickStep {
    static constexpr std::size_t kSize = 16;
    const std::byte* at;
    double above_price() const { return load<double>(at); }
    double tick() const { return load<double>(at + 8); }
};

/// Templates 1000 and 1010: the older one has a byte more in front of the settlement period, and no tick
/// steps.
struct Instrument {
    static constexpr std::size_t kBlockV1 = 140;
    static constexpr std::size_t kBlockV2 = 139;
    const Message& m;
    bool is_v1() const { return m.header.template_id == static_cast<std::uint16_t>(Template::instrument); }
    const std::byte* tail(std::size_t offset) const { return m.block + offset + (is_v1() ? 1 : 0); }
    std::string_view currency(std::size_t i) const { return text_field(tail(11 + 8 * i), 8); }
    double number(std::size_t i) const { return load<double>(tail(67 + 8 * i)); }

    std::uint32_t instrument() const { return load<std::uint32_t>(m.block); }
    std::uint8_t state() const { return load<std::uint8_t>(m.block + 4); }
    std::uint8_t kind() const { return load<std::uint8_t>(m.block + 5); }
    std::uint8_t type() const { return load<std::uint8_t>(m.block + 6); }
    std::uint8_t option_type() const { return load<std::uint8_t>(m.block + 7); }
    std::uint8_t settlement_period() const { return load<std::uint8_t>(tail(8)); }
    std::uint16_t settlement_period_count() const { return load<std::uint16_t>(tail(9)); }
    std::string_view base() const { return currency(0); }
    std::string_view quote() const { return currency(1); }
    std::string_view counter() const { return currency(2); }
    std::string_view settle() const { return currency(3); }
    std::string_view size() const { return currency(4); }
    std::uint64_t created_ms() const { return load<std::uint64_t>(tail(51)); }
    std::uint64_t expiry_ms() const { return load<std::uint64_t>(tail(59)); }
    double strike() const { return number(0); }
    double contract_size() const { return number(1); }
    double min_trade_amount() const { return number(2); }
    double tick() const { return number(3); }
    double maker_fee() const { return number(4); }
    double taker_fee() const { return number(5); }
    double block_fee() const { return number(6); }
    double max_liquidation_fee() const { return number(7); }
    double max_leverage() const { return number(8); }
    Group<TickStep> tick_steps() const {
        return {m.entries, m.entry_length, is_v1() ? std::uint16_t{0} : m.entry_count};
    }
    std::string_view name() const { return m.var; }
};

}  // namespace hw::net::deribit
