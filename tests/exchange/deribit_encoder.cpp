#include "tests/exchange/deribit_encoder.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace hw::exchange::deribit {

static_assert(std::endian::native == std::endian::little);

double null_double() { return std::bit_cast<double>(~std::uint64_t{0}); }

template <class T>
void FrameEncoder::put(T value) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + sizeof value);
    std::memcpy(buffer_.data() + at, &value, sizeof value);
}

void FrameEncoder::start(std::uint16_t channel, std::uint32_t sequence) {
    buffer_.clear();
    messages_ = 0;
    put<std::uint16_t>(0);
    put(channel);
    put(sequence);
}

void FrameEncoder::begin(std::uint16_t template_id, std::uint16_t block, std::uint16_t groups,
                         std::uint16_t vars) {
    put(static_cast<std::uint16_t>(block + dialect_.block_padding));
    put(template_id);
    put(dialect_.schema);
    put(dialect_.version);
    put(static_cast<std::uint16_t>(groups + dialect_.extra_groups));
    put(static_cast<std::uint16_t>(vars + dialect_.extra_vars));
}

void FrameEncoder::begin_group(std::uint16_t entry, std::size_t count) {
    assert(count <= 0xffff);
    put(static_cast<std::uint16_t>(entry + dialect_.entry_padding));
    put(static_cast<std::uint16_t>(count));
    put<std::uint16_t>(0);
    put<std::uint16_t>(0);
}

void FrameEncoder::end_message() {
    for (std::uint8_t i = 0; i < dialect_.extra_vars; ++i) var("more");
    ++messages_;
    const std::size_t length = buffer_.size() - 8;
    assert(length <= 0xffff);
    const auto wire = static_cast<std::uint16_t>(length);
    std::memcpy(buffer_.data(), &wire, sizeof wire);
}

void FrameEncoder::pad(std::size_t count) { buffer_.resize(buffer_.size() + count, std::byte{0xa5}); }

void FrameEncoder::text(std::string_view value, std::size_t width) {
    assert(value.size() <= width);
    const std::size_t at = buffer_.size();
    buffer_.resize(at + width, std::byte{0});
    std::memcpy(buffer_.data() + at, value.data(), value.size());
}

void FrameEncoder::var(std::string_view value) {
    assert(value.size() <= 255);
    put(static_cast<std::uint8_t>(value.size()));
    text(value, value.size());
}

void FrameEncoder::extra_groups() {
    for (std::uint8_t i = 0; i < dialect_.extra_groups; ++i) {
        begin_group(3, 2);
        for (int entry = 0; entry < 2; ++entry) pad(3u + dialect_.entry_padding);
    }
}

void FrameEncoder::instrument_fields(const InstrumentMsg& m, bool v1) {
    put(m.instrument);
    put(m.state);
    put(m.kind);
    put(m.type);
    put(m.option);
    if (v1) put(m.rfq);
    put(m.settlement_period);
    put(m.settlement_period_count);
    for (const std::string* currency : {&m.base, &m.quote, &m.counter, &m.settle, &m.size})
        text(*currency, 8);
    put(m.created_ms);
    put(m.expiry_ms);
    for (const double value : {m.strike, m.contract_size, m.min_trade_amount, m.tick, m.maker_fee,
                               m.taker_fee, m.block_fee, m.max_liquidation_fee, m.max_leverage}) {
        put(value);
    }
    end_block();
}

void FrameEncoder::add_instrument_v1(const InstrumentMsg& m) {
    begin(1000, 140, 0, 1);
    instrument_fields(m, true);
    extra_groups();
    var(m.name);
    end_message();
}

void FrameEncoder::add(const InstrumentMsg& m) {
    begin(1010, 139, 1, 1);
    instrument_fields(m, false);
    begin_group(16, m.tick_steps.size());
    for (const TickStep& step : m.tick_steps) {
        put(step.above_price);
        put(step.tick);
        end_entry();
    }
    extra_groups();
    var(m.name);
    end_message();
}

