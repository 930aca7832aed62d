#include "tests/exchange/starbase_encoder.h"

#include <algorithm>
#include <cstring>

namespace hw::exchange::starbase {

namespace {
constexpr std::size_t kPacketHeader = 24;
constexpr std::size_t kMessageHeader = 16;

template <class T>
void store(std::byte* at, T value) {
    std::memcpy(at, &value, sizeof value);
}
}  // namespace

template <class T>
void PacketEncoder::put(T value) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + sizeof value);
    store(buffer_.data() + at, value);
}

void PacketEncoder::text(std::string_view text, std::size_t width) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + width);
    std::memcpy(buffer_.data() + at, text.data(), std::min(text.size(), width));
}

void PacketEncoder::start(std::int32_t channel, std::int64_t sequence, std::uint16_t type,
                          std::int64_t sending_time_ns) {
    buffer_.clear();
    messages_ = 0;
    put(sending_time_ns);
    put(sequence);
    put(channel);
    put(type);
    put(messages_);
}

void PacketEncoder::begin(std::uint16_t template_id) {
    begun_ = buffer_.size();
    put(std::uint16_t{0});
    put(template_id);
    put(dialect_.version);
    put(flags_);
    put(time_ns_);
}

void PacketEncoder::end() {
    store(buffer_.data() + begun_, static_cast<std::uint16_t>(buffer_.size() - begun_));
    store(buffer_.data() + 22, ++messages_);
}

std::span<const std::byte> PacketEncoder::message(std::size_t i) const {
    std::size_t at = kPacketHeader;
    for (;; --i) {
        std::uint16_t length = 0;
        std::memcpy(&length, buffer_.data() + at, sizeof length);
        if (i == 0) return std::span(buffer_).subspan(at, length);
        at += length;
    }
}

void PacketEncoder::add_encoded(std::span<const std::byte> message) {
    buffer_.insert(buffer_.end(), message.begin(), message.end());
    store(buffer_.data() + 22, ++messages_);
}

void PacketEncoder::add_raw(std::uint16_t template_id, std::span<const std::byte> body) {
    begin(template_id);
    buffer_.insert(buffer_.end(), body.begin(), body.end());
    end();
}

void PacketEncoder::add(const DefinitionMsg& m) {
    begin(10);
    put(m.instrument);
    text(m.name, 128);
    put(m.index);
    text(m.underlying, 64);
    text(m.quantity_asset, 8);
    text(m.price_asset, 8);
    put(m.expiry_ns);
    put(m.strike);
    put(m.min_order_quantity);
    put(m.tick);
    put(m.quantity_exponent);
    put(m.type);
    put(m.flags);
    put(m.status);
    put(static_cast<std::uint16_t>(16 + dialect_.entry_padding));
    put(static_cast<std::uint16_t>(m.large_ticks.size()));
    for (const LargeTick& t : m.large_ticks) {
        put(t.tick);
        put(t.threshold);
        pad(dialect_.entry_padding);
    }
    put(static_cast<std::uint16_t>(9 + dialect_.entry_padding));
    put(static_cast<std::uint16_t>(m.legs.size()));
    for (const Leg& l : m.legs) {
        put(l.instrument);
        put(l.ratio);
        pad(dialect_.entry_padding);
    }
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const IndexDefinitionMsg& m) {
    begin(11);
    put(m.index);
    text(m.name, 128);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const IndexInfoMsg& m) {
    begin(12);
    put(m.index);
    put(m.price);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const InfoMsg& m) {
    begin(14);
    put(m.instrument);
    put(m.min_sell);
    put(m.max_buy);
    put(m.mark);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const RefMsg& m) {
    begin(15);
    put(m.instrument);
    put(m.current_funding);
    put(m.funding_8h);
    put(m.estimated_delivery);
    put(m.delivery);
    put(m.settlement);
    put(m.open_interest);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const StatusMsg& m) {
    begin(16);
    put(m.instrument);
    put(m.status);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const PutMsg& m) {
    begin(m.bid ? 20 : 21);
    put(m.order);
    put(m.instrument);
    put(m.quantity);
    put(m.price);
    if (dialect_.sort_order) put(m.sort_order);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const ReduceMsg& m) {
    begin(m.bid ? 22 : 23);
    put(m.order);
    put(m.instrument);
    put(m.quantity);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const DeleteMsg& m) {
    begin(m.bid ? 24 : 25);
    put(m.order);
    put(m.instrument);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const TradeSummaryMsg& m) {
    begin(30);
    put(m.instrument);
    put(m.taker_order);
    put(m.total_filled);
    put(m.deepest_price);
    put(m.mark);
    put(m.index);
    put(m.trades);
    put(m.taker_flags);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const TradeMsg& m) {
    begin(31);
    put(m.match);
    put(m.instrument);
    put(m.maker_order);
    put(m.quantity);
    put(m.price);
    put(m.maker_flags);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const BlockTradeMsg& m) {
    begin(33);
    put(m.match);
    put(m.instrument);
    put(m.block_trade);
    put(m.block_rfq);
    put(m.quantity);
    put(m.price);
    put(m.mark);
    put(m.index);
    put(m.implied_vol);
    put(m.taker_flags);
    put(m.legs);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const SnapshotHeaderMsg& m) {
    begin(100);
    put(m.instrument);
    put(m.timestamp_ns);
    put(m.incremental_sequence);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const SnapshotTrailerMsg& m) {
    begin(101);
    put(m.instrument);
    put(m.timestamp_ns);
    put(m.incremental_sequence);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const EndOfCycleMsg& m) {
    begin(119);
    put(m.instruments);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const RetransmitRequestMsg& m) {
    begin(200);
    put(m.begin);
    put(m.count);
    pad(dialect_.body_padding);
    end();
}

void PacketEncoder::add(const RetransmitRejectMsg& m) {
    begin(202);
    put(m.retry_delay_ns);
    text(m.details, 40);
    put(m.reason);
    pad(dialect_.body_padding);
    end();
}

}  // namespace hw::exchange::starbase
