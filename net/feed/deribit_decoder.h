// Walks a Deribit frame and hands its messages to a handler.
//
// The frame's own lengths are followed and each is checked against the bytes that are there, so hostile input
// costs a counter and nothing else. What stood before the bad place has been delivered by then. Messages of
// unknown templates or schemas are skipped and counted; versions newer than ours are counted and read as far
// as we know them.
//
// The handler is any class with `on(const Book&)`, `on(const Ticker&)` and so on for every view of
// deribit_wire.h; the hot loop's is known at compile time, so nothing is virtual. Nothing allocates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "net/feed/deribit_wire.h"

namespace hw::net::deribit {

enum class Malformed : std::uint8_t {
    none = 0,
    frame_header,    ///< payload shorter than a frame header
    frame_cut,       ///< frame states more bytes than the payload has
    frame_trailing,  ///< frame states fewer bytes than the payload has
    message_header,  ///< no room for a message header
    block_cut,       ///< block reaches beyond the frame
    block_short,     ///< block shorter than the template's known fields
    group_header,    ///< no room for a group header
    group_cut,       ///< entries reach beyond the frame
    entry_short,     ///< entries shorter than the known fields
    group_nested,  ///< entries with groups of their own: schema 1 has none, and their lengths are not ours to
                   ///< guess
    group_missing,  ///< no group in a message that needs one
    var_cut,        ///< variable data reaches beyond the frame
    var_missing,    ///< a definition without a name
    count_
};
inline constexpr std::size_t kMalformedReasons = static_cast<std::size_t>(Malformed::count_);
std::string_view to_string(Malformed);

/// How a frame ended.
struct DecodeStatus {
    Malformed reason = Malformed::none;
    std::uint32_t offset = 0;    ///< of the bad place, in the UDP payload
    std::uint32_t messages = 0;  ///< found sound, unknown ones included
    bool ok() const { return reason == Malformed::none; }
};

struct DecodeCounters {
    std::array<std::uint64_t, kTemplates> messages{};  ///< delivered, by template
    std::uint64_t unknown_template = 0;
    std::uint64_t unknown_schema = 0;
    std::uint64_t newer_version = 0;  ///< delivered all the same
    std::array<std::uint64_t, kMalformedReasons> malformed{};

