// The engine's one door: numbers, times and bursts are right, whatever a transport says or refuses while
// orders go out, and what it wrote replays.
#include "deploy/runtime/event_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "core/journal/recovery.h"
#include "deploy/runtime/config.h"
#include "deploy/runtime/paper.h"
#include "deploy/runtime/replica.h"
#include "deploy/runtime/startup.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::deploy {
namespace {

namespace fs = std::filesystem;
using hedge::test::contract;
using hedge::test::price;
using hedge::test::qty;

constexpr char kConfig[] = R"(version = 1
[port]
eal = ["--no-pci"]
[feed]
kind = "deribit"
[order]
transport = "paper"
[paper]
delay_us = 500
[journal]
dir = "DIR"
segment_mib = 1
[[underlying]]
name = "BTC"
hedge_instrument = "BTC-PERPETUAL"
band = 0.5
[[underlying.quote_wallet]]
currency = "USDC"
share = 0
)";

constexpr InstrumentId kPerpetual{0};
constexpr InstrumentId kSpot{1};

class NoBlobs : public BlobSource {
  public:
    std::span<const std::byte> find(const BlobRef&) override { return {}; }
};

/// Refuses orders at will, and says something while an Action goes out, as a session that loses its
/// connection does.
class MoodyTransport {
  public:
    std::function<bool(const Action&)> answer = [](const Action&) { return true; };
    bool send(const Action& action, Nanos) {
        ++sent[action.header.type];
        return answer(action);
    }
    std::map<ActionType, int> sent;
};

class EventWriterTest : public testing::Test {
  protected:
    EventWriterTest() {
        std::string pattern = (fs::temp_directory_path() / "hedgewire-writer-XXXXXX").string();
        dir = mkdtemp(pattern.data());
        std::string text = kConfig;
        text.replace(text.find("DIR"), 3, dir + "/journal");
        auto parsed = parse_config(text, "test");
        if (const auto* errors = std::get_if<ConfigErrors>(&parsed))
            throw std::runtime_error(to_string(*errors));
        config = std::get<RunConfig>(parsed);
        std::string error;
        if (!open_journal(config, opened, error)) throw std::runtime_error(error);
    }
    ~EventWriterTest() override {
        opened.writer.reset();
        fs::remove_all(dir);
    }

