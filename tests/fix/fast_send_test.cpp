// What leaves from a template says what QuickFIX would have said, and is remembered like it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "fix/fast_sender.h"
#include "fix/framing.h"
#include "tests/fix/direct_link.h"
#include "tests/fix/harness.h"
#include "tests/fix/quickfix_reading.h"

namespace hw::fix::test {
namespace {

using Fields44 = std::map<int, std::string>;

/// A session that is up, with what it says.
struct Desk {
    Desk(const SessionConfig& config, const InstrumentTable& table)
        : link(config.target_comp_id, config.sender_comp_id) {
        std::string error;
        session =
            OrderSession::create(config, {"me", "hidden"}, table, EventSinkRef{events}, wall_clock(), error);
        if (session == nullptr) throw std::runtime_error(error);
        if (!link.come_up(*session, wall_clock())) throw std::runtime_error("not up");
    }
    /// The message that the Action became; empty when it was refused.
    std::string send(const Action& action, Nanos now) {
        const std::size_t before = link.heard.size();
        const bool sent = session->send(action, now);
        EXPECT_EQ(link.heard.size(), before + (sent ? 1 : 0));
        return sent ? link.heard.back() : std::string{};
    }
    Collector events;
    DirectLink link;
    std::unique_ptr<OrderSession> session;
};

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t n) { return engine_() % n; }
    std::string text(std::size_t least, std::size_t most) {
        static constexpr std::string_view kLetters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
        std::string s;
        for (std::size_t n = least + below(most - least + 1); n > 0; --n)
            s += kLetters[below(kLetters.size())];
        return s;
    }
    /// Of any magnitude, with any number of decimals.
    std::int64_t nanos() {
        const auto n = static_cast<std::int64_t>(engine_() >> 1 >> below(62));
        std::int64_t unit = 1;
        for (std::uint64_t zeros = below(12); zeros > 0; --zeros) unit *= 10;
        return n - n % unit;
    }
    OrderId order() { return {engine_() | 1}; }

  private:
    std::mt19937_64 engine_;
};

Action random_action(Random& random, std::uint32_t instruments) {
    const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
    const InstrumentId id{static_cast<std::uint32_t>(random.below(instruments))};
    const Qty qty = Qty::from_nanos(random.nanos());
    Action action;
    switch (random.below(5)) {
        case 0:
            action = cancel_order(random.order(), random.order(), side, qty);
            break;
        case 1:
            action = mass_cancel(random.order());
            break;
        default: {
            const std::int64_t price = random.nanos();
            action =
                new_order(random.order(), side, qty, Price::from_nanos(random.below(8) == 0 ? -price : price),
                          random.below(2) == 0 ? TimeInForce::ioc : TimeInForce::gtc);
        }
    }
    if (action.header.type != ActionType::mass_cancel) action.header.instrument = id;
    return action;
}

/// All but what the two ways may differ in: when it was sent, and what follows from that.
Fields44 meaning(const std::string& message) {
    std::string error;
    Fields44 fields = read_with_quickfix(message, error);
    EXPECT_FALSE(fields.empty()) << error;
    for (const int tag : {9, 10, 52}) fields.erase(tag);
    return fields;
}

std::uint64_t iterations() {
    const char* const text = std::getenv("HW_FUZZ_ITERATIONS");
    return text == nullptr ? 3'000 : std::strtoull(text, nullptr, 10);
}

std::unique_ptr<InstrumentTable> named_instruments(Random& random, std::uint32_t count) {
    auto table = std::make_unique<InstrumentTable>();
    for (std::uint32_t i = 0; i < count; ++i) {
        Instrument instrument;
        instrument.symbol = Symbol::cut(random.text(1, 44) + std::to_string(i));
        instrument.feed_id = i + 1;
        InstrumentId id;
        table->add(instrument, &id);
    }
    return table;
}

class FastSend : public ::testing::TestWithParam<DialectKind> {};

