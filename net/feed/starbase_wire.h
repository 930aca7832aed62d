// Deribit Starbase (L3, SBE schema 2102), as it lies on the wire: views of messages inside a UDP payload.
//
// A packet is a header of 24 bytes and `messageCount` messages; each has a header of 16 bytes whose length
// counts itself. A view is a pointer behind that header, whose length the decoder has checked, and reads
// fields at the wire's offsets; nothing is copied. Prices are whole nano-units; quantities are mantissas of
// the instrument's quantityExponent; enums are bytes in which anything may stand: what they mean to us is
// translated in starbase_translate.h. A view is valid as long as the payload is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "net/feed/deribit_wire.h"

namespace hw::net::starbase {

using deribit::Group;
using deribit::load;
using deribit::text_field;

/// The SBE null of an optional i64.
inline constexpr std::int64_t kNull = std::numeric_limits<std::int64_t>::min();

enum class Template : std::uint16_t {
    instrument_definition = 10,
    index_definition = 11,
    index_info = 12,
    instrument_info = 14,
    instrument_ref = 15,
    instrument_status = 16,
    bid_put = 20,
    ask_put = 21,
    bid_qty_reduced = 22,
    ask_qty_reduced = 23,
    bid_delete = 24,
    ask_delete = 25,
    trade_summary = 30,
    trade = 31,
    block_trade = 33,
    snapshot_header = 100,
    snapshot_trailer = 101,
    end_of_cycle = 119,
    retransmit_request = 200,
    retransmit_reject = 202,
};
inline constexpr std::array kTemplates = {
    Template::instrument_definition,
    Template::index_definition,
    Template::index_info,
    Template::instrument_info,
    Template::instrument_ref,
    Template::instrument_status,
    Template::bid_put,
    Template::ask_put,
    Template::bid_qty_reduced,
    Template::ask_qty_reduced,
    Template::bid_delete,
    Template::ask_delete,
    Template::trade_summary,
    Template::trade,
    Template::block_trade,
    Template::snapshot_header,
    Template::snapshot_trailer,
    Template::end_of_cycle,
    Template::retransmit_request,
    Template::retransmit_reject,
};
inline constexpr std::size_t kTemplateLimit = 256;  ///< every known number is below it
/// "bid_put", "trade" ...: the names that `hedgewire decode` prints.
std::string_view to_string(Template);

inline constexpr std::uint16_t kNewestVersion = 1;

/// Bits of the packet header's type.
inline constexpr std::uint16_t kIncremental = 1;
inline constexpr std::uint16_t kSnapshot = 2;
inline constexpr std::uint16_t kRetransmit = 4;
/// Bits that we do not know change nothing.
constexpr bool is_incremental(std::uint16_t type) { return (type & 3) == kIncremental; }
constexpr bool is_snapshot(std::uint16_t type) { return (type & 3) == kSnapshot; }

struct PacketHeader {
    static constexpr std::size_t kSize = 24;
    std::int64_t sending_time_ns = 0;
    std::int64_t sequence = 0;  ///< of the first message; of the next one when there is none
    std::int32_t channel = 0;
    std::uint16_t type = 0;
    std::uint16_t messages = 0;

    /// `at`: kSize bytes.
    static PacketHeader read(const std::byte* at) {
        return {load<std::int64_t>(at), load<std::int64_t>(at + 8), load<std::int32_t>(at + 16),
                load<std::uint16_t>(at + 20), load<std::uint16_t>(at + 22)};
    }
};

/// Bits of a message's flags.
inline constexpr std::uint16_t kStartOfTransaction = 1;
inline constexpr std::uint16_t kEndOfTransaction = 2;

struct MessageHeader {
    static constexpr std::size_t kSize = 16;
    std::uint16_t length = 0;  ///< this header included
    std::uint16_t template_id = 0;
    std::uint16_t version = 0;
    std::uint16_t flags = 0;
    std::int64_t transact_time_ns = 0;