    template <class Writer>
    void begin(Writer& writer) {
        at(writer, 0);
        writer.stage(EventType::run_started, kNoInstrument, Nanos{}).payload.run_started.epoch = opened.epoch;
        writer.stage(EventType::instrument_definition, kPerpetual, Nanos{}).payload.instrument =
            contract("BTC-PERPETUAL", Kind::perpetual, Settlement::inverse, 10);
        writer.stage(EventType::instrument_definition, kSpot, Nanos{}).payload.instrument =
            contract("BTC-SPOT", Kind::spot, Settlement::linear, 1);
        writer.stage(EventType::definitions_complete, kNoInstrument, Nanos{});
        writer.stage(EventType::book_trust, kPerpetual, Nanos{}).payload.book_trust.trusted = 1;
        level(writer, 49'999.5, 1000, Side::buy);
        level(writer, 50'000.5, 1000, Side::sell);
        writer.end_burst();
    }
    template <class Writer>
    void session_up(Writer& writer) {
        writer.stage(EventType::session_state, kNoInstrument, Nanos{}).payload.session_state.up = 1;
    }
    template <class Writer>
    void hold_spot(Writer& writer, double coins) {
        writer.stage(EventType::position, kSpot, Nanos{}).payload.position.qty = qty(coins);
    }
    template <class Writer>
    void level(Writer& writer, double p, double contracts, Side side) {
        BookLevel& l = writer.stage(EventType::book_level, kPerpetual, Nanos{}).payload.book_level;
        l.price = price(p);
        l.qty = qty(contracts);
        l.side = side;
        l.last = 1;
    }
    template <class Writer>
    void at(Writer& writer, std::int64_t us) {
        writer.begin_burst(hedge::test::kStart + Nanos::from_us(us), monotonic_ns());
    }
    /// Closes the journal and runs it again: identical, with the state that the engine has.
    void expect_replays(const hedge::Engine& engine) {
        const std::uint64_t hash = hedge::state_hash(engine.state());
        opened.writer.reset();
        Replica replica(config.journal.dir, false);
        ASSERT_TRUE(replica.begin_at_start()) << replica.message();
        EXPECT_EQ(replica.advance(), Replica::Outcome::caught_up) << replica.message();
        EXPECT_EQ(hedge::state_hash(replica.state()), hash);
    }

    std::string dir;
    RunConfig config;
    OpenedJournal opened;
    NoBlobs blobs;
};

TEST_F(EventWriterTest, ARefusedOrderComesBackAsUnsentAndIsTriedAgainLater) {
    hedge::Engine engine(opened.state.state(), blobs);
    engine.configure(config.engine);
    MoodyTransport transport;
    transport.answer = [](const Action& a) { return a.header.type != ActionType::new_order; };
    EventWriter<MoodyTransport> writer(engine, *opened.writer, transport, 0, Nanos{});
    begin(writer);
    session_up(writer);
    hold_spot(writer, 2);
    writer.end_burst();
    EXPECT_EQ(transport.sent[ActionType::new_order], 1);
    for (const hedge::OrderState& o : engine.state().orders)
        EXPECT_FALSE(o.open()) << "an order that never left is open";

    transport.answer = [](const Action&) { return true; };
    at(writer, 60'000'000);
    level(writer, 49'999.5, 999, Side::buy);
    writer.end_burst();
    EXPECT_EQ(transport.sent[ActionType::new_order], 2) << "after the back-off the exposure is hedged";
    expect_replays(engine);
}

TEST_F(EventWriterTest, WhatATransportSaysWhileItSendsWaitsItsTurn) {
    hedge::Engine engine(opened.state.state(), blobs);
    engine.configure(config.engine);
    MoodyTransport transport;
    EventWriter<MoodyTransport> writer(engine, *opened.writer, transport, 0, Nanos{});
    transport.answer = [&](const Action& a) {
        if (a.header.type != ActionType::new_order) return true;
        for (int i = 0; i < 3; ++i) {
            writer.stage(EventType::session_state, kNoInstrument, Nanos{}).payload.session_state.up = 0;
            writer.flush();
        }
        return true;
    };
    begin(writer);
    session_up(writer);
    hold_spot(writer, 2);
    const std::uint64_t before = writer.sequence();
    writer.end_burst();
    EXPECT_EQ(writer.sequence(), before + 4) << "the staged Event and the three said meanwhile";
    EXPECT_EQ(engine.state().session_up, 0);
    EXPECT_EQ(transport.sent[ActionType::new_order], 1);
    int unknown = 0;
    for (const hedge::OrderState& o : engine.state().orders)
        unknown += o.open() && o.status == OrderStatus::unknown;
    EXPECT_EQ(unknown, 1) << "sent, and then the session was lost";
    expect_replays(engine);
}

TEST_F(EventWriterTest, TimeNeverRunsBackwards) {
    hedge::Engine engine(opened.state.state(), blobs);
    engine.configure(config.engine);
    MoodyTransport transport;
    EventWriter<MoodyTransport> writer(engine, *opened.writer, transport, 0, Nanos{});
    begin(writer);
    at(writer, 5'000'000);
    level(writer, 49'999.5, 10, Side::buy);
    writer.end_burst();
    const Nanos latest = engine.state().now;
    at(writer, 1'000);  // the host's clock was set back
    level(writer, 49'999.5, 11, Side::buy);
    writer.end_burst();
    EXPECT_EQ(engine.state().now, latest);
}

TEST_F(EventWriterTest, PaperOrdersFillAfterTheirDelayAgainstWhatIsThere) {
    hedge::Engine engine(opened.state.state(), blobs);
    engine.configure(config.engine);
    PaperTransport paper(config.paper, engine.state());
    EventWriter<PaperTransport> writer(engine, *opened.writer, paper, 0, Nanos{});
    begin(writer);
    at(writer, 10);
    paper.poll(writer.now(), EventSinkRef(writer));
    hold_spot(writer, 2);  // 2 coins long: sells 1.75 coins' worth to get to half the band
    writer.end_burst();
    ASSERT_FALSE(paper.next_due().is_zero());
    EXPECT_EQ(paper.next_due(), hedge::test::kStart + Nanos::from_us(10 + 500));

    at(writer, 400);
    paper.poll(writer.now(), EventSinkRef(writer));
    writer.end_burst();
    EXPECT_TRUE(engine.state().positions[0].qty.is_zero()) << "too early";

    at(writer, 600);
    paper.poll(writer.now(), EventSinkRef(writer));
    writer.end_burst();
    // 1000 contracts stand at the bid; the order wanted 8750, and the remainder is cancelled.
    EXPECT_EQ(engine.state().positions[0].qty, qty(-1000));
    at(writer, 1'200);
    paper.poll(writer.now(), EventSinkRef(writer));
    writer.end_burst();
    EXPECT_EQ(engine.state().positions[0].qty, qty(-1000)) << "the level was taken already";
    at(writer, 1'300);
    level(writer, 49'999.5, 600, Side::buy);
    writer.end_burst();
    for (int ms = 2; ms < 1'500; ms += 2) {
        at(writer, ms * 1'000);
        paper.poll(writer.now(), EventSinkRef(writer));
        writer.stage(EventType::timer, kNoInstrument, Nanos{});
        writer.end_burst();
    }
    EXPECT_EQ(engine.state().positions[0].qty, qty(-1600)) << "the feed showed 600 more, once";
    expect_replays(engine);
}

}  // namespace
}  // namespace hw::deploy
