// What the Starbase feed makes of reference data, orders, tickers, trades and index prices.
#include <gtest/gtest.h>

#include "tests/net/starbase_harness.h"

namespace hw::net {
namespace {

class StarbaseFeedTest : public ::testing::Test {
  protected:
    void send(const StarbaseVenue::Bytes& bytes) {
        now_ = now_ + Nanos::from_us(100);
        feed_.on_datagram(venue_.event(bytes), now_);
        receiver_.flush();
    }
    void send_snapshot(const StarbaseVenue::Bytes& bytes) {
        now_ = now_ + Nanos::from_us(100);
        feed_.on_datagram(venue_.snapshot_event(bytes), now_);
        receiver_.flush();
    }
    template <class M>
    void send_one(const M& m) {
        send(venue_.one(m));
    }
    const Instrument& defined(std::int64_t feed_id) {
        const InstrumentId id = receiver_.table->find_feed_id(static_cast<std::uint64_t>(feed_id));
        EXPECT_NE(id, kNoInstrument);
        return (*receiver_.table)[id];
    }
    static sb::DefinitionMsg inverse_option() {
        sb::DefinitionMsg m;
        m.instrument = 59;
        m.name = "BTC-27NOV26-90000-P";
        m.index = 1;
        m.underlying = "BTC-27NOV26";
        m.quantity_asset = m.price_asset = "BTC";
        m.expiry_ns = 1'795'766'400 * kNano;
        m.strike = 90'000 * kNano;
        m.min_order_quantity = 1;
        m.tick = 100'000;
        m.quantity_exponent = -1;
        m.type = sb::WireType::option;
        m.flags = sb::kReversed | sb::kPut;
        m.large_ticks = {{500'000, 5'000'000}};
        return m;
    }
    /// A book that is believed: nothing on it yet.
    void start_book() {
        send(venue_.heartbeat());
        send_snapshot(venue_.snapshot(0));
        ASSERT_TRUE(receiver_.book(11).trusted);
    }
    std::vector<Event> levels_since(std::size_t from) {
        std::vector<Event> out;
        for (std::size_t i = from; i < receiver_.events.size(); ++i) {
            if (receiver_.events[i].header.type == EventType::book_level) out.push_back(receiver_.events[i]);
        }
        return out;
    }

    Receiver receiver_;
    StarbaseFeed<Receiver> feed_{starbase_config(), *receiver_.table, receiver_};
    StarbaseVenue venue_{0, {11, 12}};
    Nanos now_ = Nanos::from_seconds(1'700'000'000);
};

TEST_F(StarbaseFeedTest, AnInverseOptionsDefinition) {
    send_one(inverse_option());
    const Instrument& i = defined(59);
    EXPECT_EQ(i.symbol.view(), "BTC-27NOV26-90000-P");
    EXPECT_EQ(i.base.view(), "BTC");
    EXPECT_EQ(i.quote.view(), "USD") << "what the strike is in, not the premium";
    EXPECT_EQ(i.settle.view(), "BTC");
    EXPECT_EQ(i.kind, Kind::option);
    EXPECT_EQ(i.option_type, OptionType::put);
    EXPECT_EQ(i.settlement, Settlement::inverse);
    EXPECT_EQ(i.expiry.ns(), 1'795'766'400 * kNano);
    EXPECT_EQ(i.strike, Price::from_units(90'000));
    EXPECT_EQ(i.contract_size, Qty::from_units(1));
    EXPECT_EQ(i.lot.nanos(), 100'000'000);
    EXPECT_EQ(i.tick.nanos(), 100'000);
    EXPECT_EQ(i.tick_threshold.nanos(), 5'000'000);
    EXPECT_EQ(i.tick_above.nanos(), 500'000);
    EXPECT_EQ(definition_error(i), "");
}

TEST_F(StarbaseFeedTest, PerpetualsFuturesSpotAndCombos) {
    send_one(starbase_perpetual(14));
    EXPECT_EQ(defined(14).kind, Kind::perpetual);
    EXPECT_TRUE(defined(14).is_inverse());
    EXPECT_EQ(defined(14).base.view(), "BTC14") << "from its name: its quantities are dollars";
    EXPECT_EQ(defined(14).quote.view(), "USD");
    EXPECT_EQ(defined(14).settle.view(), "BTC14");
    EXPECT_EQ(defined(14).contract_size, Qty::from_units(10));
    EXPECT_EQ(defined(14).lot, Qty::from_units(1));

    sb::DefinitionMsg future = starbase_perpetual(30);
    future.type = sb::WireType::dated_future;
    future.flags = sb::kReversed;
    future.name = "BTC-27NOV26";
    future.expiry_ns = 1'795'766'400 * kNano;
    send_one(future);
    EXPECT_EQ(defined(30).kind, Kind::future);
    EXPECT_EQ(defined(30).base.view(), "BTC");
    EXPECT_EQ(definition_error(defined(30)), "");

    sb::DefinitionMsg linear = starbase_perpetual(12);
    linear.name = "BTC_USDC-PERPETUAL";
    linear.flags = sb::kPerpetual;
    linear.quantity_asset = "BTC";
    linear.price_asset = "USDC";
    linear.quantity_exponent = -4;
    linear.min_order_quantity = 10;
    send_one(linear);
    EXPECT_FALSE(defined(12).is_inverse());
    EXPECT_EQ(defined(12).settle.view(), "USDC");
    EXPECT_EQ(defined(12).contract_size.nanos(), 1'000'000);
    EXPECT_EQ(defined(12).lot, Qty::from_units(1));

    sb::DefinitionMsg spot = linear;
    spot.instrument = 26;
    spot.name = "BTC_USDC";
    spot.type = sb::WireType::spot;
    send_one(spot);
    EXPECT_EQ(defined(26).kind, Kind::spot);
    EXPECT_EQ(defined(26).base.view(), "BTC");

    sb::DefinitionMsg combo = inverse_option();
    combo.instrument = 88;
    combo.name = "BTC-STRG-27NOV26-1_2";
    combo.type = sb::WireType::option_combo;
    combo.strike = sb::kNull;
    combo.legs = {{59, 1}, {60, -1}};
    send_one(combo);
    EXPECT_EQ(defined(88).kind, Kind::combo);
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 5u);
}

TEST_F(StarbaseFeedTest, ADefinitionThatSaysNothingNewIsNotRepeatedAndKeepsItsFees) {
    send_one(inverse_option());
    send_one(inverse_option());
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 1u);
    const InstrumentId id = receiver_.table->find_feed_id(59);
    (*receiver_.table)[id].taker_fee_nanos = 300'000;  // from a file
    send_one(inverse_option());
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 1u);
    sb::DefinitionMsg finer = inverse_option();
    finer.tick = 50'000;
    send_one(finer);
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 2u);
    EXPECT_EQ(receiver_.table->find_feed_id(59), id);
    EXPECT_EQ(defined(59).taker_fee_nanos, 300'000);
}

TEST_F(StarbaseFeedTest, ARelistingIsANewIdWithABookOfItsOwn) {
    start_book();
    send(venue_.one(venue_.put(0, true, 100 * kNano, 50)));
    const InstrumentId before = receiver_.table->find_feed_id(11);
    EXPECT_TRUE(feed_.trusted(before));
    sb::DefinitionMsg again = starbase_perpetual(11);
    again.min_order_quantity = 100;
    send_one(again);
    const InstrumentId after = receiver_.table->find_feed_id(11);
    EXPECT_NE(after, before);
    EXPECT_FALSE(feed_.trusted(before));
    EXPECT_FALSE(feed_.trusted(after)) << "nothing is known of its orders yet";
}

TEST_F(StarbaseFeedTest, WhatCannotBeADefinitionIsCountedAndLeftAlone) {
    const auto spoilt = [&](auto&& spoil) {
        sb::DefinitionMsg m = inverse_option();
        spoil(m);
        send_one(m);
    };
    spoilt([](auto& m) { m.name = ""; });
    spoilt([](auto& m) { m.name = std::string(48, 'x'); });
    spoilt([](auto& m) { m.price_asset = ""; });
    spoilt([](auto& m) { m.type = static_cast<sb::WireType>(6); });
    spoilt([](auto& m) { m.status = static_cast<sb::WireStatus>(9); });
    spoilt([](auto& m) { m.expiry_ns = sb::kNull; });
    spoilt([](auto& m) { m.strike = sb::kNull; });
    spoilt([](auto& m) { m.min_order_quantity = 0; });
    spoilt([](auto& m) { m.quantity_exponent = 120; });
    spoilt([](auto& m) { m.quantity_exponent = -120; });
    spoilt([](auto& m) { m.tick = INT64_MAX; });
    EXPECT_EQ(feed_.counters().bad_definitions, 11u);
    EXPECT_EQ(receiver_.count(EventType::instrument_definition), 0u);
}

TEST_F(StarbaseFeedTest, OrdersAddUpToLevels) {
    start_book();
    const auto first = venue_.put(0, true, 100 * kNano, 50);
    send(venue_.one(first));
    send(venue_.one(venue_.put(0, true, 100 * kNano, 30)));
    const Event& level = receiver_.last(EventType::book_level);
    EXPECT_EQ(level.payload.book_level.qty, Qty::from_units(8));
    EXPECT_EQ(level.payload.book_level.side, Side::buy);
    EXPECT_EQ(level.payload.book_level.last, 1);
    EXPECT_EQ(level.header.venue_time.ns(), venue_.clock_ns());
    send(venue_.one(venue_.reduce(0, first.order, 20)));
    EXPECT_EQ(receiver_.last(EventType::book_level).payload.book_level.qty, Qty::from_units(5));
    send(venue_.one(venue_.remove(0, first.order)));
    EXPECT_EQ(receiver_.last(EventType::book_level).payload.book_level.qty, Qty::from_units(3));
    EXPECT_EQ(receiver_.book(11).book, venue_.book(0).expected());
}

TEST_F(StarbaseFeedTest, AnAmendedOrderLeavesItsOldLevelInTheSameUpdate) {
    start_book();
    const auto put = venue_.put(0, false, 100 * kNano, 50);
    send(venue_.one(put));
    const std::size_t from = receiver_.events.size();
    send(venue_.one(venue_.amend(0, put.order, 101 * kNano, 40)));
    const auto levels = levels_since(from);
    ASSERT_EQ(levels.size(), 2u);
    EXPECT_EQ(levels[0].payload.book_level.qty, Qty{});
    EXPECT_EQ(levels[0].payload.book_level.last, 0);
    EXPECT_EQ(levels[1].payload.book_level.price, Price::from_units(101));
    EXPECT_EQ(levels[1].payload.book_level.last, 1);
    EXPECT_EQ(receiver_.book(11).book, venue_.book(0).expected());
}

TEST_F(StarbaseFeedTest, ATransactionIsToldOnceAtItsEndAndEachBooksLastLevelSaysSo) {
    start_book();
    send_snapshot(venue_.snapshot(1));
    const std::size_t from = receiver_.events.size();
    venue_.start();
    venue_.add(venue_.put(0, true, 100 * kNano, 50), sb::kStart);
    venue_.add(venue_.put(1, true, 200 * kNano, 50), 0);
    send(venue_.bytes());
    EXPECT_TRUE(levels_since(from).empty()) << "half a transaction";
    venue_.start();
    const auto gone = venue_.put(0, true, 99 * kNano, 10);
    venue_.add(gone, 0);
    venue_.add(venue_.put(0, true, 98 * kNano, 10), 0);
    venue_.add(venue_.put(1, false, 201 * kNano, 10), 0);
    venue_.add(venue_.remove(0, gone.order), sb::kEnd);
    send(venue_.bytes());
    const auto levels = levels_since(from);
    ASSERT_EQ(levels.size(), 4u) << "an order that is added and removed at once leaves no trace";
    int last = 0;
    for (const Event& e : levels) last += e.payload.book_level.last;
    EXPECT_EQ(last, 2);
    EXPECT_EQ(receiver_.book(11).book, venue_.book(0).expected());
    EXPECT_EQ(receiver_.book(12).book, venue_.book(1).expected());
    EXPECT_FALSE(receiver_.book(11).partial);
    EXPECT_FALSE(receiver_.book(12).partial);
    EXPECT_EQ(receiver_.removals_of_nothing, 0u);
}

TEST_F(StarbaseFeedTest, ATransactionThatNeverEndsTakesTheTrustOfItsBooks) {
    start_book();
    send_snapshot(venue_.snapshot(1));
    venue_.start();
    venue_.add(venue_.put(0, true, 100 * kNano, 50), sb::kStart);
    send(venue_.bytes());
    feed_.on_time(now_ + Nanos::from_ms(99));
    receiver_.flush();
    EXPECT_TRUE(receiver_.book(11).trusted);
    feed_.on_time(now_ + Nanos::from_ms(101));
    receiver_.flush();
    EXPECT_FALSE(receiver_.book(11).trusted);
    EXPECT_TRUE(receiver_.book(12).trusted);
    EXPECT_EQ(feed_.counters().books.stuck_transactions, 1u);
    now_ = now_ + Nanos::from_ms(200);
    send_snapshot(venue_.snapshot(0));
    EXPECT_TRUE(receiver_.book(11).trusted);
    EXPECT_EQ(receiver_.book(11).book, venue_.book(0).expected());
}

TEST_F(StarbaseFeedTest, AMessageThatContradictsItsBookTakesItsTrust) {
    start_book();
    send_snapshot(venue_.snapshot(1));
    const auto put = venue_.put(0, true, 100 * kNano, 50);
    send(venue_.one(put));
    send_one(sb::DeleteMsg{true, 4'711, 11});
    EXPECT_FALSE(receiver_.book(11).trusted);
    EXPECT_EQ(receiver_.book(11).lost.back(), TrustReason::change_id_gap);
    EXPECT_EQ(feed_.counters().books.orders_unknown, 1u);
    send_snapshot(venue_.snapshot(0));
    EXPECT_TRUE(receiver_.book(11).trusted);
    send_one(sb::ReduceMsg{true, put.order, 11, 60});
    EXPECT_FALSE(receiver_.book(11).trusted) << "reduced to more than there was";
    send_snapshot(venue_.snapshot(0));
    send_one(sb::DeleteMsg{false, put.order, 11});
    EXPECT_FALSE(receiver_.book(11).trusted) << "it stands on the other side";
    send_snapshot(venue_.snapshot(0));
    send_one(sb::PutMsg{true, 9, 11, -1, 100 * kNano, 0});
    EXPECT_FALSE(receiver_.book(11).trusted);
    EXPECT_EQ(receiver_.book(11).lost.back(), TrustReason::malformed);
    EXPECT_TRUE(receiver_.book(12).trusted) << "only the book concerned";
    send_snapshot(venue_.snapshot(0));
    EXPECT_TRUE(receiver_.book(11).trusted);
    EXPECT_EQ(receiver_.book(11).book, venue_.book(0).expected());
}

TEST_F(StarbaseFeedTest, ATickersPartsComeTogether) {
    send_one(sb::IndexDefinitionMsg{1, "btc_usd"});
    send_one(sb::IndexInfoMsg{1, 91'000 * kNano});
    send_one(starbase_perpetual(14));
    send_one(sb::InfoMsg{14, 1 * kNano, 3 * kNano, 2 * kNano});
    Ticker t = receiver_.last(EventType::ticker).payload.ticker;
    EXPECT_EQ(t.mark, Price::from_units(2));
    EXPECT_EQ(t.min_sell, Price::from_units(1));
    EXPECT_EQ(t.max_buy, Price::from_units(3));
    EXPECT_EQ(t.index, Price::from_units(91'000));
    EXPECT_EQ(t.best_bid, kNoPrice);
    EXPECT_EQ(t.delivery, kNoPrice);
    EXPECT_EQ(t.state, TradingState::open);
    sb::RefMsg ref{14};
    ref.funding_8h = 0.001;
    ref.estimated_delivery = 5 * kNano;
    send_one(ref);
    t = receiver_.last(EventType::ticker).payload.ticker;
    EXPECT_EQ(t.mark, Price::from_units(2)) << "what another part said stays";
    EXPECT_EQ(t.funding_8h, 0.001);
    EXPECT_EQ(t.estimated_delivery, Price::from_units(5));
    send_one(sb::StatusMsg{14, sb::WireStatus::halted});
    EXPECT_EQ(receiver_.last(EventType::ticker).payload.ticker.state, TradingState::halted);
    ref.delivery = 6 * kNano;
    send_one(ref);
    send_one(sb::StatusMsg{14, sb::WireStatus::delivered});
    t = receiver_.last(EventType::ticker).payload.ticker;
    EXPECT_EQ(t.state, TradingState::settled);
    EXPECT_EQ(t.delivery, Price::from_units(6));
    send_one(sb::InfoMsg{14, INT64_MAX, 3 * kNano, 2 * kNano});
    send_one(sb::StatusMsg{14, static_cast<sb::WireStatus>(17)});
    EXPECT_EQ(feed_.counters().bad_tickers, 2u);
}

TEST_F(StarbaseFeedTest, ASnapshotsOlderWordDoesNotUndoANewerOne) {
    send(venue_.heartbeat());
    send_snapshot(venue_.snapshot(0));
    const auto old = venue_.snapshot(0);
    send_one(sb::StatusMsg{11, sb::WireStatus::halted});
    send_one(sb::InfoMsg{11, 1 * kNano, 3 * kNano, 2 * kNano});
    const std::size_t tickers = receiver_.count(EventType::ticker);
    const std::size_t definitions = receiver_.count(EventType::instrument_definition);
    send_snapshot(old);
    EXPECT_EQ(receiver_.count(EventType::ticker), tickers);
    // The halt reaches the table with the ticker at the engine; here it has to be said.
    EXPECT_LE(receiver_.count(EventType::instrument_definition), definitions + 1);
    EXPECT_EQ(receiver_.last(EventType::instrument_definition).payload.instrument.state,
              receiver_.count(EventType::instrument_definition) == definitions ? TradingState::open
                                                                               : TradingState::halted);
}

TEST_F(StarbaseFeedTest, IndexPricesNeedAName) {
    send_one(sb::IndexInfoMsg{7, 5 * kNano});
    EXPECT_EQ(feed_.counters().unknown_index, 1u);
    send_one(sb::IndexDefinitionMsg{7, "sixteen_chars_xx"});
    EXPECT_EQ(feed_.counters().bad_index_prices, 1u) << "a name that does not fit is not cut";
    send_one(sb::IndexDefinitionMsg{7, "eth_usdc"});
    send_one(sb::IndexInfoMsg{7, 5 * kNano});
    const IndexPrice price = receiver_.last(EventType::index_price).payload.index_price;
    EXPECT_EQ(price.name.view(), "eth_usdc");
    EXPECT_EQ(price.price, Price::from_units(5));
    send_one(sb::IndexInfoMsg{7, sb::kNull});
    EXPECT_EQ(feed_.counters().bad_index_prices, 2u);
}

TEST_F(StarbaseFeedTest, TradesHaveTheirAggressorFromTheSummaryOrTheMaker) {
    start_book();
    send_one(sb::TradeSummaryMsg{11, 1, 50, 0, 0, 0, 1, sb::kStart | 2u});  // sells, a liquidation
    send_one(sb::TradeMsg{900, 11, 77, 50, 100 * kNano, 0});
    Trade t = receiver_.last(EventType::trade).payload.trade;
    EXPECT_EQ(t.aggressor, Side::sell);
    EXPECT_EQ(t.liquidation, 1);
    EXPECT_EQ(t.qty, Qty::from_units(5));
    EXPECT_EQ(t.price, Price::from_units(100));
    EXPECT_EQ(t.trade_id, 900u);
    const auto maker = venue_.put(0, false, 101 * kNano, 30);
    send(venue_.one(maker));
    send_one(sb::TradeMsg{901, 11, maker.order, 10, 101 * kNano, 0});
    t = receiver_.last(EventType::trade).payload.trade;
    EXPECT_EQ(t.aggressor, Side::buy) << "who takes an offer buys";
    EXPECT_EQ(t.liquidation, 0);
    send_one(sb::TradeMsg{902, 11, sb::kNull, 10, 101 * kNano, 0});
    EXPECT_EQ(feed_.counters().trades_without_side, 1u);
    EXPECT_EQ(receiver_.count(EventType::trade), 2u);
    send_one(sb::TradeMsg{903, 11, maker.order, 10, sb::kNull, 0});
    send_one(sb::TradeMsg{904, 11, maker.order, -10, 1, 0});
    EXPECT_EQ(feed_.counters().bad_trades, 2u);
}

TEST_F(StarbaseFeedTest, BlockTrades) {
    start_book();
    sb::BlockTradeMsg m;
    m.match = 5;
    m.instrument = 11;
    m.block_trade = 6;
    m.quantity = 100;
    m.price = 100 * kNano;
    m.implied_vol = 63.25;
    m.taker_flags = 1;
    send_one(m);
    const Trade t = receiver_.last(EventType::trade).payload.trade;
    EXPECT_EQ(t.block_id, 6u);
    EXPECT_EQ(t.aggressor, Side::sell);
    EXPECT_DOUBLE_EQ(t.implied_vol, 0.6325);
    m.implied_vol = sb::kNullDouble;
    send_one(m);
    EXPECT_EQ(receiver_.last(EventType::trade).payload.trade.implied_vol, 0.0);
    m.implied_vol = -1;
    send_one(m);
    EXPECT_EQ(feed_.counters().bad_trades, 1u);
}

TEST_F(StarbaseFeedTest, DefinitionsAreCompleteOnceEveryChannelsCycleWasSeenWhole) {
    StarbaseConfig config = starbase_config();
    config.channels.resize(2);
    Receiver receiver;
    StarbaseFeed<Receiver> feed(config, *receiver.table, receiver);
    StarbaseVenue other(1, {21});
    const auto send = [&](const UdpDatagram& d) {
        feed.on_datagram(d, now_);
        receiver.flush();
    };
    // Joined in the middle of a cycle: its end proves nothing.
    send(venue_.snapshot_event(venue_.snapshot(1)));
    send(venue_.snapshot_event(venue_.end_of_cycle()));
    send(other.snapshot_event(other.snapshot(0)));
    send(other.snapshot_event(other.end_of_cycle()));
    EXPECT_EQ(receiver.count(EventType::definitions_complete), 0u);
    // Something of the next is lost.
    send(venue_.snapshot_event(venue_.snapshot(0)));
    venue_.snapshot(1);
    send(venue_.snapshot_event(venue_.end_of_cycle()));
    EXPECT_EQ(receiver.count(EventType::definitions_complete), 0u);
    send(venue_.snapshot_event(venue_.snapshot(0)));
    send(venue_.snapshot_event(venue_.snapshot(1)));
    send(venue_.snapshot_event(venue_.end_of_cycle()));
    EXPECT_EQ(receiver.count(EventType::definitions_complete), 1u);
    send(venue_.snapshot_event(venue_.end_of_cycle()));
    EXPECT_EQ(receiver.count(EventType::definitions_complete), 1u);
    EXPECT_EQ(feed.counters().channels.snapshot_gaps, 1u);
}

TEST_F(StarbaseFeedTest, EveryDatagramIsCountedOnceUnderOneReason) {
    start_book();
    const auto put = venue_.one(venue_.put(0, true, 100 * kNano, 50));
    send(put);
    send(put);  // duplicate
    send(venue_.heartbeat());
    auto bytes = venue_.one(venue_.put(0, true, 100 * kNano, 50));
    bytes.push_back(std::byte{0});
    send(bytes);  // trailing byte: used all the same
    feed_.on_datagram({1, 2, 3, 4, bytes}, now_);
    send({put.begin(), put.begin() + 10});
    send_snapshot(put);        // an incremental packet on a snapshot group
    send(venue_.snapshot(0));  // and the other way round
    feed_.on_datagram(venue_.answer(venue_.reject(99, 1)), now_);
    feed_.on_datagram(venue_.answer(venue_.snapshot(0)), now_);
    const auto c = feed_.counters().channels;
    using starbase::Fate;
    EXPECT_EQ(c[Fate::applied], 1u);
    EXPECT_EQ(c[Fate::duplicate], 1u);
    EXPECT_EQ(c[Fate::heartbeat], 2u);
    EXPECT_EQ(c[Fate::malformed], 2u);
    EXPECT_EQ(c[Fate::other_destination], 1u);
    EXPECT_EQ(c[Fate::wrong_type], 2u);
    EXPECT_EQ(c[Fate::stray_answer], 2u);
    EXPECT_EQ(c[Fate::snapshot], 1u);
    EXPECT_EQ(c.datagrams(), 12u);
    EXPECT_EQ(receiver_.book(11).book, venue_.book(0).expected());
    EXPECT_TRUE(receiver_.book(11).trusted);
}

TEST_F(StarbaseFeedTest, CountersHaveStableNamesEachOnce) {
    std::map<std::string, std::uint64_t> seen;
    feed_.counters().visit([&](std::string_view name, std::uint64_t value) {
        EXPECT_TRUE(seen.emplace(name, value).second) << name;
    });
    for (const char* name :
         {"datagrams", "packets_applied", "messages_bid_put", "malformed_message_cut", "gaps", "failovers",
          "retransmit_requests", "snapshots_applied", "definitions_sent"})
        EXPECT_TRUE(seen.contains(name)) << name;
}

}  // namespace
}  // namespace hw::net