    static MessageHeader read(const std::byte* at) {
        return {load<std::uint16_t>(at), load<std::uint16_t>(at + 2), load<std::uint16_t>(at + 4),
                load<std::uint16_t>(at + 6), load<std::int64_t>(at + 8)};
    }
    bool starts_transaction() const { return (flags & kStartOfTransaction) != 0; }
    bool ends_transaction() const { return (flags & kEndOfTransaction) != 0; }
};

/// A message whose length has been checked: `body` is what follows its header.
struct Message {
    MessageHeader header;
    const std::byte* body = nullptr;
    std::uint64_t sequence = 0;
    std::size_t body_length() const { return header.length - MessageHeader::kSize; }
};

struct LargeTick {
    static constexpr std::size_t kSize = 16;
    const std::byte* at;
    std::int64_t tick() const { return load<std::int64_t>(at); }
    std::int64_t threshold() const { return load<std::int64_t>(at + 8); }
};
struct Leg {
    static constexpr std::size_t kSize = 9;
    const std::byte* at;
    std::int64_t instrument() const { return load<std::int64_t>(at); }
    std::int8_t ratio() const { return load<std::int8_t>(at + 8); }
};

struct InstrumentDefinition {
    static constexpr std::size_t kBlock = 260;
    static constexpr std::size_t kGroupHeader = 4;
    const Message& m;
    std::int64_t instrument() const { return load<std::int64_t>(m.body); }
    std::string_view name() const { return text_field(m.body + 8, 128); }
    std::int64_t index() const { return load<std::int64_t>(m.body + 136); }
    std::string_view underlying() const { return text_field(m.body + 144, 64); }
    std::string_view quantity_asset() const { return text_field(m.body + 208, 8); }
    std::string_view price_asset() const { return text_field(m.body + 216, 8); }
    std::int64_t expiry_ns() const { return load<std::int64_t>(m.body + 224); }
    std::int64_t strike() const { return load<std::int64_t>(m.body + 232); }
    std::int64_t min_order_quantity() const { return load<std::int64_t>(m.body + 240); }
    std::int64_t tick() const { return load<std::int64_t>(m.body + 248); }
    std::int8_t quantity_exponent() const { return load<std::int8_t>(m.body + 256); }
    /// 0 perpetual, 1 option, 2 spot, 3 future combo, 4 option combo, 5 dated future.
    std::int8_t type() const { return load<std::int8_t>(m.body + 257); }
    std::uint8_t flags() const { return load<std::uint8_t>(m.body + 258); }
    bool is_reversed() const { return (flags() & 1) != 0; }
    bool is_put() const { return (flags() & 2) != 0; }
    bool is_perpetual() const { return (flags() & 4) != 0; }
    std::int8_t status() const { return load<std::int8_t>(m.body + 259); }
    /// Older versions may end before either group.
    Group<LargeTick> large_ticks() const { return group<LargeTick>(kBlock); }
    Group<Leg> legs() const {
        if (m.body_length() < kBlock + kGroupHeader) return {m.body, 0, 0};
        const std::byte* const ticks = m.body + kBlock;
        const std::size_t bytes =
            std::size_t{load<std::uint16_t>(ticks)} * std::size_t{load<std::uint16_t>(ticks + 2)};
        return group<Leg>(kBlock + kGroupHeader + bytes);
    }