TEST_P(FastSend, SaysFieldForFieldWhatTheSlowWaySays) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    constexpr std::uint64_t kPerSession = 300;
    std::uint64_t fast_ones = 0;
    for (std::uint64_t done = 0; done < iterations() && !HasFailure(); done += kPerSession) {
        const ScratchDir dir;
        SessionConfig config = make_config(dir / "fast");
        config.dialect = GetParam();
        config.sender_comp_id = random.text(1, 30);
        config.target_comp_id = random.text(1, 30);
        config.account = random.below(2) == 0 ? "" : random.text(1, 40);
        config.label = random.text(1, 64);
        const auto table = named_instruments(random, 8);
        Desk fast(config, *table);
        config.store_dir = dir / "slow";
        config.fast_path = false;
        Desk slow(config, *table);
        for (std::uint32_t i = 0; i < table->size(); i += 2) fast.session->prepare(InstrumentId{i});
        for (std::uint64_t n = 0; n < kPerSession && !HasFailure(); ++n) {
            const Action action = random_action(random, table->size());
            const Nanos now = wall_clock();
            if (random.below(4) == 0) fast.session->rehearse(now);
            const std::string by_template = fast.send(action, now);
            const std::string by_quickfix = slow.send(action, now);
            ASSERT_EQ(by_template.empty(), by_quickfix.empty());
            if (by_template.empty()) continue;
            ASSERT_EQ(meaning(by_template), meaning(by_quickfix)) << by_template << '\n' << by_quickfix;
            const OrderId order = action.header.type == ActionType::new_order ? action.payload.new_order.order
                                  : action.header.type == ActionType::cancel_order
                                      ? action.payload.cancel_order.order
                                      : action.payload.mass_cancel.order;
            ASSERT_TRUE(fast.session->has_slot(order));
        }
        const Counters& a = fast.session->counters();
        const Counters& b = slow.session->counters();
        EXPECT_EQ(a.orders_sent, b.orders_sent);
        EXPECT_EQ(a.cancels_sent, b.cancels_sent);
        EXPECT_EQ(a.mass_cancels_sent, b.mass_cancels_sent);
        EXPECT_EQ(a.sends_refused, b.sends_refused);
        EXPECT_EQ(b.sent_fast, 0u);
        fast_ones += a.sent_fast;
    }
    EXPECT_GT(fast_ones, iterations() / 2) << "templates were hardly used";
}

INSTANTIATE_TEST_SUITE_P(Dialects, FastSend, ::testing::Values(DialectKind::plain, DialectKind::deribit),
                         [](const auto& dialect) {
                             return std::string(dialect.param == DialectKind::plain ? "plain" : "deribit");
                         });

