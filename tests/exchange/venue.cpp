#include "tests/exchange/venue.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hw::exchange {

namespace {

// FIX 103, 102 and 532.
constexpr std::uint32_t kRejectOther = 99;
constexpr std::uint32_t kRejectUnknownSymbol = 1;
constexpr std::uint32_t kRejectClosed = 2;
constexpr std::uint32_t kRejectPrice = 3;  // "order exceeds limit"
constexpr std::uint32_t kRejectDuplicate = 6;
constexpr std::uint32_t kRejectQuantity = 13;
constexpr std::uint32_t kCancelTooLate = 0;
constexpr std::uint32_t kCancelUnknown = 1;
constexpr std::size_t kArrivalsKept = 256;
// FIX 530.
constexpr std::string_view kBySymbol = "1";
constexpr std::string_view kByLabel = "10";

}  // namespace

Venue::Venue(const VenueConfig& config, const Market& market, Account& account, Nanos start, ReportSink sink)
    : config_(config),
      market_(market),
      account_(account),
      sink_(std::move(sink)),
      faults_(config.seed, Stream::order_faults),
      // A later run of the venue must not use an execution id again.
      exec_prefix_(fmt::format("{:x}-", start.ns() / 1'000'000)),
      books_(market.contracts().size()),
      last_price_(market.contracts().size()) {}

PriceBand Venue::band(std::size_t contract) const {
    const Contract& c = market_.contracts()[contract];
    const double mark = market_.fair(c);
    const double underlying = market_.forward(c);
    if (c.terms.kind == Kind::perpetual && incidents_.band_away != 0) {
        const double edge = mark * (1 + incidents_.band_away);
        const double half = 0.5 * std::abs(incidents_.band_away) * mark;
        return {round_down_to_tick(Price::from_double(edge - half).value_or(Price{}), c.terms.tick),
                round_up_to_tick(Price::from_double(edge + half).value_or(Price{}), c.terms.tick)};
    }
    const double width = c.terms.is_option() ? 0.04 * (c.terms.is_inverse() ? 1.0 : underlying) + 0.5 * mark
                                             : config_.price_band * mark;
    const Price low = Price::from_double(std::max(0.0, mark - width)).value_or(Price{});
    const Price high = Price::from_double(mark + width).value_or(Price{});
    return {round_down_to_tick(low, c.terms.tick_at(low)), round_up_to_tick(high, c.terms.tick_at(high))};
}

Venue::Refusal Venue::check(const OrderRequest& r, std::size_t contract) const {
    if (contract == market_.contracts().size()) return {kRejectUnknownSymbol, "unknown symbol"};
    const Contract& c = market_.contracts()[contract];
    if (!c.open()) return {kRejectClosed, "instrument is not open"};
    if (r.qty <= Qty{} || truncate_to_lot(r.qty, c.terms.lot) != r.qty) {
        return {kRejectQuantity, "quantity is not a positive multiple of the lot"};
    }
    if (r.price <= Price{} || round_down_to_tick(r.price, c.terms.tick_at(r.price)) != r.price) {
        return {kRejectOther, "price is not a positive multiple of the tick"};
    }
    const PriceBand limits = band(contract);
    if (r.side == Side::buy ? r.price > limits.max_buy : r.price < limits.min_sell) {
        return {kRejectPrice, "price is outside the band"};
    }
    return {};
}

void Venue::submit(const OrderRequest& r, Nanos now) {
    ++counts_.received;
    if (arrivals_.size() < kArrivalsKept) arrivals_.push_back({now, r});
    if (by_cl_ord_id_.contains(r.cl_ord_id)) {
        ++counts_.duplicate_cl_ord_ids;
        return refuse(r, {kRejectDuplicate, "duplicate ClOrdID"}, now);
    }
    by_cl_ord_id_[r.cl_ord_id] = 0;  // taken, even when the order is refused below
    if (faults_.chance(config_.reject_probability)) return refuse(r, {0, "refused by fault injection"}, now);
    if (!incidents_.refuse.empty()) return refuse(r, {kRejectOther, incidents_.refuse}, now);
    const std::size_t contract = market_.find(r.symbol);
    const Refusal refusal = check(r, contract);
    if (!refusal.text.empty()) return refuse(r, refusal, now);

    const std::uint64_t number = ++order_sequence_;
    by_cl_ord_id_[r.cl_ord_id] = number;
    Order& order = orders_[number];
    order.request = r;
    order.number = number;
    order.contract = contract;
    open_.insert(number);
    const bool aggressive = r.ioc || books_[contract].crosses(r.side, r.price);
    const Nanos delay = aggressive ? delay_of(order) : Nanos{};
    if (delay.is_zero()) return enter_book(order, now);
    order.due = now + delay;
    delayed_.push_back(number);
    report(order, ReportKind::pending_new, now);
}

