// Random days under tight limits: no order leaves, and none is let through, unless every check of the gate
// holds, as an oracle that knows nothing of the gate's ways works out from the raw state; and no outcome of
// what is in flight leaves a limit. HW_PROPERTY_STEPS raises the number of steps.
#include <set>

#include "tests/hedge/random_day.h"
#include "tests/hedge/risk_fixture.h"

namespace hw::hedge::test {
namespace {

using Codes = std::set<AlertCode>;

class LimitedDay : public RandomDay {
  protected:
    void begin_limited(std::uint64_t with_seed) {
        GateConfig& g = config.gate;
        g.max_position_coins = 12;
        g.max_open_orders = 3;
        g.max_order_notional = 190'000;
        g.max_messages_per_second = 10;
        g.message_burst = 8;
        g.reference_collar_bp = 40;
        g.max_daily_fill_coins = 3'000;
        g.capital = 1'000;
        g.max_daily_loss = 400;
        g.runaway_orders = 3;
        g.duplicate_window = Nanos::from_ms(20);
        config.underlyings[0].max_delta_coins = 6;
        config.underlyings[0].stops.loss = {100, 300, 500, 900};
        config.stops.drawdown = {0, 400, 0, 0};
        begin(with_seed);
        g.max_orders_per_second = 12;
        configure();
    }

    // The oracle. `p` as it was put to the gate, `self` its order if it has left.

    struct Outcomes {
        double low, high;
        int open = 0;
        double same_side = 0;  ///< contracts
    };
    Outcomes outcomes(const Proposal& p, double net_delta, OrderId self) const {
        Outcomes r{net_delta, net_delta};
        for (const OrderState& o : memory.state().orders) {
            if (!o.open() || o.id == self || o.underlying != p.underlying) continue;
            ++r.open;
            const double left = o.leaves().to_double();
            const double coins = left * o.delta_per_contract * (o.side == Side::buy ? 1 : -1);
            (coins < 0 ? r.low : r.high) += coins;
            if (o.instrument == p.instrument && o.side == p.side) r.same_side += left;
        }
        return r;
    }
    double limit(LimitKind kind, double configured) const {
        double tightest = configured > 0 ? configured : 1e300;
        const auto place = static_cast<std::size_t>(kind);
        for (const double set : {memory.state().underlyings[0].risk.overrides.limits[place],
                                 memory.state().risk.overrides.limits[place]})
            if (set > 0 && set < tightest) tightest = set;
        return tightest;
    }
    static bool above(double value, double most) { return value > most * (1 + 1e-9); }

