// Walks a Starbase packet: first its lengths, then its messages into a handler.
//
// `check_packet` follows the lengths on the wire and holds each against the bytes that are there, and each
// known template against the fields that we read; it says how many messages from the first on are sound, and
// what is wrong behind them. So a packet is judged, and counted, once and before anything of it is believed.
// `dispatch_packet` then delivers messages that were found sound. Bodies longer than ours (newer versions)
// and shorter ones without fields that we can do without (older ones) are read; unknown templates are counted
// and skipped.
//
// The handler is any class with `on(const Put&)` and so on for every view of starbase_wire.h, and with
// `begin_message` and `end_message` around each; it is known at compile time, so nothing is virtual. Nothing
// allocates.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/feed/starbase_wire.h"

namespace hw::net::starbase {

enum class Malformed : std::uint8_t {
    none = 0,
    packet_header,    ///< payload shorter than a packet header
    sequence,         ///< a sequence number below zero, or so large that sums of it would overflow
    message_header,   ///< no room for a message header, though another message is announced
    message_length,   ///< a message shorter than its own header
    message_cut,      ///< a message reaches beyond the packet
    body_short,       ///< body shorter than the template's known fields
    group_cut,        ///< a definition's groups reach beyond its message
    entry_short,      ///< a group's entries are shorter than their known fields
    packet_trailing,  ///< bytes behind the last message announced
    count_
};
inline constexpr std::size_t kMalformedReasons = static_cast<std::size_t>(Malformed::count_);
std::string_view to_string(Malformed);

/// What `check_packet` found.
struct PacketCheck {
    PacketHeader header;
    Malformed reason = Malformed::none;
    std::uint32_t offset = 0;  ///< of the bad place, in the UDP payload
    std::uint16_t sound = 0;   ///< messages before it
    bool believable = false;   ///< the packet header can be used
    bool ok() const { return reason == Malformed::none; }
    std::uint64_t first() const { return static_cast<std::uint64_t>(header.sequence); }
};
PacketCheck check_packet(std::span<const std::byte> payload);

/// A checked packet's first message when that is a RetransmitReject; without a body otherwise.
Message find_reject(std::span<const std::byte> payload, const PacketCheck&);

struct DecodeCounters {
    std::array<std::uint64_t, kTemplateLimit> messages{};  ///< delivered, by template
    std::uint64_t unknown_template = 0;
    std::uint64_t newer_version = 0;  ///< delivered all the same
    std::array<std::uint64_t, kMalformedReasons> malformed{};

    std::uint64_t delivered(Template t) const { return messages[static_cast<std::uint16_t>(t)]; }
    std::uint64_t delivered() const;
    std::uint64_t malformed_total() const;
};

namespace detail {
template <class Handler>
bool dispatch(const Message& m, Handler& handler) {
    switch (static_cast<Template>(m.header.template_id)) {
        case Template::bid_put:
            return handler.on(Put{m, true}), true;
        case Template::ask_put:
            return handler.on(Put{m, false}), true;
        case Template::bid_qty_reduced:
            return handler.on(QtyReduced{m, true}), true;
        case Template::ask_qty_reduced:
            return handler.on(QtyReduced{m, false}), true;
        case Template::bid_delete:
            return handler.on(Delete{m, true}), true;
        case Template::ask_delete:
            return handler.on(Delete{m, false}), true;
        case Template::instrument_info:
            return handler.on(InstrumentInfo{m}), true;
        case Template::trade:
            return handler.on(Trade{m}), true;
        case Template::trade_summary:
            return handler.on(TradeSummary{m}), true;
        case Template::block_trade:
            return handler.on(BlockTrade{m}), true;
        case Template::index_info:
            return handler.on(IndexInfo{m}), true;
        case Template::instrument_ref:
            return handler.on(InstrumentRef{m}), true;
        case Template::instrument_status:
            return handler.on(InstrumentStatus{m}), true;
        case Template::instrument_definition:
            return handler.on(InstrumentDefinition{m}), true;
        case Template::index_definition:
            return handler.on(IndexDefinition{m}), true;
        case Template::snapshot_header:
            return handler.on(SnapshotHeader{m}), true;
        case Template::snapshot_trailer:
            return handler.on(SnapshotTrailer{m}), true;
        case Template::end_of_cycle:
            return handler.on(EndOfCycle{m}), true;
        case Template::retransmit_request:
            return handler.on(RetransmitRequest{m}), true;
        case Template::retransmit_reject:
            return handler.on(RetransmitReject{m}), true;
    }
    return false;
}
}  // namespace detail

/// Delivers messages `skip` to `end` of a packet; `check_packet` has found at least `end` of them sound.
template <class Handler>
void dispatch_packet(std::span<const std::byte> payload, std::uint16_t skip, std::uint16_t end,
                     Handler& handler, DecodeCounters& counters) {
    const std::byte* at = payload.data() + PacketHeader::kSize;
    Message m;
    m.sequence = load<std::uint64_t>(payload.data() + 8);
    for (std::uint16_t i = 0; i < end; ++i, ++m.sequence) {
        m.header = MessageHeader::read(at);
        m.body = at + MessageHeader::kSize;
        at += m.header.length;
        if (i < skip) continue;
        handler.begin_message(m);
        if (detail::dispatch(m, handler)) {
            ++counters.messages[m.header.template_id];
            if (m.header.version > kNewestVersion) ++counters.newer_version;
        } else {
            ++counters.unknown_template;
        }
        handler.end_message(m);
    }
}

}  // namespace hw::net::starbase
