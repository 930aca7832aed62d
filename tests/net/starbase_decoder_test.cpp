// Every template there and back, versions older and newer, and packets that lie about their lengths.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "net/feed/starbase_decoder.h"
#include "tests/exchange/starbase_encoder.h"

namespace hw::net::starbase {
namespace {

namespace sb = hw::exchange::starbase;

/// Keeps what it is told as the encoder's structs, by template.
struct Collector {
    void begin_message(const Message& m) { last = m; }
    void end_message(const Message&) { ++total; }
    void on(const InstrumentDefinition& m) {
        definition = {m.instrument(),
                      std::string(m.name()),
                      m.index(),
                      std::string(m.underlying()),
                      std::string(m.quantity_asset()),
                      std::string(m.price_asset()),
                      m.expiry_ns(),
                      m.strike(),
                      m.min_order_quantity(),
                      m.tick(),
                      m.quantity_exponent(),
                      static_cast<sb::WireType>(m.type()),
                      m.flags(),
                      static_cast<sb::WireStatus>(m.status()),
                      {},
                      {}};
        for (std::uint16_t i = 0; i < m.large_ticks().size(); ++i)
            definition.large_ticks.push_back({m.large_ticks()[i].tick(), m.large_ticks()[i].threshold()});
        for (std::uint16_t i = 0; i < m.legs().size(); ++i)
            definition.legs.push_back({m.legs()[i].instrument(), m.legs()[i].ratio()});
        seen(10);
    }
    void on(const IndexDefinition& m) { index_definition = {m.index(), std::string(m.name())}, seen(11); }
    void on(const IndexInfo& m) { index_info = {m.index(), m.price()}, seen(12); }
    void on(const InstrumentInfo& m) {
        info = {m.instrument(), m.min_sell(), m.max_buy(), m.mark()}, seen(14);
    }
    void on(const InstrumentRef& m) {
        ref = {m.instrument(), m.current_funding(), m.funding_8h(),   m.estimated_delivery(),
               m.delivery(),   m.settlement(),      m.open_interest()};
        seen(15);
    }
    void on(const InstrumentStatus& m) {
        status = {m.instrument(), static_cast<sb::WireStatus>(m.status())}, seen(16);
    }
    void on(const Put& m) {
        put = {m.is_bid, m.order(), m.instrument(), m.quantity(), m.price(), m.sort_order()};
        seen(m.is_bid ? 20 : 21);
    }
    void on(const QtyReduced& m) {
        reduced = {m.is_bid, m.order(), m.instrument(), m.quantity()}, seen(m.is_bid ? 22 : 23);
    }
    void on(const Delete& m) { removed = {m.is_bid, m.order(), m.instrument()}, seen(m.is_bid ? 24 : 25); }
    void on(const TradeSummary& m) {
        summary = {m.instrument(), m.taker_order(), m.total_filled(), m.deepest_price(),
                   m.mark(),       m.index(),       m.trades(),       m.taker_flags()};
        seen(30);
    }
    void on(const Trade& m) {
        trade = {m.match(), m.instrument(), m.maker_order(), m.quantity(), m.price(), m.maker_flags()};
        seen(31);
    }
    void on(const BlockTrade& m) {
        block = {m.match(), m.instrument(), m.block_trade(), m.block_rfq(),   m.quantity(), m.price(),
                 m.mark(),  m.index(),      m.implied_vol(), m.taker_flags(), m.legs()};
        seen(33);
    }
    void on(const SnapshotHeader& m) {
        header = {m.instrument(), m.timestamp_ns(), m.incremental_sequence()}, seen(100);
    }
    void on(const SnapshotTrailer& m) {
        trailer = {m.instrument(), m.timestamp_ns(), m.incremental_sequence()}, seen(101);
    }
    void on(const EndOfCycle& m) { cycle = {m.active_instruments()}, seen(119); }
    void on(const RetransmitRequest& m) { request = {m.begin(), m.count()}, seen(200); }
    void on(const RetransmitReject& m) {
        reject = {m.retry_delay_ns(), std::string(m.details()), m.reason()}, seen(202);
    }
    void seen(int id) { ++by_template[id]; }

