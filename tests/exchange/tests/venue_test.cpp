#include "tests/exchange/venue.h"

#include <gtest/gtest.h>

#include <optional>

namespace hw::exchange {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

Price p(double v) { return *Price::from_double(v); }
Qty q(double v) { return *Qty::from_double(v); }

class VenueTest : public ::testing::Test {
  protected:
    void start(VenueConfig config = {}) {
        venue_.emplace(config, market_, account_, kStart, [this](const Report& r) { reports_.push_back(r); });
        perpetual_ = market_.find("BTC-PERPETUAL");
        Ladder ladder;
        ladder.bids = {{p(89'999.5), q(100)}, {p(89'999), q(200)}};
        ladder.asks = {{p(90'000), q(100)}, {p(90'000.5), q(200)}};
        venue_->requote(perpetual_, ladder, kStart);
    }
    OrderRequest order(const std::string& id, Side side, double qty, double price, bool ioc = true) const {
        return {id, "BTC-PERPETUAL", "acct", "", side, q(qty), p(price), ioc};
    }
    std::string kinds() const {
        std::string out;
        for (const Report& r : reports_) out += static_cast<char>('a' + static_cast<int>(r.kind));
        return out;
    }
    static char letter(ReportKind kind) { return static_cast<char>('a' + static_cast<int>(kind)); }
    static std::string letters(std::initializer_list<ReportKind> list) {
        std::string out;
        for (const ReportKind kind : list) out += letter(kind);
        return out;
    }

