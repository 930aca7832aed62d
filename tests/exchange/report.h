// What the venue says to its customer's sessions, before it is FIX: one plain record per report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/types.h"

namespace hw::exchange {

/// Orders and requests as they come from the session, already checked for form, not for sense.
struct OrderRequest {
    std::string cl_ord_id;
    std::string symbol;
    std::string account;
    std::string label;  ///< 100010; empty: none
    Side side = Side::buy;
    Qty qty;
    Price price;
    bool ioc = false;
};

struct CancelRequest {
    std::string cl_ord_id;
    std::string original;  ///< ClOrdID of the order
};

struct MassCancelRequest {
    std::string cl_ord_id;
    std::string type = "7";  ///< 530: 1 by symbol, 7 all, 10 by label
    std::string symbol;      ///< type 1
    std::string label;       ///< type 10
};

struct MassStatusRequest {
    std::string id;      ///< 584
    std::string symbol;  ///< empty: every symbol
};

enum class ReportKind : std::uint8_t {
    pending_new,        ///< 150=A: delayed by the venue
    accepted,           ///< 150=0
    fill,               ///< 150=F
    busted,             ///< 150=H: takes a fill back
    corrected,          ///< 150=G: replaces one
    canceled,           ///< 150=4
    rejected,           ///< 150=8
    status,             ///< 150=I
    no_orders,          ///< 150=I: the answer to a mass status when nothing is open
    cancel_rejected,    ///< 35=9
    mass_cancel_report  ///< 35=r
};

struct Report {
    ReportKind kind = ReportKind::accepted;
    Nanos time;  ///< venue's
    std::string exec_id;
    std::string original_exec_id;  ///< 19, of a bust or correction
    std::string order_id;
    std::string cl_ord_id;
    std::string original;  ///< 41
    std::string symbol;
    std::string account;
    Side side = Side::buy;
    char order_status = '0';  ///< 39
    Qty qty;
    std::optional<Price> price;
    bool ioc = false;
    Qty cum_qty;
    Qty leaves_qty;
    double average_price = 0.0;
    // fills
    Qty last_qty;
    Price last_price;
    double fee = 0.0;            ///< in the settlement currency
    std::uint64_t trade_id = 0;  ///< the same as on the feed
    std::string group;           ///< combo id; empty: none
    std::uint32_t group_legs = 0;
    // refusals, mass status, mass cancel
    std::uint32_t reason = 0;  ///< 103, 102 or 532
    std::string text;
    std::string request_id;        ///< 584
    std::uint32_t total = 0;       ///< 911, 533
    bool last = false;             ///< 912
    std::string mass_cancel_type;  ///< 530
    bool mass_cancel_refused = false;
};

}  // namespace hw::exchange