    Message last;
    std::size_t total = 0;
    std::map<int, int> by_template;
    sb::DefinitionMsg definition;
    sb::IndexDefinitionMsg index_definition;
    sb::IndexInfoMsg index_info;
    sb::InfoMsg info;
    sb::RefMsg ref;
    sb::StatusMsg status;
    sb::PutMsg put;
    sb::ReduceMsg reduced;
    sb::DeleteMsg removed;
    sb::TradeSummaryMsg summary;
    sb::TradeMsg trade;
    sb::BlockTradeMsg block;
    sb::SnapshotHeaderMsg header;
    sb::SnapshotTrailerMsg trailer;
    sb::EndOfCycleMsg cycle;
    sb::RetransmitRequestMsg request;
    sb::RetransmitRejectMsg reject;
};

sb::DefinitionMsg combo() {
    sb::DefinitionMsg m;
    m.instrument = -5;
    m.name = std::string(128, 'n');  // as long as it can be
    m.index = 9;
    m.underlying = "BTC-27NOV26";
    m.quantity_asset = "12345678";
    m.price_asset = "BTC";
    m.expiry_ns = 1'795'000'000'000'000'001;
    m.strike = 90'000'000'000'000;
    m.min_order_quantity = 1;
    m.tick = 100'000;
    m.quantity_exponent = -1;
    m.type = sb::WireType::option_combo;
    m.flags = 3;
    m.status = sb::WireStatus::halted;
    m.large_ticks = {{500'000, 5'000'000}, {1'000'000, 50'000'000}};
    m.legs = {{77, 1}, {78, -2}};
    return m;
}

/// A packet with a message of every template.
void add_all(sb::PacketEncoder& p) {
    p.start(42, 1'000, sb::kIncremental, 5);
    p.set_time(1'234'567'891);
    p.add(combo());
    p.add(sb::IndexDefinitionMsg{9, "btc_usd"});
    p.add(sb::IndexInfoMsg{9, 91'234'500'000'000});
    p.add(sb::InfoMsg{1, 2, 3, 4});
    p.add(sb::RefMsg{1, 0.5, 0.25, 3, sb::kNull, 5, 6.5});
    p.add(sb::StatusMsg{1, sb::WireStatus::delivered});
    p.add(sb::PutMsg{true, 11, 1, 100, 90'000'500'000'000, 12});
    p.add(sb::PutMsg{false, 13, 1, 101, -5, 14});
    p.add(sb::ReduceMsg{true, 11, 1, 50});
    p.add(sb::ReduceMsg{false, 13, 1, 51});
    p.add(sb::DeleteMsg{true, 11, 1});
    p.add(sb::DeleteMsg{false, 13, 1});
    p.add(sb::TradeSummaryMsg{1, 2, 3, 4, 5, 6, 7, 3});
    p.add(sb::TradeMsg{1, 2, sb::kNull, 4, 5, 6});
    p.add(sb::BlockTradeMsg{1, 2, 3, sb::kNull, 5, 6, 7, 8, 63.25, 1, 2});
    p.add(sb::SnapshotHeaderMsg{1, 2, 3});
    p.add(sb::SnapshotTrailerMsg{4, 5, 6});
    p.add(sb::EndOfCycleMsg{7});
    p.add(sb::RetransmitRequestMsg{8, 255});
    p.add(sb::RetransmitRejectMsg{9, std::string(40, 'd'), 3});
}

void expect_all(const Collector& c, bool sort_order) {
    EXPECT_EQ(c.total, 20u);
    for (const Template t : kTemplates) EXPECT_EQ(c.by_template.at(static_cast<int>(t)), 1) << to_string(t);
    const sb::DefinitionMsg d = combo();
    EXPECT_EQ(c.definition.instrument, d.instrument);
    EXPECT_EQ(c.definition.name, d.name);
    EXPECT_EQ(c.definition.index, 9);
    EXPECT_EQ(c.definition.underlying, d.underlying);
    EXPECT_EQ(c.definition.quantity_asset, "12345678");
    EXPECT_EQ(c.definition.price_asset, "BTC");
    EXPECT_EQ(c.definition.expiry_ns, d.expiry_ns);
    EXPECT_EQ(c.definition.strike, d.strike);
    EXPECT_EQ(c.definition.min_order_quantity, 1);
    EXPECT_EQ(c.definition.tick, d.tick);
    EXPECT_EQ(c.definition.quantity_exponent, -1);
    EXPECT_EQ(c.definition.type, sb::WireType::option_combo);
    EXPECT_EQ(c.definition.flags, 3);
    EXPECT_EQ(c.definition.status, sb::WireStatus::halted);
    ASSERT_EQ(c.definition.large_ticks.size(), 2u);
    EXPECT_EQ(c.definition.large_ticks[1].tick, 1'000'000);
    EXPECT_EQ(c.definition.large_ticks[1].threshold, 50'000'000);
    ASSERT_EQ(c.definition.legs.size(), 2u);
    EXPECT_EQ(c.definition.legs[1].instrument, 78);
    EXPECT_EQ(c.definition.legs[1].ratio, -2);
    EXPECT_EQ(c.index_definition.name, "btc_usd");
    EXPECT_EQ(c.index_info.price, 91'234'500'000'000);
    EXPECT_EQ(c.info.mark, 4);
    EXPECT_EQ(c.ref.funding_8h, 0.25);
    EXPECT_EQ(c.ref.delivery, sb::kNull);
    EXPECT_EQ(c.ref.open_interest, 6.5);
    EXPECT_EQ(c.status.status, sb::WireStatus::delivered);
    EXPECT_EQ(c.put.order, 13);
    EXPECT_EQ(c.put.price, -5);
    EXPECT_EQ(c.put.sort_order, sort_order ? 14 : kNull);
    EXPECT_EQ(c.reduced.quantity, 51);
    EXPECT_EQ(c.removed.order, 13);
    EXPECT_EQ(c.summary.trades, 7);
    EXPECT_EQ(c.summary.taker_flags, 3u);
    EXPECT_EQ(c.trade.maker_order, sb::kNull);
    EXPECT_EQ(c.trade.price, 5);
    EXPECT_EQ(c.block.implied_vol, 63.25);
    EXPECT_EQ(c.block.legs, 2);
    EXPECT_EQ(c.header.incremental_sequence, 3);
    EXPECT_EQ(c.trailer.incremental_sequence, 6);
    EXPECT_EQ(c.cycle.instruments, 7);
    EXPECT_EQ(c.request.begin, 8);
    EXPECT_EQ(c.request.count, 255);
    EXPECT_EQ(c.reject.details, std::string(40, 'd'));
    EXPECT_EQ(c.reject.reason, 3);
}

void read_all(sb::WireDialect dialect, DecodeCounters& counters) {
    sb::PacketEncoder p(dialect);
    add_all(p);
    const PacketCheck check = check_packet(p.bytes());
    ASSERT_TRUE(check.ok()) << to_string(check.reason) << " at " << check.offset;
    EXPECT_EQ(check.header.channel, 42);
    EXPECT_EQ(check.header.sequence, 1'000);
    EXPECT_EQ(check.header.sending_time_ns, 5);
    EXPECT_EQ(check.header.type, kIncremental);
    EXPECT_EQ(check.sound, 20);
    Collector c;
    dispatch_packet(p.bytes(), 0, check.sound, c, counters);
    EXPECT_EQ(c.last.sequence, 1'019u);
    EXPECT_EQ(c.last.header.transact_time_ns, 1'234'567'891);
    EXPECT_TRUE(c.last.header.starts_transaction() && c.last.header.ends_transaction());
    expect_all(c, dialect.sort_order);
}

TEST(StarbaseDecoder, EveryTemplateThereAndBack) {
    DecodeCounters counters;
    read_all({}, counters);
    EXPECT_EQ(counters.delivered(), 20u);
    EXPECT_EQ(counters.newer_version, 0u);
}

TEST(StarbaseDecoder, LongerBodiesAndEntriesOfNewerVersionsAreSkipped) {
    DecodeCounters counters;
    read_all({.version = 9, .body_padding = 24, .entry_padding = 8, .sort_order = true}, counters);
    EXPECT_EQ(counters.newer_version, 20u);
}

TEST(StarbaseDecoder, APutOfVersionZeroIs48BytesAndIsRead) {
    DecodeCounters counters;
    read_all({.version = 0, .body_padding = 0, .entry_padding = 0, .sort_order = false}, counters);
    sb::PacketEncoder p({.version = 0, .body_padding = 0, .entry_padding = 0, .sort_order = false});
    p.start(1, 1, 1, 1);
    p.add(sb::PutMsg{});
    EXPECT_EQ(p.size(), 24u + 48u);
    sb::PacketEncoder today;
    today.start(1, 1, 1, 1);
    today.add(sb::PutMsg{});
    EXPECT_EQ(today.size(), 24u + 56u);
}

TEST(StarbaseDecoder, ADefinitionWithoutGroupsIsOfAnOlderVersion) {
    sb::PacketEncoder p;
    p.start(1, 1, 1, 1);
    p.add_raw(10, std::vector<std::byte>(260));
    ASSERT_TRUE(check_packet(p.bytes()).ok());
    Collector c;
    DecodeCounters counters;
    dispatch_packet(p.bytes(), 0, 1, c, counters);
    EXPECT_TRUE(c.definition.large_ticks.empty() && c.definition.legs.empty());
}

TEST(StarbaseDecoder, UnknownTemplatesAreCountedAndSkipped) {
    sb::PacketEncoder p;
    p.start(1, 1, 1, 1);
    p.add_raw(77, std::vector<std::byte>(3));
    p.add_raw(60'000, {});
    p.add(sb::StatusMsg{5, sb::WireStatus::locked});
    const PacketCheck check = check_packet(p.bytes());
    ASSERT_TRUE(check.ok());
    Collector c;
    DecodeCounters counters;
    dispatch_packet(p.bytes(), 0, check.sound, c, counters);
    EXPECT_EQ(counters.unknown_template, 2u);
    EXPECT_EQ(c.status.instrument, 5);
    EXPECT_EQ(c.total, 3u) << "they have sequence numbers like all others";
}

TEST(StarbaseDecoder, WhatHasBeenAppliedIsSkipped) {
    sb::PacketEncoder p;
    p.start(1, 50, 1, 1);
    for (int i = 0; i < 5; ++i) p.add(sb::StatusMsg{i, sb::WireStatus::open});
    Collector c;
    DecodeCounters counters;
    dispatch_packet(p.bytes(), 3, 5, c, counters);
    EXPECT_EQ(c.total, 2u);
    EXPECT_EQ(c.last.sequence, 54u);
}

std::vector<std::byte> three_messages() {
    sb::PacketEncoder p;
    p.start(1, 1, 1, 1);
    p.add(sb::StatusMsg{1, sb::WireStatus::open});  // 24..49
    p.add(sb::DeleteMsg{true, 2, 3});               // 49..81
    p.add(sb::StatusMsg{4, sb::WireStatus::open});  // 81..106
    return {p.bytes().begin(), p.bytes().end()};
}

void expect_bad(std::vector<std::byte> bytes, Malformed reason, std::size_t offset, int sound) {
    const PacketCheck check = check_packet(bytes);
    EXPECT_EQ(check.reason, reason) << to_string(check.reason);
    EXPECT_EQ(check.offset, offset);
    EXPECT_EQ(check.sound, sound);
}

TEST(StarbaseDecoder, EveryLengthIsHeldAgainstWhatIsThere) {
    const auto good = three_messages();
    ASSERT_EQ(good.size(), 106u);
    ASSERT_TRUE(check_packet(good).ok());
    const auto changed = [&](std::size_t at, std::uint16_t value) {
        auto bytes = good;
        std::memcpy(bytes.data() + at, &value, sizeof value);
        return bytes;
    };
    const auto cut = [&](std::size_t size) {
        return std::vector(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    };
    expect_bad(cut(23), Malformed::packet_header, 0, 0);
    expect_bad(cut(24), Malformed::message_header, 24, 0);
    expect_bad(cut(60), Malformed::message_header, 49, 1);
    expect_bad(cut(70), Malformed::message_cut, 49, 1);
    expect_bad(changed(22, 2), Malformed::packet_trailing, 81, 2);
    expect_bad(changed(22, 4), Malformed::message_header, 106, 3);
    expect_bad(changed(49, 15), Malformed::message_length, 49, 1);
    expect_bad(changed(49, 31), Malformed::body_short, 49, 1);
    expect_bad(changed(49, 500), Malformed::message_cut, 49, 1);
    auto negative = good;
    negative[15] = std::byte{0x80};
    expect_bad(negative, Malformed::sequence, 8, 0);
    EXPECT_FALSE(check_packet(negative).believable);
    EXPECT_TRUE(check_packet(changed(22, 4)).believable);
}

TEST(StarbaseDecoder, GroupsAreHeldAgainstTheirMessage) {
    sb::PacketEncoder p;
    p.start(1, 1, 1, 1);
    p.add(combo());
    const std::vector<std::byte> good(p.bytes().begin(), p.bytes().end());
    const std::size_t ticks = 24 + 16 + 260;
    const auto with = [&](std::size_t at, std::uint16_t value) {
        auto bytes = good;
        std::memcpy(bytes.data() + at, &value, sizeof value);
        return bytes;
    };
    expect_bad(with(ticks, 15), Malformed::entry_short, 24, 0);
    expect_bad(with(ticks + 2, 500), Malformed::group_cut, 24, 0);
    expect_bad(with(ticks + 4 + 32, 8), Malformed::entry_short, 24, 0);
    expect_bad(with(ticks + 4 + 32 + 2, 3), Malformed::group_cut, 24, 0);
    EXPECT_TRUE(check_packet(good).ok());
}

}  // namespace
}  // namespace hw::net::starbase