Nanos Venue::delay_of(const Order& order) const {
    switch (market_.contracts()[order.contract].terms.kind) {
        case Kind::perpetual:
            return config_.delay_perpetual;
        case Kind::option:
            return config_.delay_option;
        default:
            return config_.delay_future;
    }
}

void Venue::release_delayed(Nanos now) {
    std::vector<std::uint64_t> due;
    for (const std::uint64_t number : delayed_) {
        if (orders_[number].due <= now) due.push_back(number);
    }
    std::erase_if(delayed_, [&](std::uint64_t n) { return orders_[n].due <= now; });
    std::stable_sort(due.begin(), due.end(),
                     [&](std::uint64_t a, std::uint64_t b) { return orders_[a].due < orders_[b].due; });
    for (const std::uint64_t number : due) enter_book(orders_[number], now);
}

void Venue::enter_book(Order& order, Nanos now) {
    if (!market_.contracts()[order.contract].open()) return cancel_order(order, {}, "instrument closed", now);
    order.status = '0';
    report(order, ReportKind::accepted, now);
    OrderBook& book = books_[order.contract];
    const OrderRequest& r = order.request;
    MatchResult result = book.take(r.side, r.price, r.qty, Taker::account);
    for (const std::uint64_t resting : result.self_matched) {
        cancel_order(orders_[resting], {}, "self-match prevention", now);
    }
    for (const Match& m : result.matches) fill(order, m.price, m.qty, false, r.side, now);
    if (!result.matches.empty() || !result.self_matched.empty()) changed_.insert(order.contract);
    if (result.left.is_zero()) return;
    if (r.ioc) return cancel_order(order, {}, "", now);
    book.rest(order.number, r.side, r.price, result.left);
    changed_.insert(order.contract);
}

void Venue::fill(Order& order, Price price, Qty qty, bool maker, Side aggressor, Nanos now) {
    const Qty lot = market_.contracts()[order.contract].terms.lot;
    for (; config_.lot_fills && qty > lot; qty -= lot) fill_part(order, price, lot, maker, aggressor, now);
    std::uint32_t parts = config_.split_fills > 1 ? 1 + faults_.below(config_.split_fills) : 1;
    while (parts > 1 && !qty.is_zero()) {
        const Qty part = truncate_to_lot(Qty::from_nanos(qty.nanos() / parts), lot);
        if (part.is_zero()) break;
        fill_part(order, price, part, maker, aggressor, now);
        qty -= part;
        --parts;
    }
    if (!qty.is_zero()) fill_part(order, price, qty, maker, aggressor, now);
}

void Venue::fill_part(Order& order, Price price, Qty qty, bool maker, Side aggressor, Nanos now) {
    const Instrument& terms = market_.contracts()[order.contract].terms;
    const double fee = fill_fee(terms, maker, qty, price, spot_of(order.contract));
    account_.apply(order.contract, order.request.side, qty, price, fee);
    order.cum += qty;
    order.notional += qty.to_double() * price.to_double();
    if (order.cum == order.request.qty) {
        end(order, '2');
    } else {
        order.status = '1';
    }
    print(order.contract, aggressor, price, qty, 0);
    Report r = base_report(order, ReportKind::fill, now);
    if (incidents_.invert_fills) r.side = opposite(r.side);
    r.last_qty = qty;
    r.last_price = price;
    r.fee = fee;
    r.trade_id = trade_sequence_;
    sink_(r);
}

void Venue::end(Order& order, char status) {
    order.status = status;
    open_.erase(order.number);
    if (status == '2') {
        ++counts_.filled;
    } else {
        ++(order.cum.is_zero() ? counts_.canceled : counts_.partially_filled);
    }
}

void Venue::cancel_order(Order& order, const std::string& request_id, const std::string& text, Nanos now) {
    std::erase(delayed_, order.number);
    if (!books_[order.contract].cancel(order.number).is_zero()) changed_.insert(order.contract);
    end(order, '4');
    Report r = base_report(order, ReportKind::canceled, now);
    if (!request_id.empty()) {
        r.original = r.cl_ord_id;
        r.cl_ord_id = request_id;
    }
    r.text = text;
    sink_(r);
}

