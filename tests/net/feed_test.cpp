// What the feed makes of tickers, trades, index prices and definitions, and which datagrams it takes.
#include <gtest/gtest.h>

#include <limits>

#include "tests/net/feed_harness.h"

namespace hw::net {
namespace {

class FeedTest : public ::testing::Test {
  protected:
    explicit FeedTest(FeedConfig config = {}) : feed_(std::move(config), *receiver_.table, receiver_) {}

    void send(const wire::FrameEncoder& frame, std::uint32_t group = 0xef6f6f01, std::uint16_t port = 6101) {
        now_ = now_ + Nanos::from_ms(1);
        feed_.on_datagram({1, group, 2, port, frame.bytes()}, now_);
        receiver_.flush();
    }
    template <class Message>
    void send_one(const Message& message) {
        frame_.start(101, sequence_++);
        frame_.add(message);
        send(frame_);
    }
    void cycle(std::uint16_t channel, std::uint32_t first,
               const std::vector<wire::InstrumentMsg>& definitions) {
        frame_.start(channel, first);
        frame_.add(wire::SnapshotStartMsg{200});
        for (const auto& d : definitions) frame_.add(d);
        frame_.add(wire::SnapshotEndMsg{});
        send(frame_, 0xef6f6f00u + channel - 100u);
    }
    const Instrument& defined(std::uint32_t feed_id) {
        const InstrumentId id = receiver_.table->find_feed_id(feed_id);
        EXPECT_NE(id, kNoInstrument);
        return (*receiver_.table)[id];
    }
    static wire::InstrumentMsg inverse_option() {
        wire::InstrumentMsg m;
        m.instrument = 59;
        m.kind = wire::WireKind::option;
        m.type = wire::WireType::inverse;
        m.option = wire::WireOption::put;
        m.settlement_period = wire::kPeriodDay;
        m.base = m.quote = m.settle = m.size = "BTC";
        m.counter = "USD";
        m.expiry_ms = 1'687'507'200'000;
        m.strike = 25'200;
        m.contract_size = 1;
        m.min_trade_amount = 0.01;
        m.tick = 0.0001;
        m.maker_fee = -0.0001;
        m.taker_fee = 0.0003;
        m.tick_steps = {{0.001, 0.0002}};
        m.name = "BTC-23JUN23-25200-P";
        return m;
    }