class FastSendOne : public ::testing::Test {
  protected:
    static OrderId id(std::uint64_t n) { return OrderId::make(1, n, 0); }
    static Action order(std::uint64_t n) {
        return new_order(id(n), Side::buy, Qty::from_units(10), *Price::from_double(64'250.5));
    }
    ScratchDir dir;
    std::unique_ptr<InstrumentTable> instruments = make_instruments();
    SessionConfig config = make_config(dir / "store");
};

TEST_F(FastSendOne, ThePreparedInstrumentsFirstOrderIsFastAnothersSecondOne) {
    Desk desk(config, *instruments);
    desk.session->prepare(kPerpetual);
    desk.send(order(1), wall_clock());
    EXPECT_EQ(desk.session->counters().sent_fast, 1u);
    Action other = order(2);
    other.header.instrument = kOption;
    desk.send(other, wall_clock());
    EXPECT_EQ(desk.session->counters().sent_fast, 1u);
    other.payload.new_order.order = id(3);
    desk.send(other, wall_clock());
    EXPECT_EQ(desk.session->counters().sent_fast, 2u);
    EXPECT_EQ(desk.session->counters().orders_sent, 3u);
}

TEST_F(FastSendOne, TheSequenceNumberHasItsExactWidthAndRisesOverBothWays) {
    Desk desk(config, *instruments);
    desk.session->prepare(kPerpetual);
    for (std::uint64_t n = 1; n <= 120; ++n) {
        const std::string sent = desk.send(n % 10 == 0 ? settle_orders(id(n)) : order(n), wall_clock());
        EXPECT_EQ(raw_value(sent, 34), std::to_string(n + 2)) << "Logon and test request came before";
    }
    EXPECT_EQ(desk.session->counters().sent_fast, 108u);
}

TEST_F(FastSendOne, FastAndSlowMessagesAreReplayedAlike) {
    Desk desk(config, *instruments);
    desk.session->prepare(kPerpetual);
    std::vector<std::string> sent;
    for (std::uint64_t n = 1; n <= 20; ++n) {
        Action action = order(n);
        if (n % 5 == 0) action = cancel_order(id(n), id(n - 1), Side::buy, Qty::from_units(1));
        if (n % 3 == 0) action.header.instrument = kOption;
        sent.push_back(desk.send(action, wall_clock()));
    }
    ASSERT_GT(desk.session->counters().sent_fast, 10u);
    ASSERT_LT(desk.session->counters().sent_fast, 20u);
    const std::size_t before = desk.link.heard.size();
    const std::string request = desk.link.next_message("2", wall_clock(), "7=3|16=0|");
    desk.session->on_bytes(request.data(), request.size(), wall_clock());
    ASSERT_EQ(desk.link.heard.size(), before + sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        Fields44 again = meaning(desk.link.heard[before + i]);
        EXPECT_EQ(again[43], "Y");
        EXPECT_EQ(again[122], raw_value(sent[i], 52));
        again.erase(43);
        again.erase(122);
        EXPECT_EQ(again, meaning(sent[i]));
    }
}

TEST_F(FastSendOne, ARehearsalStoresAndSendsNothing) {
    std::string error;
    {
        Desk desk(config, *instruments);
        desk.session->prepare(kPerpetual);
        const std::size_t said = desk.link.heard.size();
        for (int n = 0; n < 10; ++n) desk.session->rehearse(wall_clock());
        EXPECT_EQ(desk.link.heard.size(), said);
        EXPECT_EQ(desk.session->counters().orders_sent, 0u);
        EXPECT_FALSE(desk.session->has_slot(OrderId{1}));
    }
    const auto store =
        MessageStore::open(config.store_dir, "HEDGER->VENUE", config.store_slots, Nanos{}, error);
    ASSERT_NE(store, nullptr) << error;
    EXPECT_EQ(store->next_sender(), 3u);
    EXPECT_EQ(store->unfinished_slots(), 0u);
    EXPECT_EQ(store->damaged_slots(), 0u);
}

// QuickFIX counts heartbeats from the last message, whoever sent it.
TEST_F(FastSendOne, OrdersPutHeartbeatsOff) {
    Desk desk(config, *instruments);  // a heartbeat a second
    desk.session->prepare(kPerpetual);
    const Nanos begin = wall_clock();
    for (std::uint64_t n = 1; wall_clock() - begin < Nanos::from_ms(2'500); ++n) {
        desk.send(order(n), wall_clock());
        const std::string beat = desk.link.next_message("0", wall_clock(), "");
        desk.session->on_bytes(beat.data(), beat.size(), wall_clock());
        desk.session->poll(wall_clock());
        const timespec pause{0, 100'000'000};
        nanosleep(&pause, nullptr);
    }
    for (const std::string& said : desk.link.heard) EXPECT_NE(raw_value(said, 35), "0");
}

TEST_F(FastSendOne, WhatNoTemplateCanSayGoesTheSlowWay) {
    config.sender_comp_id = "S";  // too short a mass cancel for three digits of BodyLength
    config.target_comp_id = "T";
    Desk desk(config, *instruments);
    EXPECT_FALSE(desk.send(mass_cancel(id(1)), wall_clock()).empty());
    EXPECT_EQ(desk.session->counters().sent_fast, 0u);
    EXPECT_EQ(desk.session->counters().mass_cancels_sent, 1u);
    Action order_of_nothing = order(2);
    desk.session->prepare(kPerpetual);
    order_of_nothing.payload.new_order.qty = Qty{};
    EXPECT_TRUE(desk.send(order_of_nothing, wall_clock()).empty());
    EXPECT_EQ(desk.session->counters().sends_refused, 1u);
}

TEST_F(FastSendOne, ThousandsOfOrdersGoRoundTheStore) {
    config.store_slots = 64;
    std::string error;
    {
        Desk desk(config, *instruments);
        desk.session->prepare(kPerpetual);
        for (std::uint64_t n = 1; n <= 2'000; ++n) ASSERT_FALSE(desk.send(order(n), wall_clock()).empty());
        EXPECT_TRUE(desk.session->has_slot(id(2'000)));
        EXPECT_FALSE(desk.session->has_slot(id(2'001)));
    }
    const auto store = MessageStore::open(config.store_dir, "HEDGER->VENUE", 64, Nanos{}, error);
    ASSERT_NE(store, nullptr) << error;
    EXPECT_EQ(store->damaged_slots(), 0u);
    EXPECT_EQ(store->next_sender(), 2'003u);
    EXPECT_EQ(store->order_at(2'002), id(2'000));
}

}  // namespace
}  // namespace hw::fix::test
