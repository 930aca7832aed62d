// After warm-up a packet costs no heap allocation: not in order, not with a gap, not while its books recover.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <vector>

#include "tests/net/feed_harness.h"
#include "tests/net/fuzz.h"
#include "tests/net/starbase_harness.h"

namespace {
std::size_t allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* const p = std::malloc(size == 0 ? 1 : size)) return p;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace hw::net {
namespace {

/// Takes definitions, and forgets the rest.
struct Sink {
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
        if (!std::exchange(staged, false)) return;
        ++events;
        InstrumentId id = kNoInstrument;
        if (event.header.type == EventType::instrument_definition) table->add(event.payload.instrument, &id);
    }
    std::unique_ptr<InstrumentTable> table = std::make_unique<InstrumentTable>();
    Event event;
    bool staged = false;
    std::size_t events = 0;
};

TEST(Allocation, NoneAPacketOnceTheChannelsAndInstrumentsAreKnown) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    Sink sink;
    DeribitFeed<Sink> feed({}, *sink.table, sink);
    Venue venue(1, {1, 2, 3});
    std::vector<std::pair<Venue::Bytes, bool>> packets;
    const auto snapshots = [&] {
        for (std::size_t i = 0; i < venue.size(); ++i) {
            auto& frame = venue.start_snapshots();
            frame.add(perpetual(venue.book(i).feed_id, "P" + std::to_string(i)));
            frame.add(venue.snapshot(i));
            packets.emplace_back(venue.bytes(), true);
        }
    };
    const auto updates = [&] {
        for (int n = 0; n < 200; ++n) {
            auto& frame = venue.start_events();
            for (int k = 0; k < 3; ++k) frame.add(venue.change(random() % venue.size(), random, 4));
            frame.add(wire::PriceIndexMsg{"btc_usd", 25'000, 1});
            packets.emplace_back(venue.bytes(), false);
        }
    };
    for (int round = 0; round < 4; ++round) {
        snapshots();
        updates();
    }
    const std::size_t warm = packets.size() / 2;
    Nanos now = Nanos::from_seconds(1);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (i % 50 == 49) continue;  // lost
        now = now + Nanos::from_ms(1);
        const std::size_t before = allocations;
        feed.on_datagram(venue.datagram(packets[i].first, packets[i].second), now);
        feed.on_time(now);
        sink.flush();
        if (i <= warm) continue;
        ASSERT_EQ(allocations, before) << "packet " << i;
    }
    EXPECT_GT(allocations, 0u);
    EXPECT_GT(sink.events, packets.size());
    EXPECT_GT(feed.counters().lines.gaps, 0u);
    EXPECT_GT(feed.counters().recovery.books_recovered, 0u);
}

TEST(Allocation, NoneAStarbasePacketNotEvenWithGapsRetransmissionsAndSnapshots) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    Sink sink;
    struct LastRequest {
        bool send(UdpEndpoint, std::span<const std::byte> payload) {
            begin = starbase::load<std::int64_t>(payload.data() + 40);
            count = starbase::load<std::uint8_t>(payload.data() + 48);
            return true;
        }
        std::int64_t begin = 0;
        std::size_t count = 0;
    } request;
    StarbaseFeed<Sink> feed(starbase_config(), *sink.table, sink);
    feed.connect(UdpSender(request));
    StarbaseVenue venue(0, {11, 12, 13});
    Nanos now = Nanos::from_seconds(1);
    std::size_t step = 0;
    const auto deliver = [&](const UdpDatagram& datagram) {
        now = now + Nanos::from_ms(1);
        const std::size_t before = allocations;
        feed.on_datagram(datagram, now);
        feed.on_time(now);
        sink.flush();
        if (step <= 100) return;
        ASSERT_EQ(allocations, before) << "step " << step;
    };
    const auto event = [&](const StarbaseVenue::Bytes& bytes) { deliver(venue.event(bytes)); };
    event(venue.heartbeat());
    for (step = 0; step < 3'000; ++step) {
        if (step % 40 == 0) {
            for (std::size_t i = 0; i < venue.size(); ++i) {
                const auto bytes = venue.snapshot(i);
                deliver(venue.snapshot_event(bytes));
            }
        }
        const auto bytes = venue.transaction(random);
        if (step % 50 != 49) event(bytes);
        // Every other gap is filled; the others are asked for in vain and end in snapshots.
        if (request.count != 0 && step % 100 >= 49 && step % 100 < 65) {
            const auto answer = venue.retransmit(request.begin, request.count);
            deliver(venue.answer(answer));
        }
        request.count = 0;
        ASSERT_FALSE(::testing::Test::HasFatalFailure());
    }
    const StarbaseCounters c = feed.counters();
    EXPECT_GT(c.channels.gaps, 10u);
    EXPECT_GT(c.retransmit.answers, 5u);
    EXPECT_GT(c.retransmit.given_up, 5u);
    EXPECT_GT(c.books.books_recovered, 5u);
}

}  // namespace
}  // namespace hw::net