    Receiver receiver_;
    DeribitFeed<Receiver> feed_;
    wire::FrameEncoder frame_;
    std::uint32_t sequence_ = 1;
    Nanos now_ = Nanos::from_seconds(1'700'000'000);
};

TEST_F(FeedTest, AnInverseOptionsDefinition) {
    send_one(inverse_option());
    const Instrument& i = defined(59);
    EXPECT_EQ(i.symbol.view(), "BTC-23JUN23-25200-P");
    EXPECT_EQ(i.base.view(), "BTC");
    EXPECT_EQ(i.quote.view(), "USD") << "what the strike is in, not the premium";
    EXPECT_EQ(i.settle.view(), "BTC");
    EXPECT_EQ(i.kind, Kind::option);
    EXPECT_EQ(i.option_type, OptionType::put);
    EXPECT_EQ(i.settlement, Settlement::inverse);
    EXPECT_EQ(i.expiry.ns(), 1'687'507'200'000'000'000);
    EXPECT_EQ(i.strike, Price::from_units(25'200));
    EXPECT_EQ(i.contract_size, Qty::from_units(1));
    EXPECT_EQ(i.lot.nanos(), 10'000'000);
    EXPECT_EQ(i.tick.nanos(), 100'000);
    EXPECT_EQ(i.tick_threshold.nanos(), 1'000'000);
    EXPECT_EQ(i.tick_above.nanos(), 200'000);
    EXPECT_EQ(i.maker_fee_nanos, -100'000);
    EXPECT_EQ(i.taker_fee_nanos, 300'000);
    EXPECT_EQ(definition_error(i), "");
}

TEST_F(FeedTest, PerpetualsFuturesSpotAndCombos) {
    send_one(perpetual(14, "BTC-PERPETUAL"));
    EXPECT_EQ(defined(14).kind, Kind::perpetual);
    EXPECT_TRUE(defined(14).is_inverse());
    EXPECT_TRUE(defined(14).expiry.is_zero());
    EXPECT_EQ(defined(14).contract_size, Qty::from_units(10));
    EXPECT_EQ(defined(14).lot, Qty::from_units(1));

    wire::InstrumentMsg future = perpetual(30, "BTC-23JUN23");
    future.settlement_period = wire::kPeriodDay;
    future.expiry_ms = 1'687'507'200'000;
    send_one(future);
    EXPECT_EQ(defined(30).kind, Kind::future);
    EXPECT_EQ(definition_error(defined(30)), "");

    wire::InstrumentMsg linear = perpetual(12, "BTC_USDC-PERPETUAL");
    linear.type = wire::WireType::linear;
    linear.settle = linear.counter = linear.quote = "USDC";
    linear.contract_size = linear.min_trade_amount = 0.001;
    send_one(linear);
    EXPECT_FALSE(defined(12).is_inverse());
    EXPECT_EQ(defined(12).lot, Qty::from_units(1));

    wire::InstrumentMsg spot = linear;
    spot.instrument = 26;
    spot.kind = wire::WireKind::spot;
    spot.settlement_period = wire::kPeriodNone;
    spot.settle = "";
    spot.name = "BTC_USDC";
    send_one(spot);
    EXPECT_EQ(defined(26).kind, Kind::spot);
    EXPECT_EQ(defined(26).settle.view(), "USDC");
    EXPECT_EQ(definition_error(defined(26)), "");

    wire::InstrumentMsg combo = inverse_option();
    combo.instrument = 90;
    combo.kind = wire::WireKind::option_combo;
    combo.type = wire::WireType::none;
    combo.option = wire::WireOption::none;
    combo.strike = wire::null_double();
    combo.name = "BTC-CS-23JUN23-25000_26000";
    send_one(combo);
    EXPECT_EQ(defined(90).kind, Kind::combo);
    EXPECT_EQ(feed_.counters().bad_definitions, 0u);
}

TEST_F(FeedTest, ADefinitionIsSentOnceAndAgainWhenItChanges) {
    wire::InstrumentMsg m = inverse_option();
    for (int cycle = 0; cycle < 3; ++cycle) {
        frame_.start(101, sequence_++);
        frame_.add_instrument_v1(m);  // knows no tick steps, and must not undo them
        frame_.add(m);
        send(frame_);
    }
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 2u);  // the first of each kind
    EXPECT_EQ(defined(59).tick_above.nanos(), 200'000);
    m.taker_fee = 0.0004;
    send_one(m);
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 3u);
    EXPECT_EQ(defined(59).taker_fee_nanos, 400'000);
    EXPECT_EQ(receiver_.table->size(), 1u);
    m.instrument = 1059;  // relisted under another number
    m.expiry_ms += 1;
    send_one(m);
    EXPECT_EQ(receiver_.table->size(), 2u);
    EXPECT_EQ(receiver_.last(EventType::instrument_definition).header.instrument, InstrumentId{1});
}

TEST_F(FeedTest, ADefinitionThatGoesBackAndForthIsSentEachTime) {
    const wire::InstrumentMsg m = inverse_option();
    wire::InstrumentMsg other = m;
    other.tick = 0.0005;
    for (int n = 0; n < 3; ++n) {
        for (const wire::InstrumentMsg& now : {m, m, m, other, other, other}) send_one(now);
    }
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 6u);
    EXPECT_EQ(feed_.counters().definitions_known, 12u);
    EXPECT_EQ(defined(59).tick.nanos(), 500'000);
}

TEST_F(FeedTest, DefinitionsThatDoNotConvertAreCountedAndNotSent) {
    const auto refuse = [&](auto&& damage) {
        wire::InstrumentMsg m = inverse_option();
        damage(m);
        const std::uint64_t before = feed_.counters().bad_definitions;
        send_one(m);
        EXPECT_EQ(feed_.counters().bad_definitions, before + 1);
    };
    refuse([](auto& m) { m.name.clear(); });
    refuse([](auto& m) { m.name = std::string(48, 'x'); });
    refuse([](auto& m) { m.base = "12345678"; });
    refuse([](auto& m) { m.base.clear(); });
    refuse([](auto& m) { m.kind = static_cast<wire::WireKind>(5); });
    refuse([](auto& m) { m.state = static_cast<wire::WireState>(9); });
    refuse([](auto& m) { m.type = wire::WireType::none; });
    refuse([](auto& m) { m.option = wire::WireOption::none; });
    refuse([](auto& m) { m.strike = wire::null_double(); });
    refuse([](auto& m) { m.contract_size = 0; });
    refuse([](auto& m) { m.contract_size = wire::null_double(); });
    refuse([](auto& m) { m.min_trade_amount = std::numeric_limits<double>::infinity(); });
    refuse([](auto& m) { m.tick = 1e300; });
    refuse([](auto& m) { m.taker_fee = 5; });
    refuse([](auto& m) { m.tick_steps = {{0.1, wire::null_double()}}; });
    EXPECT_EQ(receiver_.events.size(), 0u);
    wire::InstrumentMsg steps = inverse_option();
    steps.tick_steps.push_back({0.01, 0.0005});
    send_one(steps);
    EXPECT_EQ(feed_.counters().more_tick_steps, 1u);
    EXPECT_EQ(defined(59).tick_above.nanos(), 200'000);
}

TEST_F(FeedTest, TickersWithNullsAndEmptySides) {
    send_one(perpetual(14, "BTC-PERPETUAL"));
    wire::TickerMsg m;
    m.instrument = 14;
    m.state = wire::WireState::settled;
    m.timestamp_ms = 1'686'858'149'956;
    m.min_sell = 25'321.33;
    m.max_buy = 25'575.81;
    m.index = 25'448.57;
    m.mark = 25'450.5;
    m.best_ask = 25'451;
    m.best_ask_amount = 10;
    m.funding_8h = 0.0001;
    m.delivery = 25'449.25;
    send_one(m);
    const Event& e = receiver_.last(EventType::ticker);
    EXPECT_EQ(e.header.instrument, receiver_.table->find_feed_id(14));
    EXPECT_EQ(e.header.venue_time.ns(), 1'686'858'149'956'000'000);
    const Ticker& t = e.payload.ticker;
    EXPECT_EQ(t.mark.nanos(), 25'450'500'000'000);
    EXPECT_EQ(t.index.nanos(), 25'448'570'000'000);
    EXPECT_EQ(t.min_sell.nanos(), 25'321'330'000'000);
    EXPECT_EQ(t.max_buy.nanos(), 25'575'810'000'000);
    EXPECT_EQ(t.best_bid, kNoPrice);
    EXPECT_EQ(t.best_ask, Price::from_units(25'451));
    EXPECT_EQ(t.last, kNoPrice);
    EXPECT_EQ(t.delivery.nanos(), 25'449'250'000'000);
    EXPECT_EQ(t.settlement, kNoPrice);
    EXPECT_EQ(t.estimated_delivery, kNoPrice);
    EXPECT_EQ(t.funding_8h, 0.0001);
    EXPECT_EQ(t.state, TradingState::settled);
    for (const auto& [wire_state, state] : {std::pair{0, TradingState::halted},
                                            {1, TradingState::open},
                                            {2, TradingState::closed},
                                            {3, TradingState::settled}}) {
        m.state = static_cast<wire::WireState>(wire_state);
        send_one(m);
        EXPECT_EQ(receiver_.last(EventType::ticker).payload.ticker.state, state);
    }
    const std::size_t sent = receiver_.count(EventType::ticker);
    m.state = static_cast<wire::WireState>(4);
    send_one(m);
    m.state = wire::WireState::open;
    m.mark = std::numeric_limits<double>::quiet_NaN();
    send_one(m);
    m.mark = 1;
    m.timestamp_ms = UINT64_MAX;
    send_one(m);
    EXPECT_EQ(receiver_.count(EventType::ticker), sent);
    EXPECT_EQ(feed_.counters().bad_tickers, 3u);
    m.instrument = 15;
    send_one(m);
    EXPECT_EQ(feed_.counters().unknown_instrument, 1u);
}

TEST_F(FeedTest, Trades) {
    send_one(perpetual(14, "BTC-PERPETUAL"));
    wire::TradeEntry first;
    first.direction = wire::WireDirection::sell;
    first.price = 25'000.5;
    first.amount = 120;
    first.timestamp_ms = 1'686'858'149'956;
    first.trade_id = 77;
    first.iv = 65;
    first.block_trade_id = 5;
    wire::TradeEntry bad = first;
    bad.price = wire::null_double();
    wire::TradeEntry last = first;
    last.direction = wire::WireDirection::buy;
    last.iv = wire::null_double();
    last.block_trade_id = ~0ULL;
    send_one(wire::TradesMsg{14, {first, bad, last}});
    ASSERT_EQ(receiver_.count(EventType::trade), 2u);
    EXPECT_EQ(feed_.counters().bad_trades, 1u);
    const Trade& one = receiver_.events[receiver_.events.size() - 2].payload.trade;
    EXPECT_EQ(one.price.nanos(), 25'000'500'000'000);
    EXPECT_EQ(one.qty, Qty::from_units(12)) << "contracts of 10 USD";
    EXPECT_EQ(one.trade_id, 77u);
    EXPECT_EQ(one.block_id, 5u);
    EXPECT_DOUBLE_EQ(one.implied_vol, 0.65);
    EXPECT_EQ(one.aggressor, Side::sell);
    const Trade& two = receiver_.events.back().payload.trade;
    EXPECT_EQ(two.aggressor, Side::buy);
    EXPECT_EQ(two.implied_vol, 0.0);
    EXPECT_EQ(two.block_id, 0u);
}

TEST_F(FeedTest, IndexPrices) {
    send_one(wire::PriceIndexMsg{"btc_usd", 25'448.57, 1'686'858'149'956});
    const Event& e = receiver_.last(EventType::index_price);
    EXPECT_EQ(e.header.instrument, kNoInstrument);
    EXPECT_EQ(e.payload.index_price.name.view(), "btc_usd");
    EXPECT_EQ(e.payload.index_price.price.nanos(), 25'448'570'000'000);
    send_one(wire::PriceIndexMsg{"sixteen_letters_", 1, 1});  // does not fit a name
    send_one(wire::PriceIndexMsg{"btc_usd", wire::null_double(), 1});
    EXPECT_EQ(feed_.counters().bad_index_prices, 2u);
    EXPECT_EQ(receiver_.count(EventType::index_price), 1u);
}

TEST_F(FeedTest, AmountsBecomeContracts) {
    wire::InstrumentMsg linear = perpetual(12, "BTC_USDC-PERPETUAL");
    linear.contract_size = linear.min_trade_amount = 0.001;
    frame_.start(101, sequence_++);
    frame_.add(linear);
    frame_.add(wire::SnapshotMsg{
        12, 1, 5, true, true, {{wire::WireSide::bid, 100.5, 0.003}, {wire::WireSide::ask, 101, 123.457}}});
    send(frame_);
    const auto& book = receiver_.book(12).book;
    ASSERT_TRUE(receiver_.book(12).trusted);
    EXPECT_EQ(book.bids.at(100'500'000'000), 3 * kNano);
    EXPECT_EQ(book.asks.at(101'000'000'000), 123'457 * kNano);
}

TEST_F(FeedTest, WithoutConfiguredChannelsEveryGroupOnTheDefaultPortsIsTaken) {
    frame_.start(5, 1);
    frame_.add(wire::RfqMsg{});
    send(frame_, 0xef6f6f05, 6100);
    EXPECT_EQ(feed_.counters().lines.datagrams, 1u);
    send(frame_, 0xef6f6f05, 6102);
    send(frame_, 0x0a000001, 6100);
    EXPECT_EQ(feed_.counters().lines.other_destination, 2u);
    send(frame_, 0xef6f6f06, 6100);  // the same channel number on another group
    EXPECT_EQ(feed_.counters().lines.channel_conflicts, 1u);
    feed_.on_datagram({1, 0xef6f6f05, 2, 6100, {}}, now_);
    EXPECT_EQ(feed_.counters().lines.short_frames, 1u);
}

TEST_F(FeedTest, WithoutConfiguredChannelsDefinitionsAreCompleteWhenOneChannelComesRoundAgain) {
    cycle(101, 1, {perpetual(1, "A")});
    cycle(102, 1, {perpetual(2, "B")});
    EXPECT_EQ(receiver_.count(EventType::definitions_complete), 0u);
    cycle(101, 2, {perpetual(1, "A")});
    EXPECT_EQ(receiver_.count(EventType::definitions_complete), 1u);
    cycle(102, 2, {});
    EXPECT_EQ(receiver_.count(EventType::definitions_complete), 1u) << "once";
}

class ConfiguredFeedTest : public FeedTest {
  protected:
    ConfiguredFeedTest() : FeedTest(two_channels()) {}
    static FeedConfig two_channels() {
        FeedConfig c;
        c.channels = {{"a", 0xef6f6f01, 6100, 6101}, {"b", 0xef6f6f02, 6100, 6101}};
        return c;
    }
};

TEST_F(ConfiguredFeedTest, DefinitionsAreCompleteWhenEveryChannelHasBeenSeenWhole) {
    cycle(101, 1, {perpetual(1, "A")});
    cycle(101, 2, {perpetual(1, "A")});
    EXPECT_EQ(receiver_.count(EventType::definitions_complete), 0u);
    frame_.start(102, 1);
    frame_.add(wire::SnapshotStartMsg{});
    send(frame_, 0xef6f6f02);
    frame_.start(102, 3);  // the second packet is lost: this cycle does not count
    frame_.add(wire::SnapshotEndMsg{});
    send(frame_, 0xef6f6f02);
    EXPECT_EQ(receiver_.count(EventType::definitions_complete), 0u);
    cycle(102, 4, {perpetual(2, "B")});
    EXPECT_EQ(receiver_.count(EventType::definitions_complete), 1u);
}

TEST_F(ConfiguredFeedTest, OtherGroupsAreNotTaken) {
    frame_.start(103, 1);
    frame_.add(perpetual(3, "C"));
    send(frame_, 0xef6f6f03);
    EXPECT_EQ(feed_.counters().lines.other_destination, 1u);
    EXPECT_EQ(receiver_.events.size(), 0u);
}

TEST_F(FeedTest, EveryCounterHasAUniqueName) {
    std::map<std::string, int, std::less<>> names;
    feed_.counters().visit([&](std::string_view name, std::uint64_t) { ++names[std::string(name)]; });
    EXPECT_GT(names.size(), 40u);
    for (const auto& [name, n] : names) EXPECT_EQ(n, 1) << name;
}

}  // namespace
}  // namespace hw::net