    void check_price(const Proposal& p, Codes& broken) const {
        const double at = p.limit.to_double();
        if (above(std::abs(at / p.mid - 1) * 1e4, config.gate.collar_bp))
            broken.insert(AlertCode::gate_collar);
        const TickerState& t = memory.state().tickers[index(p.instrument)];
        if (!t.mark.is_zero() &&
            above(std::abs(at / t.mark.to_double() - 1) * 1e4, config.gate.reference_collar_bp))
            broken.insert(AlertCode::gate_reference);
        const bool outside = p.side == Side::buy ? !t.max_buy.is_zero() && p.limit > t.max_buy
                                                 : !t.min_sell.is_zero() && p.limit < t.min_sell;
        if (outside) broken.insert(AlertCode::gate_price_band);
        if (p.side == Side::buy ? p.limit >= our_ask : p.limit <= our_bid)
            broken.insert(AlertCode::gate_self_trade);
    }
    void check_size(const Proposal& p, Codes& broken) const {
        const double coins = p.qty.to_double() * 10 / p.mid;
        if (above(coins, limit(LimitKind::max_order, config.gate.max_order_coins)))
            broken.insert(AlertCode::gate_max_qty);
        if (above(p.qty.to_double() * 10, limit(LimitKind::max_notional, config.gate.max_order_notional)))
            broken.insert(AlertCode::gate_notional);
    }
    void check_rates(const Proposal& p, const Outcomes& o, Codes& broken) const {
        if (o.open >= static_cast<int>(config.gate.max_open_orders))
            broken.insert(AlertCode::gate_open_orders);
        const auto recent = std::count_if(sent.begin(), sent.end(),
                                          [&](Nanos t) { return now - t < Nanos::from_seconds(1); });
        if (static_cast<double>(recent) >=
            limit(LimitKind::orders_per_second, config.gate.max_orders_per_second))
            broken.insert(AlertCode::gate_order_rate);
        if (tokens_now() < 1 - 1e-6) broken.insert(AlertCode::gate_message_rate);
        if (!sent.empty() && now - sent.back() < config.gate.duplicate_window && newest.side == p.side &&
            newest.qty == p.qty && newest.limit == p.limit)
            broken.insert(AlertCode::gate_duplicate);
    }
    void check_outcomes(const Proposal& p, const Outcomes& o, double target, Codes& broken) const {
        const double sign = p.side == Side::buy ? 1 : -1;
        const double coins = p.qty.to_double() * p.delta_per_contract;
        const double held = static_cast<double>(held_perpetual) * 1e-9;
        const double position = (sign * held + o.same_side + p.qty.to_double()) * p.delta_per_contract;
        if (above(position, limit(LimitKind::max_position, config.gate.max_position_coins)))
            broken.insert(AlertCode::gate_position);
        const double delta = sign > 0 ? o.high + coins - target : target - (o.low - coins);
        if (above(delta, limit(LimitKind::max_delta, config.underlyings[0].max_delta_coins)))
            broken.insert(AlertCode::gate_delta);
        const double today = now.ns() / (86'400 * kNano) == fill_day ? filled_coins : 0;
        if (above(today + (o.high - o.low) + coins,
                  limit(LimitKind::daily_fill, config.gate.max_daily_fill_coins)))
            broken.insert(AlertCode::gate_daily_fill);
        bool always_worse = p.purpose == OrderPurpose::hedge || p.purpose == OrderPurpose::flatten;
        for (int n = 0; n <= 10; ++n) {
            const double x = o.low + (o.high - o.low) * n / 10 - target;
            always_worse = always_worse && std::abs(x + sign * coins) > std::abs(x) + 1e-9;
        }
        if (always_worse) broken.insert(AlertCode::gate_worsens);
        check_permission(o, sign * coins, target, broken);
    }
    void check_permission(const Outcomes& o, double delta, double target, Codes& broken) const {
        const EngineState& s = memory.state();
        const auto farthest = [&](double shift) {
            return std::max(std::abs(o.low + shift - target), std::abs(o.high + shift - target));
        };
        const bool reduces = farthest(delta) < farthest(0);
        const UnderlyingRisk& r = s.underlyings[0].risk;
        const int level = std::max(static_cast<int>(r.stop.level), static_cast<int>(s.risk.stop.level));
        const bool doubtful = r.planner.stale_reduces || s.risk.planner.stale_reduces;
        if (s.killed) broken.insert(AlertCode::gate_killed);
        if (level == 4 || ((level >= 2 || doubtful) && !reduces)) broken.insert(AlertCode::gate_stop);
        if (worst_loss > config.gate.capital && !reduces) broken.insert(AlertCode::gate_capital);
        if (s.risk.stop.started && profit < -config.gate.max_daily_loss && !reduces)
            broken.insert(AlertCode::gate_daily_loss);
    }
    Codes broken_by(const Proposal& p, double net_delta, double target, OrderId self = {}) const {
        Codes broken;
        const Outcomes o = outcomes(p, net_delta, self);
        check_price(p, broken);
        check_size(p, broken);
        check_rates(p, o, broken);
        check_outcomes(p, o, target, broken);
        return broken;
    }

    // What the oracle keeps of its own.

    double tokens_now() const {
        return std::min(config.gate.message_burst,
                        tokens + config.gate.max_messages_per_second * (now - tokens_at).to_seconds());
    }
    void done(const Action& a) override {
        if (a.header.type == ActionType::alert) said.insert(a.payload.alert.code);
        if (a.header.type == ActionType::new_order) {
            const NewOrder& order = a.payload.new_order;
            Proposal p;
            p.underlying = a.header.underlying;
            p.instrument = a.header.instrument;
            p.side = order.side;
            p.qty = order.qty;
            p.limit = order.limit;
            p.mid = btc().reference;
            p.delta_per_contract = order.why.delta_per_contract;
            p.purpose = order.why.purpose;
            for (const AlertCode code : broken_by(p, order.why.net_delta, order.why.target, order.order))
                ADD_FAILURE() << to_string(code) << " seed " << seed << " event " << sequence;
            sent.push_back(now);
            while (now - sent.front() >= Nanos::from_seconds(1)) sent.pop_front();
            newest = order;
        }
        const bool counts =
            a.header.type == ActionType::new_order || a.header.type == ActionType::cancel_order ||
            a.header.type == ActionType::mass_cancel || a.header.type == ActionType::settle_orders;
        if (!counts) return;
        tokens = std::max(tokens_now() - 1, -config.gate.message_burst);
        tokens_at = now;
    }
    void filled(const Execution& e) override {
        if (e.order.is_none()) return;
        const std::int64_t day = now.ns() / (86'400 * kNano);
        if (day != fill_day) filled_coins = 0;
        fill_day = day;
        filled_coins += e.last_qty.to_double() * 10 / e.last_price.to_double();
    }

    // More that happens on such a day.

    void tell_figures() {
        RiskFigures f{};
        f.underlying = below(2) == 0 ? kBtc : kNoUnderlying;
        f.position_sequence = sequence;
        f.profit_known = 1;
        f.profit = std::round(1'000 * (uniform() - 0.4) * (below(20) == 0 ? 3 : 0.5));
        f.worst_loss = std::round(1'400 * uniform());
        if (f.underlying == kNoUnderlying) worst_loss = f.worst_loss, profit = f.profit;
        Event e = make(EventType::risk_figures);
        e.payload.risk_figures = f;
        tell(e);
    }
    void tell_quotes() {
        our_bid = below(4) == 0 ? price(0.5) : price(mid - 20.0 - 0.5 * static_cast<double>(below(200)));
        our_ask = below(4) == 0 ? price(4e6) : price(mid + 20.0 + 0.5 * static_cast<double>(below(200)));
        Event e = make(EventType::quote_orders, kPerpetual);
        e.payload.quote_orders = {our_bid, our_ask};
        tell(e);
    }
    void tell_mark() {
        Event e = make(EventType::ticker, kPerpetual);
        e.payload.ticker.mark = price(mid + 0.5 * std::round(600 * (uniform() - 0.5)));
        e.payload.ticker.index = kNoPrice;
        e.payload.ticker.delivery = kNoPrice;
        if (below(3) == 0) e.payload.ticker.min_sell = price(mid - 0.5 * static_cast<double>(below(100)));
        if (below(3) == 0) e.payload.ticker.max_buy = price(mid + 0.5 * static_cast<double>(below(100)));
        tell(e);
    }
    void tighten() {
        auto& limits = below(2) == 0 ? memory.state().risk.overrides.limits : btc().risk.overrides.limits;
        static constexpr std::array kMost{6.0, 15.0, 8.0, 250'000.0, 12.0, 4'000.0};
        const std::size_t which = below(limits.size());
        limits[which] = below(3) != 0 ? 0 : kMost[which] * (0.2 + 0.8 * uniform());
    }
    void person_resets() {
        if (below(10) == 0) now = now + Nanos::from_seconds(86'400);  // and the day's fills begin anew
        Event e = make(EventType::command);
        e.payload.command.kind = CommandKind::reset_stop;
        for (const UnderlyingId which : {kNoUnderlying, kBtc}) {
            e.payload.command.underlying = which;
            tell(e);
        }
        e.payload.command.kind = CommandKind::reset;
        tell(e);
        our_bid = price(0.5), our_ask = price(4e6);
        e = make(EventType::quote_orders, kPerpetual);
        e.payload.quote_orders = {our_bid, our_ask};
        tell(e);
    }
    /// Any order, put to the gate and to the oracle.
    void probe() {
        const double reference = btc().reference;
        Proposal p;
        p.underlying = kBtc;
        p.instrument = kPerpetual;
        p.side = below(2) == 0 ? Side::buy : Side::sell;
        p.purpose = OrderPurpose{static_cast<std::uint8_t>(below(3))};
        p.mid = reference;
        p.delta_per_contract = 10 / reference;
        p.qty = p.wanted = qty(std::floor(1 + 5'000 * (below(3) == 0 ? 6 * uniform() : uniform())));
        p.limit = price(0.5 * std::round(2 * reference * (1 + 0.012 * (uniform() - 0.5))));
        if (below(6) == 0) p.side = newest.side, p.qty = newest.qty, p.limit = newest.limit;
        const double target = btc().exposure.net_delta + 10 * (uniform() - 0.5);
        if (p.qty.is_zero()) return;
        // The engine's clock is that of its last Event.
        now = memory.state().now;
        ActionList actions;
        const Context c{memory.state(), config, actions};
        const double net_delta = btc().exposure.net_delta;
        const Verdict v = pass_gate(c, p, target, envelope_of(memory.state(), kBtc, net_delta, kPerpetual));
        const Codes broken = broken_by(p, net_delta, target);
        if (v.refused_by == AlertCode::none) {
            ASSERT_TRUE(broken.empty())
                << to_string(*broken.begin()) << " was let through, seed " << seed << " event " << sequence;
            ++passed;
        } else {
            ASSERT_TRUE(broken.contains(v.refused_by))
                << to_string(v.refused_by) << " without reason, seed " << seed << " event " << sequence;
            refused.insert(v.refused_by);
        }
    }
    /// Else what others hold would grow without bound, and the limits would let nothing leave any more.
    void others_unwind() {
        const Qty held = Qty::from_nanos(held_linear);
        deliver(execution(kLinear, held > Qty{} ? Side::sell : Side::buy, held.abs().to_double(), mid));
    }
    void limited_step() {
        const std::uint64_t choice = below(100);
        if (choice < 10) return tell_figures();
        if (choice < 14) return tell_quotes();
        if (choice < 19) return tell_mark();
        if (choice < 22) return tighten();
        if (choice < 24) return person_resets();
        if (choice < 44) return probe();
        if (!up && below(10) == 0) return set_session(true);
        if (std::abs(held_linear) > 10'000 * kNano && below(50) == 0) return others_unwind();
        random_step();
    }

    std::deque<Nanos> sent;
    NewOrder newest{};
    double tokens = 8;
    Nanos tokens_at = kStart;
    double filled_coins = 0;
    std::int64_t fill_day = 0;
    Price our_bid = price(0.5), our_ask = price(4e6);
    double worst_loss = 0, profit = 0;
    Codes said, refused;
    std::uint64_t passed = 0;
};

TEST_F(LimitedDay, NothingLeavesUnlessEveryCheckHolds) {
    begin_limited(401);
    const std::uint64_t steps = steps_or(40'000);
    for (std::uint64_t n = 0; n < steps; ++n) {
        limited_step();
        if (n % 1'000 == 0) history.clear(), all.clear();
        ASSERT_FALSE(HasFailure()) << "seed " << seed << " event " << sequence;
    }
    EXPECT_GT(btc().orders_sent, steps / 400) << "a day on which nothing happened proves nothing";
    EXPECT_GT(passed, steps / 400);
    for (const AlertCode code :
         {AlertCode::gate_collar, AlertCode::gate_max_qty, AlertCode::gate_open_orders,
          AlertCode::gate_order_rate, AlertCode::gate_position, AlertCode::gate_notional,
          AlertCode::gate_message_rate, AlertCode::gate_delta, AlertCode::gate_capital,
          AlertCode::gate_duplicate, AlertCode::gate_self_trade, AlertCode::gate_daily_loss,
          AlertCode::gate_price_band, AlertCode::gate_worsens, AlertCode::gate_stop,
          AlertCode::gate_reference})
        EXPECT_TRUE(refused.contains(code)) << to_string(code) << " never bound";
}

}  // namespace
}  // namespace hw::hedge::test
