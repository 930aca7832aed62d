// What the venue does for the account's second session: copies its executions there, and answers what the
// account holds, has open and is worth.
//
// Copies and answers leave in one order, so that an answer never speaks of a fill that was not copied before
// it. Faults are the ways in which a second source differs from the first: fills that are lost on one of the
// two, come late, or twice; trades taken back or corrected; a position that is reported wrong.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "tests/exchange/fix_message.h"
#include "tests/exchange/report.h"
#include "tests/exchange/simulation.h"

namespace hw::exchange {

/// "Every N": of the account's fills; zero: never.
struct AccountDeskConfig {
    double deposit = 100.0;  ///< in each wallet, beside what trading brings
    std::uint32_t lose_copy_every = 0;
    std::uint32_t lose_report_every = 0;  ///< on the order session: those that were copied
    std::uint32_t copy_twice_every = 0;
    std::uint32_t bust_every = 0;
    std::uint32_t correct_every = 0;
    Nanos copy_delay;                             ///< of fills, and of what comes behind them
    std::map<std::string, Qty> wrong_position;    ///< contracts added to what is reported, by symbol
    std::map<std::string, Qty> wrong_multiplier;  ///< reported instead of the contract size, by symbol
};

struct AccountDeskCounts {
    std::uint64_t fills_copied = 0;
    std::uint64_t fills_repeated = 0;
    std::uint64_t copies_lost = 0;
    std::uint64_t reports_lost = 0;  ///< fills that the order session was not told
    std::uint64_t busts = 0;
    std::uint64_t corrections = 0;
    std::uint64_t position_requests = 0;
    std::uint64_t order_requests = 0;
    std::uint64_t equity_requests = 0;
    std::uint64_t list_requests = 0;
};

class AccountDesk {
  public:
    /// `open`: there is a second session; without one nothing is copied.
    AccountDesk(const AccountDeskConfig& config, bool open) : config_(config), open_(open) {}

    /// A report of the venue's. False: the order session is not to be told of it.
    bool pass(const Report&);
    /// A request of the second session: AN, AF, BE or x. False: another.
    bool answer(const FixMessage&, Simulation&);
    /// Busts and corrects what is due.
    void change_trades(Simulation&);
    /// Hands every message due by `now` to `send`.
    template <class Send>
    void release(Nanos now, Send&& send) {
        while (!queue_.empty() && queue_.front().due <= now) {
            send(queue_.front().message);
            queue_.pop_front();
        }
    }
    bool empty() const { return queue_.empty(); }
    const AccountDeskCounts& counts() const { return counts_; }

  private:
    struct Item {
        Nanos due;
        FixMessage message;
    };
    struct Change {
        Nanos due;
        Report fill;
        bool bust;
    };

    void push(FixMessage message, Nanos due);
    /// False: it was lost, or there is nowhere to copy to.
    bool copy(const Report&);
    void plan_change(const Report&);
    void answer_positions(const FixMessage&, const Simulation&);
    void answer_equity(const FixMessage&, const Simulation&);
    void answer_list(const FixMessage&, const Simulation&);
    Qty multiplier_of(const Instrument&) const;

    AccountDeskConfig config_;
    const bool open_;
    AccountDeskCounts counts_;
    std::uint64_t fills_ = 0;
    Nanos last_due_;
    std::deque<Item> queue_;
    std::deque<Change> changes_;
};

}  // namespace hw::exchange