    Market market_{{}, kStart};
    Account account_{market_};
    std::vector<Report> reports_;
    std::optional<Venue> venue_;
    std::size_t perpetual_ = 0;
};

using enum ReportKind;

TEST_F(VenueTest, IocTakesWhatIsThereAndTheRestIsCanceled) {
    start();
    venue_->submit(order("a", Side::buy, 150, 90'000), kStart);
    ASSERT_EQ(kinds(), letters({accepted, fill, canceled}));
    EXPECT_EQ(reports_[1].last_qty, q(100));
    EXPECT_EQ(reports_[1].last_price, p(90'000));
    EXPECT_EQ(reports_[1].order_status, '1');
    EXPECT_EQ(reports_[1].leaves_qty, q(50));
    EXPECT_NEAR(reports_[1].fee, 0.0005 * 1000 / 90'000, 1e-15);
    EXPECT_EQ(reports_[2].cum_qty, q(100));
    EXPECT_EQ(reports_[2].leaves_qty, Qty{});
    EXPECT_EQ(reports_[2].order_status, '4');
    EXPECT_EQ(account_.holding(perpetual_).qty, q(100));
    EXPECT_EQ(venue_->book(perpetual_).best(Side::sell), (Level{p(90'000.5), q(200)}));
    EXPECT_EQ(venue_->take_prints().size(), 1u);
    EXPECT_EQ(venue_->counts().partially_filled, 1u);
}

TEST_F(VenueTest, GtcRestsAndIsFilledWhenTheMarketComes) {
    start();
    venue_->submit(order("a", Side::buy, 250, 90'000, false), kStart);
    ASSERT_EQ(kinds(), letters({accepted, fill}));
    EXPECT_EQ(venue_->book(perpetual_).best(Side::buy), (Level{p(90'000), q(150)}));
    reports_.clear();
    Ladder lower;
    lower.bids = {{p(89'990), q(10)}};
    lower.asks = {{p(89'991), q(400)}};
    venue_->requote(perpetual_, lower, kStart);
    ASSERT_EQ(kinds(), letters({fill}));
    EXPECT_EQ(reports_[0].last_price, p(90'000));
    EXPECT_EQ(reports_[0].order_status, '2');
    EXPECT_EQ(reports_[0].cum_qty, q(250));
    EXPECT_DOUBLE_EQ(reports_[0].average_price, 90'000);
    EXPECT_EQ(venue_->open_orders(), 0u);
}

TEST_F(VenueTest, DuplicateClOrdIdsAreRefusedEvenLater) {
    start();
    venue_->submit(order("a", Side::buy, 10, 90'000), kStart);
    venue_->submit(order("a", Side::buy, 10, 90'000), kStart);
    EXPECT_EQ(reports_.back().kind, rejected);
    EXPECT_EQ(reports_.back().reason, 6u);
    EXPECT_EQ(venue_->counts().duplicate_cl_ord_ids, 1u);
    EXPECT_EQ(account_.holding(perpetual_).qty, q(10));
}

TEST_F(VenueTest, SenselessOrdersAreRefusedWithTheReason) {
    start();
    struct Case {
        OrderRequest request;
        std::uint32_t reason;
    };
    OrderRequest unknown = order("u", Side::buy, 10, 90'000);
    unknown.symbol = "BTC-NOPE";
    const std::vector<Case> cases = {{unknown, 1},
                                     {order("z", Side::buy, 0, 90'000), 13},
                                     {order("n", Side::buy, -5, 90'000), 13},
                                     {order("l", Side::buy, 1.5, 90'000), 13},
                                     {order("t", Side::buy, 10, 90'000.25), 99},
                                     {order("0", Side::sell, 10, 0), 99},
                                     {order("h", Side::buy, 10, 99'000), 3},
                                     {order("w", Side::sell, 10, 80'000), 3}};
    for (const Case& c : cases) {
        venue_->submit(c.request, kStart);
        EXPECT_EQ(reports_.back().kind, rejected) << c.request.cl_ord_id;
        EXPECT_EQ(reports_.back().reason, c.reason) << c.request.cl_ord_id;
    }
    EXPECT_EQ(venue_->counts().rejected, cases.size());
    EXPECT_EQ(account_.executions(), 0u);
}

TEST_F(VenueTest, AggressiveOrdersWaitAndMeetTheBookAsItIsThen) {
    VenueConfig config;
    config.delay_perpetual = Nanos::from_us(1'000);
    start(config);
    venue_->submit(order("a", Side::buy, 10, 90'000), kStart);
    ASSERT_EQ(kinds(), letters({pending_new}));
    EXPECT_EQ(reports_[0].order_status, 'A');
    venue_->release_delayed(kStart + Nanos::from_us(999));
    EXPECT_EQ(reports_.size(), 1u);
    Ladder away;
    away.asks = {{p(90'100), q(10)}};
    venue_->requote(perpetual_, away, kStart);
    venue_->release_delayed(kStart + Nanos::from_us(1'000));
    EXPECT_EQ(kinds(), letters({pending_new, accepted, canceled}));
    // A passive order is not delayed.
    venue_->submit(order("b", Side::buy, 10, 90'000, false), kStart);
    EXPECT_EQ(reports_.back().kind, accepted);
}

TEST_F(VenueTest, CancelsAreNeverDelayed) {
    VenueConfig config;
    config.delay_perpetual = Nanos::from_us(1'000);
    start(config);
    venue_->submit(order("a", Side::buy, 10, 90'000), kStart);
    venue_->cancel({"c1", "a"}, kStart);
    ASSERT_EQ(reports_.back().kind, canceled);
    EXPECT_EQ(reports_.back().cl_ord_id, "c1");
    EXPECT_EQ(reports_.back().original, "a");
    venue_->release_delayed(kStart + Nanos::from_seconds(1));
    EXPECT_EQ(account_.executions(), 0u);
    venue_->cancel({"c2", "a"}, kStart);
    EXPECT_EQ(reports_.back().kind, cancel_rejected);
    EXPECT_EQ(reports_.back().reason, 0u);
    venue_->cancel({"c3", "never"}, kStart);
    EXPECT_EQ(reports_.back().reason, 1u);
    EXPECT_EQ(reports_.back().order_id, "NONE");
}

TEST_F(VenueTest, MassStatusAndMassCancel) {
    start();
    venue_->mass_status({"s0", ""}, kStart);
    ASSERT_EQ(reports_.size(), 1u);
    EXPECT_EQ(reports_[0].kind, no_orders);
    EXPECT_TRUE(reports_[0].last);
    for (const char* id : {"a", "b", "c"}) venue_->submit(order(id, Side::buy, 10, 89'000, false), kStart);
    reports_.clear();
    venue_->mass_status({"s1", ""}, kStart);
    ASSERT_EQ(kinds(), letters({status, status, status}));
    EXPECT_EQ(reports_[0].total, 3u);
    EXPECT_FALSE(reports_[1].last);
    EXPECT_TRUE(reports_[2].last);
    EXPECT_EQ(reports_[2].leaves_qty, q(10));
    reports_.clear();
    venue_->mass_cancel({"m1", "1", "NOPE", ""}, kStart);
    EXPECT_TRUE(reports_.back().mass_cancel_refused);
    venue_->mass_cancel({"m2", "7", "", ""}, kStart);
    EXPECT_EQ(reports_.back().kind, mass_cancel_report);
    EXPECT_EQ(reports_.back().total, 3u);
    EXPECT_EQ(venue_->open_orders(), 0u);
    EXPECT_EQ(venue_->counts().canceled, 3u);
}

TEST_F(VenueTest, SplitFillsAddUpAndHaveIdsOfTheirOwn) {
    VenueConfig config;
    config.split_fills = 4;
    start(config);
    for (int i = 0; i < 20; ++i) {
        reports_.clear();
        Ladder ladder;
        ladder.asks = {{p(90'000), q(100)}};
        venue_->requote(perpetual_, ladder, kStart);
        venue_->submit(order(std::to_string(i), Side::buy, 7, 90'000), kStart);
        Qty sum;
        std::set<std::string> ids;
        for (const Report& r : reports_) {
            EXPECT_TRUE(ids.insert(r.exec_id).second);
            if (r.kind != fill) continue;
            sum += r.last_qty;
            EXPECT_EQ(r.cum_qty, sum);
        }
        EXPECT_EQ(sum, q(7));
    }
    EXPECT_GT(account_.executions(), 20u);
    EXPECT_EQ(account_.holding(perpetual_).qty, q(140));
}

TEST_F(VenueTest, CombosShareAGroupAndCountEveryLeg) {
    start();
    const std::vector<Venue::QuoteLeg> legs = {{1, Side::buy, q(0.3), p(0.01)},
                                               {2, Side::sell, q(0.3), p(0.02)}};
    venue_->quote_fill(legs, kStart);
    ASSERT_EQ(reports_.size(), 2u);
    EXPECT_FALSE(reports_[0].group.empty());
    EXPECT_EQ(reports_[0].group, reports_[1].group);
    EXPECT_EQ(reports_[0].group_legs, 2u);
    EXPECT_NE(reports_[0].exec_id, reports_[1].exec_id);
    EXPECT_TRUE(reports_[0].cl_ord_id.starts_with("Q-"));
    EXPECT_EQ(venue_->option_fills(), 2u);
    reports_.clear();
    venue_->quote_fill(std::span(legs).first(1), kStart);
    EXPECT_TRUE(reports_[0].group.empty());
}

TEST_F(VenueTest, SettlementCancelsAndClosesTheBook) {
    start();
    venue_->submit(order("a", Side::buy, 10, 89'000, false), kStart);
    venue_->submit(order("b", Side::buy, 10, 90'000), kStart);
    venue_->settle(perpetual_, kStart);
    EXPECT_EQ(reports_.back().kind, canceled);
    EXPECT_TRUE(venue_->book(perpetual_).empty(Side::buy));
    EXPECT_TRUE(account_.holding(perpetual_).qty.is_zero());
}

}  // namespace
}  // namespace hw::exchange
