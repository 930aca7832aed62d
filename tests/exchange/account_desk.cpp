#include "tests/exchange/account_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/exchange/decimal.h"
#include "tests/exchange/fix_codec.h"

namespace hw::exchange {

namespace {

// A trade is taken back or corrected a while after it was told.
constexpr Nanos kChangeAfter = Nanos::from_ms(300);
// Of notional; the simulated venue's rule, good enough to have figures that move with the positions.
constexpr double kInitialMargin = 0.02;
constexpr double kMaintenanceShare = 0.5;

bool falls_on(std::uint64_t n, std::uint32_t every) { return every != 0 && n % every == 0; }

std::string amount(double value) { return fmt::format("{:.12f}", value); }

FixFields position_entry(const Simulation& s, std::size_t contract, Qty qty, Qty multiplier) {
    const Contract& c = s.market().contracts()[contract];
    const double average = s.account().holding(contract).average;
    const double mark = s.market().fair(c);
    FixFields entry{{703, "TQ"},
                    {704, decimal_text(std::max(qty, Qty{}).nanos())},
                    {705, decimal_text(std::max(-qty, Qty{}).nanos())},
                    {55, std::string(c.terms.symbol.view())},
                    {854, "1"},
                    {231, decimal_text(multiplier.nanos())},
                    {883, amount(mark)},
                    {54, qty > Qty{} ? "1" : "2"}};
    if (average > 0.0) entry.emplace_back(730, amount(average));
    return entry;
}

double margin_of(const Simulation& s, std::size_t contract) {
    const Contract& c = s.market().contracts()[contract];
    const double size =
        std::abs(s.account().holding(contract).qty.to_double()) * c.terms.contract_size.to_double();
    const double forward = s.market().forward(c);
    // An inverse future's size is in quote currency, an option's in coins.
    const bool in_quote = c.terms.is_inverse() && !c.terms.is_option();
    const double notional = in_quote ? size / forward : c.terms.is_inverse() ? size : size * forward;
    return kInitialMargin * notional;
}

}  // namespace

void AccountDesk::push(FixMessage message, Nanos due) {
    last_due_ = std::max(last_due_, due);
    queue_.push_back({last_due_, std::move(message)});
}

bool AccountDesk::pass(const Report& report) {
    if (report.kind != ReportKind::fill) {
        // Answers to the order session's questions are its own.
        const bool own = report.kind == ReportKind::status || report.kind == ReportKind::no_orders ||
                         report.kind == ReportKind::cancel_rejected ||
                         report.kind == ReportKind::mass_cancel_report;
        if (open_ && !own) push(to_fix(report), report.time);
        return true;
    }
    ++fills_;
    const bool copied = copy(report);
    plan_change(report);
    const bool lost = copied && falls_on(fills_, config_.lose_report_every);
    counts_.reports_lost += lost;
    return !lost;
}

bool AccountDesk::copy(const Report& fill) {
    if (!open_) return false;
    if (falls_on(fills_, config_.lose_copy_every)) {
        ++counts_.copies_lost;
        return false;
    }
    push(to_fix(fill), fill.time + config_.copy_delay);
    ++counts_.fills_copied;
    if (!falls_on(fills_, config_.copy_twice_every)) return true;
    push(to_fix(fill), fill.time + config_.copy_delay);
    ++counts_.fills_repeated;
    return true;
}

void AccountDesk::plan_change(const Report& fill) {
    if (falls_on(fills_, config_.bust_every)) {
        changes_.push_back({fill.time + kChangeAfter, fill, true});
    } else if (falls_on(fills_, config_.correct_every)) {
        changes_.push_back({fill.time + kChangeAfter, fill, false});
    }
}

void AccountDesk::change_trades(Simulation& s) {
    while (!changes_.empty() && changes_.front().due <= s.now()) {
        const Change change = changes_.front();
        changes_.pop_front();
        if (change.bust) {
            ++counts_.busts;
            s.venue().bust(change.fill, s.now());
            continue;
        }
        ++counts_.corrections;
        const Contract& c = s.market().contracts()[s.market().find(change.fill.symbol)];
        const Price tick = c.terms.tick_at(change.fill.last_price);
        s.venue().correct(change.fill, change.fill.last_price + tick, s.now());
    }
}

bool AccountDesk::answer(const FixMessage& request, Simulation& s) {
    if (request.type == "AN") {
        answer_positions(request, s);
    } else if (request.type == "AF") {
        ++counts_.order_requests;
        for (const Report& r : s.venue().status_of_open({request.get(584), request.get(55)}, s.now()))
            push(to_fix(r), s.now());
    } else if (request.type == "BE") {
        answer_equity(request, s);
    } else if (request.type == "x") {
        answer_list(request, s);
    } else {
        return false;
    }
    return true;
}

Qty AccountDesk::multiplier_of(const Instrument& terms) const {
    const auto wrong = config_.wrong_multiplier.find(std::string(terms.symbol.view()));
    return wrong == config_.wrong_multiplier.end() ? terms.contract_size : wrong->second;
}

/// 167 in the request: of that type only, FUT or OPT.
void AccountDesk::answer_list(const FixMessage& request, const Simulation& s) {
    ++counts_.list_requests;
    FixGroup group{146, {}};
    for (const Contract& c : s.market().contracts()) {
        const std::string type = c.terms.is_option() ? "OPT" : "FUT";
        if (!request.get(167).empty() && request.get(167) != type) continue;
        group.entries.push_back({{55, std::string(c.terms.symbol.view())},
                                 {167, type},
                                 {231, decimal_text(multiplier_of(c.terms).nanos())},
                                 {969, decimal_text(c.terms.tick.nanos())}});
    }
    FixMessage list{"y", {}};
    list.set(320, request.get(320));
    list.set(322, "L" + std::to_string(counts_.list_requests));
    list.set(560, "0");
    if (!group.entries.empty()) list.groups.push_back(std::move(group));
    push(std::move(list), s.now());
}

void AccountDesk::answer_positions(const FixMessage& request, const Simulation& s) {
    ++counts_.position_requests;
    FixGroup group{702, {}};
    for (std::size_t i = 0; i < s.market().contracts().size(); ++i) {
        const auto wrong =
            config_.wrong_position.find(std::string(s.market().contracts()[i].terms.symbol.view()));
        Qty qty = s.account().holding(i).qty;
        if (wrong != config_.wrong_position.end()) qty += wrong->second;
        if (qty.is_zero()) continue;
        group.entries.push_back(position_entry(s, i, qty, multiplier_of(s.market().contracts()[i].terms)));
    }
    FixMessage report{"AP", {}};
    report.set(721, "P" + std::to_string(counts_.position_requests));
    report.set(710, request.get(710));
    report.set(724, "0");
    report.set(728, "0");
    if (!group.entries.empty()) report.groups.push_back(std::move(group));
    push(std::move(report), s.now());
}

void AccountDesk::answer_equity(const FixMessage& request, const Simulation& s) {
    ++counts_.equity_requests;
    const std::string currency = request.get(15).empty() ? "BTC" : request.get(15);
    const auto cash = s.account().cash().find(currency);
    double equity = config_.deposit + (cash == s.account().cash().end() ? 0.0 : cash->second);
    double margin = 0.0;
    for (std::size_t i = 0; i < s.market().contracts().size(); ++i) {
        const Contract& c = s.market().contracts()[i];
        if (c.terms.settle.view() != currency) continue;
        equity += s.account().value(i, s.market().fair(c));
        margin += margin_of(s, i);
    }
    FixMessage response{"BF", {}};
    response.set(923, request.get(923));
    response.set(553, request.get(553));
    response.set(926, "1");
    response.set(15, currency);
    response.set(100001, amount(equity));
    response.set(100003, amount(margin));
    response.set(100004, amount(margin * kMaintenanceShare));
    push(std::move(response), s.now());
}

}  // namespace hw::exchange
