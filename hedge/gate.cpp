#include "hedge/gate.h"

#include <algorithm>
#include <cmath>

#include "hedge/daily_fills.h"
#include "hedge/exposure.h"
#include "hedge/gate_greeks.h"
#include "hedge/limits.h"
#include "hedge/message_rate.h"
#include "hedge/quote_guard.h"
#include "hedge/stops.h"

namespace hw::hedge {

namespace {

/// A size was cut, or a sum made, in other units: in coins it may be off in the last bits.
constexpr double kLastBits = 1 + 1e-12;

constexpr Nanos kRateWindow = Nanos::from_seconds(1);

/// The first order that counts: everything before it is too old.
std::uint64_t first_counted(const EngineState& state) {
    std::uint64_t first = state.rate_tail;
    if (state.rate_cursor > kMaxOrderRate) first = std::max(first, state.rate_cursor - kMaxOrderRate);
    while (first < state.rate_cursor && state.now - state.order_times[first % kMaxOrderRate] >= kRateWindow)
        ++first;
    return first;
}

/// Coins that one contract counts for.
double size_of(const Instrument& i, const Proposal& p) {
    return i.is_option() ? i.contract_size.to_double() : p.delta_per_contract;
}

/// What a coin may cost at most, for the notional: a linear contract counts at its limit price.
double dearest(const Context& c, const UnderlyingState& u, const Instrument& i, double mid) {
    if (i.is_option()) return u.reference;
    return i.is_inverse() ? mid : mid * (1 + c.config.gate.collar_bp * 1e-4);
}

/// An order and all that the checks look at.
struct Asked {
    const Context& c;
    const UnderlyingState& u;
    const Proposal& p;
    const Instrument& instrument;
    const Envelope& e;
    double target = 0;
    bool buys = true;
    double size = 0;   ///< coins a contract
    double coins = 0;  ///< of the order, positive
    double delta = 0;  ///< that its fill moves the net delta by
    bool reduces = false;

