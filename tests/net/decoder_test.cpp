#include "net/feed/deribit_decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/exchange/deribit_encoder.h"
#include "tests/net/fuzz.h"

namespace hw::net::deribit {
namespace {

namespace wire = hw::exchange::deribit;

/// Copies what it is given back into the encoder's structs.
struct Collector {
    std::vector<wire::InstrumentMsg> instruments;
    std::vector<wire::BookMsg> books;
    std::vector<wire::TradesMsg> trades;
    std::vector<wire::TickerMsg> tickers;
    std::vector<wire::SnapshotMsg> snapshots;
    std::vector<std::uint32_t> starts;
    std::vector<wire::ComboLegsMsg> combos;
    std::vector<wire::PriceIndexMsg> indices;
    std::vector<wire::RfqMsg> rfqs;
    std::size_t ends = 0;
    std::size_t total = 0;

    void on(const Instrument& m) {
        ++total;
        wire::InstrumentMsg i;
        i.instrument = m.instrument();
        i.state = static_cast<wire::WireState>(m.state());
        i.kind = static_cast<wire::WireKind>(m.kind());
        i.type = static_cast<wire::WireType>(m.type());
        i.option = static_cast<wire::WireOption>(m.option_type());
        i.settlement_period = m.settlement_period();
        i.settlement_period_count = m.settlement_period_count();
        i.base = m.base();
        i.quote = m.quote();
        i.counter = m.counter();
        i.settle = m.settle();
        i.size = m.size();
        i.created_ms = m.created_ms();
        i.expiry_ms = m.expiry_ms();
        i.strike = m.strike();
        i.contract_size = m.contract_size();
        i.min_trade_amount = m.min_trade_amount();
        i.tick = m.tick();
        i.maker_fee = m.maker_fee();
        i.taker_fee = m.taker_fee();
        i.block_fee = m.block_fee();
        i.max_liquidation_fee = m.max_liquidation_fee();
        i.max_leverage = m.max_leverage();
        for (std::uint16_t k = 0; k < m.tick_steps().size(); ++k) {
            i.tick_steps.push_back({m.tick_steps()[k].above_price(), m.tick_steps()[k].tick()});
        }
        i.name = m.name();
        instruments.push_back(i);
    }
    void on(const Book& m) {
        ++total;
        wire::BookMsg b{m.instrument(), m.timestamp_ms(), m.prev_change_id(), m.change_id(), m.is_last(), {}};
        for (std::uint16_t k = 0; k < m.changes().size(); ++k) {
            const auto c = m.changes()[k];
            b.changes.push_back({static_cast<wire::WireSide>(c.side()),
                                 static_cast<wire::WireChange>(c.change()), c.price(), c.amount()});
        }
        books.push_back(b);
    }
    void on(const Trades& m) {
        ++total;
        wire::TradesMsg t{m.instrument(), {}};
        for (std::uint16_t k = 0; k < m.trades().size(); ++k) {
            const auto e = m.trades()[k];
            t.trades.push_back({static_cast<wire::WireDirection>(e.direction()), e.price(), e.amount(),
                                e.timestamp_ms(), e.mark(), e.index(), e.trade_seq(), e.trade_id(),
                                e.tick_direction(), e.liquidation(), e.iv(), e.block_trade_id(),
                                e.combo_trade_id()});
        }
        trades.push_back(t);
    }
    void on(const Ticker& m) {
        ++total;
        tickers.push_back({m.instrument(), static_cast<wire::WireState>(m.state()), m.timestamp_ms(),
                           m.open_interest(), m.min_sell(), m.max_buy(), m.last(), m.index(), m.mark(),
                           m.best_bid(), m.best_bid_amount(), m.best_ask(), m.best_ask_amount(), m.funding(),
                           m.funding_8h(), m.estimated_delivery(), m.delivery(), m.settlement()});
    }
    void on(const Snapshot& m) {
        ++total;
        wire::SnapshotMsg s{m.instrument(),       m.timestamp_ms(),    m.change_id(),
                            m.is_book_complete(), m.is_last_in_book(), {}};
        for (std::uint16_t k = 0; k < m.levels().size(); ++k) {
            const auto l = m.levels()[k];
            s.levels.push_back({static_cast<wire::WireSide>(l.side()), l.price(), l.amount()});
        }
        snapshots.push_back(s);
    }
    void on(const SnapshotStart& m) { ++total, starts.push_back(m.snapshot_delay_ms()); }
    void on(const SnapshotEnd&) { ++total, ++ends; }
    void on(const ComboLegs& m) {
        ++total;
        wire::ComboLegsMsg c{m.instrument(), {}};
        for (std::uint16_t k = 0; k < m.legs().size(); ++k) {
            c.legs.push_back({m.legs()[k].instrument(), m.legs()[k].size()});
        }
        combos.push_back(c);
    }
    void on(const PriceIndex& m) {
        ++total;
        indices.push_back({std::string(m.name()), m.price(), m.timestamp_ms()});
    }
    void on(const Rfq& m) {
        ++total;
        rfqs.push_back({m.instrument(), m.state(), m.side(), m.amount(), m.timestamp_ms()});
    }
};

wire::InstrumentMsg option() {
    wire::InstrumentMsg m;
    m.instrument = 59;
    m.kind = wire::WireKind::option;
    m.option = wire::WireOption::call;
    m.rfq = 1;
    m.settlement_period = wire::kPeriodDay;
    m.settlement_period_count = 3;
    m.base = "BTC";
    m.quote = "BTC";
    m.counter = "USD";
    m.settle = "BTC";
    m.size = "12345678";  // as long as a field can be
    m.created_ms = 1'686'850'439'000;
    m.expiry_ms = 1'687'507'200'000;
    m.strike = 25'200;
    m.contract_size = 1;
    m.min_trade_amount = 0.01;
    m.tick = 0.0001;
    m.maker_fee = -0.0001;
    m.taker_fee = 0.0003;
    m.block_fee = 0.00015;
    m.max_leverage = 34;
    m.tick_steps = {{0.001, 0.0002}, {0.01, 0.0005}};
    m.name = "BTC-23JUN23-25200-C";
    return m;
}
wire::BookMsg book() {
    return {14,
            1'686'858'149'956,
            7,
            9,
            true,
            {{wire::WireSide::ask, wire::WireChange::added, 25'321.5, 100},
             {wire::WireSide::bid, wire::WireChange::deleted, 25'300, 0},
             {wire::WireSide::bid, wire::WireChange::changed, 25'299.5, 12'340}}};
}
wire::TickerMsg ticker() {
    wire::TickerMsg m;
    m.instrument = 14;
    m.state = wire::WireState::settled;
    m.timestamp_ms = 1'686'858'149'957;
    m.open_interest = 1;
    m.min_sell = 2;
    m.max_buy = 3;
    m.index = 5;
    m.mark = 6;
    m.best_bid = 7;
    m.best_bid_amount = 8;
    m.best_ask = 9;
    m.best_ask_amount = 10;
    m.funding = 11;
    m.funding_8h = 12;
    m.estimated_delivery = 13;
    m.delivery = 14;
    m.settlement = 15;
    return m;
}
wire::TradesMsg trades() {
    wire::TradeEntry first{wire::WireDirection::sell, 1.5, 2.5, 3, 4.5, 5.5, 6, 7, 2, 1, 63.25, 8, 9};
    wire::TradeEntry second;
    second.trade_id = 10;
    return {59, {first, second}};
}
wire::SnapshotMsg snapshot() {
    return {14, 5, 99, true, false, {{wire::WireSide::bid, 1, 2}, {wire::WireSide::ask, 3, 4}}};
}

/// One frame with a message of every template, in the order of their numbers.
void add_all(wire::FrameEncoder& frame) {
    frame.add_instrument_v1(option());
    frame.add(book());
    frame.add(trades());
    frame.add(ticker());
    frame.add(snapshot());
    frame.add(wire::SnapshotStartMsg{200});
    frame.add(wire::SnapshotEndMsg{});
    frame.add(wire::ComboLegsMsg{77, {{59, -1}, {14, 2}}});
    frame.add(wire::PriceIndexMsg{"btc_usd_16_chars", 25'448.57, 1'686'858'149'000});
    frame.add(wire::RfqMsg{59, 1, 2, 25.5, 6});
    frame.add(option());
}

void expect_all(const Collector& c) {
    ASSERT_EQ(c.instruments.size(), 2u);
    for (const auto& i : c.instruments) {
        EXPECT_EQ(i.instrument, 59u);
        EXPECT_EQ(i.kind, wire::WireKind::option);
        EXPECT_EQ(i.option, wire::WireOption::call);
        EXPECT_EQ(i.settlement_period, wire::kPeriodDay);
        EXPECT_EQ(i.settlement_period_count, 3);
        EXPECT_EQ(i.counter, "USD");
        EXPECT_EQ(i.settle, "BTC");
        EXPECT_EQ(i.size, "12345678");
        EXPECT_EQ(i.created_ms, 1'686'850'439'000u);
        EXPECT_EQ(i.expiry_ms, 1'687'507'200'000u);
        EXPECT_EQ(i.strike, 25'200);
        EXPECT_EQ(i.min_trade_amount, 0.01);
        EXPECT_EQ(i.maker_fee, -0.0001);
        EXPECT_EQ(i.taker_fee, 0.0003);
        EXPECT_TRUE(is_null(i.max_liquidation_fee));
        EXPECT_EQ(i.max_leverage, 34);
        EXPECT_EQ(i.name, "BTC-23JUN23-25200-C");
    }
    EXPECT_EQ(c.instruments[0].tick_steps.size(), 0u);
    ASSERT_EQ(c.instruments[1].tick_steps.size(), 2u);
    EXPECT_EQ(c.instruments[1].tick_steps[1].above_price, 0.01);
    EXPECT_EQ(c.instruments[1].tick_steps[1].tick, 0.0005);

    ASSERT_EQ(c.books.size(), 1u);
    EXPECT_EQ(c.books[0].prev_change_id, 7u);
    EXPECT_EQ(c.books[0].change_id, 9u);
    EXPECT_TRUE(c.books[0].is_last);
    ASSERT_EQ(c.books[0].changes.size(), 3u);
    EXPECT_EQ(c.books[0].changes[1].change, wire::WireChange::deleted);
    EXPECT_EQ(c.books[0].changes[2].side, wire::WireSide::bid);
    EXPECT_EQ(c.books[0].changes[2].price, 25'299.5);
    EXPECT_EQ(c.books[0].changes[2].amount, 12'340);

    ASSERT_EQ(c.trades.size(), 1u);
    ASSERT_EQ(c.trades[0].trades.size(), 2u);
    const auto& t = c.trades[0].trades[0];
    EXPECT_EQ(t.direction, wire::WireDirection::sell);
    EXPECT_EQ(t.mark, 4.5);
    EXPECT_EQ(t.trade_seq, 6u);
    EXPECT_EQ(t.trade_id, 7u);
    EXPECT_EQ(t.tick_direction, 2);
    EXPECT_EQ(t.liquidation, 1);
    EXPECT_EQ(t.iv, 63.25);
    EXPECT_EQ(t.block_trade_id, 8u);
    EXPECT_EQ(t.combo_trade_id, 9u);
    EXPECT_EQ(c.trades[0].trades[1].trade_id, 10u);

    ASSERT_EQ(c.tickers.size(), 1u);
    const auto& k = c.tickers[0];
    EXPECT_EQ(k.state, wire::WireState::settled);
    EXPECT_EQ(k.timestamp_ms, 1'686'858'149'957u);
    EXPECT_TRUE(is_null(k.last));
    EXPECT_EQ(k.open_interest, 1);
    EXPECT_EQ(k.mark, 6);
    EXPECT_EQ(k.best_ask_amount, 10);
    EXPECT_EQ(k.settlement, 15);

    ASSERT_EQ(c.snapshots.size(), 1u);
    EXPECT_EQ(c.snapshots[0].change_id, 99u);
    EXPECT_TRUE(c.snapshots[0].is_book_complete);
    EXPECT_FALSE(c.snapshots[0].is_last_in_book);
    ASSERT_EQ(c.snapshots[0].levels.size(), 2u);
    EXPECT_EQ(c.snapshots[0].levels[1].amount, 4);

    EXPECT_EQ(c.starts, std::vector<std::uint32_t>{200});
    EXPECT_EQ(c.ends, 1u);
    ASSERT_EQ(c.combos.size(), 1u);
    ASSERT_EQ(c.combos[0].legs.size(), 2u);
    EXPECT_EQ(c.combos[0].legs[0].size, -1);
    ASSERT_EQ(c.indices.size(), 1u);
    EXPECT_EQ(c.indices[0].name, "btc_usd_16_chars");
    EXPECT_EQ(c.indices[0].price, 25'448.57);
    ASSERT_EQ(c.rfqs.size(), 1u);
    EXPECT_EQ(c.rfqs[0].amount, 25.5);
    EXPECT_EQ(c.rfqs[0].timestamp_ms, 6u);
}

TEST(Decoder, EveryTemplateComesBackAsItWasWritten) {
    wire::FrameEncoder frame;
    frame.start(3, 0x01020304);
    add_all(frame);
    const auto header = frame_header(frame.bytes());
    ASSERT_TRUE(header);
    EXPECT_EQ(header->length, frame.size() - 8);
    EXPECT_EQ(header->channel, 3);
    EXPECT_EQ(header->sequence, 0x01020304u);
    Collector collector;
    DecodeCounters counters;
    const DecodeStatus status = decode_frame(frame.bytes(), collector, counters);
    EXPECT_TRUE(status.ok()) << to_string(status.reason) << " at " << status.offset;
    EXPECT_EQ(status.messages, kTemplates);
    for (const std::uint64_t n : counters.messages) EXPECT_EQ(n, 1u);
    EXPECT_EQ(counters.newer_version, 0u);
    expect_all(collector);
}

// Newer versions lengthen blocks and entries and add groups and data: the wire's lengths say how to skip
// them.
TEST(Decoder, LongerBlocksEntriesAndUnknownPartsAreSkippedByTheWiresLengths) {
    for (const auto padding : {std::uint16_t{1}, std::uint16_t{7}, std::uint16_t{64}}) {
        wire::FrameEncoder frame({1, 9, padding, padding, 2, 3});
        frame.start(3, 1);
        add_all(frame);
        Collector collector;
        DecodeCounters counters;
        ASSERT_TRUE(decode_frame(frame.bytes(), collector, counters).ok());
        EXPECT_EQ(counters.newer_version, kTemplates);
        // Template 1000 has no group of its own, 1010's steps come first: the rest is unknown to us.
        expect_all(collector);
    }
}

TEST(Decoder, UnknownTemplatesAndSchemasAreSkippedAndCounted) {
    wire::FrameEncoder frame;
    frame.start(1, 1);
    const std::vector<std::byte> block(33);
    frame.add_raw(1011, block);
    frame.add_raw(999, block);
    frame.add_raw(0, {});
    frame.add(book());
    Collector collector;
    DecodeCounters counters;
    const DecodeStatus status = decode_frame(frame.bytes(), collector, counters);
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(status.messages, 4u);
    EXPECT_EQ(counters.unknown_template, 3u);
    EXPECT_EQ(collector.books.size(), 1u);

    wire::FrameEncoder other({2, 3, 0, 0, 0, 0});
    other.start(1, 1);
    other.add(book());
    EXPECT_TRUE(decode_frame(other.bytes(), collector, counters).ok());
    EXPECT_EQ(counters.unknown_schema, 1u);
    EXPECT_EQ(collector.books.size(), 1u);
}

TEST(Decoder, ACutPayloadDeliversWhatStoodBeforeTheCut) {
    wire::FrameEncoder frame;
    frame.start(1, 1);
    std::vector<std::size_t> ends = {8};
    for (int n = 0; n < 3; ++n) {
        n == 1 ? frame.add(ticker()) : frame.add(book());
        ends.push_back(frame.size());
    }
    for (std::size_t size = 0; size < frame.size(); ++size) {
        const std::vector<std::byte> cut(frame.bytes().begin(),
                                         frame.bytes().begin() + static_cast<long>(size));
        Collector collector;
        DecodeCounters counters;
        const DecodeStatus status = decode_frame(cut, collector, counters);
        EXPECT_EQ(status.reason, size < 8 ? Malformed::frame_header : Malformed::frame_cut) << size;
        EXPECT_LE(status.offset, size);
        std::size_t whole = 0;
        while (whole + 1 < ends.size() && ends[whole + 1] <= size) ++whole;
        EXPECT_EQ(collector.total, whole) << size;
        EXPECT_EQ(counters.malformed_total(), 1u);
    }
}

/// Writes a u16 into a frame.
void poke(std::vector<std::byte>& frame, std::size_t at, std::uint16_t value) {
    std::memcpy(frame.data() + at, &value, sizeof value);
}

std::vector<std::byte> frame_of_two_books() {
    wire::FrameEncoder frame;
    frame.start(1, 1);
    frame.add(book());
    frame.add(book());
    return {frame.bytes().begin(), frame.bytes().end()};
}

struct Damage {
    std::size_t offset;  ///< in the second message
    std::uint16_t value;
    Malformed reason;
};

TEST(Decoder, EveryDefectHasItsReasonAndPlace) {
    const auto good = frame_of_two_books();
    const std::size_t second = 8 + (good.size() - 8) / 2;
    const std::size_t group = second + 12 + 29;
    for (const Damage& damage : {
             Damage{0, 28, Malformed::block_short},  // block length below the template's
             Damage{0, 60'000, Malformed::block_cut},
             Damage{8, 0, Malformed::message_header},      // no groups: what follows is no message
             Damage{8, 9, Malformed::group_header},        // more groups than there are
             Damage{10, 1, Malformed::var_cut},            // variable data that is not there
             Damage{12 + 29, 17, Malformed::entry_short},  // entries below the template's
             Damage{12 + 29, 6'000, Malformed::group_cut},
             Damage{12 + 29 + 2, 5'000, Malformed::group_cut},
             Damage{12 + 29 + 4, 1, Malformed::group_nested},
             Damage{12 + 29 + 6, 1, Malformed::group_nested},
         }) {
        auto bad = good;
        poke(bad, second + damage.offset, damage.value);
        Collector collector;
        DecodeCounters counters;
        const DecodeStatus status = decode_frame(bad, collector, counters);
        EXPECT_EQ(counters.malformed_total(), 1u);
        EXPECT_GE(collector.total, 1u);
        EXPECT_GE(status.offset, second);
        EXPECT_LE(status.offset, bad.size());
        if (damage.value == 28 || damage.reason == Malformed::message_header || damage.value == 17) {
            // A shorter length also moves what follows: any complaint will do, but there must be one.
            EXPECT_FALSE(status.ok());
        } else {
            EXPECT_EQ(status.reason, damage.reason) << damage.offset << " got " << to_string(status.reason);
        }
    }
    EXPECT_LT(group, good.size());
}

TEST(Decoder, MissingPartsAndWrongFrameLengths) {
    const auto status_of = [](const std::vector<std::byte>& bytes) {
        Collector collector;
        DecodeCounters counters;
        return decode_frame(bytes, collector, counters);
    };
    wire::FrameEncoder frame;
    frame.start(1, 1);
    frame.add_raw(1001, std::vector<std::byte>(29));
    EXPECT_EQ(status_of({frame.bytes().begin(), frame.bytes().end()}).reason, Malformed::group_missing);
    frame.start(1, 1);
    frame.add_raw(1000, std::vector<std::byte>(140));
    EXPECT_EQ(status_of({frame.bytes().begin(), frame.bytes().end()}).reason, Malformed::var_missing);
    frame.start(1, 1);
    frame.add_raw(1003, std::vector<std::byte>(132));
    const DecodeStatus short_block = status_of({frame.bytes().begin(), frame.bytes().end()});
    EXPECT_EQ(short_block.reason, Malformed::block_short);
    EXPECT_EQ(short_block.offset, 8u);
    EXPECT_EQ(short_block.messages, 0u);

    auto longer = frame_of_two_books();
    longer.push_back(std::byte{0});
    const DecodeStatus trailing = status_of(longer);
    EXPECT_EQ(trailing.reason, Malformed::frame_trailing);
    EXPECT_EQ(trailing.messages, 2u);
    EXPECT_EQ(trailing.offset, longer.size() - 1);
    frame.start(1, 1);
    EXPECT_TRUE(status_of({frame.bytes().begin(), frame.bytes().end()}).ok()) << "an empty frame is a frame";
}

TEST(Decoder, OnlyAllOnesIsNull) {
    EXPECT_TRUE(is_null(wire::null_double()));
    EXPECT_FALSE(is_null(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_FALSE(is_null(0.0));
}

TEST(Decoder, EveryReasonAndTemplateHasAName) {
    for (std::size_t i = 0; i < kMalformedReasons; ++i) {
        EXPECT_NE(to_string(static_cast<Malformed>(i)), "invalid");
        EXPECT_FALSE(to_string(static_cast<Malformed>(i)).empty());
    }
    for (std::size_t i = 0; i < kTemplates; ++i) {
        EXPECT_NE(to_string(static_cast<Template>(kFirstTemplate + i)), "invalid");
    }
}

// Garbage must cost a counter and nothing else: run under a sanitizer, every read beyond the bytes is seen.
TEST(Decoder, MutatedFramesNeverReadBeyondTheirBytes) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    wire::FrameEncoder frame;
    frame.start(1, 1);
    add_all(frame);
    const std::vector<std::byte> good(frame.bytes().begin(), frame.bytes().end());
    DecodeCounters counters;
    for (std::size_t i = 0; i < fuzz_iterations(20'000); ++i) {
        std::vector<std::byte> bytes = good;
        if (random() % 3 == 0) bytes.resize(random() % (good.size() + 1));
        for (std::size_t n = random() % 4; n > 0 && !bytes.empty(); --n) {
            bytes[random() % bytes.size()] = static_cast<std::byte>(random() % 3 == 0 ? 0xff : random());
        }
        const std::vector<std::byte> exact(bytes);
        Collector collector;
        const DecodeStatus status = decode_frame(exact, collector, counters);
        ASSERT_LE(status.offset, std::max<std::size_t>(exact.size(), 0));
    }
    EXPECT_GT(counters.malformed_total(), 0u);
    EXPECT_GT(counters.delivered(Template::book), 0u);
}

}  // namespace
}  // namespace hw::net::deribit
