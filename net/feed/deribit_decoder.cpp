#include "net/feed/deribit_decoder.h"

#include <numeric>

namespace hw::net::deribit {

namespace {

constexpr std::size_t kGroupHeader = 8;

/// What the template's known fields need.
struct Needs {
    std::uint16_t block;
    std::uint16_t entry;  ///< zero: no group
    bool name;
};
constexpr std::array<Needs, kTemplates> kNeeds = {{
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

MessageHeader message_header(const std::byte* at) {
    return {load<std::uint16_t>(at),     load<std::uint16_t>(at + 2), load<std::uint16_t>(at + 4),
            load<std::uint16_t>(at + 6), load<std::uint16_t>(at + 8), load<std::uint16_t>(at + 10)};
}

Malformed skip_group(std::span<const std::byte> frame, std::size_t& at, Message& m, bool first) {
    if (frame.size() - at < kGroupHeader) return Malformed::group_header;
    const std::byte* const head = frame.data() + at;
    const auto entry = load<std::uint16_t>(head);
    const auto count = load<std::uint16_t>(head + 2);
    if (load<std::uint16_t>(head + 4) != 0 || load<std::uint16_t>(head + 6) != 0)
        return Malformed::group_nested;
    const std::size_t bytes = static_cast<std::size_t>(entry) * count;
    if (frame.size() - at - kGroupHeader < bytes) return Malformed::group_cut;
    if (first) {
        m.entries = head + kGroupHeader;
        m.entry_length = entry;
        m.entry_count = count;
    }
    at += kGroupHeader + bytes;
    return Malformed::none;
}

Malformed skip_var(std::span<const std::byte> frame, std::size_t& at, Message& m, bool first) {
    if (at == frame.size()) return Malformed::var_cut;
    const std::size_t length = load<std::uint8_t>(frame.data() + at);
    if (frame.size() - at - 1 < length) return Malformed::var_cut;
    if (first) m.var = {reinterpret_cast<const char*>(frame.data() + at + 1), length};
    at += 1 + length;
    return Malformed::none;
}

}  // namespace

Malformed parse_message(std::span<const std::byte> frame, std::size_t& offset, Message& m) {
    if (frame.size() - offset < MessageHeader::kSize) return Malformed::message_header;
    m.header = message_header(frame.data() + offset);
    offset += MessageHeader::kSize;
    if (frame.size() - offset < m.header.block_length) return Malformed::block_cut;
    m.block = frame.data() + offset;
    offset += m.header.block_length;
    for (std::uint16_t i = 0; i < m.header.groups; ++i) {
        if (const Malformed bad = skip_group(frame, offset, m, i == 0); bad != Malformed::none) return bad;
    }
    for (std::uint16_t i = 0; i < m.header.vars; ++i) {
        if (const Malformed bad = skip_var(frame, offset, m, i == 0); bad != Malformed::none) return bad;
    }
    m.end = offset;
    return Malformed::none;
}

Malformed check_template(const Message& m) {
    const auto index = static_cast<std::uint16_t>(m.header.template_id - kFirstTemplate);
    if (index >= kTemplates) return Malformed::none;
    const Needs& needs = kNeeds[index];
    if (m.header.block_length < needs.block) return Malformed::block_short;
    if (needs.entry > 0 && m.header.groups == 0) return Malformed::group_missing;
    if (needs.entry > 0 && m.entry_count > 0 && m.entry_length < needs.entry) return Malformed::entry_short;
    if (needs.name && m.header.vars == 0) return Malformed::var_missing;
    return Malformed::none;
}

std::string_view to_string(Template t) {
    static constexpr std::array<std::string_view, kTemplates> kNames = {
        "instrument",   "book",       "trades", "ticker", "snapshot",     "snapshot_start",
        "snapshot_end", "combo_legs", "index",  "rfq",    "instrument_v2"};
    const auto index = static_cast<std::uint16_t>(static_cast<std::uint16_t>(t) - kFirstTemplate);
    return index < kTemplates ? kNames[index] : "invalid";
}

std::string_view to_string(Malformed reason) {
    static constexpr std::array<std::string_view, kMalformedReasons> kNames = {
        "none",         "frame_header",  "frame_cut",    "frame_trailing", "message_header",
        "block_cut",    "block_short",   "group_header", "group_cut",      "entry_short",
        "group_nested", "group_missing", "var_cut",      "var_missing"};
    return reason < Malformed::count_ ? kNames[static_cast<std::size_t>(reason)] : "invalid";
}

std::uint64_t DecodeCounters::malformed_total() const {
    return std::accumulate(malformed.begin(), malformed.end(), std::uint64_t{0});
}

}  // namespace hw::net::deribit