void Venue::cancel(const CancelRequest& request, Nanos now) {
    const auto it = by_cl_ord_id_.find(request.original);
    const bool known = it != by_cl_ord_id_.end() && it->second != 0;
    if (known && orders_[it->second].open())
        return cancel_order(orders_[it->second], request.cl_ord_id, "", now);
    Report r;
    r.kind = ReportKind::cancel_rejected;
    r.time = now;
    r.cl_ord_id = request.cl_ord_id;
    r.original = request.original;
    r.order_id = known ? order_id(orders_[it->second]) : "NONE";
    r.order_status = known ? orders_[it->second].status : '8';
    r.reason = known ? kCancelTooLate : kCancelUnknown;
    r.text = known ? "order is no longer open" : "unknown order";
    sink_(r);
}

void Venue::mass_cancel(const MassCancelRequest& request, Nanos now) {
    Report r;
    r.kind = ReportKind::mass_cancel_report;
    r.time = now;
    r.cl_ord_id = request.cl_ord_id;
    r.mass_cancel_type = request.type;
    r.symbol = request.symbol;
    if (request.type == kBySymbol && market_.find(request.symbol) == market_.contracts().size()) {
        r.mass_cancel_refused = true;
        r.text = "unknown symbol";
        return sink_(r);
    }
    const std::set<std::uint64_t> open = open_;
    for (const std::uint64_t number : open) {
        Order& order = orders_[number];
        if (request.type == kBySymbol && order.request.symbol != request.symbol) continue;
        if (request.type == kByLabel && order.request.label != request.label) continue;
        cancel_order(order, {}, "mass cancel", now);
        ++r.total;
    }
    sink_(r);
}

void Venue::mass_status(const MassStatusRequest& request, Nanos now) {
    for (const Report& r : status_of_open(request, now)) sink_(r);
}

std::vector<Report> Venue::status_of_open(const MassStatusRequest& request, Nanos now) {
    std::vector<const Order*> found;
    for (const std::uint64_t number : open_) {
        const Order& order = orders_[number];
        if (request.symbol.empty() || order.request.symbol == request.symbol) found.push_back(&order);
    }
    if (found.empty()) {
        Report r;
        r.kind = ReportKind::no_orders;
        r.time = now;
        r.exec_id = exec_id();
        r.cl_ord_id = "NONE";
        r.order_id = "NONE";
        r.symbol = request.symbol.empty() ? "NONE" : request.symbol;
        r.order_status = '8';
        r.request_id = request.id;
        r.last = true;
        return {r};
    }
    std::vector<Report> reports;
    for (std::size_t i = 0; i < found.size(); ++i) {
        Report r = base_report(*found[i], ReportKind::status, now);
        r.request_id = request.id;
        r.total = static_cast<std::uint32_t>(found.size());
        r.last = i + 1 == found.size();
        reports.push_back(r);
    }
    return reports;
}

Report Venue::change_of(const Report& fill, ReportKind kind, Nanos now) {
    Report r = fill;
    r.kind = kind;
    r.time = now;
    r.original_exec_id = fill.exec_id;
    r.exec_id = exec_id();
    return r;
}

void Venue::bust(const Report& fill, Nanos now) {
    account_.reverse(market_.find(fill.symbol), fill.side, fill.last_qty, fill.last_price, fill.fee);
    sink_(change_of(fill, ReportKind::busted, now));
}

void Venue::correct(const Report& fill, Price price, Nanos now) {
    account_.correct(market_.find(fill.symbol), fill.side, fill.last_qty, fill.last_price, price, fill.fee);
    Report r = change_of(fill, ReportKind::corrected, now);
    r.last_price = price;
    sink_(r);
}

void Venue::book_matches(std::size_t contract, const std::vector<Match>& matches, Side aggressor, Nanos now) {
    for (const Match& m : matches) {
        if (m.maker == 0) {
            print(contract, aggressor, m.price, m.qty, 0);
        } else {
            fill(orders_[m.maker], m.price, m.qty, true, aggressor, now);
        }
    }
}

void Venue::requote(std::size_t contract, const Ladder& ladder, Nanos now) {
    const std::vector<Match> matches = books_[contract].requote(ladder.bids, ladder.asks);
    for (const Match& m : matches) {
        book_matches(contract, {m}, opposite(orders_[m.maker].request.side), now);
    }
    changed_.insert(contract);
}