    std::uint64_t delivered(Template t) const {
        return messages[static_cast<std::uint16_t>(t) - kFirstTemplate];
    }
    std::uint64_t malformed_total() const;
};

/// The header of the frame in `payload`, or nothing when there is no room for one.
inline std::optional<FrameHeader> frame_header(std::span<const std::byte> payload) {
    if (payload.size() < FrameHeader::kSize) return std::nullopt;
    return FrameHeader{load<std::uint16_t>(payload.data()), load<std::uint16_t>(payload.data() + 2),
                       load<std::uint32_t>(payload.data() + 4)};
}

namespace detail {
inline constexpr std::size_t kGroupHeader = 8;

/// What the template's known fields need.
struct Needs {
    std::uint16_t block;
    std::uint16_t entry;  ///< zero: no group
    bool name;
};
inline constexpr std::array<Needs, kTemplates> kNeeds = {{
    {Instrument::kBlockV1, 0, true},
    {Book::kBlock, BookChange::kSize, false},
    {Trades::kBlock, TradeEntry::kSize, false},
    {Ticker::kBlock, 0, false},
    {Snapshot::kBlock, SnapshotLevel::kSize, false},
    {SnapshotStart::kBlock, 0, false},
    {SnapshotEnd::kBlock, 0, false},
    {ComboLegs::kBlock, ComboLeg::kSize, false},
    {PriceIndex::kBlock, 0, false},
    {Rfq::kBlock, 0, false},
    {Instrument::kBlockV2, TickStep::kSize, true},
}};

/// Most messages with a group have one and nothing after it. False: not so, or it is not whole.
inline bool take_plain_group(std::span<const std::byte> frame, std::size_t& offset, Message& m) {
    if (m.header.groups != 1 || m.header.vars != 0 || frame.size() - offset < kGroupHeader) return false;
    const std::byte* const head = frame.data() + offset;
    const auto entry = load<std::uint16_t>(head);
    const auto count = load<std::uint16_t>(head + 2);
    const std::size_t bytes = static_cast<std::size_t>(entry) * count;
    if (load<std::uint32_t>(head + 4) != 0 || frame.size() - offset - kGroupHeader < bytes) return false;
    m.entries = head + kGroupHeader;
    m.entry_length = entry;
    m.entry_count = count;
    offset += kGroupHeader + bytes;
    return true;
}

Malformed parse_groups_and_vars(std::span<const std::byte> frame, std::size_t& offset, Message& message);
}  // namespace detail

inline MessageHeader message_header(const std::byte* at) {
    return {load<std::uint16_t>(at),     load<std::uint16_t>(at + 2), load<std::uint16_t>(at + 4),
            load<std::uint16_t>(at + 6), load<std::uint16_t>(at + 8), load<std::uint16_t>(at + 10)};
}

/// Finds the parts of the message at `offset` of `frame`, whose size is its end. On failure `offset` is moved
/// to the bad place.
inline Malformed parse_message(std::span<const std::byte> frame, std::size_t& offset, Message& m) {
    const std::size_t start = offset;
    if (frame.size() - offset < MessageHeader::kSize) [[unlikely]]
        return Malformed::message_header;
    m.header = message_header(frame.data() + offset);
    offset += MessageHeader::kSize;
    if (frame.size() - offset < m.header.block_length) [[unlikely]]
        return Malformed::block_cut;
    m.block = frame.data() + offset;
    offset += m.header.block_length;
    if ((m.header.groups | m.header.vars) != 0 && !detail::take_plain_group(frame, offset, m)) {
        const Malformed bad = detail::parse_groups_and_vars(frame, offset, m);
        if (bad != Malformed::none) [[unlikely]]
            return bad;
    }
    m.end = offset;
    m.size = offset - start;
    return Malformed::none;
}

/// What a template must have: enough block, enough entry, a group, a name. None when it is all there; unknown
/// templates need nothing.
inline Malformed check_template(const Message& m) {
    const auto index = static_cast<std::uint16_t>(m.header.template_id - kFirstTemplate);
    if (index >= kTemplates) return Malformed::none;
    const detail::Needs& needs = detail::kNeeds[index];
    if (m.header.block_length < needs.block) return Malformed::block_short;
    if (needs.entry > 0 && m.header.groups == 0) return Malformed::group_missing;
    if (needs.entry > 0 && m.entry_count > 0 && m.entry_length < needs.entry) return Malformed::entry_short;
    if (needs.name && m.header.vars == 0) return Malformed::var_missing;
    return Malformed::none;
}

namespace detail {
/// Two thirds of all messages are tickers: one that is as the venue sends it today needs no more looking at
/// than this. Returns its size, or zero when it is anything else.
inline std::size_t plain_ticker(std::span<const std::byte> frame, std::size_t offset) {
    if (frame.size() - offset < MessageHeader::kSize + Ticker::kBlock) return 0;
    const std::byte* const at = frame.data() + offset;
    const auto head = load<std::uint64_t>(at);
    constexpr auto kTicker = static_cast<std::uint64_t>(Template::ticker);
    constexpr std::uint64_t kUsual = Ticker::kBlock | kTicker << 16 | std::uint64_t{kSchema} << 32;
    const bool usual = (head & 0xffff'ffff'ffff) == kUsual && head >> 48 <= kNewestVersion &&
                       load<std::uint32_t>(at + 8) == 0;
    return usual ? MessageHeader::kSize + Ticker::kBlock : 0;
}

template <class Handler>
bool dispatch(const Message& m, Handler& handler) {
    switch (static_cast<Template>(m.header.template_id)) {
        case Template::book:
            return handler.on(Book{m}), true;
        case Template::ticker:
            return handler.on(Ticker{m}), true;
        case Template::trades:
            return handler.on(Trades{m}), true;
        case Template::price_index:
            return handler.on(PriceIndex{m}), true;
        case Template::snapshot:
            return handler.on(Snapshot{m}), true;
        case Template::instrument:
        case Template::instrument_v2:
            return handler.on(Instrument{m}), true;
        case Template::snapshot_start:
            return handler.on(SnapshotStart{m}), true;
        case Template::snapshot_end:
            return handler.on(SnapshotEnd{m}), true;
        case Template::combo_legs:
            return handler.on(ComboLegs{m}), true;
        case Template::rfq:
            return handler.on(Rfq{m}), true;
    }
    return false;
}
}  // namespace detail

/// Delivers the messages of one frame (`payload` begins with its header) and counts.
template <class Handler>
DecodeStatus decode_frame(std::span<const std::byte> payload, Handler& handler, DecodeCounters& counters) {
    DecodeStatus status;
    const auto fail = [&](Malformed reason, std::size_t offset) {
        ++counters.malformed[static_cast<std::size_t>(reason)];
        status.reason = reason;
        status.offset = static_cast<std::uint32_t>(offset);
        return status;
    };
    const auto header = frame_header(payload);
    if (!header) return fail(Malformed::frame_header, 0);
    const std::size_t stated = FrameHeader::kSize + header->length;
    // A cut frame's first messages are as good as any: they are delivered before it is called cut.
    const std::span<const std::byte> frame = payload.first(stated < payload.size() ? stated : payload.size());
    std::size_t offset = FrameHeader::kSize;
    while (offset < frame.size()) {
        if (const std::size_t size = detail::plain_ticker(frame, offset); size != 0) {
            Message ticker;
            ticker.header = message_header(frame.data() + offset);
            ticker.block = frame.data() + offset + MessageHeader::kSize;
            ticker.end = offset + size;
            ticker.size = size;
            handler.on(Ticker{ticker});
            ++counters.messages[static_cast<std::uint16_t>(Template::ticker) - kFirstTemplate];
            ++status.messages;
            offset += size;
            continue;
        }
        Message message;
        const std::size_t start = offset;
        if (const Malformed reason = parse_message(frame, offset, message); reason != Malformed::none) {
            return fail(stated > payload.size() ? Malformed::frame_cut : reason, offset);
        }
        offset = message.end;
        ++status.messages;
        if (message.header.schema != kSchema) {
            ++counters.unknown_schema;
            continue;
        }
        if (const Malformed reason = check_template(message); reason != Malformed::none) {
            --status.messages;
            return fail(reason, start);
        }
        if (!detail::dispatch(message, handler)) {
            ++counters.unknown_template;
            continue;
        }
        ++counters.messages[message.header.template_id - kFirstTemplate];
        if (message.header.version > kNewestVersion) ++counters.newer_version;
    }
    if (stated > payload.size()) return fail(Malformed::frame_cut, payload.size());
    if (stated < payload.size()) return fail(Malformed::frame_trailing, stated);
    return status;
}

}  // namespace hw::net::deribit
