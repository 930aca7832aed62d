// Reports on their way to the FIX session, in order; fills may be made to wait (a fault: the venue's gateway
// is slow), and then everything behind them waits, too.
#pragma once

#include <algorithm>
#include <deque>

#include "tests/exchange/report.h"

namespace hw::exchange {

class ReportQueue {
  public:
    explicit ReportQueue(Nanos fill_delay) : fill_delay_(fill_delay) {}

    void push(const Report& report) {
        const Nanos due = report.kind == ReportKind::fill ? report.time + fill_delay_ : report.time;
        last_due_ = std::max(last_due_, due);
        items_.push_back({last_due_, report});
    }
    /// Hands every report due by `now` to `send`.
    template <class Send>
    void release(Nanos now, Send&& send) {
        while (!items_.empty() && items_.front().due <= now) {
            send(items_.front().report);
            items_.pop_front();
        }
    }
    bool empty() const { return items_.empty(); }

  private:
    struct Item {
        Nanos due;
        Report report;
    };
    Nanos fill_delay_;
    Nanos last_due_;
    std::deque<Item> items_;
};

}  // namespace hw::exchange
