#include "tests/exchange/fix_codec.h"

#include <chrono>

#include <fmt/format.h>

#include "tests/exchange/decimal.h"
#include "tests/exchange/venue.h"

namespace hw::exchange {

namespace {

char exec_type(ReportKind kind) {
    switch (kind) {
        case ReportKind::pending_new:
            return 'A';
        case ReportKind::fill:
            return 'F';
        case ReportKind::busted:
            return 'H';
        case ReportKind::corrected:
            return 'G';
        case ReportKind::canceled:
            return '4';
        case ReportKind::rejected:
            return '8';
        case ReportKind::status:
        case ReportKind::no_orders:
            return 'I';
        default:
            return '0';
    }
}

FixMessage cancel_reject(const Report& r) {
    FixMessage m{"9", {}};
    m.set(37, r.order_id);
    m.set(11, r.cl_ord_id);
    m.set(41, r.original);
    m.set(39, std::string(1, r.order_status));
    m.set(434, "1");
    m.set(102, std::to_string(r.reason));
    m.set(58, r.text);
    m.set(60, fix_timestamp(r.time));
    return m;
}

FixMessage mass_cancel_report(const Report& r) {
    FixMessage m{"r", {}};
    m.set(11, r.cl_ord_id);
    m.set(37, "NONE");
    m.set(530, r.mass_cancel_type);
    m.set(531, r.mass_cancel_refused ? "0" : r.mass_cancel_type);
    m.set(533, std::to_string(r.total));
    if (r.mass_cancel_refused) m.set(532, "1");
    if (!r.symbol.empty()) m.set(55, r.symbol);
    if (!r.text.empty()) m.set(58, r.text);
    m.set(60, fix_timestamp(r.time));
    return m;
}

void add_fill(const Report& r, FixMessage& m) {
    m.set(32, decimal_text(r.last_qty.nanos()));
    m.set(31, decimal_text(r.last_price.nanos()));
    m.set(12, fmt::format("{:.12f}", r.fee));
    m.set(13, "3");
    m.set(880, std::to_string(r.trade_id));
    if (r.group.empty()) return;
    m.set(442, "2");
    m.set(527, r.group);
    m.set(5527, std::to_string(r.group_legs));
}

void add_status(const Report& r, FixMessage& m) {
    m.set(584, r.request_id);
    m.set(911, std::to_string(r.total));
    m.set(912, r.last ? "Y" : "N");
}

FixMessage execution_report(const Report& r) {
    FixMessage m{"8", {}};
    m.set(37, r.order_id);
    m.set(17, r.exec_id);
    m.set(11, r.cl_ord_id);
    if (!r.original.empty()) m.set(41, r.original);
    m.set(150, std::string(1, exec_type(r.kind)));
    m.set(39, std::string(1, r.order_status));
    m.set(55, r.symbol);
    m.set(54, r.side == Side::buy ? "1" : "2");
    m.set(38, decimal_text(r.qty.nanos()));
    if (r.price) {
        m.set(40, "2");
        m.set(44, decimal_text(r.price->nanos()));
        m.set(59, r.ioc ? "3" : "1");
    }
    m.set(14, decimal_text(r.cum_qty.nanos()));
    m.set(151, decimal_text(r.leaves_qty.nanos()));
    m.set(6, fmt::format("{:.9f}", r.average_price));
    m.set(60, fix_timestamp(r.time));
    if (!r.account.empty()) m.set(1, r.account);
    if (r.kind == ReportKind::fill || !r.original_exec_id.empty()) add_fill(r, m);
    if (!r.original_exec_id.empty()) m.set(19, r.original_exec_id);
    if (r.kind == ReportKind::status || r.kind == ReportKind::no_orders) add_status(r, m);
    if (r.kind == ReportKind::rejected) m.set(103, std::to_string(r.reason));
    if (!r.text.empty()) m.set(58, r.text);
    return m;
}

std::string parse_terms(const FixMessage& m, OrderRequest& order) {
    const auto qty = parse_decimal(m.get(38));
    if (!qty) return "OrderQty (38) is missing or not a number";
    order.qty = Qty::from_nanos(*qty);
    if (m.get(40) != "2") return "OrdType (40) must be 2, limit";
    const auto price = parse_decimal(m.get(44));
    if (!price) return "Price (44) is missing or not a number";
    order.price = Price::from_nanos(*price);
    const std::string time_in_force = m.find(59) == nullptr ? "1" : m.get(59);
    if (time_in_force != "0" && time_in_force != "1" && time_in_force != "3") {
        return "TimeInForce (59) must be 0, 1 or 3";
    }
    order.ioc = time_in_force == "3";
    return {};
}

}  // namespace

std::string fix_timestamp(Nanos at) {
    const std::chrono::sys_time<std::chrono::milliseconds> time{
        std::chrono::milliseconds{at.ns() / 1'000'000}};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}{:02}{:02}-{:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

FixMessage to_fix(const Report& r) {
    if (r.kind == ReportKind::cancel_rejected) return cancel_reject(r);
    if (r.kind == ReportKind::mass_cancel_report) return mass_cancel_report(r);
    return execution_report(r);
}

std::string parse_order(const FixMessage& m, OrderRequest& order) {
    order.cl_ord_id = m.get(11);
    order.symbol = m.get(55);
    order.account = m.get(1);
    order.label = m.get(100010);
    const std::string side = m.get(54);
    order.side = side == "2" ? Side::sell : Side::buy;
    if (order.cl_ord_id.empty()) return "ClOrdID (11) is missing";
    if (order.symbol.empty()) return "Symbol (55) is missing";
    if (side != "1" && side != "2") return "Side (54) must be 1 or 2";
    return parse_terms(m, order);
}

bool dispatch(const FixMessage& m, Venue& venue, Nanos now) {
    if (m.type == "D") {
        OrderRequest order;
        const std::string wrong = parse_order(m, order);
        wrong.empty() ? venue.submit(order, now) : venue.refuse_unreadable(order, wrong, now);
    } else if (m.type == "F") {
        venue.cancel({m.get(11), m.get(41)}, now);
    } else if (m.type == "q") {
        venue.mass_cancel({m.get(11), m.get(530), m.get(55), m.get(100010)}, now);
    } else if (m.type == "AF") {
        venue.mass_status({m.get(584), m.get(55)}, now);
    } else {
        return false;
    }
    return true;
}

}  // namespace hw::exchange
