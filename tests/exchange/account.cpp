#include "tests/exchange/account.h"

#include <algorithm>
#include <cmath>

namespace hw::exchange {

double delta_one_profit(const Instrument& terms, double qty, double entry, double exit) {
    const double size = qty * terms.contract_size.to_double();
    return terms.is_inverse() ? size * (1.0 / entry - 1.0 / exit) : size * (exit - entry);
}

double fill_fee(const Instrument& terms, bool maker, Qty qty, Price price, double spot) {
    const double rate = 1e-9 * (maker ? terms.maker_fee_nanos : terms.taker_fee_nanos);
    const double size = qty.to_double() * terms.contract_size.to_double();
    if (terms.is_option()) {
        const double notional = terms.is_inverse() ? size : size * spot;
        return std::min(rate * notional, 0.125 * size * price.to_double());
    }
    return rate * (terms.is_inverse() ? size / price.to_double() : size * price.to_double());
}

void Account::apply(std::size_t contract, Side side, Qty qty, Price price, double fee) {
    const Instrument& terms = market_.contracts()[contract].terms;
    Holding& holding = holdings_[contract];
    const Qty change = signed_qty(side, qty);
    if (terms.is_option()) {
        cash_of(terms) -= change.to_double() * terms.contract_size.to_double() * price.to_double();
        holding.qty += change;
    } else {
        apply_delta_one(terms, holding, change, price.to_double());
    }
    cash_of(terms) -= fee;
    fees_[std::string(terms.settle.view())] += fee;
    ++executions_;
}

void Account::open(std::size_t contract, Qty qty, Price price) {
    apply(contract, qty > Qty{} ? Side::buy : Side::sell, qty.abs(), price, 0.0);
    --executions_;
}

void Account::reverse(std::size_t contract, Side side, Qty qty, Price price, double fee) {
    apply(contract, opposite(side), qty, price, -fee);
    --executions_;
}

void Account::correct(std::size_t contract, Side side, Qty qty, Price from, Price to, double fee) {
    reverse(contract, side, qty, from, fee);
    apply(contract, side, qty, to, fee);
    --executions_;
}

void Account::apply_delta_one(const Instrument& terms, Holding& holding, Qty change, double price) {
    const Qty before = holding.qty;
    const bool reduces = !before.is_zero() && (before > Qty{}) != (change > Qty{});
    const Qty closed = reduces ? std::min(before.abs(), change.abs()) : Qty{};
    const Qty opened = change.abs() - closed;
    if (!closed.is_zero()) {
        const double signed_closed = before > Qty{} ? closed.to_double() : -closed.to_double();
        cash_of(terms) += delta_one_profit(terms, signed_closed, holding.average, price);
    }
    if (!opened.is_zero()) {
        const double old_weight = (before.abs() - closed).to_double();
        const double weight = opened.to_double();
        if (terms.is_inverse()) {
            const double old_part = old_weight > 0.0 ? old_weight / holding.average : 0.0;
            holding.average = (old_weight + weight) / (old_part + weight / price);
        } else {
            holding.average = (old_weight * holding.average + weight * price) / (old_weight + weight);
        }
    }
    holding.qty += change;
    if (holding.qty.is_zero()) holding.average = 0.0;
}

Qty Account::settle(std::size_t contract) {
    const Contract& c = market_.contracts()[contract];
    Holding& holding = holdings_[contract];
    const Qty held = holding.qty;
    if (held.is_zero()) return held;
    cash_of(c.terms) += value(contract, market_.payoff(c));
    holding = {};
    return held;
}

double Account::value(std::size_t contract, double mark) const {
    const Instrument& terms = market_.contracts()[contract].terms;
    const Holding& holding = holdings_[contract];
    if (holding.qty.is_zero()) return 0.0;
    if (terms.is_option()) return holding.qty.to_double() * terms.contract_size.to_double() * mark;
    return delta_one_profit(terms, holding.qty.to_double(), holding.average, mark);
}

}  // namespace hw::exchange
