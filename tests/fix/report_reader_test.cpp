// What each report becomes, field by field.
#include "fix/report_reader.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

const OrderId kOrder = OrderId::make(2, 5, 1);
const std::string kOrderText = "0002000000000501";

class Reports : public ::testing::Test {
  protected:
    using Map = std::map<int, std::string>;

    void use(DialectKind kind) {
        SessionConfig config;
        config.dialect = kind;
        dialect = make_dialect(config, {"me", "hidden"}, error);
        reader =
            std::make_unique<ReportReader>(*dialect, *instruments, *store, EventSinkRef{events}, counters);
    }
    void SetUp() override {
        store = MessageStore::open(dir.path(), "A->B", 64, Nanos{}, error);
        ASSERT_NE(store, nullptr) << error;
        use(DialectKind::plain);
    }
    static Map fill() {
        return {{150, "F"},
                {39, "1"},
                {11, kOrderText},
                {37, "V1"},
                {17, "E1"},
                {54, "1"},
                {32, "2"},
                {31, "64250.5"},
                {14, "5"},
                {151, "3"},
                {38, "8"},
                {34, "9"},
                {52, "20240102-00:00:00"},
                {55, "BTC-PERPETUAL"},
                {60, "20240102-03:04:05.678"}};
    }
    static Map with(Map map, const Map& changes) {
        for (const auto& [tag, text] : changes) map[tag] = text;
        return map;
    }
    static Map without(Map map, int tag) {
        map.erase(tag);
        return map;
    }
    VerdictOn read(const Map& map, std::string_view type = "8", bool duplicate = false) {
        std::vector<FieldView> fields;
        for (const auto& [tag, text] : map) fields.push_back({tag, text.data(), text.size()});
        const InboundMessage message{type.data(),   type.size(),  9, duplicate, false,
                                     fields.data(), fields.size()};
        if (type != "3") return reader->read(message);
        reader->read_session_reject(message);
        return {Verdict::accepted, 0};
    }
    const Execution& execution() { return events.last(EventType::execution).payload.execution; }
    const OrderUpdate& update() { return events.last(EventType::order_update).payload.order_update; }

    ScratchDir dir;
    std::string error;
    std::unique_ptr<InstrumentTable> instruments = make_instruments();
    Collector events;
    Counters counters;
    std::unique_ptr<MessageStore> store;
    std::unique_ptr<Dialect> dialect;
    std::unique_ptr<ReportReader> reader;
};

TEST_F(Reports, AFillInFull) {
    ASSERT_EQ(read(fill()).verdict, Verdict::accepted);
    const Event& event = events.last(EventType::execution);
    EXPECT_EQ(event.header.instrument, kPerpetual);
    EXPECT_EQ(event.header.venue_time, Nanos::from_ns(1'704'164'645'678'000'000));
    EXPECT_EQ(execution().order, kOrder);
    EXPECT_EQ(execution().last_qty, Qty::from_units(2));
    EXPECT_EQ(execution().last_price, Price::from_nanos(64'250'500'000'000));
    EXPECT_EQ(execution().cum_qty, Qty::from_units(5));
    EXPECT_EQ(execution().leaves_qty, Qty::from_units(3));
    EXPECT_EQ(execution().possible_resend, 0);
    EXPECT_TRUE(execution().group.is_none());
    EXPECT_EQ(events.flushed, 1u) << "flushed before the sequence number moves on";
}

TEST_F(Reports, TheKeyIsTheSameHoweverOftenAndInWhateverStyleAFillIsTold) {
    read(fill());
    const ExecKey key = execution().key;
    read(fill(), "8", true);
    EXPECT_EQ(execution().key, key);
    EXPECT_EQ(execution().possible_resend, 1);
    read(with(fill(), {{150, "1"}}));
    EXPECT_EQ(execution().key, key);
    read(with(fill(), {{17, "E2"}}));
    EXPECT_NE(execution().key, key);
    EXPECT_EQ(counters.executions, 4u);
}

TEST_F(Reports, WithoutAnExecIdTheKeyIsTheOrderAndHowFarItIsFilled) {
    const Map bare = without(fill(), 17);
    read(bare);
    const ExecKey key = execution().key;
    EXPECT_EQ(execution().exec_id.view(), "V1");
    read(with(bare, {{14, "5.000"}}));
    EXPECT_EQ(execution().key, key);
    read(with(bare, {{14, "6"}}));
    EXPECT_NE(execution().key, key);
    read(with(bare, {{37, "V2"}}));
    EXPECT_NE(execution().key, key);
}