    double limit_of(LimitKind kind) const { return hedge::limit_of(c.state, c.config, u, kind); }
};

double worst(double low, double high, double target) {
    return std::max(std::abs(low - target), std::abs(high - target));
}

Asked asked_of(const Context& c, const Proposal& p, double target, const Envelope& e) {
    Asked a{c, c.state.underlyings[index(p.underlying)], p, c.state.instruments[p.instrument], e};
    a.target = target;
    a.buys = p.side == Side::buy;
    const double contracts = p.qty.to_double();
    a.size = size_of(a.instrument, p);
    a.coins = contracts * a.size;
    a.delta = (a.buys ? contracts : -contracts) * p.delta_per_contract;
    a.reduces = worst(e.low + a.delta, e.high + a.delta, target) < worst(e.low, e.high, target);
    return a;
}

/// False, and why, for a check to return.
bool refuse(Verdict& v, AlertCode code, double value, double limit) {
    v.refused_by = code;
    v.value = value;
    v.limit = limit;
    return false;
}

// Permission to trade at all.

bool check_permission(const Asked& a, Verdict& v) {
    if (a.c.state.killed) return refuse(v, AlertCode::gate_killed, 1, 0);
    const StopLevel stop = stop_level(a.c.state, a.u);
    if (stop == StopLevel::halt || (stop >= StopLevel::reduce && !a.reduces))
        return refuse(v, AlertCode::gate_stop, static_cast<double>(stop), a.reduces);
    return true;
}

bool check_losses(const Asked& a, Verdict& v) {
    const GateConfig& gate = a.c.config.gate;
    const AccountRisk& account = a.c.state.risk;
    if (gate.capital > 0) {
        v.headroom_capital = gate.capital - account.planner.figures.worst_loss;
        if (v.headroom_capital < 0 && !a.reduces)
            return refuse(v, AlertCode::gate_capital, account.planner.figures.worst_loss, gate.capital);
    }
    double profit = 0;
    if (gate.max_daily_loss > 0 && profit_of_day(account, profit) && profit < -gate.max_daily_loss &&
        !a.reduces)
        return refuse(v, AlertCode::gate_daily_loss, -profit, gate.max_daily_loss);
    return true;
}

// The price.

/// One basis point of what a limit price is compared in.
double basis_point(const Asked& a, double reference) {
    if (!a.instrument.is_option()) return reference * 1e-4;
    return a.instrument.is_inverse() ? 1e-4 : a.u.reference * 1e-4;
}

bool check_distance(const Asked& a, Verdict& v, AlertCode code, double reference, double most_bp) {
    const double unit = basis_point(a, reference);
    const double away = std::abs(a.p.limit.to_double() - reference);
    if (reference > 0 && away <= most_bp * unit) return true;
    return refuse(v, code, unit > 0 ? away / unit : 0, most_bp);
}

bool check_price(const Asked& a, Verdict& v) {
    const GateConfig& gate = a.c.config.gate;
    if (!check_distance(a, v, AlertCode::gate_collar, a.p.mid, gate.collar_bp)) return false;
    const TickerState& ticker = a.c.state.tickers[index(a.p.instrument)];
    if (gate.reference_collar_bp > 0 && ticker.mark > Price{} &&
        !check_distance(a, v, AlertCode::gate_reference, ticker.mark.to_double(), gate.reference_collar_bp))
        return false;
    if (a.buys && ticker.max_buy > Price{} && a.p.limit > ticker.max_buy)
        return refuse(v, AlertCode::gate_price_band, a.p.limit.to_double(), ticker.max_buy.to_double());
    if (!a.buys && ticker.min_sell > Price{} && a.p.limit < ticker.min_sell)
        return refuse(v, AlertCode::gate_price_band, a.p.limit.to_double(), ticker.min_sell.to_double());
    if (meets_our_quote(a.u, a.p.instrument, a.p.side, a.p.limit))
        return refuse(v, AlertCode::gate_self_trade, a.p.limit.to_double(),
                      (a.buys ? a.u.risk.quotes.ask : a.u.risk.quotes.bid).to_double());
    return true;
}

// The size.

double notional(const Asked& a) {
    if (a.instrument.is_option()) return a.coins * a.u.reference;
    const double face = a.p.qty.to_double() * a.instrument.contract_size.to_double();
    return a.instrument.is_inverse() ? face : face * std::max(a.p.limit.to_double(), a.p.mid);
}

bool check_size(const Asked& a, Verdict& v) {
    const double most = a.limit_of(LimitKind::max_order);
    if (!(a.p.qty > Qty{} && a.coins <= most * kLastBits))
        return refuse(v, AlertCode::gate_max_qty, a.coins, most);
    const double most_money = a.limit_of(LimitKind::max_notional);
    if (most_money > 0 && !(notional(a) <= most_money * kLastBits))
        return refuse(v, AlertCode::gate_notional, notional(a), most_money);
    return true;
}

// How often.

bool is_repeated(const Asked& a) {
    const OrderGuard& last = a.u.risk.guard;
    return !last.last_time.is_zero() && a.c.state.now - last.last_time < a.c.config.gate.duplicate_window &&
           last.last_instrument == a.p.instrument && last.last_side == a.p.side && last.last_qty == a.p.qty &&
           last.last_limit == a.p.limit;
}

bool check_rates(const Asked& a, Verdict& v) {
    const GateConfig& gate = a.c.config.gate;
    if (a.e.open_orders >= gate.max_open_orders)
        return refuse(v, AlertCode::gate_open_orders, a.e.open_orders, gate.max_open_orders);
    const double most = a.limit_of(LimitKind::orders_per_second);
    const double rate = orders_in_last_second(a.c.state);
    v.headroom_rate = most - rate;
    if (!(rate < most)) return refuse(v, AlertCode::gate_order_rate, rate, most);
    if (gate.max_messages_per_second > 0) {
        const double left = messages_left(a.c.state, gate);
        // The last bits of a refill must not keep an order waiting.
        if (!(left + 1e-9 >= 1)) return refuse(v, AlertCode::gate_message_rate, left, 1);
    }
    if (is_repeated(a))
        return refuse(v, AlertCode::gate_duplicate, (a.c.state.now - a.u.risk.guard.last_time).to_seconds(),
                      gate.duplicate_window.to_seconds());
    return true;
}

// What it may lead to.

bool check_position(const Asked& a, Verdict& v) {
    const Qty now = a.c.state.positions[index(a.p.instrument)].qty;
    const Qty more = in_flight(a.c.state, a.e, a.p.instrument, a.p.side) + a.p.qty;
    // Positive on the order's own side of nothing.
    const double far_end = ((a.buys ? now : -now) + more).to_double() * a.size;
    const double most = a.limit_of(LimitKind::max_position);
    v.headroom_position = most - std::abs(far_end);
    if (far_end <= most * kLastBits) return true;
    return refuse(v, AlertCode::gate_position, far_end, most);
}

bool check_delta(const Asked& a, Verdict& v) {
    const double most = a.limit_of(LimitKind::max_delta);
    if (!(most > 0)) return true;
    const double low = a.e.low + std::min(a.delta, 0.0) - a.target;
    const double high = a.e.high + std::max(a.delta, 0.0) - a.target;
    v.headroom_delta = most - std::max(std::abs(low), std::abs(high));
    const double far_end = a.delta > 0 ? high : -low;
    if (far_end <= most * kLastBits) return true;
    return refuse(v, AlertCode::gate_delta, far_end, most);
}

bool check_daily_fill(const Asked& a, Verdict& v) {
    const double most = a.limit_of(LimitKind::daily_fill);
    if (!(most > 0)) return true;
    const double filled = filled_today(a.c.state, a.u) + (a.e.high - a.e.low) + a.coins;
    v.headroom_daily_fill = most - filled;
    if (filled <= most * kLastBits) return true;
    return refuse(v, AlertCode::gate_daily_fill, filled, most);
}

/// A hedge has no reason to leave when it would do harm in every outcome.
bool check_direction(const Asked& a, Verdict& v) {
    if (a.p.purpose != OrderPurpose::hedge && a.p.purpose != OrderPurpose::flatten) return true;
    const double nearest = a.delta > 0 ? a.target - a.e.low : a.e.high - a.target;
    if (nearest >= 0.5 * std::abs(a.delta) * (1 - 1e-12)) return true;
    return refuse(v, AlertCode::gate_worsens, nearest, 0.5 * std::abs(a.delta));
}

bool check_greeks(const Asked& a, Verdict& v) {
    if (!a.instrument.is_option()) return true;
    const std::uint32_t hurt = greeks_hurt(a.c, a.u, a.p);
    return hurt == 0 || refuse(v, AlertCode::gate_greeks, hurt, 0);
}

}  // namespace

Qty cut_to_max_order(const Context& c, const Proposal& p, Qty qty) {
    const UnderlyingState& u = c.state.underlyings[index(p.underlying)];
    const Instrument& i = c.state.instruments[p.instrument];
    double coins = limit_of(c.state, c.config, u, LimitKind::max_order);
    if (const double money = limit_of(c.state, c.config, u, LimitKind::max_notional); money > 0)
        coins = std::min(coins, money / dearest(c, u, i, p.mid));
    const auto most = Qty::from_double(coins / size_of(i, p));
    if (!most || qty.abs() <= *most) return qty;
    const Qty cut = truncate_to_lot(*most, i.lot);
    if (cut.is_zero()) return qty;
    return qty < Qty{} ? -cut : cut;
}

Verdict pass_gate(const Context& c, const Proposal& p, double target, const Envelope& e) {
    Verdict v;
    const Asked a = asked_of(c, p, target, e);
    (void)(check_permission(a, v) && check_losses(a, v) && check_price(a, v) && check_size(a, v) &&
           check_rates(a, v) && check_position(a, v) && check_delta(a, v) && check_daily_fill(a, v) &&
           check_direction(a, v) && check_greeks(a, v));
    return v;
}

std::uint32_t orders_in_last_second(const EngineState& state) {
    return static_cast<std::uint32_t>(state.rate_cursor - first_counted(state));
}

void forget_old_orders(EngineState& state) { state.rate_tail = first_counted(state); }

void count_order(Context& c, const Proposal& p) {
    forget_old_orders(c.state);
    c.state.order_times[c.state.rate_cursor % kMaxOrderRate] = c.state.now;
    ++c.state.rate_cursor;
    OrderGuard& guard = c.underlying(p.underlying).risk.guard;
    guard.last_instrument = p.instrument;
    guard.last_side = p.side;
    guard.last_qty = p.qty;
    guard.last_limit = p.limit;
    guard.last_time = c.state.now;
}

}  // namespace hw::hedge
