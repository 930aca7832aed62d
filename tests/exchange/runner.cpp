#include "tests/exchange/runner.h"

#include <cstdio>

#include "tests/exchange/fix_codec.h"

namespace hw::exchange {

namespace {

constexpr int kStepsAtOnce = 200;
// Further behind than this (a machine that slept), simulated time is left behind rather than hurried after.
constexpr Nanos kTooFarBehind = Nanos::from_ms(250);
constexpr auto kQuietBeforeEnd = std::chrono::milliseconds(200);
constexpr double kClosingLimitSeconds = 5.0;
constexpr auto kSummaryEvery = std::chrono::milliseconds(250);

Nanos wall_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return Nanos::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

Nanos since(std::chrono::steady_clock::time_point from) {
    const auto elapsed = std::chrono::steady_clock::now() - from;
    return Nanos::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count());
}

}  // namespace

Runner::Runner(const Options& options, FixAcceptor& fix, FixAcceptor* account, MarketDataPort* port,
               const std::atomic<bool>& stop)
    : options_(options),
      fix_(fix),
      account_(account),
      port_(port),
      stop_(stop),
      reports_(options.fill_delay),
      desk_(options.desk, account != nullptr),
      begun_(Clock::now()),
      anchor_(begun_),
      start_(wall_clock()),
      simulation_(
          options.simulation, start_,
          [this](const Packet& p) {
              if (port_ != nullptr) port_->send(p);
          },
          [this](const Report& r) {
              if (desk_.pass(r)) reports_.push(r);
          }),
      last_inbound_(begun_),
      next_summary_(begun_),
      next_drop_(begun_ + std::chrono::milliseconds(options.fix_drop_every_ms)) {
    for (const auto& [symbol, qty] : options.initial_positions) {
        if (simulation_.open_position(symbol, qty)) continue;
        std::fprintf(stderr, "hedgewire-exchange: --initial-position: %s is not listed\n", symbol.c_str());
    }
}

bool Runner::run() {
    while (!stop_ && (options_.seconds <= 0.0 || elapsed_s() < options_.seconds)) {
        take_orders();
        answer_requests();
        catch_up();
        send_reports();
        serve_account();
        keep_time();
    }
    const Clock::time_point end = Clock::now();
    while (!closing_done() &&
           std::chrono::duration<double>(Clock::now() - end).count() < kClosingLimitSeconds) {
        take_orders();
        answer_requests();
        catch_up();
        send_reports();
        serve_account();
    }
    drained_ = closing_done();
    write_summary();
    return drained_ && !summary_failed_;
}

void Runner::take_orders() {
    inbound_.clear();
    // This wait is the loop's sleep: an order ends it early.
    fix_.receive(inbound_, static_cast<std::uint32_t>(options_.simulation.step.ns() / 1'000));
    if (inbound_.empty()) return;
    last_inbound_ = Clock::now();
    for (const FixMessage& m : inbound_) dispatch(m, simulation_.venue(), simulation_.now());
    send_reports();
    simulation_.publish_changes();
}

void Runner::serve_account() {
    desk_.change_trades(simulation_);
    if (account_ == nullptr) return;
    inbound_.clear();
    account_->receive(inbound_, 0);
    for (const FixMessage& m : inbound_) desk_.answer(m, simulation_);
    desk_.release(simulation_.now(), [this](const FixMessage& m) { account_->send(m); });
}

void Runner::answer_requests() {
    if (port_ == nullptr) return;
    port_->poll([this](std::uint16_t port, std::span<const std::byte> payload) {
        return simulation_.publisher().answer(port, payload);
    });
}

void Runner::catch_up() {
    const Nanos step = options_.simulation.step;
    if (since(anchor_) - (simulation_.now() - start_) > kTooFarBehind) {
        anchor_ = Clock::now() - std::chrono::nanoseconds((simulation_.now() - start_).ns());
    }
    for (int i = 0; i < kStepsAtOnce && simulation_.now() - start_ + step <= since(anchor_); ++i) {
        simulation_.step();
    }
}

void Runner::send_reports() {
    reports_.release(simulation_.now(), [this](const Report& r) { fix_.send(to_fix(r)); });
}

void Runner::keep_time() {
    const Clock::time_point now = Clock::now();
    if (fix_.logged_on()) simulation_.begin_incidents();
    if (simulation_.fix_dead() != fix_dead_) {
        fix_dead_ = simulation_.fix_dead();
        fix_.refuse_logons(fix_dead_);
        if (fix_dead_) fix_.drop_connection();
    }
    if (!quiet_ && options_.seconds > 0.0 && elapsed_s() >= options_.seconds - options_.quiesce_seconds) {
        quiet_ = true;
        simulation_.quiesce();
    }
    if (options_.fix_drop_every_ms != 0 && now >= next_drop_) {
        next_drop_ = now + std::chrono::milliseconds(options_.fix_drop_every_ms);
        fix_.drop_connection();
    }
    if (now >= next_summary_) {
        next_summary_ = now + kSummaryEvery;
        write_summary();
    }
}

bool Runner::closing_done() {
    return Clock::now() - last_inbound_ > kQuietBeforeEnd && reports_.empty() && fix_.drain(0) &&
           desk_.empty() && (account_ == nullptr || account_->drain(0));
}

void Runner::write_summary() {
    if (options_.json.empty()) return;
    RunFigures run;
    run.seconds = elapsed_s();
    run.wall = wall_clock();
    if (port_ != nullptr) {
        run.packets_sent = port_->sent();
        run.packets_unsent = port_->unsent();
    }
    run.fix = fix_.counts();
    run.fix_drained = drained_;
    if (account_ != nullptr) run.account_fix = account_->counts();
    run.desk = desk_.counts();
    if (write_file(options_.json, summary_json(simulation_, run)) || summary_failed_) return;
    summary_failed_ = true;
    std::fprintf(stderr, "hedgewire-exchange: %s: cannot be written\n", options_.json.c_str());
}

}  // namespace hw::exchange