TEST_F(Reports, OtherEnginesFillsAreExecutionsWithoutOrder) {
    for (const char* id : {"quote-17", "0002000000000501x", "0002000000000ABC", "0000000000000000"}) {
        read(with(fill(), {{11, id}}));
        EXPECT_TRUE(execution().order.is_none()) << id;
    }
    read(without(fill(), 11));
    EXPECT_TRUE(execution().order.is_none());
    EXPECT_EQ(counters.executions_other_orders, 5u);
}

TEST_F(Reports, AnUnknownSymbolIsCountedAndStillDelivered) {
    EXPECT_EQ(read(with(fill(), {{55, "NEW-LISTING"}})).verdict, Verdict::accepted);
    EXPECT_EQ(events.last(EventType::execution).header.instrument, kNoInstrument);
    EXPECT_EQ(execution().last_qty, Qty::from_units(2));
    EXPECT_EQ(counters.executions_unknown_symbol, 1u);
}

TEST_F(Reports, AFillThatDoesNotParseNamesItsFieldAndStopsTheEngine) {
    struct Case {
        int tag;
        const char* text;
        Verdict verdict;
        std::uint64_t Counters::*counter;
    };
    for (const Case& c : {Case{32, "12x9", Verdict::bad_format, &Counters::field_bad_qty},
                          Case{32, "0", Verdict::bad_format, &Counters::field_bad_qty},
                          Case{32, "-1", Verdict::bad_format, &Counters::field_bad_qty},
                          Case{14, "1e5", Verdict::bad_format, &Counters::field_bad_qty},
                          Case{151, "-3", Verdict::bad_format, &Counters::field_bad_qty},
                          Case{31, "1.2.3", Verdict::bad_format, &Counters::field_bad_price},
                          Case{54, "9", Verdict::bad_value, &Counters::field_bad_side},
                          Case{60, "yesterday", Verdict::bad_format, &Counters::field_bad_time},
                          Case{39, "Z", Verdict::bad_value, &Counters::field_bad_status},
                          Case{150, "ZZ", Verdict::bad_value, &Counters::field_bad_status}}) {
        const auto before = counters.*c.counter;
        const VerdictOn answer = read(with(fill(), {{c.tag, c.text}}));
        EXPECT_EQ(answer.verdict, c.verdict) << c.tag;
        EXPECT_EQ(answer.tag, c.tag);
        EXPECT_EQ(counters.*c.counter, before + 1) << c.tag;
    }
    for (const int tag : {55, 32, 31, 14, 151}) {
        const VerdictOn answer = read(without(fill(), tag));
        EXPECT_EQ(answer.verdict, Verdict::missing) << tag;
        EXPECT_EQ(answer.tag, tag);
    }
    EXPECT_EQ(counters.field_missing, 5u);
    EXPECT_EQ(events.events.size(), 10u + 5u);
    for (const Event& event : events.events) {
        EXPECT_EQ(event.header.type, EventType::execution);
        EXPECT_EQ(event.header.instrument, kNoInstrument);
    }
    EXPECT_EQ(counters.executions, 0u);
}

TEST_F(Reports, NewsThatDoesNotParseMakesNoEvent) {
    EXPECT_EQ(read(with(fill(), {{150, "4"}, {39, "4"}, {14, "1e5"}})).tag, 14);
    EXPECT_EQ(read(with(fill(), {{150, "0"}, {39, "Z"}})).tag, 39);
    EXPECT_TRUE(events.events.empty());
}