  private:
    template <class Entry>
    Group<Entry> group(std::size_t offset) const {
        if (m.body_length() < offset + kGroupHeader) return {m.body, 0, 0};
        const std::byte* const at = m.body + offset;
        return {at + kGroupHeader, load<std::uint16_t>(at), load<std::uint16_t>(at + 2)};
    }
};

struct IndexDefinition {
    static constexpr std::size_t kBlock = 136;
    const Message& m;
    std::int64_t index() const { return load<std::int64_t>(m.body); }
    std::string_view name() const { return text_field(m.body + 8, 128); }
};

struct IndexInfo {
    static constexpr std::size_t kBlock = 16;
    const Message& m;
    std::int64_t index() const { return load<std::int64_t>(m.body); }
    std::int64_t price() const { return load<std::int64_t>(m.body + 8); }
};

struct InstrumentInfo {
    static constexpr std::size_t kBlock = 32;
    const Message& m;
    std::int64_t instrument() const { return load<std::int64_t>(m.body); }
    std::int64_t min_sell() const { return load<std::int64_t>(m.body + 8); }
    std::int64_t max_buy() const { return load<std::int64_t>(m.body + 16); }
    std::int64_t mark() const { return load<std::int64_t>(m.body + 24); }
};

/// All but the instrument may be null.
struct InstrumentRef {
    static constexpr std::size_t kBlock = 56;
    const Message& m;
    std::int64_t instrument() const { return load<std::int64_t>(m.body); }
    double current_funding() const { return load<double>(m.body + 8); }
    double funding_8h() const { return load<double>(m.body + 16); }
    std::int64_t estimated_delivery() const { return load<std::int64_t>(m.body + 24); }
    std::int64_t delivery() const { return load<std::int64_t>(m.body + 32); }
    std::int64_t settlement() const { return load<std::int64_t>(m.body + 40); }
    double open_interest() const { return load<double>(m.body + 48); }
};

struct InstrumentStatus {
    static constexpr std::size_t kBlock = 9;
    const Message& m;
    std::int64_t instrument() const { return load<std::int64_t>(m.body); }
    std::int8_t status() const { return load<std::int8_t>(m.body + 8); }
};

/// Templates 20 and 21. An order that is amended comes again under its id.
struct Put {
    /// sortOrderId is not there in version 0, and we need it not.
    static constexpr std::size_t kBlock = 32;
    const Message& m;
    bool is_bid;
    std::int64_t order() const { return load<std::int64_t>(m.body); }
    std::int64_t instrument() const { return load<std::int64_t>(m.body + 8); }
    std::int64_t quantity() const { return load<std::int64_t>(m.body + 16); }
    std::int64_t price() const { return load<std::int64_t>(m.body + 24); }
    std::int64_t sort_order() const {
        return m.body_length() >= kBlock + 8 ? load<std::int64_t>(m.body + 32) : kNull;
    }
};

/// Templates 22 and 23: what is left of the order.
struct QtyReduced {
    static constexpr std::size_t kBlock = 24;
    const Message& m;
    bool is_bid;
    std::int64_t order() const { return load<std::int64_t>(m.body); }
    std::int64_t instrument() const { return load<std::int64_t>(m.body + 8); }
    std::int64_t quantity() const { return load<std::int64_t>(m.body + 16); }
};

/// Templates 24 and 25.
struct Delete {
    static constexpr std::size_t kBlock = 16;
    const Message& m;
    bool is_bid;
    std::int64_t order() const { return load<std::int64_t>(m.body); }
    std::int64_t instrument() const { return load<std::int64_t>(m.body + 8); }
};

inline constexpr std::uint32_t kTakerSells = 1;
inline constexpr std::uint32_t kLiquidation = 2;

struct TradeSummary {
    static constexpr std::size_t kBlock = 56;
    const Message& m;
    std::int64_t instrument() const { return load<std::int64_t>(m.body); }
    std::int64_t taker_order() const { return load<std::int64_t>(m.body + 8); }
    std::int64_t total_filled() const { return load<std::int64_t>(m.body + 16); }
    std::int64_t deepest_price() const { return load<std::int64_t>(m.body + 24); }
    std::int64_t mark() const { return load<std::int64_t>(m.body + 32); }
    std::int64_t index() const { return load<std::int64_t>(m.body + 40); }
    std::int32_t trades() const { return load<std::int32_t>(m.body + 48); }
    std::uint32_t taker_flags() const { return load<std::uint32_t>(m.body + 52); }
};

struct Trade {
    static constexpr std::size_t kBlock = 44;
    const Message& m;
    std::int64_t match() const { return load<std::int64_t>(m.body); }
    std::int64_t instrument() const { return load<std::int64_t>(m.body + 8); }
    std::int64_t maker_order() const { return load<std::int64_t>(m.body + 16); }  ///< may be null
    std::int64_t quantity() const { return load<std::int64_t>(m.body + 24); }
    std::int64_t price() const { return load<std::int64_t>(m.body + 32); }
    std::uint32_t maker_flags() const { return load<std::uint32_t>(m.body + 40); }
};

struct BlockTrade {
    static constexpr std::size_t kBlock = 78;
    const Message& m;
    std::int64_t match() const { return load<std::int64_t>(m.body); }
    std::int64_t instrument() const { return load<std::int64_t>(m.body + 8); }
    std::int64_t block_trade() const { return load<std::int64_t>(m.body + 16); }
    std::int64_t block_rfq() const { return load<std::int64_t>(m.body + 24); }  ///< may be null
    std::int64_t quantity() const { return load<std::int64_t>(m.body + 32); }
    std::int64_t price() const { return load<std::int64_t>(m.body + 40); }
    std::int64_t mark() const { return load<std::int64_t>(m.body + 48); }
    std::int64_t index() const { return load<std::int64_t>(m.body + 56); }
    double implied_vol() const { return load<double>(m.body + 64); }  ///< may be null
    std::uint32_t taker_flags() const { return load<std::uint32_t>(m.body + 72); }
    std::uint16_t legs() const { return load<std::uint16_t>(m.body + 76); }
};

struct SnapshotHeader {
    static constexpr std::size_t kBlock = 24;
    const Message& m;
    std::int64_t instrument() const { return load<std::int64_t>(m.body); }
    std::int64_t timestamp_ns() const { return load<std::int64_t>(m.body + 8); }
    /// The last incremental message that the snapshot holds.
    std::int64_t incremental_sequence() const { return load<std::int64_t>(m.body + 16); }
};
struct SnapshotTrailer {
    static constexpr std::size_t kBlock = 24;
    const Message& m;
    std::int64_t instrument() const { return load<std::int64_t>(m.body); }
    std::int64_t timestamp_ns() const { return load<std::int64_t>(m.body + 8); }
    std::int64_t incremental_sequence() const { return load<std::int64_t>(m.body + 16); }
};

struct EndOfCycle {
    static constexpr std::size_t kBlock = 4;
    const Message& m;
    std::int32_t active_instruments() const { return load<std::int32_t>(m.body); }
};

struct RetransmitRequest {
    static constexpr std::size_t kBlock = 9;
    static constexpr std::uint32_t kMostMessages = 255;
    const Message& m;
    std::int64_t begin() const { return load<std::int64_t>(m.body); }
    std::uint8_t count() const { return load<std::uint8_t>(m.body + 8); }
};

enum class RejectReason : std::int8_t { too_low = 1, too_high = 2, rate_limit = 3, other = 4 };

struct RetransmitReject {
    static constexpr std::size_t kBlock = 49;
    const Message& m;
    std::int64_t retry_delay_ns() const { return load<std::int64_t>(m.body); }
    std::string_view details() const { return text_field(m.body + 8, 40); }
    std::int8_t reason() const { return load<std::int8_t>(m.body + 48); }
};

}  // namespace hw::net::starbase
