// A venue of a few books and a receiver of the feed's Events, to be compared.
//
// Venue keeps the true books and encodes what it does as Deribit frames; Receiver stands in for the engine:
// it keeps the instrument table and what a reader of the Events believes each book to be. A Receiver refuses
// what an engine would choke on (a removal of a level that is not there, an event of an unknown id).
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/instrument.h"
#include "net/feed/deribit_feed.h"
#include "tests/exchange/deribit_encoder.h"

namespace hw::net {

namespace wire = hw::exchange::deribit;

/// Prices in nanos to contracts in nanos.
using Ladder = std::map<std::int64_t, std::int64_t>;
struct TwoSides {
    Ladder bids;
    Ladder asks;
    friend bool operator==(const TwoSides&, const TwoSides&) = default;
};

class Receiver {
  public:
    struct Seen {
        TwoSides book;
        bool trusted = false;
        bool partial = false;  ///< the last level said that more come
        std::vector<TrustReason> lost;
    };

    Event& stage(EventType type, InstrumentId instrument, Nanos time) {
        flush();
        staged_ = true;
        event_ = Event{};
        event_.header.type = type;
        event_.header.instrument = instrument;
        event_.header.venue_time = time;
        return event_;
    }
    void flush() {
        if (!std::exchange(staged_, false)) return;
        events.push_back(event_);
        apply(event_);
    }

    std::size_t count(EventType type) const {
        std::size_t n = 0;
        for (const Event& e : events) n += e.header.type == type ? 1 : 0;
        return n;
    }
    const Event& last(EventType type) const {
        for (auto e = events.rbegin(); e != events.rend(); ++e) {
            if (e->header.type == type) return *e;
        }
        ADD_FAILURE() << "no " << to_string(type);
        return events.back();
    }
    Seen& book(std::uint32_t feed_id) { return books[hw::index(table->find_feed_id(feed_id))]; }

    std::unique_ptr<InstrumentTable> table = std::make_unique<InstrumentTable>();
    std::vector<Event> events;
    std::map<std::uint32_t, Seen> books;
    std::size_t removals_of_nothing = 0;

  private:
    void apply(const Event& e) {
        const std::uint32_t id = hw::index(e.header.instrument);
        switch (e.header.type) {
            case EventType::instrument_definition: {
                InstrumentId given = kNoInstrument;
                table->add(e.payload.instrument, &given);
                EXPECT_EQ(given, e.header.instrument);
                break;
            }
            case EventType::book_clear:
                EXPECT_LT(id, table->size());
                books[id].book = {};
                books[id].trusted = false;
                books[id].partial = false;
                break;
            case EventType::book_level:
                EXPECT_LT(id, table->size());
                level(books[id], e.payload.book_level);
                break;
            case EventType::book_trust:
                trust(books[id], e.payload.book_trust);
                break;
            default:
                break;
        }
    }
    void level(Seen& seen, const BookLevel& level) {
        Ladder& side = level.side == Side::buy ? seen.book.bids : seen.book.asks;
        if (level.qty.is_zero()) {
            if (side.erase(level.price.nanos()) == 0) ++removals_of_nothing;
        } else {
            side[level.price.nanos()] = level.qty.nanos();
        }
        seen.partial = level.last == 0;
    }
    static void trust(Seen& seen, const BookTrust& trust) {
        EXPECT_NE(seen.trusted, trust.trusted != 0) << "trust told twice";
        seen.trusted = trust.trusted != 0;
        if (!seen.trusted) seen.lost.push_back(trust.reason);
    }

    Event event_;
    bool staged_ = false;
};

/// One instrument at the venue; amounts in contracts of 10 (an inverse perpetual).
struct VenueBook {
    std::uint32_t feed_id = 0;
    std::uint64_t change_id = 0;
    std::map<double, double> bids;
    std::map<double, double> asks;

