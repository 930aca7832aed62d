// The simulated venue's Starbase feed, followed by the hedger's own: whatever is lost on the way, the books
// rebuilt from it are the venue's.

#include <gtest/gtest.h>

#ifdef HW_WITH_NET

#include <map>
#include <memory>

#include "net/feed/starbase_feed.h"
#include "tests/exchange/decimal.h"
#include "tests/exchange/simulation.h"

namespace hw::exchange {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);
constexpr std::uint32_t kVenueIp = 10u << 24 | 1;
constexpr std::uint32_t kCustomerIp = 10u << 24 | 2;

/// What a reader of the Events believes.
class Believer {
  public:
    struct Book {
        std::map<std::int64_t, std::int64_t> sides[2];  // bids, asks
        bool trusted = false;
        bool partial = false;
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
        ++counts[event_.header.type];
        Book& book = books[hw::index(event_.header.instrument)];
        switch (event_.header.type) {
            case EventType::instrument_definition: {
                InstrumentId id = kNoInstrument;
                EXPECT_EQ(definition_error(event_.payload.instrument), "");
                table->add(event_.payload.instrument, &id);
                EXPECT_EQ(id, event_.header.instrument);
                break;
            }
            case EventType::book_clear:
                book = {};
                break;
            case EventType::book_level:
                level(book, event_.payload.book_level);
                break;
            case EventType::book_trust:
                book.trusted = event_.payload.book_trust.trusted != 0;
                break;
            case EventType::ticker:
                tickers[hw::index(event_.header.instrument)] = event_.payload.ticker;
                break;
            default:
                break;
        }
    }
    std::unique_ptr<InstrumentTable> table = std::make_unique<InstrumentTable>();
    std::map<std::uint32_t, Book> books;
    std::map<std::uint32_t, Ticker> tickers;
    std::map<EventType, std::uint64_t> counts;

  private:
    static void level(Book& book, const BookLevel& l) {
        auto& side = book.sides[l.side == Side::buy ? 0 : 1];
        if (l.qty.is_zero()) {
            EXPECT_EQ(side.erase(l.price.nanos()), 1u) << "a deletion of nothing";
        } else {
            side[l.price.nanos()] = l.qty.nanos();
        }
        book.partial = l.last == 0;
        if (!book.partial && !book.sides[0].empty() && !book.sides[1].empty()) {
            EXPECT_LT(book.sides[0].rbegin()->first, book.sides[1].begin()->first) << "crossed";
        }
    }
    Event event_;
    bool staged_ = false;
};