void Venue::others_take(std::size_t contract, Side side, Qty qty, Nanos now) {
    OrderBook& book = books_[contract];
    if (book.empty(opposite(side))) return;
    const MatchResult result = book.take(side, book.best(opposite(side)).price, qty, Taker::others);
    book_matches(contract, result.matches, side, now);
    changed_.insert(contract);
}

void Venue::settle(std::size_t contract, Nanos now) {
    const std::set<std::uint64_t> open = open_;
    for (const std::uint64_t number : open) {
        if (orders_[number].contract == contract)
            cancel_order(orders_[number], {}, "instrument settled", now);
    }
    books_[contract].close();
    account_.settle(contract);
    changed_.insert(contract);
}

void Venue::quote_fill(std::span<const QuoteLeg> legs, Nanos now, Nanos apart) {
    const std::uint64_t number = ++quote_sequence_;
    const std::uint64_t combo = legs.size() > 1 ? number : 0;
    for (std::size_t i = 0; i < legs.size(); ++i) {
        const QuoteLeg& leg = legs[i];
        const Instrument& terms = market_.contracts()[leg.contract].terms;
        const double fee = fill_fee(terms, true, leg.qty, leg.price, spot_of(leg.contract));
        account_.apply(leg.contract, leg.side, leg.qty, leg.price, fee);
        ++option_fills_;
        print(leg.contract, opposite(leg.side), leg.price, leg.qty, combo);
        Report r;
        r.kind = ReportKind::fill;
        r.time = now + Nanos::from_ns(apart.ns() * static_cast<std::int64_t>(i));
        r.exec_id = exec_id();
        r.cl_ord_id = fmt::format("Q-{}{}-{}", exec_prefix_, number, i + 1);
        r.order_id = exec_prefix_ + "Q" + std::to_string(number) + "-" + std::to_string(i + 1);
        r.symbol = terms.symbol.view();
        r.side = leg.side;
        r.order_status = '2';
        r.qty = r.cum_qty = r.last_qty = leg.qty;
        r.price = r.last_price = leg.price;
        r.average_price = leg.price.to_double();
        r.fee = fee;
        r.trade_id = trade_sequence_;
        if (combo != 0) {
            r.group = fmt::format("C-{}{}", exec_prefix_, number);
            r.group_legs = static_cast<std::uint32_t>(legs.size());
        }
        sink_(r);
    }
}

void Venue::refuse_unreadable(const OrderRequest& r, const std::string& text, Nanos now) {
    ++counts_.received;
    refuse(r, {kRejectOther, text}, now);
}

void Venue::refuse(const OrderRequest& r, const Refusal& refusal, Nanos now) {
    ++counts_.rejected;
    Report report;
    report.kind = ReportKind::rejected;
    report.time = now;
    report.exec_id = exec_id();
    report.order_id = "NONE";
    report.cl_ord_id = r.cl_ord_id;
    report.symbol = r.symbol;
    report.account = r.account;
    report.side = r.side;
    report.order_status = '8';
    report.qty = r.qty;
    report.price = r.price;
    report.ioc = r.ioc;
    report.reason = refusal.code;
    report.text = refusal.text;
    sink_(report);
}

Report Venue::base_report(const Order& order, ReportKind kind, Nanos now) {
    Report r;
    r.kind = kind;
    r.time = now;
    r.exec_id = exec_id();
    r.order_id = order_id(order);
    r.cl_ord_id = order.request.cl_ord_id;
    r.symbol = order.request.symbol;
    r.account = order.request.account;
    r.side = order.request.side;
    r.order_status = order.status;
    r.qty = order.request.qty;
    r.price = order.request.price;
    r.ioc = order.request.ioc;
    r.cum_qty = order.cum;
    r.leaves_qty = order.leaves();
    r.average_price = order.cum.is_zero() ? 0.0 : order.notional / order.cum.to_double();
    return r;
}

void Venue::report(const Order& order, ReportKind kind, Nanos now, const std::string& text) {
    Report r = base_report(order, kind, now);
    r.text = text;
    sink_(r);
}

void Venue::print(std::size_t contract, Side aggressor, Price price, Qty qty, std::uint64_t combo) {
    last_price_[contract] = price;
    prints_.push_back({contract, aggressor, price, qty, ++trade_sequence_, combo});
}

}  // namespace hw::exchange