void FrameEncoder::add(const BookMsg& m) {
    begin(1001, 29, 1, 0);
    put(m.instrument);
    put(m.timestamp_ms);
    put(m.prev_change_id);
    put(m.change_id);
    put(static_cast<std::uint8_t>(m.is_last));
    end_block();
    begin_group(18, m.changes.size());
    for (const BookChange& change : m.changes) {
        put(change.side);
        put(change.change);
        put(change.price);
        put(change.amount);
        end_entry();
    }
    extra_groups();
    end_message();
}

void FrameEncoder::add(const TradesMsg& m) {
    begin(1002, 4, 1, 0);
    put(m.instrument);
    end_block();
    begin_group(83, m.trades.size());
    for (const TradeEntry& t : m.trades) {
        put(t.direction);
        put(t.price);
        put(t.amount);
        put(t.timestamp_ms);
        put(t.mark);
        put(t.index);
        put(t.trade_seq);
        put(t.trade_id);
        put(t.tick_direction);
        put(t.liquidation);
        put(t.iv);
        put(t.block_trade_id);
        put(t.combo_trade_id);
        end_entry();
    }
    extra_groups();
    end_message();
}

void FrameEncoder::add(const TickerMsg& m) {
    begin(1003, 133, 0, 0);
    put(m.instrument);
    put(m.state);
    put(m.timestamp_ms);
    for (const double value : {m.open_interest, m.min_sell, m.max_buy, m.last, m.index, m.mark, m.best_bid,
                               m.best_bid_amount, m.best_ask, m.best_ask_amount, m.funding, m.funding_8h,
                               m.estimated_delivery, m.delivery, m.settlement}) {
        put(value);
    }
    end_block();
    extra_groups();
    end_message();
}

void FrameEncoder::add(const SnapshotMsg& m) {
    begin(1004, 22, 1, 0);
    put(m.instrument);
    put(m.timestamp_ms);
    put(m.change_id);
    put(static_cast<std::uint8_t>(m.is_book_complete));
    put(static_cast<std::uint8_t>(m.is_last_in_book));
    end_block();
    begin_group(17, m.levels.size());
    for (const SnapshotLevel& level : m.levels) {
        put(level.side);
        put(level.price);
        put(level.amount);
        end_entry();
    }
    extra_groups();
    end_message();
}

void FrameEncoder::add(const SnapshotStartMsg& m) {
    begin(1005, 4, 0, 0);
    put(m.snapshot_delay_ms);
    end_block();
    extra_groups();
    end_message();
}

void FrameEncoder::add(const SnapshotEndMsg&) {
    begin(1006, 0, 0, 0);
    end_block();
    extra_groups();
    end_message();
}

void FrameEncoder::add(const ComboLegsMsg& m) {
    begin(1007, 4, 1, 0);
    put(m.instrument);
    end_block();
    begin_group(8, m.legs.size());
    for (const ComboLeg& leg : m.legs) {
        put(leg.instrument);
        put(leg.size);
        end_entry();
    }
    extra_groups();
    end_message();
}

void FrameEncoder::add(const PriceIndexMsg& m) {
    begin(1008, 32, 0, 0);
    text(m.name, 16);
    put(m.price);
    put(m.timestamp_ms);
    end_block();
    extra_groups();
    end_message();
}

void FrameEncoder::add(const RfqMsg& m) {
    begin(1009, 22, 0, 0);
    put(m.instrument);
    put(m.state);
    put(m.side);
    put(m.amount);
    put(m.timestamp_ms);
    end_block();
    extra_groups();
    end_message();
}

void FrameEncoder::add_raw(std::uint16_t template_id, std::span<const std::byte> block) {
    begin(template_id, static_cast<std::uint16_t>(block.size()), 0, 0);
    buffer_.insert(buffer_.end(), block.begin(), block.end());
    end_block();
    extra_groups();
    end_message();
}

}  // namespace hw::exchange::deribit
