// Hostile input to the Starbase feed: random bytes, and real sessions with bytes changed, cut, repeated and
// mixed. Nothing may crash or make the receiver inconsistent, every datagram is counted once, and snapshots
// of a sane venue bring every book back.
#include <gtest/gtest.h>

#include "tests/net/fuzz.h"
#include "tests/net/starbase_harness.h"

namespace hw::net {
namespace {

using Bytes = StarbaseVenue::Bytes;

/// A packet with anything in it.
Bytes random_packet(std::mt19937_64& random) {
    Bytes bytes(random() % 200);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random());
    return bytes;
}

/// A sound header and messages of known templates with random bodies of about the right length.
Bytes plausible_packet(std::mt19937_64& random, const StarbaseVenue& venue, bool definitions) {
    sb::PacketEncoder p;
    const std::int64_t sequence = venue.sequence() + static_cast<std::int64_t>(random() % 7) - 3;
    p.start(venue.number(), sequence, static_cast<std::uint16_t>(random() % 7), 1'700'000'000 * kNano);
    for (std::size_t n = random() % 5; n > 0; --n) {
        const auto t = starbase::kTemplates[random() % starbase::kTemplates.size()];
        if (t == starbase::Template::instrument_definition && !definitions) continue;
        Bytes body(random() % 4 == 0 ? random() % 300 : 280);
        for (std::byte& b : body) b = static_cast<std::byte>(random() % 4 == 0 ? random() : 0);
        if (body.size() > 8) body[0] = static_cast<std::byte>(11 + random() % 3);
        if (body.size() > 16) body[8] = static_cast<std::byte>(11 + random() % 3);
        p.set_flags(static_cast<std::uint16_t>(random() % 4));
        p.add_raw(static_cast<std::uint16_t>(t), body);
    }
    return {p.bytes().begin(), p.bytes().end()};
}

/// Changes something from byte `from` on.
void mutate(Bytes& bytes, std::mt19937_64& random, std::size_t from) {
    if (bytes.size() <= from) return;
    const auto place = [&] { return from + random() % (bytes.size() - from); };
    switch (random() % 4) {
        case 0:
            for (std::size_t n = 1 + random() % 4; n > 0; --n)
                bytes[place()] = static_cast<std::byte>(random());
            break;
        case 1:
            bytes.resize(place());
            break;
        case 2:
            bytes.resize(bytes.size() + random() % 30, static_cast<std::byte>(random()));
            break;
        default:
            bytes[place()] ^= static_cast<std::byte>(1u << random() % 8);
            break;
    }
}

/// Takes whatever definitions come, as the engine does with those it refuses: by going on.
struct TolerantSink {
    Event& stage(EventType type, InstrumentId instrument, Nanos time) {
        flush();
        staged = true;
        event = Event{};
        event.header.type = type;
        event.header.instrument = instrument;
        event.header.venue_time = time;
        return event;
    }
    void flush() {
        if (!std::exchange(staged, false) || event.header.type != EventType::instrument_definition) return;
        InstrumentId id = kNoInstrument;
        if (definition_error(event.payload.instrument).empty()) table->add(event.payload.instrument, &id);
    }
    std::unique_ptr<InstrumentTable> table = std::make_unique<InstrumentTable>();
    Event event;
    bool staged = false;
};
void forget(TolerantSink&) {}
void forget(Receiver& receiver) {
    receiver.events.clear();
    for (auto& [id, seen] : receiver.books) seen.lost.clear();
}

template <class Sink>
class Attack {
  public:
    Attack(std::uint64_t seed, bool definitions) : random_(seed), definitions_(definitions) {
        feed_.connect(UdpSender(catcher_));
        for (std::size_t i = 0; i < venue_.size(); ++i) deliver(venue_.snapshot_event(venue_.snapshot(i)));
    }

    void run(std::size_t iterations) {
        for (std::size_t i = 0; i < iterations; ++i) {
            one();
            answer();
        }
    }
    /// A sender that starts again, and its snapshots.
    void come_to_rest() {
        venue_.restart(1);
        for (int n = 0; n < 600; ++n) {
            deliver(venue_.event(venue_.transaction(random_)));
            deliver(venue_.snapshot_event(venue_.snapshot(0)));
        }
        later(Nanos::from_ms(1'500));
        for (std::size_t i = 0; i < venue_.size(); ++i) deliver(venue_.snapshot_event(venue_.snapshot(i)));
        deliver(venue_.event(venue_.transaction(random_)));
    }
    Sink& sink() { return sink_; }
    StarbaseVenue& venue() { return venue_; }
    StarbaseCounters counters() const { return feed_.counters(); }
    std::uint64_t delivered() const { return delivered_; }

  private:
    static StarbaseConfig config() {
        StarbaseConfig c = starbase_config();
        c.recovery_buffer = 64;
        c.held_packets = 8;
        return c;
    }
    void later(Nanos duration) {
        now_ = now_ + duration;
        feed_.on_time(now_);
    }
    void deliver(const UdpDatagram& d) {
        now_ = now_ + Nanos::from_us(static_cast<std::int64_t>(random_() % 2'000));
        feed_.on_datagram(d, now_);
        ++delivered_;
        if (random_() % 4 == 0) feed_.on_time(now_);
        sink_.flush();
        forget(sink_);
    }
    void one() {
        const bool snapshot = random_() % 3 == 0;
        // Behind a snapshot's definition, unless definitions are to be attacked, too.
        const std::size_t from = snapshot && !definitions_ ? 24 + 40 + 284 : 0;
        Bytes bytes;
        switch (random_() % 4) {
            case 0:
                bytes = random_packet(random_);
                break;
            case 1:
                bytes = plausible_packet(random_, venue_, definitions_);
                break;
            default:
                bytes = snapshot ? venue_.snapshot(random_() % venue_.size()) : venue_.transaction(random_);
                if (random_() % 3 == 0) mutate(bytes, random_, from);
                break;
        }
        if (random_() % 10 == 0) return deliver(venue_.answer(bytes));
        const bool line_b = random_() % 5 == 0;
        deliver(snapshot ? venue_.snapshot_event(bytes, line_b) : venue_.event(bytes, line_b));
    }
    void answer() {
        if (catcher_.requests.empty()) return;
        const SentRequest r = catcher_.requests.front();
        catcher_.requests.pop_front();
        const bool in_history = r.begin >= 1'000 && r.begin < venue_.sequence();
        Bytes bytes = in_history && random_() % 2 == 0
                          ? venue_.retransmit(r.begin, r.count)
                          : venue_.reject(r.correlation, static_cast<std::int8_t>(random_() % 7));
        if (random_() % 3 == 0) mutate(bytes, random_, 0);
        deliver(venue_.answer(bytes));
    }

    std::mt19937_64 random_;
    bool definitions_;
    Sink sink_;
    RequestCatcher catcher_;
    StarbaseFeed<Sink> feed_{config(), *sink_.table, sink_};
    StarbaseVenue venue_{0, {11, 12, 13}};
    std::uint64_t delivered_ = 0;
    Nanos now_ = Nanos::from_seconds(1'700'000'000);
};

template <class Sink>
void expect_counted(const Attack<Sink>& attack) {
    const StarbaseCounters c = attack.counters();
    EXPECT_EQ(c.channels.datagrams(), attack.delivered()) << "each under one reason";
    EXPECT_EQ(c.channels[starbase::Fate::malformed], c.decode.malformed_total());
    EXPECT_GT(c.decode.malformed_total(), 0u);
    EXPECT_GT(c.messages(), 0u);
}

TEST(StarbaseFuzz, RandomAndMutatedPacketsAreCountedOnceAndTheBooksComeBack) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Attack<Receiver> attack(seed, false);
    attack.run(fuzz_iterations(30'000));
    expect_counted(attack);
    attack.come_to_rest();
    EXPECT_EQ(attack.sink().removals_of_nothing, 0u);
    for (std::size_t i = 0; i < attack.venue().size(); ++i) {
        const auto& seen = attack.sink().book(static_cast<std::uint32_t>(attack.venue().book(i).instrument));
        EXPECT_TRUE(seen.trusted) << "book " << i;
        EXPECT_EQ(seen.book, attack.venue().book(i).expected()) << "book " << i;
    }
}

TEST(StarbaseFuzz, MutatedDefinitionsBreakNothing) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Attack<TolerantSink> attack(seed, true);
    attack.run(fuzz_iterations(30'000));
    expect_counted(attack);
    EXPECT_GT(attack.counters().bad_definitions, 0u);
}

}  // namespace
}  // namespace hw::net
