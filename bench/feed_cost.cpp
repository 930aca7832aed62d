#include "bench/feed_cost.h"

#include <filesystem>
#include <memory>

#include "bench/machine.h"
#include "bench/market_session.h"
#include "core/book_set.h"
#include "net/feed/deribit_feed.h"

namespace hw::bench {

namespace {

using namespace hw::net;
using nlohmann::ordered_json;

constexpr int kWarmPasses = 20;
constexpr int kPasses = 2'000;

/// Takes the feed's Events as the engine's door does, one held back, and keeps the books.
class BookKeeper {
  public:
    explicit BookKeeper(const std::vector<Instrument>& definitions) {
        for (const Instrument& i : definitions) define(i);
    }
    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time) {
        flush();
        staged_ = true;
        event_.header = {};
        event_.header.type = type;
        event_.header.instrument = instrument;
        event_.header.venue_time = venue_time;
        event_.header.recv_time = now;
        return event_;
    }
    void flush() {
        if (!staged_) return;
        staged_ = false;
        ++events;
        switch (event_.header.type) {
            case EventType::book_level:
                ++levels;
                books_->apply(event_.header.instrument, event_.payload.book_level, now);
                break;
            case EventType::book_clear:
                books_->clear(event_.header.instrument);
                break;
            case EventType::instrument_definition:
                define(event_.payload.instrument);
                break;
            default:
                break;
        }
    }
    const InstrumentTable& table() const { return *table_; }

    Nanos now;
    std::uint64_t events = 0;
    std::uint64_t levels = 0;

  private:
    void define(const Instrument& instrument) {
        InstrumentId id = kNoInstrument;
        table_->add(instrument, &id);
        if (id != kNoInstrument) books_->open(id, instrument.kind);
    }

    std::unique_ptr<InstrumentTable> table_ = std::make_unique<InstrumentTable>();
    std::unique_ptr<BookSet> books_ = std::make_unique<BookSet>();
    Event event_;
    bool staged_ = false;
};

/// Looks at every message and does nothing about it.
struct Onlooker {
    template <class M>
    void on(const M& m) {
        seen += m.m.header.template_id;
    }
    std::uint64_t seen = 0;
};

volatile std::uint64_t sink;

template <class Pass>
double per_message(const MarketSession& session, Pass&& pass) {
    const std::int64_t begin = now_ns();
    pass();
    return static_cast<double>(now_ns() - begin) / static_cast<double>(session.messages());
}

void touch(const MarketSession& session) {
    std::uint64_t sum = 0;
    for (const std::span<const std::byte> frame : session.frames()) {
        for (std::size_t at = 0; at < frame.size(); at += 64) sum += static_cast<std::uint64_t>(frame[at]);
        sum += static_cast<std::uint64_t>(frame.back());
    }
    sink = sum;
}

void only_classify(const MarketSession& session) {
    std::uint64_t sum = 0;
    for (const std::span<const std::byte> frame : session.frames()) sum += classify(frame).udp.dst_port;
    sink = sum;
}

void classify_and_walk(const MarketSession& session, deribit::DecodeCounters& counters) {
    Onlooker onlooker;
    for (const std::span<const std::byte> frame : session.frames())
        deribit::decode_frame(classify(frame).udp.payload, onlooker, counters);
    sink = onlooker.seen;
}

ordered_json composition(const MarketSession& session, const FeedCounters& before, const FeedCounters& after,
                         double passes) {
    ordered_json j = {
        {"frames", session.frames().size()}, {"bytes", session.bytes()}, {"messages", session.messages()}};
    for (std::size_t t = 0; t < deribit::kTemplates; ++t) {
        const double n = static_cast<double>(after.decode.messages[t] - before.decode.messages[t]) / passes;
        const auto id = static_cast<deribit::Template>(deribit::kFirstTemplate + t);
        j["messages_by_type"][std::string(deribit::to_string(id))] = n;
    }
    return j;
}

}  // namespace

ordered_json measure_feed(const std::string& path, std::string& error) {
    const bool captured = std::filesystem::exists(path);
    MarketSession session = captured ? MarketSession::of_capture(path, error) : MarketSession::generated();
    if (error.empty() && session.messages() == 0) error = "no market data to measure with";
    if (!error.empty()) return nullptr;

    BookKeeper keeper(session.definitions());
    DeribitFeed<BookKeeper> feed({}, keeper.table(), keeper);
    const auto run = [&] {
        for (const std::span<const std::byte> frame : session.frames()) {
            keeper.now = keeper.now + Nanos::from_ns(100);
            const Classified c = classify(frame);
            if (c.verdict == Verdict::udp) feed.on_datagram(c.udp, keeper.now);
        }
        keeper.flush();
    };
    for (int n = 0; n < kWarmPasses; ++n) {
        run();
        session.advance();
    }
    const FeedCounters before = feed.counters();
    const std::uint64_t events = keeper.events, levels = keeper.levels;
    Samples whole, touched, classified, walked;
    deribit::DecodeCounters counters;
    for (int n = 0; n < kPasses; ++n) {
        touched.ns.push_back(per_message(session, [&] { touch(session); }));
        whole.ns.push_back(per_message(session, run));
        classified.ns.push_back(per_message(session, [&] { only_classify(session); }));
        walked.ns.push_back(per_message(session, [&] { classify_and_walk(session, counters); }));
        session.advance();
    }
    const FeedCounters after = feed.counters();
    ordered_json j;
    j["source"] = captured ? "capture" : "generated";
    j["classify_decode_book"] = spread(whole);
    j["touch"] = spread(touched);
    j["classify"] = spread(classified);
    j["classify_and_walk"] = spread(walked);
    j["session"] = composition(session, before, after, kPasses);
    j["session"]["events"] = static_cast<double>(keeper.events - events) / kPasses;
    j["session"]["levels_applied"] = static_cast<double>(keeper.levels - levels) / kPasses;
    // Anything but zero: what was measured was no steady state.
    j["session"]["gaps"] = after.lines.gaps - before.lines.gaps;
    j["session"]["change_id_gaps"] = after.recovery.change_id_gaps - before.recovery.change_id_gaps;
    return j;
}

}  // namespace hw::bench
