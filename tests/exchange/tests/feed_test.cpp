// The published feed, read back by the hedger's own decoder: the books rebuilt from it are the venue's books.

#include <gtest/gtest.h>

#ifdef HW_WITH_NET

#include <cstring>
#include <map>

#include "net/feed/deribit_decoder.h"
#include "tests/exchange/decimal.h"
#include "tests/exchange/simulation.h"

namespace hw::exchange {
namespace {

namespace wire = net::deribit;
constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

/// Price -> amount as sent; the wire's doubles are compared bit for bit.
using Side2 = std::map<double, double>;
struct RebuiltBook {
    Side2 side[2];  // asks, bids
    std::uint64_t change_id = 0;
};

class Rebuilder {
  public:
    void packet(const Packet& p) {
        const wire::DecodeStatus status = wire::decode_frame(p.payload, *this, counters);
        EXPECT_TRUE(status.ok()) << wire::to_string(status.reason) << " at " << status.offset;
    }
    void on(const wire::Book& m) {
        RebuiltBook& book = books[m.instrument()];
        EXPECT_EQ(m.prev_change_id(), book.change_id);
        book.change_id = m.change_id();
        const auto changes = m.changes();
        for (std::uint16_t i = 0; i < changes.size(); ++i) apply(book, changes[i]);
        if (!book.side[0].empty() && !book.side[1].empty()) {
            EXPECT_LT(book.side[1].rbegin()->first, book.side[0].begin()->first) << "crossed";
        }
    }
    void on(const wire::Snapshot& m) {
        RebuiltBook& seen = snapshots_[m.instrument()];
        const auto levels = m.levels();
        for (std::uint16_t i = 0; i < levels.size(); ++i) {
            seen.side[levels[i].side()][levels[i].price()] = levels[i].amount();
        }
        if (!m.is_last_in_book()) return;
        const RebuiltBook& book = books[m.instrument()];
        EXPECT_EQ(m.change_id(), book.change_id);
        EXPECT_EQ(seen.side[0], book.side[0]);
        EXPECT_EQ(seen.side[1], book.side[1]);
        snapshots_.erase(m.instrument());
        ++snapshots_checked;
    }
    void on(const wire::Ticker& m) {
        const RebuiltBook& book = books[m.instrument()];
        const bool bids = !book.side[1].empty();
        const bool asks = !book.side[0].empty();
        EXPECT_EQ(m.best_bid(), bids ? book.side[1].rbegin()->first : 0.0);
        EXPECT_EQ(m.best_bid_amount(), bids ? book.side[1].rbegin()->second : 0.0);
        EXPECT_EQ(m.best_ask(), asks ? book.side[0].begin()->first : 0.0);
        EXPECT_EQ(m.best_ask_amount(), asks ? book.side[0].begin()->second : 0.0);
        states[m.instrument()] = m.state();
        deliveries[m.instrument()] = m.delivery();
        ++tickers_checked;
    }
    void on(const wire::Instrument& m) { names[m.instrument()] = m.name(); }
    void on(const wire::Trades& m) { trades += m.trades().size(); }
    template <class Other>
    void on(const Other&) {}

    wire::DecodeCounters counters;
    std::map<std::uint32_t, RebuiltBook> books;
    std::map<std::uint32_t, std::string> names;
    std::map<std::uint32_t, std::uint8_t> states;
    std::map<std::uint32_t, double> deliveries;
    std::uint64_t trades = 0;
    int snapshots_checked = 0;
    int tickers_checked = 0;