TEST_F(Reports, FeesCountOnlyWhenAbsoluteAndMeant) {
    read(with(fill(), {{12, "0.00012"}, {13, "3"}}));
    EXPECT_EQ(execution().fee_known, 1);
    EXPECT_EQ(execution().fee, Cash::from_nanos(120'000));
    read(with(fill(), {{12, "0.00012"}, {13, "1"}}));
    EXPECT_EQ(execution().fee_known, 0);
    EXPECT_EQ(read(with(fill(), {{12, "x"}, {13, "3"}})).verdict, Verdict::accepted) << "not for its fee";
    EXPECT_EQ(execution().fee_known, 0);
    EXPECT_EQ(counters.field_bad_fee, 1u);
    use(DialectKind::deribit);
    read(with(fill(), {{12, "0"}, {13, "3"}}));
    EXPECT_EQ(execution().fee_known, 0);
}

TEST_F(Reports, LegsOfAComboShareAGroup) {
    const Map leg = with(fill(), {{442, "2"}, {527, "C77"}, {5527, "2"}});
    read(leg);
    const ExecKey group = execution().group;
    const ExecKey key = execution().key;
    EXPECT_FALSE(group.is_none());
    EXPECT_EQ(execution().group_legs, 2);
    read(with(leg, {{55, "BTC-OPT"}}));
    EXPECT_EQ(execution().group, group);
    EXPECT_NE(execution().key, key) << "one ExecID for all legs is still two executions";
    read(with(leg, {{5527, "999"}}));
    EXPECT_EQ(execution().group, group);
    EXPECT_EQ(execution().group_legs, 0);
    EXPECT_EQ(counters.field_bad_count, 1u);
    read(with(leg, {{442, "3"}, {11, "other"}}));
    EXPECT_EQ(counters.multileg_parents, 1u);
    EXPECT_EQ(counters.executions, 3u);
}

TEST_F(Reports, ABustNamesTheFillThatItTakesBack) {
    read(fill());
    const ExecKey original = execution().key;
    const Map bust = without(without(without(fill(), 31), 32), 151);
    ASSERT_EQ(read(with(bust, {{150, "H"}, {19, "E1"}, {17, "E9"}})).verdict, Verdict::accepted);
    EXPECT_EQ(events.last(EventType::execution).header.instrument, kPerpetual);
    EXPECT_EQ(execution().change, TradeChange::bust);
    EXPECT_EQ(execution().ref, original);
    EXPECT_NE(execution().key, original);
    EXPECT_FALSE(execution().key.is_none());
    EXPECT_EQ(execution().order, kOrder);
    EXPECT_EQ(counters.trades_busted, 1u);
    EXPECT_EQ(counters.executions, 1u);
}

TEST_F(Reports, ACorrectionNamesTheFillAndSaysWhatWasTradedAfterAll) {
    read(fill());
    const ExecKey original = execution().key;
    read(with(fill(), {{150, "G"}, {19, "E1"}, {17, "E9"}, {32, "1"}, {31, "64000"}}));
    EXPECT_EQ(execution().change, TradeChange::correction);
    EXPECT_EQ(execution().ref, original);
    EXPECT_EQ(execution().last_qty, Qty::from_units(1));
    EXPECT_EQ(execution().last_price, Price::from_nanos(64'000'000'000'000));
    const ExecKey corrected = execution().key;
    // The correction may be taken back in turn, by its own id.
    read(with(fill(), {{150, "H"}, {19, "E9"}, {17, "E10"}}));
    EXPECT_EQ(execution().ref, corrected);
    EXPECT_EQ(counters.trades_corrected, 1u);
}

TEST_F(Reports, BustsAndCorrectionsInTheStyleOfCme) {
    read(fill());
    const ExecKey original = execution().key;
    read(with(fill(), {{20, "1"}, {39, "H"}, {19, "E1"}, {17, "E8"}}));
    EXPECT_EQ(execution().change, TradeChange::bust);
    EXPECT_EQ(execution().ref, original);
    read(with(fill(), {{20, "2"}, {39, "G"}, {150, "1"}, {19, "E1"}, {17, "E9"}}));
    EXPECT_EQ(execution().change, TradeChange::correction);
    EXPECT_EQ(execution().ref, original);
    read(with(fill(), {{20, "0"}, {17, "E11"}}));
    EXPECT_EQ(execution().change, TradeChange::none);
    EXPECT_EQ(counters.trades_busted + counters.trades_corrected, 2u);
}

TEST_F(Reports, AChangeThatRepeatsTheOriginalsIdHasAKeyOfItsOwn) {
    read(fill());
    const ExecKey original = execution().key;
    read(with(fill(), {{150, "H"}, {19, "E1"}}));
    const ExecKey bust = execution().key;
    EXPECT_NE(bust, original);
    read(with(fill(), {{150, "H"}, {19, "E1"}}));
    EXPECT_EQ(execution().key, bust) << "the same bust again";
    read(with(fill(), {{150, "G"}, {19, "E1"}}));
    EXPECT_NE(execution().key, bust);
}

TEST_F(Reports, AChangeThatNamesNoFillOrCannotBeReadStopsTheEngine) {
    read(with(fill(), {{150, "H"}}));
    EXPECT_EQ(events.last(EventType::execution).header.instrument, kNoInstrument);
    EXPECT_EQ(execution().change, TradeChange::none);
    EXPECT_EQ(counters.trades_unnamed, 1u);
    EXPECT_EQ(read(with(fill(), {{150, "G"}, {19, "E1"}, {17, "E9"}, {31, "12x"}})).verdict,
              Verdict::bad_format);
    EXPECT_EQ(events.last(EventType::execution).header.instrument, kNoInstrument);
    EXPECT_EQ(events.count(EventType::execution), 2u);
    EXPECT_EQ(counters.trades_corrected, 0u);
}

TEST_F(Reports, OnDeribitAFillIsNamedByItsOrderAndHowFarItWasFilledAndABustStops) {
    use(DialectKind::deribit);
    read(fill());
    const ExecKey key = execution().key;
    read(with(fill(), {{17, "another"}, {880, "T1"}}));
    EXPECT_EQ(execution().key, key) << "17 is not told on both sessions";
    read(with(fill(), {{14, "6"}}));
    EXPECT_NE(execution().key, key);
    read(with(fill(), {{150, "H"}, {19, "E1"}, {17, "E9"}}));
    EXPECT_EQ(events.last(EventType::execution).header.instrument, kNoInstrument);
}

TEST_F(Reports, OrderUpdatesOfEveryKind) {
    struct Case {
        const char* exec_type;
        const char* status;
        OrderStatus expected;
    };
    for (const Case& c : {Case{"0", "0", OrderStatus::live}, Case{"A", "A", OrderStatus::pending_new},
                          Case{"4", "4", OrderStatus::canceled}, Case{"C", "C", OrderStatus::expired},
                          Case{"6", "6", OrderStatus::pending_cancel}, Case{"3", "3", OrderStatus::expired},
                          Case{"B", "B", OrderStatus::unknown}, Case{"D", "1", OrderStatus::partially_filled},
                          Case{"I", "2", OrderStatus::filled}}) {
        read(with(fill(), {{150, c.exec_type}, {39, c.status}}));
        EXPECT_EQ(update().status, c.expected) << c.exec_type;
        EXPECT_EQ(update().order, kOrder);
        EXPECT_EQ(update().cum_qty, Qty::from_units(5));
        EXPECT_EQ(update().from_status_request, c.exec_type[0] == 'I' ? 1 : 0);
    }
    read(with(fill(), {{150, "8"}, {39, "8"}, {103, "3"}, {58, "too big"}}));
    EXPECT_EQ(update().status, OrderStatus::rejected);
    EXPECT_EQ(update().reject_code, 3u);
    EXPECT_EQ(update().text.view(), "too big");
    const auto before = events.events.size();
    read(with(fill(), {{150, "0"}, {39, "0"}, {11, "another's"}}));
    EXPECT_EQ(events.events.size(), before);
    EXPECT_EQ(counters.other_order_updates, 1u);
    EXPECT_EQ(counters.executions, 0u);
}

TEST_F(Reports, ACancelsReportIsAboutTheOrder) {
    read(with(fill(), {{150, "4"}, {39, "4"}, {11, "0002000000000909"}, {41, kOrderText}}));
    EXPECT_EQ(update().order, kOrder);
}

TEST_F(Reports, DeribitHasItsIdsTheOtherWayRound) {
    use(DialectKind::deribit);
    read(with(without(fill(), 17), {{11, "0002000000000909"}, {41, kOrderText}}));
    EXPECT_EQ(execution().order, kOrder);
    read(with(fill(), {{11, kOrderText}}));
    EXPECT_TRUE(execution().order.is_none());
}

TEST_F(Reports, AMassStatusEndsWithItsLastReport) {
    const OrderId request = OrderId::make(2, 9, 0);
    const std::string request_text = "0002000000000900";
    reader->settle_requested(request);
    const Map status = with(fill(), {{150, "I"}, {39, "1"}, {584, request_text}, {911, "3"}});
    read(status);
    read(with(status, {{11, "another's"}}));
    EXPECT_EQ(events.count(EventType::settle_complete), 0u);
    read(with(status, {{912, "Y"}}));
    ASSERT_EQ(events.count(EventType::settle_complete), 1u);
    EXPECT_EQ(events.last(EventType::settle_complete).payload.settle_complete.reported, 2u);
    EXPECT_EQ(events.events.back().header.type, EventType::settle_complete);
    read(with(status, {{912, "Y"}}));
    EXPECT_EQ(events.count(EventType::settle_complete), 1u) << "an answer told again answers nothing";
}

TEST_F(Reports, AMassStatusWithoutOrdersIsOneEmptyReport) {
    reader->settle_requested(OrderId::make(2, 9, 0));
    const Map empty{{150, "I"}, {39, "8"}, {37, "0"}, {911, "0"}, {912, "Y"}, {52, "20240102-00:00:00"}};
    EXPECT_EQ(read(empty).verdict, Verdict::accepted);
    ASSERT_EQ(events.count(EventType::settle_complete), 1u);
    EXPECT_EQ(events.last(EventType::settle_complete).payload.settle_complete.reported, 0u);
    EXPECT_EQ(events.count(EventType::order_update), 0u);
}

TEST_F(Reports, AMassStatusOfAVenueThatMarksNoLastReportEndsByCount) {
    reader->settle_requested(OrderId::make(2, 9, 0));
    const Map status = with(fill(), {{150, "I"}, {39, "1"}, {911, "2"}});
    read(status);
    EXPECT_EQ(events.count(EventType::settle_complete), 0u);
    read(status);
    EXPECT_EQ(events.count(EventType::settle_complete), 1u);
}

TEST_F(Reports, CancelRejects) {
    read({{11, "0002000000000909"},
          {41, kOrderText},
          {39, "2"},
          {102, "0"},
          {58, "too late"},
          {52, "20240102-00:00:00"}},
         "9");
    const CancelReject& reject = events.last(EventType::cancel_reject).payload.cancel_reject;
    EXPECT_EQ(reject.order, kOrder);
    EXPECT_EQ(reject.reason, 0u);
    EXPECT_EQ(reject.status, OrderStatus::filled);
    EXPECT_EQ(reject.text.view(), "too late");
}

TEST_F(Reports, RejectsAreTracedToTheOrderByNumber) {
    store->put(4,
               "8=FIX.4.4\x01"
               "35=D\x01"
               "11=" +
                   kOrderText + "\x01",
               kOrder);
    store->put(5,
               "8=FIX.4.4\x01"
               "35=F\x01"
               "11=0002000000000909\x01"
               "41=" +
                   kOrderText + "\x01",
               OrderId::make(2, 9, 9));
    store->put(6,
               "8=FIX.4.4\x01"
               "35=q\x01",
               OrderId{});
    read({{45, "4"}, {373, "6"}, {52, "20240102-00:00:00"}}, "3");
    EXPECT_EQ(update().order, kOrder);
    EXPECT_EQ(update().status, OrderStatus::rejected);
    EXPECT_EQ(update().reject_code, 6u);
    read({{45, "5"}, {372, "F"}, {380, "4"}, {52, "20240102-00:00:00"}}, "j");
    EXPECT_EQ(events.last(EventType::cancel_reject).payload.cancel_reject.order, kOrder);
    EXPECT_EQ(events.last(EventType::cancel_reject).payload.cancel_reject.status, OrderStatus::unknown);
    const auto before = events.events.size();
    read({{45, "6"}, {52, "20240102-00:00:00"}}, "3");
    read({{45, "x"}, {52, "20240102-00:00:00"}}, "3");
    EXPECT_EQ(events.events.size(), before);
    EXPECT_EQ(counters.requests_rejected, 2u);
}

TEST_F(Reports, MassCancelReportsAreCounted) {
    read({{530, "7"}, {531, "7"}}, "r");
    read({{530, "7"}, {531, "0"}}, "r");
    EXPECT_EQ(counters.mass_cancel_reports, 1u);
    EXPECT_EQ(counters.mass_cancels_rejected, 1u);
    EXPECT_EQ(read({}, "AP").verdict, Verdict::unsupported);
}

}  // namespace
}  // namespace hw::fix::test
