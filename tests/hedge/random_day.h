// A day at a venue that does what it likes: it fills, cancels, rejects, keeps quiet, loses the connection and
// keeps the true position, while the market moves and options are bought and sold. Everything from one seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <random>

#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {

/// Steps that a property is tried for: HW_PROPERTY_STEPS, or so many.
inline std::uint64_t steps_or(std::uint64_t fallback) {
    const char* text = std::getenv("HW_PROPERTY_STEPS");
    const std::uint64_t steps = text != nullptr ? std::strtoull(text, nullptr, 10) : 0;
    return steps > 0 ? steps : fallback;
}

/// The venue: it fills, cancels, rejects, keeps quiet, loses the connection, and keeps the true position.
class RandomDay : public EngineTest {
  protected:
    /// What is told again is no older than executions are remembered.
    static constexpr std::size_t kReported = 10'000;
    struct AtVenue {
        NewOrder order;
        Qty left;
    };

    void begin(std::uint64_t with_seed) {
        seed = with_seed;
        random.seed(seed);
        config.gate.max_order_coins = 4;
        config.gate.max_orders_per_second = 1'000;
        config.underlyings[0].target_delta = static_cast<double>(seed % 3) - 1;
        start();
        collect();
    }
    /// What was done, one by one; `at_venue` holds the orders before it.
    virtual void done(const Action&) {}
    /// A fill is about to be told.
    virtual void filled(const Execution&) {}
    double uniform() { return static_cast<double>(random() >> 11) * 0x1.0p-53; }
    std::uint64_t below(std::uint64_t n) { return random() % n; }

    /// Everything is told through here, so that every order is looked at as it leaves.
    void tell(const Event& e) {
        step(e);
        collect();
    }
    void collect() {
        for (const Action& a : last) {
            done(a);
            if (a.header.type == ActionType::new_order) {
                at_venue.push_back({a.payload.new_order, a.payload.new_order.qty});
                check_no_double_hedge(a.payload.new_order);
            }
            if (a.header.type == ActionType::settle_orders) settle_asked = true;
        }
    }
    double model_delta() const {
        const EngineState& s = memory.state();
        const double reference = s.underlyings[0].reference;
        return static_cast<double>(held_linear) * 1e-9 * 0.001 +
               static_cast<double>(held_perpetual) * 1e-9 * 10 / reference;
    }
    /// Whatever fills, the far edge of the band is not crossed by more than a lot (and what the price moved).
    void check_no_double_hedge(const NewOrder& newest) {
        const double per_contract = 10 / btc().reference;
        double in_flight = 0;
        for (const AtVenue& o : at_venue)
            if (o.order.side == newest.side) in_flight += o.left.to_double() * per_contract;
        const UnderlyingConfig& rules = config.underlyings[0];
        const double sign = newest.side == Side::buy ? 1 : -1;
        const double beyond = sign * (model_delta() - rules.target_delta) + in_flight - rules.band;
        ASSERT_LE(beyond, per_contract + 0.02 * in_flight) << "seed " << seed << " event " << sequence;
    }
    void check_positions() {
        ASSERT_EQ(line(kLinear).qty.nanos(), held_linear) << "seed " << seed << " event " << sequence;
        ASSERT_EQ(line(kPerpetual).qty.nanos(), held_perpetual) << "seed " << seed << " event " << sequence;
        ASSERT_FALSE(killed()) << "seed " << seed << " event " << sequence;
    }