  private:
    static void apply(RebuiltBook& book, const wire::BookChange& c) {
        Side2& side = book.side[c.side()];
        if (c.change() == 2) {
            EXPECT_EQ(side.erase(c.price()), 1u) << "a deletion of nothing";
        } else {
            EXPECT_EQ(side.contains(c.price()), c.change() == 1);
            side[c.price()] = c.amount();
        }
    }
    std::map<std::uint32_t, RebuiltBook> snapshots_;
};

TEST(Feed, RebuiltBooksAreTheVenuesBooks) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SimulationConfig config;
        config.market.seed = config.venue.seed = config.option_flow.seed = seed;
        config.market.families = {"BTC", "ETH_USDC"};
        config.market.short_expiry = Nanos::from_seconds(1);
        config.market.jump_every_s = 0.1;
        config.snapshot_period = Nanos::from_ms(200);
        config.messages_per_second = 10'000;
        config.others_per_second = 100;
        config.option_flow.every = Nanos::from_ms(10);
        Rebuilder rebuilt;
        Simulation simulation(
            config, kStart, [&](const Packet& p) { rebuilt.packet(p); }, [](const Report&) {});
        Rng rng(seed);
        const auto& contracts = simulation.market().contracts();
        for (int i = 0; i < 6'000; ++i) {
            simulation.step();
            const std::size_t c = rng.below(static_cast<std::uint32_t>(contracts.size()));
            const Side side = rng.chance(0.5) ? Side::buy : Side::sell;
            const OrderBook& book = simulation.venue().book(c);
            if (book.empty(side) || book.empty(opposite(side))) continue;
            const Price at = book.best(rng.chance(0.5) ? side : opposite(side)).price;
            simulation.venue().submit({std::to_string(i), std::string(contracts[c].terms.symbol.view()), "",
                                       "", side, contracts[c].terms.lot, at, rng.chance(0.3)},
                                      simulation.now());
            simulation.publish_changes();
        }
        EXPECT_EQ(rebuilt.names.size(), contracts.size());
        for (std::size_t i = 0; i < contracts.size(); ++i) {
            const Instrument& t = contracts[i].terms;
            const auto id = static_cast<std::uint32_t>(t.feed_id);
            EXPECT_EQ(rebuilt.names[id], t.symbol.view());
            for (const Side side : {Side::buy, Side::sell}) {
                Side2 expected;
                for (const Level& l : simulation.venue().book(i).depth(side)) {
                    const std::int64_t amount = mul_div(l.qty.nanos(), t.contract_size.nanos(), kNano);
                    expected[nearest_double(l.price.nanos())] = nearest_double(amount);
                }
                EXPECT_EQ(rebuilt.books[id].side[side == Side::buy ? 1 : 0], expected) << t.symbol.view();
            }
            if (!contracts[i].open() && rebuilt.states[id] == 3) {
                EXPECT_EQ(rebuilt.deliveries[id], contracts[i].delivery);
            }
        }
        EXPECT_GT(rebuilt.snapshots_checked, 1'000);
        EXPECT_GT(rebuilt.tickers_checked, 2'000);
        EXPECT_GT(rebuilt.trades, 100u);
        EXPECT_EQ(rebuilt.counters.malformed_total(), 0u);
        EXPECT_EQ(rebuilt.counters.unknown_template, 0u);
    }
}

TEST(Feed, EveryExpiredOptionIsReportedSettledWithItsDelivery) {
    SimulationConfig config;
    config.market.short_expiry = Nanos::from_seconds(1);
    Rebuilder rebuilt;
    Simulation simulation(
        config, kStart, [&](const Packet& p) { rebuilt.packet(p); }, [](const Report&) {});
    for (int i = 0; i < 4'000; ++i) simulation.step();
    int settled = 0;
    for (const Contract& c : simulation.market().contracts()) {
        const auto id = static_cast<std::uint32_t>(c.terms.feed_id);
        EXPECT_EQ(rebuilt.states[id], c.open() ? 1 : 3);
        if (c.open()) continue;
        ++settled;
        EXPECT_EQ(rebuilt.deliveries[id], c.delivery);
        EXPECT_TRUE(rebuilt.books[id].side[0].empty() && rebuilt.books[id].side[1].empty());
    }
    EXPECT_EQ(settled, 22);
}

}  // namespace
}  // namespace hw::exchange

#endif  // HW_WITH_NET
