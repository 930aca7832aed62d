#include "tests/exchange/market.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/exchange/quoter.h"

namespace hw::exchange {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

std::vector<double> walk(std::uint64_t seed, int steps) {
    MarketConfig config;
    config.seed = seed;
    Market market(config, kStart);
    std::vector<std::size_t> settled;
    std::vector<double> states;
    for (int i = 1; i <= steps; ++i) {
        market.step(kStart + Nanos::from_us(250 * i), settled);
        states.push_back(market.underlyings()[0].spot);
        states.push_back(market.fair(market.contracts()[0]));
    }
    return states;
}

TEST(Market, IsTheSameForASeedAndAnotherForAnother) {
    EXPECT_EQ(walk(5, 4'000), walk(5, 4'000));
    EXPECT_NE(walk(5, 10), walk(6, 10));
}

TEST(Market, RealisesItsVolatility) {
    MarketConfig config;
    config.jump_every_s = 0.0;
    Market market(config, kStart);
    std::vector<std::size_t> settled;
    double sum = 0.0;
    constexpr int kSteps = 40'000;
    double last = market.underlyings()[0].spot;
    for (int i = 1; i <= kSteps; ++i) {
        market.step(kStart + Nanos::from_ms(i), settled);
        const double move = std::log(market.underlyings()[0].spot / last);
        last = market.underlyings()[0].spot;
        sum += move * move;
    }
    const double years = Nanos::from_ms(kSteps).to_years();
    EXPECT_NEAR(std::sqrt(sum / years), 0.55, 0.55 * 0.03);
}

TEST(Market, ListsUniqueNamesAndFeedIdsOfSoundContracts) {
    MarketConfig config;
    config.families = {"BTC", "ETH", "BTC_USDC", "ETH_USDC"};
    const Market market(config, kStart);
    std::set<std::string_view> names;
    std::set<std::uint64_t> ids;
    for (const Contract& c : market.contracts()) {
        EXPECT_TRUE(names.insert(c.terms.symbol.view()).second) << c.terms.symbol.view();
        EXPECT_TRUE(ids.insert(c.terms.feed_id).second) << c.terms.symbol.view();
        EXPECT_EQ(definition_error(c.terms), "") << c.terms.symbol.view();
    }
    EXPECT_GT(names.size(), 4u * 80u);
}

TEST(Market, PutCallParityHoldsInItsPrices) {
    const Market market({}, kStart);
    int pairs = 0;
    for (const Contract& call : market.contracts()) {
        if (call.terms.option_type != OptionType::call) continue;
        std::string name(call.terms.symbol.view());
        name.back() = 'P';
        const Contract& put = market.contracts().at(market.find(name));
        const double forward = market.forward(call);
        const double parity = 1.0 - call.terms.strike.to_double() / forward;
        EXPECT_NEAR(market.fair(call) - market.fair(put), parity, 1e-12) << name;
        ++pairs;
    }
    EXPECT_EQ(pairs, 44);
}

TEST(Smile, HasWingsAndASkew) {
    const Smile smile;
    const double at_the_money = smile.vol(90'000, 90'000, 0.1);
    EXPECT_GT(smile.vol(75'000, 90'000, 0.1), at_the_money);
    EXPECT_GT(smile.vol(75'000, 90'000, 0.1), smile.vol(90'000.0 * 90 / 75, 90'000, 0.1));
    EXPECT_GT(at_the_money, 0.3);
    EXPECT_LT(at_the_money, 0.8);
}

TEST(Black76, KnownAnswers) {
    // F = K = 100, 1 year, 20 %: 100 * (2 N(0.1) - 1).
    EXPECT_NEAR(black_76(OptionType::call, 100, 100, 1, 0.2), 7.965567455405804, 1e-12);
    EXPECT_NEAR(black_76(OptionType::put, 100, 110, 0, 0.2), 10.0, 0.0);
}

TEST(Quoter, QuotesAroundFairOnTheGridAndNeverCrossed) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        MarketConfig config;
        config.seed = seed;
        config.families = {"BTC", "ETH_USDC"};
        Market market(config, kStart);
        std::vector<std::size_t> settled;
        for (int step = 1; step <= 20; ++step) {
            market.step(kStart + Nanos::from_seconds(step), settled);
            const Quoter quoter(market, seed);
            for (std::size_t i = 0; i < market.contracts().size(); ++i) {
                const Contract& c = market.contracts()[i];
                const Ladder ladder = quoter.quote(i);
                SCOPED_TRACE(testing::Message()
                             << "seed " << seed << " step " << step << " " << c.terms.symbol.view());
                ASSERT_FALSE(ladder.asks.empty());
                ASSERT_TRUE(c.terms.is_option() || !ladder.bids.empty());
                const double fair = market.fair(c);
                ASSERT_TRUE(ladder.bids.empty() || ladder.bids[0].price.to_double() <= fair + 1e-9);
                ASSERT_GE(ladder.asks[0].price.to_double(), fair - 1e-9);
                for (const auto* side : {&ladder.bids, &ladder.asks}) {
                    for (const Level& l : *side) {
                        ASSERT_EQ(round_down_to_tick(l.price, c.terms.tick_at(l.price)), l.price);
                        ASSERT_EQ(truncate_to_lot(l.qty, c.terms.lot), l.qty);
                        ASSERT_GT(l.qty, Qty{});
                        ASSERT_GT(l.price, Price{});
                    }
                }
                for (std::size_t k = 1; k < ladder.bids.size(); ++k) {
                    ASSERT_LT(ladder.bids[k].price, ladder.bids[k - 1].price);
                }
                for (std::size_t k = 1; k < ladder.asks.size(); ++k) {
                    ASSERT_GT(ladder.asks[k].price, ladder.asks[k - 1].price);
                }
                ASSERT_TRUE(ladder.bids.empty() || ladder.bids[0].price < ladder.asks[0].price);
                EXPECT_EQ(quoter.quote(i).bids, ladder.bids);
            }
        }
    }
}

}  // namespace
}  // namespace hw::exchange