/// A simulation, the network, and a feed that follows.
class Follower {
  public:
    explicit Follower(const SimulationConfig& config)
        : feed_(feed_config(), *believer.table, believer),
          simulation(
              config, kStart, [this](const Packet& p) { take(p); }, [](const Report&) {}) {
        feed_.connect(net::UdpSender(*this));
    }
    void step(Rng& rng) {
        simulation.step();
        const auto& contracts = simulation.market().contracts();
        const std::size_t c = rng.below(static_cast<std::uint32_t>(contracts.size()));
        const Side side = rng.chance(0.5) ? Side::buy : Side::sell;
        const OrderBook& book = simulation.venue().book(c);
        if (!book.empty(side) && !book.empty(opposite(side))) {
            const Price at = book.best(rng.chance(0.5) ? side : opposite(side)).price;
            simulation.venue().submit(
                {std::to_string(++orders_), std::string(contracts[c].terms.symbol.view()), "", "", side,
                 contracts[c].terms.lot, at, rng.chance(0.3)},
                simulation.now());
            simulation.publish_changes();
        }
        feed_.on_time(simulation.now());
        believer.flush();
    }
    /// A request of the feed; the answer comes at once.
    bool send(net::UdpEndpoint to, std::span<const std::byte> payload) {
        const auto bytes = simulation.publisher().answer(to.port, payload);
        EXPECT_FALSE(bytes.empty());
        answers_.push_back({to, bytes});
        return true;
    }
    void take_answers() {
        for (const auto& [from, bytes] : std::exchange(answers_, {}))
            feed_.on_datagram({kVenueIp, kCustomerIp, from.port, 7'000, bytes}, simulation.now());
        believer.flush();
    }
    net::StarbaseCounters counters() const { return feed_.counters(); }

    void expect_the_venues_books() {
        const auto& contracts = simulation.market().contracts();
        EXPECT_EQ(believer.table->size(), contracts.size());
        for (std::size_t i = 0; i < contracts.size(); ++i) {
            const Instrument& t = contracts[i].terms;
            const InstrumentId id = believer.table->find_symbol(t.symbol.view());
            ASSERT_NE(id, kNoInstrument) << t.symbol.view();
            const Instrument& seen = (*believer.table)[id];
            EXPECT_EQ(seen.contract_size, t.contract_size) << t.symbol.view();
            EXPECT_EQ(seen.lot, t.lot) << t.symbol.view();
            EXPECT_EQ(seen.base, t.base);
            EXPECT_EQ(seen.quote, t.quote);
            EXPECT_EQ(seen.settle, t.settle);
            EXPECT_EQ(seen.kind, t.kind);
            EXPECT_EQ(seen.expiry, t.expiry);
            EXPECT_EQ(seen.strike, t.strike);
            EXPECT_EQ(seen.tick, t.tick);
            EXPECT_EQ(seen.tick_threshold, t.tick_threshold);
            const Believer::Book& book = believer.books[hw::index(id)];
            EXPECT_TRUE(book.trusted) << t.symbol.view();
            for (const Side side : {Side::buy, Side::sell}) {
                std::map<std::int64_t, std::int64_t> expected;
                for (const Level& l : simulation.venue().book(i).depth(side))
                    expected[l.price.nanos()] = l.qty.nanos();
                EXPECT_EQ(book.sides[side == Side::buy ? 0 : 1], expected) << t.symbol.view();
            }
        }
    }

    Believer believer;

  private:
    static net::StarbaseConfig feed_config() {
        net::StarbaseConfig config;
        config.channels = net::default_starbase_channels();
        for (std::size_t i = 0; i < config.channels.size(); ++i)
            config.channels[i].retransmit = {kVenueIp,
                                             static_cast<std::uint16_t>(kStarbaseRetransmitPort + i)};
        config.max_orders = 32'768;
        config.recovery_buffer = 32'768;
        config.verify_snapshots = true;
        return config;
    }
    void take(const Packet& p) {
        feed_.on_datagram({kVenueIp, p.group_ip, 6'000, p.port, p.payload}, now_of_simulation());
        believer.flush();
    }
    // The first packets come while the simulation is being made.
    Nanos now_of_simulation() { return made_ ? simulation.now() : kStart; }

    net::StarbaseFeed<Believer> feed_;
    std::vector<std::pair<net::UdpEndpoint, std::vector<std::byte>>> answers_;
    std::uint64_t orders_ = 0;
    bool made_ = false;

  public:
    Simulation simulation;
    void made() { made_ = true; }
};

SimulationConfig simulation_config(std::uint64_t seed) {
    SimulationConfig config;
    config.feed = FeedFormat::starbase;
    config.market.seed = config.venue.seed = config.option_flow.seed = config.packet_faults.seed = seed;
    config.market.families = {"BTC", "ETH"};
    config.market.short_expiry = Nanos::from_seconds(1);
    config.market.jump_every_s = 0.1;
    config.snapshot_period = Nanos::from_ms(200);
    config.messages_per_second = 10'000;
    config.others_per_second = 100;
    config.option_flow.every = Nanos::from_ms(10);
    return config;
}

TEST(StarbaseVenue, RebuiltBooksAreTheVenuesBooks) {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Follower follower(simulation_config(seed));
        follower.made();
        Rng rng(seed);
        for (int i = 0; i < 6'000; ++i) follower.step(rng);
        follower.expect_the_venues_books();
        const net::StarbaseCounters c = follower.counters();
        EXPECT_EQ(c.channels.gaps + c.decode.malformed_total() + c.books.books_refused, 0u);
        EXPECT_EQ(c.books.snapshot_mismatches, 0u);
        EXPECT_GT(c.books.snapshot_checks, 500u);
        EXPECT_GT(c.decode.delivered(net::starbase::Template::bid_qty_reduced), 100u);
        EXPECT_GT(c.decode.delivered(net::starbase::Template::ask_delete), 100u);
        EXPECT_GT(c.decode.delivered(net::starbase::Template::block_trade), 0u);
        EXPECT_EQ(follower.believer.counts[EventType::definitions_complete], 1u);
        EXPECT_GT(follower.believer.counts[EventType::trade], 100u);
        EXPECT_GT(follower.believer.counts[EventType::index_price], 10u);
        // Expired options are settled, and their delivery prices are known.
        int settled = 0;
        for (const Contract& contract : follower.simulation.market().contracts()) {
            if (contract.open()) continue;
            const InstrumentId id = follower.believer.table->find_symbol(contract.terms.symbol.view());
            const Ticker& t = follower.believer.tickers[hw::index(id)];
            EXPECT_EQ(t.state, TradingState::settled);
            EXPECT_EQ(t.delivery.nanos(), std::llround(contract.delivery * 1e9));
            ++settled;
        }
        EXPECT_GT(settled, 20);
    }
}

TEST(StarbaseVenue, LostPacketsAreRetransmittedAndFailOverIsNoOutage) {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SimulationConfig config = simulation_config(seed);
        config.packet_faults.drop = 0.02;
        config.packet_faults.duplicate = 0.02;
        config.packet_faults.reorder = 0.02;
        config.switch_lines_every = Nanos::from_ms(400);
        Follower follower(config);
        follower.made();
        Rng rng(seed);
        for (int i = 0; i < 6'000; ++i) {
            follower.step(rng);
            follower.take_answers();
        }
        const net::StarbaseCounters c = follower.counters();
        EXPECT_GT(c.channels.gaps, 50u);
        EXPECT_GT(c.retransmit.answers, 50u);
        EXPECT_GT(c.channels.failovers, 2u);
        EXPECT_EQ(c.retransmit.given_up, 0u);
        EXPECT_EQ(c.books.snapshot_mismatches + c.books.books_refused, 0u);
    }
}

}  // namespace
}  // namespace hw::exchange

#endif  // HW_WITH_NET
