// Reports of our orders in every order that two sessions can bring them in: the whole table of transitions,
// and random days after which the books are the venue's. HW_PROPERTY_STEPS raises the number of days.
#include <cstdlib>
#include <deque>
#include <random>

#include "hedge/order_transitions.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {
namespace {

constexpr std::string_view kNames = "nlpfcrexu";  // in the order of OrderStatus; x is pending_cancel
OrderStatus named(char c) { return static_cast<OrderStatus>(kNames.find(c)); }

struct Row {
    char now;
    std::string_view becomes;  // by what is reported, in the order of kNames
};
using Table = std::array<Row, 9>;

//                          reported:      nlpfcrexu
constexpr Table kNews = {{{'n', "nlpfcrexu"},
                          {'l', "llpfcrexu"},
                          {'p', "pppfcrexu"},
                          {'f', "fffffffff"},
                          {'c', "ccccccccc"},
                          {'r', "rrrrrrrrr"},
                          {'e', "eeeeeeeee"},
                          {'x', "xxxfcrexu"},
                          {'u', "uuufcreuu"}}};
// Before a fill is booked; the answer to a status request is the newest word there is.
constexpr Table kAnswers = {{{'n', "nlpfcrexn"},
                             {'l', "nlpfcrexl"},
                             {'p', "nlpfcrexp"},
                             {'f', "fffffffff"},
                             {'c', "ccccccccc"},
                             {'r', "rrrrrrrrr"},
                             {'e', "eeeeeeeee"},
                             {'x', "nlpfcrexx"},
                             {'u', "nlpfcrexu"}}};

void check(const Table& table, bool answer) {
    for (const Row& row : table) {
        for (std::size_t n = 0; n < kNames.size(); ++n) {
            const OrderStatus now = named(row.now), reported = named(kNames[n]);
            const OrderStatus becomes = named(row.becomes[n]);
            EXPECT_EQ(next_status(now, reported, answer, false), becomes)
                << to_string(now) << " <- " << to_string(reported);
            // Some of it filled: it is never merely live again.
            const bool merely = becomes == OrderStatus::pending_new || becomes == OrderStatus::live;
            const bool kept = !answer && becomes == now && now >= OrderStatus::pending_cancel;
            if (!merely || kept || now == OrderStatus::unknown || reported == OrderStatus::unknown) continue;
            EXPECT_EQ(next_status(now, reported, answer, true), OrderStatus::partially_filled);
        }
        EXPECT_EQ(next_status(named(row.now), OrderStatus{200}, answer, false), named(row.now));
    }
}

TEST(OrderTransitions, News) { check(kNews, false); }
TEST(OrderTransitions, Answers) { check(kAnswers, true); }

TEST(OrderTransitions, Fills) {
    constexpr std::string_view kPart = "pppfcrexu";
    for (std::size_t n = 0; n < kNames.size(); ++n) {
        EXPECT_EQ(status_after_fill(named(kNames[n]), false), named(kPart[n])) << kNames[n];
        EXPECT_EQ(status_after_fill(named(kNames[n]), true), OrderStatus::filled) << kNames[n];
    }
}

class OrderReports : public EngineTest {
  protected:
    NewOrder sold() {
        start();
        gain_delta(3);
        return one_order();
    }
    const OrderState& order() { return memory.state().orders[0]; }
};

TEST_F(OrderReports, AnOldReportDoesNotBringAnOrderBack) {
    const NewOrder o = sold();
    update(o.order, OrderStatus::live);
    fill(o, qty(5'000));
    update(o.order, OrderStatus::live);
    update(o.order, OrderStatus::pending_new);
    EXPECT_EQ(order().status, OrderStatus::partially_filled);
    EXPECT_EQ(order().cum, qty(5'000));
    fill(o, qty(7'500));
    update(o.order, OrderStatus::partially_filled, qty(5'000));
    EXPECT_EQ(order().status, OrderStatus::filled);
    EXPECT_FALSE(killed());
}

TEST_F(OrderReports, AFillAfterTheEndIsBookedAndTheOrderStaysOver) {
    const NewOrder o = sold();
    command(CommandKind::pause);
    update(o.order, OrderStatus::canceled);
    fill(o, qty(5'000));
    EXPECT_EQ(line(kPerpetual).qty, qty(-5'000));
    EXPECT_EQ(order().status, OrderStatus::canceled);
    EXPECT_EQ(order().cum, qty(5'000));
    EXPECT_FALSE(killed());
    command(CommandKind::resume);
    EXPECT_EQ(one_order().qty, qty(7'500)) << "hedged with it";
    fill(o, qty(7'501));
    EXPECT_EQ(alerts(AlertCode::over_fill), 1u) << "over or not, it cannot fill further than it went";
}

TEST_F(OrderReports, AnEndThatKnowsOfLessThanWasBookedKills) {
    const NewOrder o = sold();
    fill(o, qty(5'000));
    update(o.order, OrderStatus::canceled, qty(4'000));
    EXPECT_EQ(alerts(AlertCode::quantity_missed), 1u) << "a fill was booked twice";
}

TEST_F(OrderReports, AnUnsolicitedCancelAndAnExpiryAreEnds) {
    for (const OrderStatus end : {OrderStatus::canceled, OrderStatus::expired}) {
        memory.clear();
        sequence = 0;
        const NewOrder o = sold();
        update(o.order, OrderStatus::live);
        update(o.order, end);
        EXPECT_EQ(memory.state().orders[0].status, end);
        EXPECT_EQ(orders_in(last).size(), 1u);
        EXPECT_TRUE(update(o.order, end).empty()) << "told twice";
        EXPECT_EQ(btc().orders_unfilled, 1u);
    }
}

TEST_F(OrderReports, ACancelThatLosesTheRaceAgainstAFill) {
    const NewOrder o = sold();
    update(o.order, OrderStatus::pending_cancel);
    fill(o, qty(5'000));
    EXPECT_EQ(order().status, OrderStatus::pending_cancel);
    Event e = make(EventType::cancel_reject);
    e.payload.cancel_reject.order = o.order;
    step(e);
    EXPECT_EQ(alerts(AlertCode::cancel_rejected), 1u);
    EXPECT_EQ(count(last, ActionType::settle_orders), 1u) << "too late: what became of it is asked";
    fill(o, qty(7'500));
    EXPECT_EQ(order().status, OrderStatus::filled);
    settle_complete();
    EXPECT_EQ(order().status, OrderStatus::filled);
    EXPECT_FALSE(killed());
}

TEST_F(OrderReports, ACancelThatWinsIt) {
    const NewOrder o = sold();
    update(o.order, OrderStatus::pending_cancel);
    fill(o, qty(5'000));
    update(o.order, OrderStatus::canceled, qty(5'000));
    EXPECT_EQ(order().status, OrderStatus::canceled);
    EXPECT_FALSE(killed());
}

/// A venue whose reports come over two sessions, each in its own order, some of them again.
class RandomReports : public EngineTest {
  protected:
    void begin(std::uint64_t with_seed) {
        seed = with_seed;
        random.seed(seed);
        memory.clear();
        sequence = 0;
        orders.clear(), copies.clear(), told.clear(), settled_fills.clear(), history.clear(), all.clear();
        held = {};
        now = kStart;
        config.drop_copy = true;
        config.gate.max_orders_per_second = 1'000;
        config.reject_backoff = Nanos::from_ms(1);
        start();
        account_session(true);
    }
    std::uint64_t below(std::uint64_t n) { return random() % n; }

    void tell(const Event& e) {
        step(e);
        for (const Action& a : last) {
            if (a.header.type == ActionType::new_order) plan(a.payload.new_order);
            if (a.header.type == ActionType::settle_orders)
                orders.push_back(make(EventType::settle_complete));  // behind all that there is to tell
        }
        for (const OrderState& o : memory.state().orders)
            ASSERT_GE(o.leaves(), Qty{}) << "seed " << seed << " event " << sequence;
    }
    /// What the venue does with an order, at once; its reports are on their way.
    void plan(const NewOrder& o) {
        if (below(4) != 0) orders.push_back(report(o, OrderStatus::live, {}));
        if (below(12) == 0) return orders.push_back(report(o, OrderStatus::rejected, {}));
        const auto lots = static_cast<std::uint64_t>(o.qty.nanos() / kNano);
        std::uint64_t left = lots;
        std::uint64_t to_fill = below(3) == 0 ? lots : below(lots + 1);
        while (to_fill != 0) {
            const std::uint64_t part = below(3) == 0 ? to_fill : 1 + below(to_fill);
            to_fill -= part, left -= part;
            // A fill that is told after the end, which does not count it; the copy cannot be ahead of that.
            const bool late = to_fill == 0 && left != 0 && below(6) == 0;
            if (late) orders.push_back(report(o, OrderStatus::canceled, filled(o, lots - left - part)));
            venue_fill(o, part, left, lots, late);
            if (late) return;
        }
        if (left != 0 || below(2) == 0)
            orders.push_back(
                report(o, left == 0 ? OrderStatus::filled : OrderStatus::canceled, filled(o, lots - left)));
    }
    static Qty filled(const NewOrder&, std::uint64_t lots) {
        return Qty::from_units(static_cast<std::int64_t>(lots));
    }
    Event report(const NewOrder& o, OrderStatus status, Qty cum) {
        Event e = make(EventType::order_update);
        e.payload.order_update.order = o.order;
        e.payload.order_update.status = status;
        e.payload.order_update.cum_qty = cum;
        return e;
    }
    void venue_fill(const NewOrder& o, std::uint64_t part, std::uint64_t left, std::uint64_t lots,
                    bool late) {
        Event e = execution(kPerpetual, o.side, static_cast<double>(part), o.limit.to_double(), o.order);
        e.payload.execution.cum_qty = filled(o, lots - left);
        e.payload.execution.leaves_qty = filled(o, left);
        held += signed_qty(o.side, e.payload.execution.last_qty);
        orders.push_back(e);
        Event copy = e;
        copy.payload.execution.source = SessionRole::account;
        if (below(3) == 0) copy.payload.execution.order = {};
        if (late) {
            copies_after[e.payload.execution.key.high] = copy;
        } else {
            copies.push_back(copy);
        }
        settled_fills.push_back(e);
    }
    void venue_busts() {
        if (settled_fills.empty()) return;
        const std::size_t n = below(settled_fills.size());
        const Event f = settled_fills[n];
        settled_fills.erase(settled_fills.begin() + static_cast<std::ptrdiff_t>(n));
        Event e = f;
        e.payload.execution.key = {++executions, ~executions};
        e.payload.execution.ref = f.payload.execution.key;
        e.payload.execution.change = TradeChange::bust;
        held -= signed_qty(f.payload.execution.side, f.payload.execution.last_qty);
        orders.push_back(e);
        e.payload.execution.source = SessionRole::account;
        // It cannot come before what it takes back.
        copies_after[e.payload.execution.key.high] = e;
    }
    void deliver(std::deque<Event>& from) {
        if (from.empty()) return;
        const Event e = from.front();
        from.pop_front();
        told.push_back(e);
        tell(e);
        if (e.header.type != EventType::execution) return;
        const auto copy = copies_after.find(e.payload.execution.key.high);
        if (copy == copies_after.end()) return;
        copies.push_back(copy->second);
        copies_after.erase(copy);
    }
    void random_step() {
        now = now + Nanos::from_us(static_cast<std::int64_t>(below(200)));
        const std::uint64_t choice = below(100);
        if (choice < 15) {
            const double coins = static_cast<double>(below(8'000)) / 1'000 - 4;
            Event e = execution(kLinear, coins > 0 ? Side::buy : Side::sell, 1 + std::abs(coins) * 1'000,
                                kReference);
            e.payload.execution.last_qty = Qty::from_units(e.payload.execution.last_qty.nanos() / kNano);
            orders.push_back(e);
            e.payload.execution.source = SessionRole::account;
            copies.push_back(e);
        } else if (choice < 55) {
            deliver(orders);
        } else if (choice < 85) {
            deliver(copies);
        } else if (choice < 92 && !told.empty()) {
            Event again = told[below(told.size())];
            if (again.header.type == EventType::settle_complete) return;
            if (again.header.type == EventType::execution) again.payload.execution.possible_resend = 1;
            tell(again);
        } else if (choice < 94) {
            venue_busts();
        } else if (choice < 97) {
            quote(kPerpetual, kReference);
        } else {
            tell(make(EventType::timer));
        }
    }

    std::uint64_t seed = 0;
    std::mt19937_64 random;
    std::deque<Event> orders, copies;             ///< on their way, each in its own order
    std::map<std::uint64_t, Event> copies_after;  ///< by the report that they must not be ahead of
    std::vector<Event> told, settled_fills;
    Qty held;  ///< at the venue
};

TEST_F(RandomReports, AfterEveryDayTheBooksAreTheVenues) {
    const char* text = std::getenv("HW_PROPERTY_STEPS");
    const std::uint64_t days =
        text != nullptr ? std::max<std::uint64_t>(std::strtoull(text, nullptr, 10) / 50, 1) : 60;
    std::uint64_t busts = 0, duplicates = 0, matched = 0;
    for (std::uint64_t day = 0; day < days; ++day) {
        begin(4'000 + day);
        for (int n = 0; n < 800 && !HasFatalFailure(); ++n) random_step();
        command(CommandKind::pause);
        for (int n = 0; n < 20'000 && !(orders.empty() && copies.empty()) && !HasFatalFailure(); ++n)
            deliver(below(2) == 0 ? orders : copies);
        ASSERT_FALSE(HasFatalFailure());
        ASSERT_EQ(line(kPerpetual).qty, held) << "seed " << seed;
        ASSERT_FALSE(killed()) << "seed " << seed << ' ' << to_string(memory.state().killed_by);
        EXPECT_EQ(memory.state().account.drop_copy.count, 0u) << "seed " << seed;
        EXPECT_EQ(memory.state().actions_dropped, 0u) << "seed " << seed;
        busts += memory.state().account.busts;
        duplicates += memory.state().duplicates;
        matched += memory.state().account.drop_copy.matched;
    }
    EXPECT_GT(busts, days) << "a day on which nothing happened proves nothing";
    EXPECT_GT(duplicates, days);
    EXPECT_GT(matched, 50 * days);
}

}  // namespace
}  // namespace hw::hedge::test