    void deliver(const Event& e) {
        (e.header.instrument == kLinear ? held_linear : held_perpetual) +=
            signed_qty(e.payload.execution.side, e.payload.execution.last_qty).nanos();
        reported.push_back(e);
        if (reported.size() > kReported) reported.pop_front();
        filled(e.payload.execution);
        tell(e);
    }
    /// A fill now, or while the session is down, one that is told when it is back.
    void venue_fill(AtVenue& o, Qty contracts) {
        o.left -= contracts;
        Event e = execution(kPerpetual, o.order.side, contracts.to_double(), o.order.limit.to_double(),
                            o.order.order);
        e.payload.execution.cum_qty = o.order.qty - o.left;
        e.payload.execution.leaves_qty = o.left;
        if (up) {
            deliver(e);
        } else {
            missed.push_back(e);
        }
    }
    void end_order(std::size_t n, OrderStatus status) {
        const AtVenue o = at_venue[n];
        at_venue.erase(at_venue.begin() + static_cast<std::ptrdiff_t>(n));
        if (!up) return;  // nobody hears of it: settlement will not name it
        Event e = make(EventType::order_update);
        e.payload.order_update = {o.order.order, o.order.qty - o.left, {}, status, 0, {}, 0, {}};
        tell(e);
    }
    void venue_acts() {
        if (at_venue.empty()) return;
        const std::size_t n = below(at_venue.size());
        AtVenue& o = at_venue[n];
        const std::uint64_t choice = below(10);
        if (choice < 5) {
            const NewOrder whole = o.order;
            venue_fill(o, o.left);
            remove(whole.order);
        } else if (choice < 7 && o.left > Qty::from_units(1)) {
            const auto part =
                static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(o.left.nanos() / kNano - 1)));
            venue_fill(o, Qty::from_units(part));
        } else if (choice < 9) {
            end_order(n, OrderStatus::canceled);
        } else if (o.left == o.order.qty) {
            end_order(n, OrderStatus::rejected);
        }
    }
    /// The fill's answer may have been a new order, so places in the list are not what they were.
    void remove(OrderId id) {
        for (std::size_t n = 0; n < at_venue.size(); ++n) {
            if (at_venue[n].order.order != id) continue;
            at_venue.erase(at_venue.begin() + static_cast<std::ptrdiff_t>(n));
            return;
        }
    }
    void move_market() {
        mid = std::min(50'500.0, std::max(49'500.0, mid + 0.5 * std::round(40 * (uniform() - 0.5))));
        tell(make(EventType::book_clear, kPerpetual));
        for (const Side side : {Side::buy, Side::sell}) {
            if (below(50) == 0) continue;  // one-sided for a while
            Event e = make(EventType::book_level, kPerpetual);
            const double half = below(60) == 0 ? -0.5 : 0.5;  // crossed for a while
            e.payload.book_level.price = price(side == Side::buy ? mid - half : mid + half);
            e.payload.book_level.qty = qty(100);
            e.payload.book_level.side = side;
            e.payload.book_level.last = 1;
            tell(e);
        }
        Event e = make(EventType::book_trust, kPerpetual);
        e.payload.book_trust.trusted = below(40) != 0;
        tell(e);
    }
    void good_market() {
        quote(kPerpetual, mid);
        collect();
    }
    void set_session(bool now_up) {
        up = now_up;
        if (up) {
            // What was missed is sent again before the session counts as up.
            while (!missed.empty()) {
                const Event e = missed.front();
                missed.pop_front();
                deliver(e);
            }
        }
        Event e = make(EventType::session_state);
        e.payload.session_state.up = up;
        tell(e);
    }
    void answer_settlement() {
        if (!settle_asked || !up) return;
        settle_asked = false;
        const std::vector<AtVenue> open = at_venue;
        for (const AtVenue& o : open) {
            Event e = make(EventType::order_update);
            e.payload.order_update = {
                o.order.order, o.order.qty - o.left, o.left, OrderStatus::live, 1, {}, 0, {}};
            tell(e);
        }
        tell(make(EventType::settle_complete));
    }
    void random_step() {
        now = now + Nanos::from_us(static_cast<std::int64_t>(below(3'000)));
        const std::uint64_t choice = below(100);
        if (choice < 35) return move_market();
        if (choice < 50) {
            const double coins = std::round(4'000 * (uniform() - 0.5) * (below(10) == 0 ? 4 : 1)) / 1'000;
            if (coins == 0) return;
            return deliver(execution(kLinear, coins > 0 ? Side::buy : Side::sell,
                                     std::round(std::abs(coins) * 1'000), mid));
        }
        if (choice < 85) return venue_acts();
        if (choice < 88 && !reported.empty()) return tell(reported[below(reported.size())]);
        if (choice < 89) return set_session(!up);
        if (choice < 94) return answer_settlement();
        tell(make(EventType::timer));
    }
    /// A quiet hour: the venue answers everything, and the market is there.
    void calm_down() {
        if (!up) set_session(true);
        for (int n = 0; n < 400; ++n) {
            now = now + Nanos::from_ms(200);
            good_market();
            tell(make(EventType::timer));
            answer_settlement();
            while (!at_venue.empty()) {
                const NewOrder whole = at_venue.front().order;
                venue_fill(at_venue.front(), at_venue.front().left);
                remove(whole.order);
            }
        }
    }

    std::uint64_t seed = 0;
    std::mt19937_64 random;
    std::vector<AtVenue> at_venue;
    std::deque<Event> missed;
    std::deque<Event> reported;  ///< that may be told again
    std::int64_t held_linear = 0;
    std::int64_t held_perpetual = 0;
    double mid = kReference;
    bool up = true;
    bool settle_asked = false;
};

}  // namespace hw::hedge::test
