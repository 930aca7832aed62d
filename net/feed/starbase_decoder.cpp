#include "net/feed/starbase_decoder.h"

#include <numeric>

namespace hw::net::starbase {

namespace {

// Sums of a sequence number and anything a packet can hold stay far from overflow.
constexpr std::int64_t kMostSequence = std::int64_t{1} << 62;

/// What the fields that we read need; zero for a template that we do not know.
constexpr std::array<std::uint16_t, kTemplateLimit> make_needs() {
    std::array<std::uint16_t, kTemplateLimit> needs{};
    const auto set = [&](Template t, std::size_t bytes) {
        needs[static_cast<std::uint16_t>(t)] = static_cast<std::uint16_t>(bytes);
    };
    set(Template::instrument_definition, InstrumentDefinition::kBlock);
    set(Template::index_definition, IndexDefinition::kBlock);
    set(Template::index_info, IndexInfo::kBlock);
    set(Template::instrument_info, InstrumentInfo::kBlock);
    set(Template::instrument_ref, InstrumentRef::kBlock);
    set(Template::instrument_status, InstrumentStatus::kBlock);
    set(Template::bid_put, Put::kBlock);
    set(Template::ask_put, Put::kBlock);
    set(Template::bid_qty_reduced, QtyReduced::kBlock);
    set(Template::ask_qty_reduced, QtyReduced::kBlock);
    set(Template::bid_delete, Delete::kBlock);
    set(Template::ask_delete, Delete::kBlock);
    set(Template::trade_summary, TradeSummary::kBlock);
    set(Template::trade, Trade::kBlock);
    set(Template::block_trade, BlockTrade::kBlock);
    set(Template::snapshot_header, SnapshotHeader::kBlock);
    set(Template::snapshot_trailer, SnapshotTrailer::kBlock);
    set(Template::end_of_cycle, EndOfCycle::kBlock);
    set(Template::retransmit_request, RetransmitRequest::kBlock);
    set(Template::retransmit_reject, RetransmitReject::kBlock);
    return needs;
}
constexpr auto kNeeds = make_needs();

/// The two groups behind a definition's block; an older version may end before either.
Malformed check_groups(std::span<const std::byte> groups) {
    constexpr std::array kEntries = {LargeTick::kSize, Leg::kSize};
    for (const std::size_t known : kEntries) {
        if (groups.empty()) return Malformed::none;
        if (groups.size() < InstrumentDefinition::kGroupHeader) return Malformed::group_cut;
        const std::size_t entry = load<std::uint16_t>(groups.data());
        const std::size_t count = load<std::uint16_t>(groups.data() + 2);
        if (count > 0 && entry < known) return Malformed::entry_short;
        groups = groups.subspan(InstrumentDefinition::kGroupHeader);
        if (groups.size() < entry * count) return Malformed::group_cut;
        groups = groups.subspan(entry * count);
    }
    return Malformed::none;
}

/// The message at the front of `rest`; `length` is what it takes.
Malformed check_message(std::span<const std::byte> rest, std::size_t& length) {
    if (rest.size() < MessageHeader::kSize) return Malformed::message_header;
    const MessageHeader header = MessageHeader::read(rest.data());
    length = header.length;
    if (length < MessageHeader::kSize) return Malformed::message_length;
    if (length > rest.size()) return Malformed::message_cut;
    if (header.template_id >= kTemplateLimit) return Malformed::none;
    const std::size_t body = length - MessageHeader::kSize;
    if (body < kNeeds[header.template_id]) return Malformed::body_short;
    if (header.template_id != static_cast<std::uint16_t>(Template::instrument_definition))
        return Malformed::none;
    return check_groups(rest.subspan(MessageHeader::kSize + InstrumentDefinition::kBlock,
                                     body - InstrumentDefinition::kBlock));
}

}  // namespace

PacketCheck check_packet(std::span<const std::byte> payload) {
    PacketCheck check;
    const auto fail = [&](Malformed reason, std::size_t offset) {
        check.reason = reason;
        check.offset = static_cast<std::uint32_t>(offset);
        return check;
    };
    if (payload.size() < PacketHeader::kSize) return fail(Malformed::packet_header, 0);
    check.header = PacketHeader::read(payload.data());
    if (check.header.sequence < 0 || check.header.sequence > kMostSequence)
        return fail(Malformed::sequence, 8);
    check.believable = true;
    std::size_t at = PacketHeader::kSize;
    for (; check.sound < check.header.messages; ++check.sound) {
        std::size_t length = 0;
        const Malformed reason = check_message(payload.subspan(at), length);
        if (reason != Malformed::none) return fail(reason, at);
        at += length;
    }
    return at < payload.size() ? fail(Malformed::packet_trailing, at) : check;
}

Message find_reject(std::span<const std::byte> payload, const PacketCheck& packet) {
    Message m;
    if (packet.sound == 0) return m;
    m.header = MessageHeader::read(payload.data() + PacketHeader::kSize);
    if (static_cast<Template>(m.header.template_id) == Template::retransmit_reject)
        m.body = payload.data() + PacketHeader::kSize + MessageHeader::kSize;
    return m;
}

std::uint64_t DecodeCounters::delivered() const {
    return std::accumulate(messages.begin(), messages.end(), std::uint64_t{0});
}

std::uint64_t DecodeCounters::malformed_total() const {
    return std::accumulate(malformed.begin(), malformed.end(), std::uint64_t{0});
}

std::string_view to_string(Template t) {
    switch (t) {
        case Template::instrument_definition:
            return "instrument_definition";
        case Template::index_definition:
            return "index_definition";
        case Template::index_info:
            return "index_info";
        case Template::instrument_info:
            return "instrument_info";
        case Template::instrument_ref:
            return "instrument_ref";
        case Template::instrument_status:
            return "instrument_status";
        case Template::bid_put:
            return "bid_put";
        case Template::ask_put:
            return "ask_put";
        case Template::bid_qty_reduced:
            return "bid_qty_reduced";
        case Template::ask_qty_reduced:
            return "ask_qty_reduced";
        case Template::bid_delete:
            return "bid_delete";
        case Template::ask_delete:
            return "ask_delete";
        case Template::trade_summary:
            return "trade_summary";
        case Template::trade:
            return "trade";
        case Template::block_trade:
            return "block_trade";
        case Template::snapshot_header:
            return "snapshot_header";
        case Template::snapshot_trailer:
            return "snapshot_trailer";
        case Template::end_of_cycle:
            return "end_of_cycle";
        case Template::retransmit_request:
            return "retransmit_request";
        case Template::retransmit_reject:
            return "retransmit_reject";
    }
    return "invalid";
}

std::string_view to_string(Malformed reason) {
    static constexpr std::array<std::string_view, kMalformedReasons> kNames = {
        "none",        "packet_header", "sequence",  "message_header", "message_length",
        "message_cut", "body_short",    "group_cut", "entry_short",    "packet_trailing"};
    return reason < Malformed::count_ ? kNames[static_cast<std::size_t>(reason)] : "invalid";
}

}  // namespace hw::net::starbase
