// The matching engine of the simulated venue: books, orders, the speed bump, and the account behind them.
//
// One thread calls everything. Reports come out in the order in which things happened; trades and changed
// books are collected for the publisher, which takes them after each step.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/exchange/account.h"
#include "tests/exchange/order_book.h"
#include "tests/exchange/quoter.h"
#include "tests/exchange/report.h"

namespace hw::exchange {

/// A trade as the feed prints it.
struct Print {
    std::size_t contract = 0;
    Side aggressor = Side::buy;
    Price price;
    Qty qty;
    std::uint64_t trade_id = 0;
    std::uint64_t combo_id = 0;  ///< zero: none
};

struct VenueConfig {
    std::uint64_t seed = 1;
    /// How long an aggressive order waits before it enters the book.
    Nanos delay_perpetual, delay_future, delay_option;
    double reject_probability = 0.0;  ///< fault: refuse an order for no reason
    std::uint32_t split_fills = 1;    ///< fault: a fill comes in up to so many parts
    bool lot_fills = false;           ///< fault: a fill comes one lot at a time
    double price_band = 0.015;        ///< futures and perpetuals: limit around the mark, a fraction
};

struct OrderCounts {
    std::uint64_t received = 0;  ///< everything that asked for a new order
    std::uint64_t filled = 0;
    std::uint64_t partially_filled = 0;  ///< ended with a part filled
    std::uint64_t canceled = 0;          ///< ended with nothing filled
    std::uint64_t rejected = 0;
    std::uint64_t duplicate_cl_ord_ids = 0;  ///< among the rejected
};

/// Lowest and highest price at which an order is taken.
struct PriceBand {
    Price min_sell;
    Price max_buy;
};

/// What incidents do to the matching engine while they last.
struct VenueIncidents {
    std::string refuse;    ///< every new order is refused with these words; empty: none is
    double band_away = 0;  ///< of the perpetuals' price bands from the mark, a fraction
    bool invert_fills = false;
};

/// An order as it came.
struct OrderArrival {
    Nanos time;
    OrderRequest request;
};

class Venue {
  public:
    using ReportSink = std::function<void(const Report&)>;

    Venue(const VenueConfig&, const Market&, Account&, Nanos start, ReportSink);

    void submit(const OrderRequest&, Nanos now);
    /// An order that could not even be read: refused with FIX 103 = 99 and `text`.
    void refuse_unreadable(const OrderRequest&, const std::string& text, Nanos now);
    void cancel(const CancelRequest&, Nanos now);
    void mass_cancel(const MassCancelRequest&, Nanos now);
    void mass_status(const MassStatusRequest&, Nanos now);
    /// What a mass status request is answered with: a report for each open order, or one that there are none.
    std::vector<Report> status_of_open(const MassStatusRequest&, Nanos now);
    /// Takes a fill that was reported back, or makes its price another one, and reports it.
    void bust(const Report& fill, Nanos now);
    void correct(const Report& fill, Price price, Nanos now);
    /// Orders whose delay is over enter the book.
    void release_delayed(Nanos now);

    /// New quotes of the synthetic makers; the account's resting orders in their way trade.
    void requote(std::size_t contract, const Ladder&, Nanos now);
    /// Somebody else takes up to `qty` at the touch.
    void others_take(std::size_t contract, Side side, Qty qty, Nanos now);
    /// Cancels what rests, empties the book and pays the position out.
    void settle(std::size_t contract, Nanos now);

    struct QuoteLeg {
        std::size_t contract;
        Side side;  ///< the account's
        Qty qty;
        Price price;
    };
    /// The quoting engine of the same account trades `legs`: one execution each, grouped when there are
    /// several, each told `apart` after the one before.
    void quote_fill(std::span<const QuoteLeg> legs, Nanos now, Nanos apart = Nanos{});

    VenueIncidents& incidents() { return incidents_; }
    const OrderBook& book(std::size_t contract) const { return books_[contract]; }
    PriceBand band(std::size_t contract) const;
    const OrderCounts& counts() const { return counts_; }
    /// The first ones.
    const std::vector<OrderArrival>& arrivals() const { return arrivals_; }
    std::uint64_t option_fills() const { return option_fills_; }
    std::size_t open_orders() const { return open_.size(); }
    Price last_price(std::size_t contract) const { return last_price_[contract]; }

    std::vector<Print> take_prints() { return std::exchange(prints_, {}); }
    std::set<std::size_t> take_changed_books() { return std::exchange(changed_, {}); }

  private:
    struct Order {
        OrderRequest request;
        std::uint64_t number = 0;
        std::size_t contract = 0;
        Qty cum;
        double notional = 0.0;  ///< sum of quantity times price
        char status = 'A';
        Nanos due;  ///< while delayed
        bool open() const { return status == 'A' || status == '0' || status == '1'; }
        Qty leaves() const { return open() ? request.qty - cum : Qty{}; }
    };

    struct Refusal {
        std::uint32_t code = 0;
        std::string text;
    };

    void refuse(const OrderRequest&, const Refusal&, Nanos now);
    Refusal check(const OrderRequest&, std::size_t contract) const;
    Nanos delay_of(const Order&) const;
    void enter_book(Order&, Nanos now);
    void fill(Order&, Price, Qty, bool maker, Side aggressor, Nanos now);
    void fill_part(Order&, Price, Qty, bool maker, Side aggressor, Nanos now);
    void book_matches(std::size_t contract, const std::vector<Match>&, Side aggressor, Nanos now);
    void end(Order&, char status);
    void cancel_order(Order&, const std::string& request_id, const std::string& text, Nanos now);
    Report change_of(const Report& fill, ReportKind, Nanos now);
    void report(const Order&, ReportKind, Nanos now, const std::string& text = {});
    Report base_report(const Order&, ReportKind, Nanos now);
    std::string exec_id() { return exec_prefix_ + std::to_string(++exec_sequence_); }
    std::string order_id(const Order& order) const {
        return exec_prefix_ + "O" + std::to_string(order.number);
    }
    void print(std::size_t contract, Side aggressor, Price, Qty, std::uint64_t combo);
    double spot_of(std::size_t contract) const { return market_.spot_of(market_.contracts()[contract]); }

    VenueConfig config_;
    const Market& market_;
    Account& account_;
    ReportSink sink_;
    Rng faults_;
    std::string exec_prefix_;
    std::uint64_t exec_sequence_ = 0;
    std::uint64_t order_sequence_ = 0;
    std::uint64_t quote_sequence_ = 0;
    std::uint64_t trade_sequence_ = 0;
    std::uint64_t option_fills_ = 0;
    OrderCounts counts_;
    VenueIncidents incidents_;
    std::vector<OrderArrival> arrivals_;
    std::vector<OrderBook> books_;
    std::vector<Price> last_price_;
    std::unordered_map<std::string, std::uint64_t> by_cl_ord_id_;
    std::unordered_map<std::uint64_t, Order> orders_;
    std::set<std::uint64_t> open_;
    std::vector<std::uint64_t> delayed_;
    std::vector<Print> prints_;
    std::set<std::size_t> changed_;
};

}  // namespace hw::exchange