    TwoSides expected() const {
        TwoSides two;
        for (const auto& [p, a] : bids) two.bids[std::llrint(p * 1e9)] = std::llrint(a / 10 * 1e9);
        for (const auto& [p, a] : asks) two.asks[std::llrint(p * 1e9)] = std::llrint(a / 10 * 1e9);
        return two;
    }
};

inline wire::InstrumentMsg perpetual(std::uint32_t feed_id, const std::string& name) {
    wire::InstrumentMsg m;
    m.instrument = feed_id;
    m.base = "BTC";
    m.quote = m.counter = m.size = "USD";
    m.settle = "BTC";
    m.contract_size = 10;
    m.min_trade_amount = 10;
    m.tick = 0.5;
    m.taker_fee = 0.0005;
    m.name = name;
    return m;
}

/// Books on one incremental channel and its snapshot channel, 239.111.111.CHANNEL.
class Venue {
  public:
    Venue(std::uint16_t channel, std::vector<std::uint32_t> feed_ids) : channel_(channel) {
        for (const std::uint32_t id : feed_ids) books_.push_back({id, 1'000ULL * id, {}, {}});
    }

    using Bytes = std::vector<std::byte>;
    VenueBook& book(std::size_t i) { return books_[i]; }
    std::size_t size() const { return books_.size(); }
    std::uint32_t& event_sequence() { return event_sequence_; }
    std::uint32_t& snapshot_sequence() { return snapshot_sequence_; }

    wire::FrameEncoder& start_events() {
        frame_.start(channel_, event_sequence_++);
        return frame_;
    }
    wire::FrameEncoder& start_snapshots() {
        frame_.start(static_cast<std::uint16_t>(channel_ + 100), snapshot_sequence_++);
        return frame_;
    }
    wire::FrameEncoder& current() { return frame_; }
    Bytes bytes() const { return {frame_.bytes().begin(), frame_.bytes().end()}; }

    UdpDatagram datagram(const Bytes& bytes, bool snapshot) const {
        return {0x0a000001, 0xef6f6f00u + channel_, 4000, static_cast<std::uint16_t>(snapshot ? 6101 : 6100),
                bytes};
    }

    /// A random change of book `i`, applied to it; `levels` changes in one message.
    template <class Random>
    wire::BookMsg change(std::size_t i, Random& random, std::size_t levels) {
        VenueBook& book = books_[i];
        wire::BookMsg m;
        m.instrument = book.feed_id;
        m.timestamp_ms = ++clock_ms_;
        m.prev_change_id = book.change_id;
        book.change_id += 1 + random() % 5;
        m.change_id = book.change_id;
        std::map<std::pair<bool, double>, bool> touched;
        for (std::size_t n = 0; n < levels; ++n) {
            const bool bid = random() % 2 == 0;
            auto& side = bid ? book.bids : book.asks;
            const double price = bid ? 20'000.0 - 0.5 * static_cast<double>(random() % 20)
                                     : 20'000.5 + 0.5 * static_cast<double>(random() % 20);
            if (!touched.emplace(std::pair(bid, price), true).second) continue;
            const auto side_of = bid ? wire::WireSide::bid : wire::WireSide::ask;
            if (side.contains(price) && random() % 2 == 0) {
                m.changes.push_back({side_of, wire::WireChange::deleted, price, 0.0});
                side.erase(price);
                continue;
            }
            const auto kind = side.contains(price) ? wire::WireChange::changed : wire::WireChange::added;
            const double amount = 10.0 * static_cast<double>(1 + random() % 1000);
            m.changes.push_back({side_of, kind, price, amount});
            side[price] = amount;
        }
        return m;
    }
    wire::SnapshotMsg snapshot(std::size_t i) {
        const VenueBook& book = books_[i];
        wire::SnapshotMsg m;
        m.instrument = book.feed_id;
        m.timestamp_ms = clock_ms_;
        m.change_id = book.change_id;
        for (const auto& [p, a] : book.bids) m.levels.push_back({wire::WireSide::bid, p, a});
        for (const auto& [p, a] : book.asks) m.levels.push_back({wire::WireSide::ask, p, a});
        return m;
    }

  private:
    std::uint16_t channel_;
    std::vector<VenueBook> books_;
    std::uint32_t event_sequence_ = 0xffff'fff0u;  // wraps early in every test
    std::uint32_t snapshot_sequence_ = 7;
    std::uint64_t clock_ms_ = 1'700'000'000'000;
    wire::FrameEncoder frame_;
};

}  // namespace hw::net
