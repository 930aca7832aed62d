// The venue in real time: one thread that takes orders, moves the simulation along with the wall clock,
// reports, and sleeps in between. It owns everything but the FIX session's own threads.
#pragma once

#include <atomic>
#include <chrono>

#include "tests/exchange/market_data_port.h"
#include "tests/exchange/options.h"
#include "tests/exchange/report_queue.h"
#include "tests/exchange/summary.h"

namespace hw::exchange {

class Runner {
  public:
    /// `account`, the second session, may be null; `port` too: market data then goes nowhere.
    Runner(const Options&, FixAcceptor&, FixAcceptor* account, MarketDataPort* port,
           const std::atomic<bool>& stop);

    /// Until the time is over or `stop` is set, then until the FIX queues are empty. False: they did not
    /// empty.
    bool run();

  private:
    using Clock = std::chrono::steady_clock;

    void take_orders();
    void serve_account();
    void answer_requests();
    void catch_up();
    void send_reports();
    void keep_time();
    bool closing_done();
    void write_summary();
    double elapsed_s() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }

    const Options& options_;
    FixAcceptor& fix_;
    FixAcceptor* account_;
    MarketDataPort* port_;
    const std::atomic<bool>& stop_;
    ReportQueue reports_;
    AccountDesk desk_;
    const Clock::time_point begun_;
    Clock::time_point anchor_;  ///< wall time of the simulation's time zero
    const Nanos start_;
    Simulation simulation_;
    std::vector<FixMessage> inbound_;
    Clock::time_point last_inbound_;
    Clock::time_point next_summary_;
    Clock::time_point next_drop_;
    bool fix_dead_ = false;  ///< an incident keeps the order session down
    bool quiet_ = false;
    bool drained_ = true;
    bool summary_failed_ = false;
};

}  // namespace hw::exchange
